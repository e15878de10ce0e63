import type { IndexEntry } from '../manifest.ts';
import type { Referrer } from '../image.ts';
import { indexTypes } from '../media-types.ts';
import { digestTag, referrersTag } from '../referrer-tags.ts';
import type { DigestTag } from '../referrer-tags.ts';
import type { ImageGraph } from './graph.ts';

/** An entry that is about an image, with the tag that says so if that is how it is said. */
interface Candidate {
  readonly entry: IndexEntry;
  readonly subject: string;
  readonly tag?: string;
}

/** What `cosign save` writes beside an image, and the tags that cosign keeps it under in a registry. */
const cosignKinds: Readonly<Record<string, string>> = {
  'dev.cosignproject.cosign/sigs': 'sig',
  'dev.cosignproject.cosign/atts': 'att',
  'dev.cosignproject.cosign/sboms': 'sbom',
};
/** https://github.com/sigstore/cosign/blob/main/pkg/oci/layout/index.go */
const cosignImages = ['dev.cosignproject.cosign/image', 'dev.cosignproject.cosign/imageIndex'];

/** The names of an entry point, the whole one first. */
export function namesOf({ annotations }: IndexEntry): string[] {
  // containerd writes the whole name there, and only the tag into the standard's annotation.
  return [
    annotations['io.containerd.image.name'],
    annotations['org.opencontainers.image.ref.name'],
  ].filter((name) => name !== undefined);
}

/** Whether an entry point is about another manifest, and so not an image to push by itself. */
export async function isAbout(
  peek: ImageGraph,
  entry: IndexEntry,
  entries: readonly IndexEntry[],
): Promise<boolean> {
  if (kindOf(entry) !== undefined || tagOf(entry, entries) !== undefined) return true;
  return (await peek.read(entry, 'index.json'))?.subject !== undefined;
}

function kindOf({ annotations }: IndexEntry): string | undefined {
  return cosignKinds[annotations['kind'] ?? ''];
}

/** The tag that an entry point has or would have in a registry, if that says what it is about. */
function tagOf(
  entry: IndexEntry,
  entries: readonly IndexEntry[],
): (DigestTag & { readonly name: string }) | undefined {
  for (const name of namesOf(entry)) {
    const tag = digestTag(name);
    if (tag !== undefined) return { ...tag, name };
  }
  const kind = kindOf(entry);
  if (kind === undefined) return undefined;
  // A signature has the name of its image, if they have names.
  const [image, ...others] = entries.filter(
    (other) =>
      cosignImages.includes(other.annotations['kind'] ?? '') &&
      namesOf(other).join() === namesOf(entry).join(),
  );
  if (image === undefined || others.length > 0) return undefined;
  return { digest: image.digest, kind, name: `${referrersTag(image.digest)}.${kind}` };
}

/**
 * Adds what a layout holds about the manifests of the graph: entry points with a subject, entries
 * of an index named `sha256-<hex>` (the tag schema of the distribution specification), and
 * manifests named `sha256-<hex>.sig` and the like, as cosign names them, or as `cosign save` marks
 * them. What is about a referrer comes along as well. An entry point that cannot be read may be one
 * of them, so that its fault is one of the image; unless it has a name, as other images have.
 *
 * @param peek reads entry points without complaint; most may not be needed
 */
export async function addLayoutReferrers(
  graph: ImageGraph,
  peek: ImageGraph,
  entries: readonly IndexEntry[],
): Promise<Referrer[]> {
  const bySubject = new Map<string, Candidate[]>();
  for (const candidate of await candidatesOf(graph, peek, entries)) {
    const others = bySubject.get(candidate.subject);
    if (others === undefined) bySubject.set(candidate.subject, [candidate]);
    else others.push(candidate);
  }
  const referrers: Referrer[] = [];
  const subjects = [...graph.manifests.keys()];
  // It grows while it is gone through.
  for (const subject of subjects) {
    for (const { entry, tag } of bySubject.get(subject) ?? []) {
      if (graph.manifests.has(entry.digest)) continue;
      const manifest = await graph.add(entry, 'index.json');
      if (manifest === undefined) continue;
      referrers.push(tag === undefined ? manifest : { ...manifest, tag });
      subjects.push(manifest.digest, ...manifest.manifests);
    }
  }
  return referrers;
}

async function candidatesOf(
  graph: ImageGraph,
  peek: ImageGraph,
  entries: readonly IndexEntry[],
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const tagged = tagOf(entry, entries);
    if (tagged?.kind !== undefined) {
      candidates.push({ entry, subject: tagged.digest, tag: tagged.name });
      continue;
    }
    const manifest = await peek.read(entry, 'index.json');
    if (manifest === undefined) {
      if (namesOf(entry).length === 0) await graph.read(entry, 'index.json');
    } else if (manifest.subject !== undefined) {
      candidates.push({ entry, subject: manifest.subject.digest });
    } else if (tagged !== undefined && indexTypes.has(manifest.mediaType)) {
      for (const inner of manifest.entries) {
        candidates.push({ entry: inner, subject: tagged.digest });
      }
    }
  }
  return candidates;
}
