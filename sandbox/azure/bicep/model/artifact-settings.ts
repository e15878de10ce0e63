import { homedir } from 'node:os';
import { selectPath } from './json-path.ts';
import type { Aliases } from './registry.ts';

/** Where modules of registries are: aliases, and the folder of the cache if it is not the usual one. */
export function readArtifactSettings(settings: unknown): {
  aliases: Aliases;
  cache: string | undefined;
} {
  const aliases = selectPath(settings, 'moduleAliases.br');
  const cache = selectPath(settings, 'cacheRootDirectory');
  return {
    aliases: typeof aliases === 'object' && aliases !== null ? (aliases as Aliases) : {},
    cache: typeof cache === 'string' ? cache.replace(/^~(?=\/|$)/, homedir()) : undefined,
  };
}
