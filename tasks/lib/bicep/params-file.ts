import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

/** Whether a file is one of parameters that may bring its template with it, by `using`. */
export function isParamsFile(file: string | undefined): file is string {
  return file !== undefined && extname(file).toLowerCase() === '.bicepparam';
}

/** Whether a file is a template that the compiler reads. */
export function isBicepFile(file: string): boolean {
  return extname(file).toLowerCase() === '.bicep';
}

/** What a `.bicepparam` file says before anything of it is evaluated. */
export interface ParamsOutline {
  /** As written after `using`: a path, `br:...`, `ts:...`; undefined for `using none` and for none at all. */
  readonly using: string | undefined;
  /** Path of the file that it extends, as written. */
  readonly base: string | undefined;
  /** Names that the file assigns a value to. */
  readonly assigned: readonly string[];
}

/**
 * Reads the outline of a `.bicepparam` file. The compiler is the judge of the file; this only finds out which
 * template to compile first, and which parameters the file does not leave to others.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/parameter-files
 */
export function readOutline(text: string): ParamsOutline {
  // Texts of several lines and comments may hold lines that look like statements.
  const code = text.replace(/'''[^]*?'''/g, "''").replace(/\/\*[^]*?\*\//g, '');
  const using = /^[ \t]*using[ \t]+'([^'\r\n]*)'/m.exec(code)?.[1];
  const base = /^[ \t]*extends[ \t]+'([^'\r\n]*)'/m.exec(code)?.[1];
  const assigned = [...code.matchAll(/^[ \t]*param[ \t]+([A-Za-z_]\w*)[ \t]*=/gm)];
  return { using, base, assigned: assigned.map((match) => match[1] ?? '') };
}

/** Names that a file assigns or takes from the files that it extends; what of those cannot be read, the compiler says. */
export async function assignedIn(file: string, outline: ParamsOutline): Promise<string[]> {
  const names = [...outline.assigned];
  const seen = new Set([file]);
  let [at, { base }] = [file, outline];
  while (base !== undefined) {
    at = resolve(dirname(at), base);
    const text = seen.has(at) ? undefined : await readFile(at, 'utf8').catch(() => undefined);
    if (text === undefined) break;
    seen.add(at);
    const below = readOutline(text);
    names.push(...below.assigned);
    ({ base } = below);
  }
  return names;
}
