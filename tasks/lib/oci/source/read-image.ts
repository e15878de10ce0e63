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
  const about = new Set(referrers.map(({ digest }) => digest));
  const manifests = [...graph.manifests.values()].filter(
    (manifest) => manifest !== root && !about.has(manifest.digest),
  );
  const blobs = new Map<string, Blob>();
  for (const manifest of [...manifests, root, ...referrers]) {
    for (const digest of manifest.blobs) {
      const blob = graph.blobs.get(digest);
      if (blob !== undefined) blobs.set(digest, blob);
    }
  }
  return { root, manifests: [...manifests, root], referrers, blobs };
}
