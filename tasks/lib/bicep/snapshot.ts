import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import type { BicepCompiler, SnapshotPlace } from './compiler.ts';
import { parametersFileText, type ParametersFile } from './parameters-file.ts';

/** A place that files of parameters are written to for as long as the compiler reads them. */
export interface SnapshotFolder {
  /**
   * JSON text of what the template would deploy with these values, as `bicep snapshot` says; undefined for a CLI
   * that has no such command. Nothing is asked of Azure. Throws BICEP_FAILED.
   * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-cli#snapshot
   *
   * @param given its `template` is absolute
   */
  snapshot(given: ParametersFile, place: SnapshotPlace): Promise<string | undefined>;
  remove(): Promise<void>;
}

export async function openSnapshotFolder(
  bicep: BicepCompiler,
  tempDirectory: string,
): Promise<SnapshotFolder> {
  const folder = await mkdtemp(join(tempDirectory, 'spokeline-predict-'));
  let count = 0;
  return {
    async snapshot(given, place) {
      const name = basename(given.template, extname(given.template));
      const file = join(folder, `${count++}-${name}.bicepparam`);
      const template = relative(folder, given.template).split('\\').join('/');
      await writeFile(file, parametersFileText({ ...given, template }));
      return bicep.snapshot(file, place);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
