import { isRecord, readDescriptor } from './descriptor.ts';
import type { Blob } from './image.ts';
import type { ManifestStore } from './manifest-store.ts';
import { tagFault } from './reference.ts';

/** What is known of a repository before its blobs are asked for. */
export interface Known {
  /** The registry says that there is no such repository, so it has no blob of it. */
  readonly isNew: boolean;
  /** Digests that another image of the repository names. */
  readonly shared: ReadonlySet<string>;
}

/** Below this many blobs, asking for each is as short as looking for a relative of the image. */
const fewBlobs = 3;
/** Comes after every tag: without a wanted one the newest is the nearest. */
const lastInOrder = '\uffff';
/** Manifests of an index that are read: an image for more platforms is looked up blob by blob. */
const childLimit = 8;

/**
 * What need not be asked for blob by blob.
 *
 * @param present what wanted tags name now: the nearest relatives that there can be
 * @param tags wanted ones
 */
export async function knownBlobs(
  store: ManifestStore,
  blobs: ReadonlyMap<string, Blob>,
  present: ReadonlyMap<string, string>,
  tags: readonly string[],
): Promise<Known> {
  const none = { isNew: false, shared: new Set<string>() };
  if (blobs.size < fewBlobs) return none;
  let [relative] = present.values();
  if (relative === undefined) {
    const there = await store.tags();
    if (there === 'unknown') return { ...none, isNew: true };
    relative = nearestTag(there ?? [], tags[0] ?? lastInOrder);
  }
  if (relative === undefined) return none;
  return { isNew: false, shared: await sharedBlobs(store, relative, blobs) };
}

/**
 * Blobs of ours that another image of the repository names: a registry takes a manifest only with
 * all its blobs, so that these need not be asked for one by one. The size has to agree as well.
 *
 * A registry that has lost one of them says so when our manifest comes.
 */
export async function sharedBlobs(
  store: ManifestStore,
  reference: string,
  blobs: ReadonlyMap<string, Blob>,
): Promise<ReadonlySet<string>> {
  const shared = new Set<string>();
  const read = async (name: string): Promise<string[]> => {
    const bytes = await store.get(name);
    const document = bytes === undefined ? undefined : parse(bytes);
    if (document === undefined) return [];
    for (const { digest, size } of descriptors([document['config'], document['layers']])) {
      if (blobs.get(digest)?.size === size) shared.add(digest);
    }
    return descriptors([document['manifests']]).map(({ digest }) => digest);
  };
  const children = await read(reference);
  if (children.length <= Math.min(childLimit, blobs.size / 2)) {
    await Promise.all(children.map(read));
  }
  return shared;
}

/**
 * The tag that most likely names an earlier build of what is pushed as `wanted`: in natural order
 * the one just before it among those with the longest common beginning.
 */
export function nearestTag(tags: readonly string[], wanted: string): string | undefined {
  const common = (tag: string): number => {
    let length = 0;
    while (length < tag.length && tag[length] === wanted[length]) length += 1;
    return length;
  };
  return tags
    .filter((tag) => tagFault(tag) === undefined && tag !== wanted)
    .sort((a, b) => {
      const [before, after] = [naturalOrder(a, wanted) < 0, naturalOrder(b, wanted) < 0];
      if (before !== after) return before ? -1 : 1;
      const closer = common(b) - common(a);
      if (closer !== 0) return closer;
      return before ? naturalOrder(b, a) : naturalOrder(a, b);
    })[0];
}

/** Numbers by their value, the rest by its characters. A process's first Intl.Collator takes 8 ms. */
function naturalOrder(a: string, b: string): number {
  const [left, right] = [naturalParts(a), naturalParts(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x, y] = [left[at] ?? '', right[at] ?? ''];
    const difference = Number(x) - Number(y);
    if (difference < 0 || difference > 0) return difference;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function naturalParts(tag: string): readonly string[] {
  return tag.match(/\d+|\D+/g) ?? [];
}

function parse(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    return isRecord(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function descriptors(values: readonly unknown[]): { digest: string; size: number }[] {
  return values
    .flat()
    .map((value) => readDescriptor(value, () => undefined))
    .filter((descriptor) => descriptor !== undefined);
}
