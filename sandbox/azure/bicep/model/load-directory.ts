import { readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** The expression for a name pattern with `*` and `?`. */
function matcher(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

/**
 * What `loadDirectoryFileInfo()` tells of the files of a folder, in the order of their names.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-files#loaddirectoryfileinfo
 * Throws what the file system throws.
 */
export function directoryFiles(
  from: string,
  folder: string,
  pattern = '*',
): { relativePath: string; baseName: string; extension: string }[] {
  const fits = matcher(pattern);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && fits.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => ({
      relativePath: relative(from, join(folder, name)).split(sep).join('/'),
      baseName: name,
      extension: extname(name),
    }));
}
