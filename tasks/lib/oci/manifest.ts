import { isRecord, readDescriptor } from './descriptor.ts';
import type { Descriptor, Problem } from './descriptor.ts';
import {
  imageConfigTypes,
  imageLayerTypes,
  indexTypes,
  isForeignLayer,
  isMediaType,
} from './media-types.ts';

/** What a manifest or index names. */
export interface ManifestParts {
  readonly manifests: readonly Descriptor[];
  readonly blobs: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Reads the bytes of an image manifest or an index. Faults go to `problem`; what could be read is
 * returned, so that the caller can look for further ones below.
 */
export function readManifest(bytes: Buffer, mediaType: string, problem: Problem): ManifestParts {
  const empty: ManifestParts = { manifests: [], blobs: [], annotations: {} };
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    problem(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    return empty;
  }
  if (!isRecord(document) || document['schemaVersion'] !== 2) {
    problem('has no schemaVersion 2');
    return empty;
  }
  // A registry takes the Content-Type for true; a document that says otherwise confuses pullers.
  const own = document['mediaType'];
  if (own !== undefined && own !== mediaType) {
    problem(`calls itself ${String(own)}, its descriptor says ${mediaType}`);
  }
  if (document['subject'] !== undefined) {
    problem('has a subject: referrers (signatures, attestations, SBOMs) are not supported');
  }
  const annotations = textMap(document['annotations'], problem);
  const isIndex = indexTypes.has(mediaType);
  // One document that is both an image and an index reads differently in different clients
  // (CVE-2021-41190).
  if (isIndex && (document['layers'] !== undefined || document['config'] !== undefined)) {
    problem('is an index that also has config or layers');
  }
  if (!isIndex && document['manifests'] !== undefined) {
    problem('is an image manifest that also has manifests');
  }
  return isIndex
    ? { manifests: listOf(document, 'manifests', problem), blobs: [], annotations }
    : { manifests: [], blobs: imageBlobs(document, problem), annotations };
}

function imageBlobs(document: Record<string, unknown>, problem: Problem): Descriptor[] {
  const config = readDescriptor(document['config'], (message) => problem(`config ${message}`));
  const layers = listOf(document, 'layers', problem);
  const isImage =
    config !== undefined &&
    imageConfigTypes.has(config.mediaType) &&
    document['artifactType'] === undefined;
  layers.forEach((layer, position) => {
    const { mediaType } = layer;
    if (isForeignLayer(mediaType)) {
      problem(`layers[${position}] is a foreign layer (${mediaType}), which is not in the layout`);
    } else if (isImage ? !imageLayerTypes.has(mediaType) : !isMediaType(mediaType)) {
      problem(`layers[${position}] has the unsupported media type ${mediaType}`);
    }
  });
  if (config !== undefined && !isMediaType(config.mediaType)) {
    problem(`config has the unsupported media type ${config.mediaType}`);
  }
  return config === undefined ? layers : [config, ...layers];
}

function listOf(document: Record<string, unknown>, key: string, problem: Problem): Descriptor[] {
  const list = document[key];
  if (!Array.isArray(list)) {
    problem(`has no list ${key}`);
    return [];
  }
  return list
    .map((entry, position) =>
      readDescriptor(entry, (message) => problem(`${key}[${position}] ${message}`)),
    )
    .filter((descriptor) => descriptor !== undefined);
}

function textMap(value: unknown, problem: Problem): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value) || Object.values(value).some((entry) => typeof entry !== 'string')) {
    problem('has annotations that are not a map of texts');
    return {};
  }
  return value as Record<string, string>;
}
