import { homedir } from 'node:os';
import { readSettings } from './bicepconfig.ts';
import { selectPath } from './json-path.ts';
import type { Aliases } from './registry.ts';

/** Where modules of registries are, for a file: aliases, and the folder of the cache if it is not the usual one. */
export function readArtifactSettings(
  file: string,
  files: Set<string>,
): { aliases: Aliases; cache: string | undefined } {
  const settings = readSettings(file, files);
  const aliases = selectPath(settings, 'moduleAliases.br');
  const cache = selectPath(settings, 'cacheRootDirectory');
  return {
    aliases: typeof aliases === 'object' && aliases !== null ? (aliases as Aliases) : {},
    cache: typeof cache === 'string' ? cache.replace(/^~(?=\/|$)/, homedir()) : undefined,
  };
}
