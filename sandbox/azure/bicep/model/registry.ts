import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A module of a registry. */
export interface RegistryModule {
  /** `br:registry/repository:tag`, whatever alias it was written with. */
  reference: string;
  /** Where the real CLI keeps what it has fetched. */
  path: string;
}

/** Aliases of a `bicepconfig.json`: `moduleAliases.br`. */
export type Aliases = Readonly<Record<string, { registry?: string; modulePath?: string }>>;

const PUBLIC = { registry: 'mcr.microsoft.com', modulePath: 'bicep' };

/** Upper case would be lost on some file systems, so the name of the folder says where it was. */
function tagFolder(tag: string): string {
  const mask = [...tag].reduce(
    (bits, character, i) => (/[A-Z]/.test(character) ? bits | (1n << BigInt(i)) : bits),
    0n,
  );
  return `${tag}$${mask === 0n ? '' : mask.toString(16)}`;
}

/**
 * The module that a `br:` or `br/alias:` reference names; undefined for a reference that is none, or whose alias is
 * not known. Layout of the cache:
 * https://github.com/Azure/bicep/blob/main/src/Bicep.Core.UnitTests/SourceGraph/ArchivedSourceFilePathTests.cs
 */
export function registryModule(
  text: string,
  aliases: Aliases,
  cache: string = join(homedir(), '.bicep'),
): RegistryModule | undefined {
  const found = /^br(?:\/([^:]+))?:(.+?)(?::([^:/@]+)|@(sha256:[0-9a-f]{64}))$/.exec(text);
  if (!found) return undefined;
  const [, alias, location = '', tag, digest] = found;
  let whole = location;
  if (alias !== undefined) {
    const known = aliases[alias] ?? (alias === 'public' ? PUBLIC : undefined);
    if (known?.registry === undefined) return undefined;
    whole = [known.registry, known.modulePath, location].filter((part) => part).join('/');
  }
  const slash = whole.indexOf('/');
  if (slash < 0) return undefined;
  const registry = whole.slice(0, slash).replaceAll(':', '$');
  const repository = whole.slice(slash + 1).replaceAll('/', '$');
  const version = tag === undefined ? (digest ?? '').replaceAll(':', '#') : tagFolder(tag);
  return {
    reference: `br:${whole}${tag === undefined ? `@${digest ?? ''}` : `:${tag}`}`,
    path: join(cache, 'br', registry, repository, version, 'main.json'),
  };
}

export function isCached({ path }: RegistryModule): boolean {
  return existsSync(path);
}
