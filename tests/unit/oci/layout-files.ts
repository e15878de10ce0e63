import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const imageType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';
export const configType = 'application/vnd.oci.image.config.v1+json';
export const layerType = 'application/vnd.oci.image.layer.v1.tar';

export interface Named {
  mediaType: string;
  digest: string;
  size: number;
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function blobFile(folder: string, digest: string): string {
  return join(folder, 'blobs', 'sha256', digest.replace('sha256:', ''));
}

/** Writes a blob and returns its descriptor. */
export async function addBlob(folder: string, mediaType: string, bytes: Buffer): Promise<Named> {
  const digest = digestOf(bytes);
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  await writeFile(blobFile(folder, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

export async function addJson(folder: string, mediaType: string, value: unknown): Promise<Named> {
  return addBlob(folder, mediaType, Buffer.from(JSON.stringify(value)));
}

/** An image of these layers; further fields of the manifest may be given. */
export async function addImage(
  folder: string,
  layers: readonly Buffer[],
  more: Record<string, unknown> = {},
): Promise<Named> {
  const config = await addJson(folder, configType, {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  });
  const descriptors = [];
  for (const layer of layers) descriptors.push(await addBlob(folder, layerType, layer));
  return addJson(folder, imageType, {
    schemaVersion: 2,
    mediaType: imageType,
    config,
    layers: descriptors,
    ...more,
  });
}

/** Makes the folder a layout of this entry point. */
export async function finish(folder: string, ...entries: unknown[]): Promise<void> {
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: entries }),
  );
}
