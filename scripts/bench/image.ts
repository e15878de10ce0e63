import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const imageType = 'application/vnd.oci.image.manifest.v1+json';

export interface Image {
  readonly folder: string;
  /** Of the manifest. */
  readonly digest: string;
  readonly layers: number;
  readonly bytes: number;
  /** Descriptors and digests of the plain archives, for an image that is built on this one. */
  readonly parts: readonly { readonly layer: Descriptor; readonly plain: string }[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes an OCI layout of layers with random content, so that nothing can be compressed away. The
 * layers are gzipped archives, for containers/image would compress plain ones before it sends them.
 *
 * @param base whose layers come first; they are linked into the folder
 */
export async function writeImage(
  folder: string,
  layers: number,
  bytes: number,
  base?: Image,
): Promise<Image> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const add = async (mediaType: string, content: Buffer): Promise<Descriptor> => {
    const digest = digestOf(content);
    await writeFile(join(blobs, digest.replace('sha256:', '')), content);
    return { mediaType, digest, size: content.length };
  };
  const addJson = (mediaType: string, value: unknown): Promise<Descriptor> =>
    add(mediaType, Buffer.from(JSON.stringify(value)));

  const parts: { layer: Descriptor; plain: string }[] = [];
  for (const part of base?.parts.slice(0, layers - 1) ?? []) {
    const name = join('blobs', 'sha256', part.layer.digest.replace('sha256:', ''));
    await link(join(base?.folder ?? '', name), join(folder, name));
    parts.push(part);
  }
  while (parts.length < layers) {
    const archive = archiveOf(`layer-${parts.length}`, randomBytes(bytes));
    const packed = gzipSync(archive, { level: 0 });
    const layer = await add('application/vnd.oci.image.layer.v1.tar+gzip', packed);
    parts.push({ layer, plain: digestOf(archive) });
  }
  const config = await addJson('application/vnd.oci.image.config.v1+json', {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: parts.map(({ plain }) => plain) },
  });
  const manifest = await addJson(imageType, {
    schemaVersion: 2,
    mediaType: imageType,
    config,
    layers: parts.map(({ layer }) => layer),
  });
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const index = JSON.stringify({ schemaVersion: 2, manifests: [manifest] });
  await writeFile(join(folder, 'index.json'), index);
  return { folder, digest: manifest.digest, layers, bytes, parts };
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** A tar archive (POSIX ustar) of one file. */
function archiveOf(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(512);
  const octal = (value: number, digits: number): string =>
    `${value.toString(8).padStart(digits, '0')}\0`;
  head.write(name, 0);
  head.write(octal(0o644, 7), 100);
  head.write(octal(0, 7), 108);
  head.write(octal(0, 7), 116);
  head.write(octal(content.length, 11), 124);
  head.write(octal(0, 11), 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([head, content, padding, Buffer.alloc(1024)]);
}
