import type { IndexEntry } from '../manifest.ts';
import type { Referrer } from '../image.ts';
import { indexTypes } from '../media-types.ts';
import { digestTag } from '../referrer-tags.ts';
import type { ImageGraph } from './graph.ts';

/** An entry that is about an image, with the tag that says so if that is how it is said. */
interface Candidate {
  readonly entry: IndexEntry;
  readonly subject: string;
  readonly tag?: string;
}

/** Whether an entry point is about another manifest, and so not an image to push by itself. */
export async function isAbout(
  peek: ImageGraph,
  entry: IndexEntry,
  name: string | undefined,
): Promise<boolean> {
  if (name !== undefined && digestTag(name) !== undefined) return true;
  return (await peek.read(entry, 'index.json'))?.subject !== undefined;
}

/**
 * Adds what a layout holds about the manifests of the graph: entry points with a subject, entries
 * of an index named `sha256-<hex>` (the tag schema of the distribution specification), and
 * manifests named `sha256-<hex>.sig` and the like, as cosign names them. What is about a referrer
 * comes along as well.
 *
 * @param peek reads entry points without complaint; most may not be needed
 */
export async function addLayoutReferrers(
  graph: ImageGraph,
  peek: ImageGraph,
  entries: readonly IndexEntry[],
  nameOf: (entry: IndexEntry) => string | undefined,
): Promise<Referrer[]> {
  const bySubject = new Map<string, Candidate[]>();
  for (const candidate of await candidatesOf(peek, entries, nameOf)) {
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
  peek: ImageGraph,
  entries: readonly IndexEntry[],
  nameOf: (entry: IndexEntry) => string | undefined,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const name = nameOf(entry);
    const tagged = name === undefined ? undefined : digestTag(name);
    if (tagged?.kind !== undefined && name !== undefined) {
      candidates.push({ entry, subject: tagged.digest, tag: name });
      continue;
    }
    const manifest = await peek.read(entry, 'index.json');
    if (manifest === undefined) continue;
    if (manifest.subject !== undefined) {
      candidates.push({ entry, subject: manifest.subject.digest });
    } else if (tagged !== undefined && indexTypes.has(manifest.mediaType)) {
      for (const inner of manifest.entries) {
        candidates.push({ entry: inner, subject: tagged.digest });
      }
    }
  }
  return candidates;
}
