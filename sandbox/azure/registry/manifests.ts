import { createHash } from 'node:crypto';
import type { Content, Repository, StoredManifest } from './content.ts';
import { digestLike } from './content.ts';
import { RegistryError } from './errors.ts';
import { checkDigest, checkTag, isDigest } from './names.ts';

const imageTypes: readonly string[] = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const indexTypes: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

interface Descriptor {
  mediaType?: string;
  digest: string;
  size?: number;
  artifactType?: string;
  annotations?: Record<string, string>;
}

export interface PutResult {
  digest: string;
  subject: string | undefined;
  tags: string[];
}

/**
 * Stores a manifest byte for byte once all it names is there.
 * @param reference tag or digest
 * @throws RegistryError MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN, DIGEST_INVALID, TAG_INVALID
 */
export function putManifest(
  content: Content,
  name: string,
  reference: string,
  contentType: string,
  bytes: Buffer,
  tags: readonly string[],
): PutResult {
  const document = parse(bytes);
  const declared = document['mediaType'];
  const mediaType = contentType.split(';')[0]?.trim() ?? '';
  if (![...imageTypes, ...indexTypes].includes(mediaType)) {
    throw invalid(`the media type '${mediaType}' is not supported`);
  }
  if (declared !== undefined && declared !== mediaType) {
    throw invalid(`the content type is '${mediaType}', the manifest says '${String(declared)}'`);
  }
  if (document['schemaVersion'] !== 2) throw invalid('schemaVersion must be 2');
  if (imageTypes.includes(mediaType)) checkImage(content, name, document);
  else checkIndex(content.repositories.get(name), document);

  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  let stored = digest;
  const given = [...tags];
  if (isDigest(reference)) {
    stored = digestLike(checkDigest(reference), [bytes]);
    if (stored !== reference) {
      throw new RegistryError(
        400,
        'DIGEST_INVALID',
        'provided digest did not match uploaded content',
        { detail: { provided: reference, computed: stored } },
      );
    }
  } else {
    given.unshift(reference);
  }
  for (const tag of given) checkTag(tag);
  const subject = document['subject'] === undefined ? undefined : descriptor(document['subject']);
  const repository = content.openRepository(name);
  repository.manifests.set(stored, {
    mediaType,
    bytes,
    ...(subject === undefined ? {} : { subject: subject.digest }),
  });
  for (const tag of given) repository.tags.set(tag, stored);
  return { digest: stored, subject: subject?.digest, tags: [...tags] };
}

/** @throws RegistryError NAME_UNKNOWN or MANIFEST_UNKNOWN */
export function findManifest(
  content: Content,
  name: string,
  reference: string,
): { digest: string; manifest: StoredManifest } {
  const repository = content.repositories.get(name);
  if (repository === undefined) {
    throw new RegistryError(404, 'NAME_UNKNOWN', 'repository name not known to registry', {
      detail: { name },
    });
  }
  const digest = isDigest(reference) ? checkDigest(reference) : repository.tags.get(reference);
  const manifest = digest === undefined ? undefined : repository.manifests.get(digest);
  if (digest === undefined || manifest === undefined) {
    const message = `manifest tagged by "${reference}" is not found`;
    throw new RegistryError(404, 'MANIFEST_UNKNOWN', message, { detail: { Tag: reference } });
  }
  return { digest, manifest };
}

/** Manifests about a digest, as an index that clients read. */
export function referrers(
  repository: Repository | undefined,
  subject: string,
  artifactType: string | null,
): Record<string, unknown> {
  const manifests = [...(repository?.manifests ?? [])]
    .filter(([, manifest]) => manifest.subject === subject)
    .map(([digest, manifest]) => describe(digest, manifest))
    .filter((found) => artifactType === null || found.artifactType === artifactType);
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests,
  };
}

function describe(digest: string, { mediaType, bytes }: StoredManifest): Descriptor {
  const document = parse(bytes);
  const config = document['config'];
  const configType =
    typeof config === 'object' && config !== null && 'mediaType' in config
      ? config.mediaType
      : undefined;
  const artifactType = document['artifactType'] ?? configType;
  const annotations = document['annotations'];
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(typeof annotations === 'object' && annotations !== null
      ? { annotations: annotations as Record<string, string> }
      : {}),
  };
}

function checkImage(content: Content, name: string, document: Record<string, unknown>): void {
  if (!Array.isArray(document['layers'])) throw invalid('layers must be a list');
  const wanted = [document['config'], ...(document['layers'] as unknown[])].map(descriptor);
  const missing = wanted.filter(({ digest, size }) => {
    const blob = content.blob(name, digest, 'manifests');
    if (blob !== undefined && size !== undefined && size !== blob.size) {
      throw invalid(`${digest} has ${String(blob.size)} bytes, the manifest says ${String(size)}`);
    }
    return blob === undefined;
  });
  if (missing.length === 0) return;
  const detail = missing.map(({ digest }) => ({ Digest: digest }));
  throw new RegistryError(400, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', { detail });
}

function checkIndex(repository: Repository | undefined, document: Record<string, unknown>): void {
  if (!Array.isArray(document['manifests'])) throw invalid('manifests must be a list');
  const wanted = (document['manifests'] as unknown[]).map(descriptor);
  const missing = wanted.filter(({ digest }) => repository?.manifests.has(digest) !== true);
  if (missing.length === 0) return;
  const detail = missing.map(({ digest }) => ({ Digest: digest }));
  throw new RegistryError(400, 'MANIFEST_BLOB_UNKNOWN', 'manifest unknown to registry', { detail });
}

function descriptor(value: unknown): Descriptor {
  if (typeof value !== 'object' || value === null) throw invalid('a descriptor is missing');
  const { digest, size } = value as { digest?: unknown; size?: unknown };
  if (typeof digest !== 'string') throw invalid('a descriptor has no digest');
  checkDigest(digest);
  return { digest, ...(typeof size === 'number' ? { size } : {}) };
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    throw invalid('the manifest is not JSON');
  }
  throw invalid('the manifest is not an object');
}

function invalid(message: string): RegistryError {
  return new RegistryError(400, 'MANIFEST_INVALID', `manifest invalid: ${message}`);
}
