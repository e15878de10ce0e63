import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Folder of the package that a file of a bundle comes from. */
const packageFolder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/**
 * The licences of what is in a bundle, word for word: most of them want to be in every copy.
 *
 * @throws Error for a package that has no text of its licence
 */
export async function noticesOf({ outputs }: Metafile): Promise<string> {
  const folders = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => packageFolder.exec(file)?.[0])
    .filter((folder) => folder !== undefined);
  const sections = await Promise.all([...new Set(folders)].sort().map(section));
  return `This task contains the following packages.\n\n${sections.join('\n\n')}\n`;
}

async function section(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(text) as Record<string, string>;
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)\b/i.test(file));
  if (!files.some((file) => /^licen/i.test(file))) {
    throw new Error(`${name} ${version} (${license}) has no text of its licence in ${folder}`);
  }
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), 'utf8')));
  const title = `${name} ${version} (${license})`;
  return [title, '='.repeat(title.length), ...texts.map((one) => one.trim())].join('\n');
}
