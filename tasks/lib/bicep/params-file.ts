import { extname } from 'node:path';

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
  const assigned = [...code.matchAll(/^[ \t]*param[ \t]+([A-Za-z_]\w*)[ \t]*=/gm)];
  return { using, assigned: assigned.map((match) => match[1] ?? '') };
}
