import { createHash } from 'node:crypto';
import type { Descriptor } from '../descriptor.ts';
import { isRecord } from '../descriptor.ts';
import { parseJson } from '../json.ts';
import type { IndexEntry } from '../manifest.ts';
import { indexTypes } from '../media-types.ts';
import { platformName, readPlatform, samePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import type { ImageGraph, ReadManifest } from './graph.ts';
import { manifestLimit } from './graph.ts';
import type { Problems } from './problems.ts';

/** Says in an index which of its images an attestation of buildx is about. */
const attested = 'vnd.docker.reference.digest';

/**
 * Adds an image to the graph, or of an index only the variants for some platforms. One variant
 * becomes the root by itself, as with other clients; several get an index of their own, with the
 * attestations that buildx has put beside them. Where all are wanted the index stays as it is.
 */
export async function addVariants(
  graph: ImageGraph,
  problems: Problems,
  top: Descriptor,
  from: string,
  platforms: readonly Platform[],
): Promise<ReadManifest | undefined> {
  if (platforms.length === 0) return graph.add(top, from);
  const root = await graph.read(top, from);
  if (root === undefined) return undefined;
  if (!indexTypes.has(root.mediaType)) return single(graph, problems, top, from, platforms);
  const leaves = await leavesOf(graph, root);
  const images = leaves.filter(({ annotations }) => annotations[attested] === undefined);
  const wanted = images.filter(({ platform }) => isWanted(platform, platforms));
  const there = images.map(({ platform }) => platform).filter((p) => p !== undefined);
  for (const platform of platforms) {
    if (!there.some((other) => samePlatform(platform, other))) {
      missing(problems, root.digest, platform, there);
    }
  }
  const digests = new Set(wanted.map(({ digest }) => digest));
  const kept = leaves.filter(
    ({ digest, annotations }) => digests.has(digest) || digests.has(annotations[attested] ?? ''),
  );
  if (wanted.length === 0) return undefined;
  if (images.length === wanted.length && kept.length === root.entries.length) {
    return graph.add(top, from);
  }
  const [first] = wanted;
  if (digests.size === 1 && first !== undefined) return graph.add(first, root.digest);
  for (const entry of kept) await graph.add(entry, root.digest);
  const index = indexOf(root, kept);
  graph.keep(index);
  return index;
}

/**
 * The images of an index, those of indexes in it as well, each once for a platform: what runs
 * anywhere may be named for each platform by itself.
 */
async function leavesOf(graph: ImageGraph, root: ReadManifest): Promise<IndexEntry[]> {
  const leaves = new Map<string, IndexEntry>();
  const seen = new Set<string>();
  const visit = async (index: ReadManifest): Promise<void> => {
    if (seen.has(index.digest)) return;
    seen.add(index.digest);
    for (const entry of index.entries) {
      if (!indexTypes.has(entry.mediaType)) {
        const on = entry.platform === undefined ? '' : platformName(entry.platform);
        leaves.set(`${entry.digest} ${on}`, entry);
      } else {
        const inner = await graph.read(entry, index.digest);
        if (inner !== undefined) await visit(inner);
      }
    }
  };
  await visit(root);
  return [...leaves.values()];
}

/** An image without an index: its configuration says what it runs on. */
async function single(
  graph: ImageGraph,
  problems: Problems,
  top: Descriptor,
  from: string,
  platforms: readonly Platform[],
): Promise<ReadManifest | undefined> {
  const image = await graph.add(top, from);
  const config = image?.parts[0];
  const blob = config && graph.blobs.get(config.digest);
  if (image === undefined || blob === undefined || blob.size > manifestLimit) return image;
  const bytes = Buffer.concat((await blob.open().toArray()) as Buffer[]);
  const document = parseJson(bytes, problems.about(blob.digest));
  const { platform } = readPlatform(isRecord(document) ? document : undefined);
  for (const wanted of platforms) {
    if (platform === undefined || !samePlatform(wanted, platform)) {
      missing(problems, top.digest, wanted, platform === undefined ? [] : [platform]);
    }
  }
  return image;
}

function isWanted(platform: Platform | undefined, platforms: readonly Platform[]): boolean {
  return platform !== undefined && platforms.some((wanted) => samePlatform(wanted, platform));
}

function missing(
  problems: Problems,
  digest: string,
  wanted: Platform,
  there: readonly Platform[],
): void {
  const names = [...new Set(there.map(platformName))].join(', ') || 'nothing that is named';
  const message = `has nothing for ${platformName(wanted)}; it has ${names}`;
  problems.add(message, digest, 'IMAGE_PLATFORM_MISSING');
}

/** The index with these entries only: the same bytes whenever it is made of the same index. */
function indexOf(root: ReadManifest, entries: readonly IndexEntry[]): ReadManifest {
  const annotations = Object.keys(root.annotations).length > 0 ? root.annotations : undefined;
  const document = {
    schemaVersion: 2,
    mediaType: root.mediaType,
    manifests: entries.map(({ whole }) => whole),
    annotations,
  };
  const bytes = Buffer.from(JSON.stringify(document));
  return {
    mediaType: root.mediaType,
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: bytes.length,
    bytes,
    entries,
    parts: [],
    manifests: entries.map(({ digest }) => digest),
    blobs: [],
    annotations: root.annotations,
  };
}
