import { isRecord, readDescriptor, shown } from './descriptor.ts';
import type { Descriptor, Problem } from './descriptor.ts';
import { parseJson } from './json.ts';
import {
  imageConfigTypes,
  imageLayerTypes,
  indexTypes,
  isForeignLayer,
  isMediaType,
} from './media-types.ts';
import { readPlatform } from './platform.ts';
import type { Platform } from './platform.ts';

/** One of the manifests that an index names. */
export interface IndexEntry extends Descriptor {
  readonly platform?: Platform;
  readonly annotations: Readonly<Record<string, string>>;
  /** As it stands in the index, with fields that mean nothing here. */
  readonly whole: Readonly<Record<string, unknown>>;
}

/** What a manifest or index names. */
export interface ManifestParts {
  readonly manifests: readonly IndexEntry[];
  readonly blobs: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly subject?: Descriptor;
  readonly artifactType?: string;
}

/**
 * Reads the bytes of an image manifest or an index. Faults go to `problem`; what could be read is
 * returned, so that the caller can look for further ones below.
 */
export function readManifest(bytes: Buffer, mediaType: string, problem: Problem): ManifestParts {
  const empty: ManifestParts = { manifests: [], blobs: [], annotations: {} };
  const document = parseJson(bytes, problem);
  if (document === undefined) return empty;
  if (!isRecord(document) || document['schemaVersion'] !== 2) {
    problem('has no schemaVersion 2');
    return empty;
  }
  // A registry takes the Content-Type for true; a document that says otherwise confuses pullers.
  const own = document['mediaType'];
  if (own !== undefined && own !== mediaType) {
    problem(`calls itself ${typeText(own)}, its descriptor says ${mediaType}`, 'IMAGE_MEDIA_TYPE');
  }
  const isIndex = indexTypes.has(mediaType);
  // One document that is both an image and an index reads differently in different clients
  // (CVE-2021-41190).
  if (isIndex && (document['layers'] !== undefined || document['config'] !== undefined)) {
    problem('is an index that also has config or layers');
  }
  if (!isIndex && document['manifests'] !== undefined) {
    problem('is an image manifest that also has manifests');
  }
  const common = {
    annotations: textMap(document['annotations'], problem),
    ...subjectOf(document, problem),
    ...artifactTypeOf(document, problem),
  };
  return isIndex
    ? { ...common, manifests: indexEntries(document, problem), blobs: [] }
    : { ...common, manifests: [], blobs: imageBlobs(document, problem) };
}

/** The entries of an index, those left out that are wrong. */
export function indexEntries(document: Record<string, unknown>, problem: Problem): IndexEntry[] {
  return listOf(document, 'manifests', problem).map(([descriptor, whole]) => ({
    ...descriptor,
    ...readPlatform(whole['platform']),
    annotations: textMap(whole['annotations'], problem),
    whole,
  }));
}

function subjectOf(
  { subject }: Record<string, unknown>,
  problem: Problem,
): { subject?: Descriptor } {
  if (subject === undefined || subject === null) return {};
  const read = readDescriptor(subject, (message, code) => problem(`subject ${message}`, code));
  return read === undefined ? {} : { subject: read };
}

/** Of an artifact without one, the type of its config stands for it. */
function artifactTypeOf(
  { artifactType, config }: Record<string, unknown>,
  problem: Problem,
): { artifactType?: string } {
  if (artifactType === undefined || artifactType === '') {
    const type = isRecord(config) ? config['mediaType'] : undefined;
    return typeof type === 'string' ? { artifactType: type } : {};
  }
  if (typeof artifactType === 'string' && isMediaType(artifactType)) return { artifactType };
  problem(`has the artifactType ${shown(artifactType)}, no media type`, 'IMAGE_MEDIA_TYPE');
  return {};
}

function imageBlobs(document: Record<string, unknown>, problem: Problem): Descriptor[] {
  const config = readDescriptor(document['config'], (message, code) =>
    problem(`config ${message}`, code),
  );
  const layers = listOf(document, 'layers', problem).map(([descriptor]) => descriptor);
  // Signatures of cosign and attestations of buildx call their config that of an image, but have
  // no layer of a file system.
  const isImage =
    config !== undefined &&
    imageConfigTypes.has(config.mediaType) &&
    layers.some(({ mediaType }) => imageLayerTypes.has(mediaType));
  layers.forEach(({ mediaType }, position) => {
    const layer = `layers[${position}]`;
    if (isForeignLayer(mediaType)) {
      problem(
        `${layer} is a foreign layer (${typeText(mediaType)}), which is not in the source`,
        'IMAGE_MEDIA_TYPE',
      );
    } else if (isImage ? !imageLayerTypes.has(mediaType) : !isMediaType(mediaType)) {
      unsupported(layer, mediaType, problem);
    }
  });
  if (config !== undefined && !isMediaType(config.mediaType)) {
    unsupported('config', config.mediaType, problem);
  }
  return config === undefined ? layers : [config, ...layers];
}

function unsupported(what: string, mediaType: string, problem: Problem): void {
  problem(`${what} has the unsupported media type ${typeText(mediaType)}`, 'IMAGE_MEDIA_TYPE');
}

function typeText(mediaType: unknown): string {
  return typeof mediaType === 'string' && isMediaType(mediaType) ? mediaType : shown(mediaType);
}

function listOf(
  document: Record<string, unknown>,
  key: string,
  problem: Problem,
): [Descriptor, Record<string, unknown>][] {
  const list = document[key];
  if (!Array.isArray(list)) {
    problem(`has no list ${key}`);
    return [];
  }
  return list.flatMap((entry: unknown, position): [Descriptor, Record<string, unknown>][] => {
    const descriptor = readDescriptor(entry, (message, code) =>
      problem(`${key}[${position}] ${message}`, code),
    );
    return descriptor !== undefined && isRecord(entry) ? [[descriptor, entry]] : [];
  });
}

function textMap(value: unknown, problem: Problem): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value) || Object.values(value).some((entry) => typeof entry !== 'string')) {
    problem('has annotations that are not a map of texts');
    return {};
  }
  return value as Record<string, string>;
}
