import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpokelineError } from '../../lib/errors.ts';
import { differenceOf } from '../../lib/reach/difference.ts';
import { Matrix } from '../../lib/reach/matrix.ts';
import { networkPage } from '../../lib/reach/picture.ts';
import { readEstate } from '../../lib/reach/read/estate.ts';
import type { Resources } from '../../lib/reach/read/resource.ts';
import { pinnedTagsType } from '../../lib/reach/read/service-tags.ts';
import { reachJson, reachMarkdown } from '../../lib/reach/report.ts';
import type { Topology } from '../../lib/topology/model.ts';

/** Files about the network, beside those of the verdict. */
export interface NetworkFiles {
  readonly markdown: string;
  /** Ways that would newly be open or closed; absent where there is nothing to compare with. */
  readonly turns?: { readonly allowed: number; readonly denied: number };
}

/**
 * Writes who reaches whom (reach.md, reach.json), the picture (network.html) and the resources themselves
 * (network.json, which a later gate takes as its baseline).
 */
export async function writeNetwork(
  folder: string,
  topology: Topology,
  resources: Resources,
  before: Resources | undefined,
): Promise<NetworkFiles> {
  const estate = readEstate(resources, topology);
  const matrix = new Matrix(estate);
  const difference =
    before === undefined ? undefined : differenceOf(readEstate(before, topology), estate);
  const markdown = join(folder, 'reach.md');
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(markdown, reachMarkdown(matrix, difference));
    await writeFile(join(folder, 'reach.json'), json(reachJson(matrix, difference)));
    await writeFile(
      join(folder, 'network.html'),
      networkPage(matrix, `Network of ${topology.name}`),
    );
    await writeFile(
      join(folder, 'network.json'),
      json({
        schemaVersion: 1,
        resources: resources.all.filter(({ type }) => type !== pinnedTagsType),
      }),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('INPUT_INVALID', `The results folder cannot be written: ${reason}`, {
      hint: 'Set resultsFolder to a folder that the agent may write.',
      cause: error,
    });
  }
  if (difference === undefined) return { markdown };
  const { allowed, denied } = difference;
  return { markdown, turns: { allowed: allowed.length, denied: denied.length } };
}
