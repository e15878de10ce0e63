import { isRecord, shown } from '../descriptor.ts';
import { indexEntries } from '../manifest.ts';
import type { IndexEntry } from '../manifest.ts';
import { parseJson } from '../json.ts';
import { Files, layoutStore } from './files.ts';
import type { FileTree } from './files.ts';
import { ImageGraph } from './graph.ts';
import { addLayoutReferrers, isAbout, namesOf } from './layout-referrers.ts';
import { meant, nameList } from './names.ts';
import { Problems } from './problems.ts';
import { imageOf } from './read-image.ts';
import type { ReadImage } from './read-image.ts';
import { addVariants } from './variants.ts';
import type { SourceWish } from './wish.ts';

/**
 * Reads an OCI image layout, in a folder or an archive, and checks all of it but the content of
 * blobs, which is hashed while it is sent: marker file, index, manifests (digest included),
 * descriptors, media types, that every blob is there and has its stated size.
 * https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 *
 * @throws SpokelineError IMAGE_… with every problem found
 */
export async function readOciLayout(tree: FileTree, wish: SourceWish): Promise<ReadImage> {
  const problems = new Problems();
  const files = new Files(tree, problems);
  await checkMarker(files, problems);
  const entries = await entryPoints(files, problems);
  const graph = new ImageGraph(layoutStore(files, problems), problems);
  const peek = quietGraph(tree);
  const top = entries && (await chosen(peek, problems, entries, wish));
  const from = 'index.json';
  const root = top && (await addVariants(graph, problems, top, from, wish.platforms));
  const referrers =
    root !== undefined && wish.referrers
      ? await addLayoutReferrers(graph, peek, entries ?? [])
      : [];
  if (problems.count > 0 || root === undefined) throw problems.failure(tree.what);
  return imageOf(graph, root, referrers);
}

/** For a look at manifests that may turn out not to be wanted: whatever is wrong does not matter. */
function quietGraph(tree: FileTree): ImageGraph {
  const problems = new Problems();
  return new ImageGraph(layoutStore(new Files(tree, problems), problems), problems);
}

async function checkMarker(files: Files, problems: Problems): Promise<void> {
  const bytes = await files.read('oci-layout');
  const marker = bytes && parseJson(bytes, problems.about('oci-layout'));
  if (marker === undefined) return;
  const version = isRecord(marker) ? marker['imageLayoutVersion'] : undefined;
  if (version === '1.0.0') return;
  const message = `has imageLayoutVersion ${shown(version)}; only "1.0.0" is known`;
  problems.add(message, 'oci-layout');
}

/** index.json is a list of entry points, not itself an image. */
async function entryPoints(files: Files, problems: Problems): Promise<IndexEntry[] | undefined> {
  const bytes = await files.read('index.json');
  const index = bytes && parseJson(bytes, problems.about('index.json'));
  if (index === undefined) return undefined;
  if (!isRecord(index) || index['schemaVersion'] !== 2 || !Array.isArray(index['manifests'])) {
    problems.add('is not an image index (schemaVersion 2 and manifests)', 'index.json');
    return undefined;
  }
  const before = problems.count;
  const entries = indexEntries(index, problems.about('index.json'));
  return problems.count === before ? entries : undefined;
}

/** The image that was asked for, or the only one that is not about another one. */
async function chosen(
  peek: ImageGraph,
  problems: Problems,
  entries: readonly IndexEntry[],
  { image }: SourceWish,
): Promise<IndexEntry | undefined> {
  const named =
    image === undefined
      ? entries
      : meant(entries, image, (entry) => [...namesOf(entry), entry.digest]);
  const candidates = new Map<string, IndexEntry>();
  for (const entry of named) {
    const lone = named.length === 1 || image !== undefined;
    if (lone || !(await isAbout(peek, entry, entries))) candidates.set(entry.digest, entry);
  }
  const [first] = candidates.values();
  if (candidates.size === 1) return first;
  const there = entries.length === 0 ? 'no image' : listed([...candidates.values()], entries);
  const message =
    image !== undefined && candidates.size === 0
      ? `has no image ${shown(image)}; it names ${listed(entries, entries)}`
      : `names ${there}; exactly one is pushed: say which in the input image (several platforms of ` +
        'one image go into a nested index)';
  problems.add(message, 'index.json');
  return undefined;
}

function listed(some: readonly IndexEntry[], all: readonly IndexEntry[]): string {
  const names = some.map((entry) => namesOf(entry)[0] ?? `manifests[${all.indexOf(entry)}]`);
  return `${some.length} images (${nameList(names)})`;
}
