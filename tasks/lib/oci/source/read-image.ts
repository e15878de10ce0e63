import type { Blob, ImageSource, Referrer } from '../image.ts';
import type { ImageGraph, ReadManifest } from './graph.ts';

/** An image, read from something that whoever opened it closes. */
export type ReadImage = Omit<ImageSource, 'close' | 'from'>;

/** What a push needs of a graph: its manifests, and the blobs that they and the referrers name. */
export function imageOf(
  graph: ImageGraph,
  root: ReadManifest,
  referrers: readonly Referrer[],
): ReadImage {
  const own = new Set<string>();
  const reach = (digest: string): void => {
    if (own.has(digest)) return;
    own.add(digest);
    graph.manifests.get(digest)?.manifests.forEach(reach);
  };
  reach(root.digest);
  const all = [...graph.manifests.values()];
  const manifests = all.filter((manifest) => manifest !== root && own.has(manifest.digest));
  // Where a referrer is an index, what it names comes and goes with it, not with the image.
  const tagged = new Map(referrers.map((referrer) => [referrer.digest, referrer]));
  const about = all
    .filter(({ digest }) => !own.has(digest))
    .map((manifest): Referrer => tagged.get(manifest.digest) ?? manifest);
  const blobs = new Map<string, Blob>();
  for (const manifest of [...manifests, root, ...about]) {
    for (const digest of manifest.blobs) {
      const blob = graph.blobs.get(digest);
      if (blob !== undefined) blobs.set(digest, blob);
    }
  }
  return { root, manifests: [...manifests, root], referrers: about, blobs };
}
