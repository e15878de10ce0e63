import { createHash } from 'node:crypto';
import { isDigest, isRecord, shown } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import { parseJson } from '../json.ts';
import type { Blob } from '../image.ts';
import { DockerLayers } from './docker-layer.ts';
import { Files } from './files.ts';
import type { FileTree, SourceFile } from './files.ts';
import { ImageGraph } from './graph.ts';
import { meant, nameList } from './names.ts';
import { Problems } from './problems.ts';
import { imageOf } from './read-image.ts';
import type { ReadImage } from './read-image.ts';
import { addVariants } from './variants.ts';
import type { SourceWish } from './wish.ts';

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
const configType = 'application/vnd.docker.container.image.v1+json';

/** One image of manifest.json. */
interface Entry {
  readonly config: string;
  readonly layers: readonly string[];
  /** The last one is its id, where the name of the config holds it. */
  readonly names: readonly string[];
}

/**
 * Reads what `docker save` writes, also as skopeo, podman, kaniko and crane write it. Config and
 * layers go as they are stored; the manifest, which such an archive does not have, is made as
 * skopeo makes it and comes out the same each time. The config names the digest of each layer's
 * content, so a layer that is stored as a plain tar needs no reading ahead.
 * https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format
 *
 * @throws SpokelineError IMAGE_… with every problem found
 */
export async function readDockerArchive(
  tree: FileTree,
  wish: SourceWish,
  signal: AbortSignal,
): Promise<ReadImage> {
  const problems = new Problems();
  const files = new Files(tree, problems);
  const entries = await entriesOf(files, problems);
  const entry = entries && chosen(problems, entries, wish.image);
  const image = entry && (await manifestOf(files, problems, entry, signal));
  if (image === undefined) throw problems.failure(tree.what);
  const graph = new ImageGraph(
    {
      manifest: () => Promise.resolve(image.bytes),
      blob: ({ digest }) => Promise.resolve(image.blobs.get(digest)),
    },
    problems,
  );
  const root = await addVariants(graph, problems, image.top, 'manifest.json', wish.platforms);
  if (problems.count > 0 || root === undefined) throw problems.failure(tree.what);
  return imageOf(graph, root, []);
}

async function entriesOf(files: Files, problems: Problems): Promise<Entry[] | undefined> {
  const name = 'manifest.json';
  const bytes = await files.read(name);
  const list = bytes && parseJson(bytes, problems.about(name));
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) {
    problems.add('is not a list of images', name);
    return undefined;
  }
  const before = problems.count;
  const entries = list.map((entry: unknown, position): Entry => {
    const { Config: config, Layers: layers, RepoTags: tags } = isRecord(entry) ? entry : {};
    if (typeof config !== 'string') problems.add(`[${position}] has no Config`, name);
    if (!isTexts(layers)) problems.add(`[${position}] has no list Layers`, name);
    return {
      config: typeof config === 'string' ? config : '',
      layers: isTexts(layers) ? layers : [],
      names: [...(isTexts(tags) ? tags : []), ...idOf(config)],
    };
  });
  return problems.count === before ? entries : undefined;
}

/** The id of an image is the digest of its config. */
function idOf(config: unknown): string[] {
  const stated = typeof config === 'string' ? statedHex(config) : undefined;
  return stated === undefined ? [] : [`sha256:${stated}`];
}

/** `<hex>.json` of docker and podman, `sha256:<hex>` of kaniko, `blobs/sha256/<hex>` of docker 25. */
function statedHex(config: string): string | undefined {
  return /(?:^|[/:])([a-f0-9]{64})(?:\.json)?$/.exec(config)?.[1];
}

function chosen(
  problems: Problems,
  entries: readonly Entry[],
  image: string | undefined,
): Entry | undefined {
  const found = image === undefined ? entries : meant(entries, image, ({ names }) => names);
  if (found.length === 1) return found[0];
  const list = nameList(entries.map((entry, position) => entry.names[0] ?? `[${position}]`));
  const message =
    entries.length === 0
      ? 'names no image'
      : image !== undefined && found.length === 0
        ? `has no image ${shown(image)}; it names ${list}`
        : `names ${found.length} images (${list}); say which in the input image`;
  problems.add(message, 'manifest.json');
  return undefined;
}

interface DockerImage {
  readonly top: Descriptor;
  readonly bytes: Buffer;
  readonly blobs: ReadonlyMap<string, Blob>;
}

async function manifestOf(
  files: Files,
  problems: Problems,
  entry: Entry,
  signal: AbortSignal,
): Promise<DockerImage | undefined> {
  const file = await files.find(entry.config, 'is missing; manifest.json names it');
  const bytes = file && (await files.bytes(file, entry.config));
  if (file === undefined || bytes === undefined) return undefined;
  const config = configOf(problems, entry.config, file, bytes);
  const diffIds = diffIdsOf(problems, entry, bytes);
  const stored = new DockerLayers(problems, signal);
  const layers: Blob[] = [];
  for (const [position, name] of entry.layers.entries()) {
    const layer = await files.find(name, 'is missing; manifest.json names it');
    const diffId = diffIds?.[position];
    if (layer === undefined || diffId === undefined) continue;
    const blob = await stored.read(layer, name, diffId);
    if (blob !== undefined) layers.push(blob);
  }
  if (problems.count > 0) return undefined;
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: described(config),
    layers: layers.map(described),
  };
  const made = Buffer.from(JSON.stringify(manifest));
  return {
    top: { mediaType: manifestType, digest: digestOf(made), size: made.length },
    bytes: made,
    blobs: new Map([config, ...layers].map((blob) => [blob.digest, blob])),
  };
}

function configOf(problems: Problems, name: string, file: SourceFile, bytes: Buffer): Blob {
  const digest = digestOf(bytes);
  const stated = statedHex(name);
  if (stated !== undefined && digest !== `sha256:${stated}`) {
    problems.add(`has other content: its digest is ${digest}`, name, 'IMAGE_DIGEST_MISMATCH');
  }
  return { ...file, mediaType: configType, digest };
}

/** Digests of the layers' content, in the order of the layers. */
function diffIdsOf(problems: Problems, entry: Entry, bytes: Buffer): string[] | undefined {
  const config = parseJson(bytes, problems.about(entry.config));
  if (config === undefined) return undefined;
  const rootfs = isRecord(config) ? config['rootfs'] : undefined;
  const diffIds = isRecord(rootfs) ? rootfs['diff_ids'] : undefined;
  if (!isTexts(diffIds)) {
    problems.add('has no list rootfs.diff_ids', entry.config);
    return undefined;
  }
  const strange = diffIds.find((diffId) => !isDigest(diffId));
  if (strange !== undefined) {
    const message = `has the diff_id ${shown(strange)}; only sha256 digests are supported`;
    problems.add(message, entry.config, 'IMAGE_ALGORITHM');
    return undefined;
  }
  if (diffIds.length === entry.layers.length) return diffIds;
  const layers = `${entry.layers.length} in manifest.json`;
  problems.add(`names ${diffIds.length} layers, but there are ${layers}`, entry.config);
  return undefined;
}

/** The members in the order in which Go, and so every other client, writes them. */
function described({ mediaType, size, digest }: Blob): unknown {
  return { mediaType, size, digest };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
