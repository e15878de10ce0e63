// Makes an OCI image layout of app/: one layer, one manifest. The same files give the same digest, so that an
// unchanged app is not pushed again. usage: node make-image.mjs TARGET
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const target = process.argv[2];
if (!target) {
  console.error('usage: node make-image.mjs TARGET');
  process.exit(2);
}
const app = join(dirname(fileURLToPath(import.meta.url)), 'app');

/** One file of a ustar archive, owned by root, with a fixed date. */
function entry(name, content) {
  const header = Buffer.alloc(512);
  const octal = (value, length) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(octal(header.reduce((sum, byte) => sum + byte, 0), 7), 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const sha256 = (content) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

function store(content, mediaType) {
  const digest = sha256(content);
  writeFileSync(join(target, 'blobs/sha256', digest.slice(7)), content);
  return { mediaType, digest, size: content.length };
}

const storeJson = (value, mediaType) => store(Buffer.from(JSON.stringify(value)), mediaType);

mkdirSync(join(target, 'blobs/sha256'), { recursive: true });
const files = readdirSync(app).sort();
const parts = files.map((name) => entry(`app/${name}`, readFileSync(join(app, name))));
const tar = Buffer.concat([...parts, Buffer.alloc(1024)]);
const layer = store(gzipSync(tar, { level: 9 }), 'application/vnd.oci.image.layer.v1.tar+gzip');
const config = storeJson(
  {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['node', '/app/server.mjs'], WorkingDir: '/app' },
    rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
  },
  'application/vnd.oci.image.config.v1+json',
);
const manifest = storeJson(
  {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: [layer],
  },
  'application/vnd.oci.image.manifest.v1+json',
);
writeFileSync(
  join(target, 'index.json'),
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [manifest],
  }),
);
writeFileSync(join(target, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
console.log(`${files.length} files, image ${manifest.digest}`);
