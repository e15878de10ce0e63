import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { listenTls, type TlsListener } from '../../sandbox/http/tls-server.ts';
import { ImagePushWorld, loginServer } from '../support/image-push-world.ts';
import { runPackaged } from '../support/packaged-task.ts';
import { tarOf, type Entry } from '../unit/oci/archive-files.ts';
import {
  addJson,
  blobFile,
  configType,
  finish,
  imageType,
  layerType,
  type Named,
} from '../unit/oci/layout-files.ts';
import { SinkRegistry } from './sink-registry.ts';

/** Of the one layer: more than the task may use, and up to 10 GiB before a release. */
const gibibytes = Number(process.env['SPOKELINE_LAYER_GIB'] ?? 0.25);
const size = gibibytes * 1024 ** 3;
const mebibyte = 1024 * 1024;
const limit = 150 * mebibyte;
const sourceServer = 'crsource.azurecr.io';

describe(`a layer of ${gibibytes} GiB`, function () {
  this.timeout(120_000 + gibibytes * 120_000);
  const world = new ImagePushWorld((task, folder, inputs, environment) =>
    runPackaged(task, folder, inputs, {
      ...environment,
      NODE_OPTIONS: `--require ${join(folder, 'peak.cjs')}`,
      PEAK_FILE: join(folder, 'peak'),
    }),
  );
  let layer: Named;
  let sink: SinkRegistry;
  let listeners: TlsListener[];

  before(() => {
    const hash = createHash('sha256');
    const zeros = Buffer.alloc(mebibyte);
    for (let done = 0; done < size; done += zeros.length) hash.update(zeros);
    layer = { mediaType: layerType, digest: `sha256:${hash.digest('hex')}`, size };
  });
  beforeEach(async () => {
    sink = new SinkRegistry();
    listeners = [await listen(sink, loginServer, '127.110.0.101', 0)];
    await world.mapPort(listeners[0]?.port ?? 0);
    await writeFile(
      join(world.folder, 'peak.cjs'),
      `process.on('exit', () => require('fs').writeFileSync(process.env.PEAK_FILE,
         String(process.resourceUsage().maxRSS * 1024)));`,
    );
  });
  afterEach(async () => {
    for (const listener of listeners) await listener.close();
  });

  async function listen(
    registry: SinkRegistry,
    name: string,
    host: string,
    port: number,
  ): Promise<TlsListener> {
    const certificate = await world.authority.issue([name]);
    world.names.set(name, [name.replace('.azurecr.io', '.privatelink.azurecr.io'), host]);
    return listenTls({ host, port, certificate, handler: registry.handler, name });
  }

  /** A layout of the layer, which takes no room on the disk. */
  async function layout(): Promise<{ folder: string; image: Named; config: Named }> {
    const folder = join(world.folder, 'layout');
    const rootfs = { type: 'layers', diff_ids: [layer.digest] };
    const config = await addJson(folder, configType, {
      architecture: 'amd64',
      os: 'linux',
      rootfs,
    });
    const manifest = { schemaVersion: 2, mediaType: imageType, config, layers: [layer] };
    const image = await addJson(folder, imageType, manifest);
    await finish(folder, image);
    await sparse(blobFile(folder, layer.digest), Buffer.alloc(0), Buffer.alloc(0));
    return { folder, image, config };
  }

  /** A file of these bytes with the layer's zeros between them. */
  async function sparse(path: string, before: Buffer, after: Buffer): Promise<void> {
    const file = await open(path, 'w');
    await file.write(before, 0, before.length, 0);
    await file.truncate(before.length + size);
    await file.write(after, 0, after.length, before.length + size);
    await file.close();
  }

  /** A tar archive of small files and the layer, which comes in the middle. */
  async function archive(path: string, name: string, others: readonly Entry[]): Promise<void> {
    const header = (await tarOf([{ name, content: 'x' }])).subarray(0, 512);
    // The length in base 256: octal digits end at 8 GiB.
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    await sparse(path, header, await tarOf(others));
  }

  async function push(source: string, more: Record<string, string> = {}): Promise<void> {
    const inputs = { azureSubscription: '', tags: '1.0', timeout: '3000' };
    const run = await world.push({ ...inputs, source, ...more });
    assert.equal(run.result, 'Succeeded', run.output);
    assert.equal(sink.received.get(layer.digest), size);
    const peak = Number(await readFile(join(world.folder, 'peak'), 'utf8'));
    console.log(`      ${(peak / mebibyte).toFixed(1)} MiB resident at most`);
    assert.ok(peak > 0 && peak <= limit, `${(peak / mebibyte).toFixed(1)} MiB`);
  }

  it('streams out of a folder', async () => {
    const { folder } = await layout();
    await push(folder);
  });

  it('streams out of an OCI archive', async () => {
    const { folder, image, config } = await layout();
    const entries: Entry[] = [];
    for (const { digest } of [image, config]) {
      const content = await readFile(blobFile(folder, digest));
      entries.push({ name: `blobs/sha256/${digest.slice(7)}`, content });
    }
    for (const name of ['index.json', 'oci-layout']) {
      entries.push({ name, content: await readFile(join(folder, name)) });
    }
    await rm(folder, { recursive: true });
    const path = join(world.folder, 'image.tar');
    await archive(path, `blobs/sha256/${layer.digest.slice(7)}`, entries);
    await push(path);
  });

  async function dockerArchive(): Promise<string> {
    const rootfs = { type: 'layers', diff_ids: [layer.digest] };
    const manifest = [{ Config: 'config.json', RepoTags: ['app:1.0'], Layers: ['layer.tar'] }];
    const path = join(world.folder, 'image.tar');
    await archive(path, 'layer.tar', [
      { name: 'config.json', content: JSON.stringify({ rootfs }) },
      { name: 'manifest.json', content: JSON.stringify(manifest) },
    ]);
    return path;
  }

  it('streams out of a docker archive', async () => {
    await push(await dockerArchive());
  });

  it('streams out of a docker archive in gzip', async () => {
    const path = await dockerArchive();
    // Stored, not compressed: zeros that shrink to a thousandth would be taken for a bomb.
    const gzip = createGzip({ level: 0 });
    await pipeline(createReadStream(path), gzip, createWriteStream(`${path}.gz`));
    await rm(path);
    await push(`${path}.gz`);
  });

  it('streams from one registry to another', async () => {
    const { folder, image, config } = await layout();
    const source = new SinkRegistry();
    const port = listeners[0]?.port ?? 0;
    listeners.push(await listen(source, sourceServer, '127.110.0.102', port));
    source.manifests.set(image.digest, await readFile(blobFile(folder, image.digest)));
    source.given.set(layer.digest, size);
    const bytes = await readFile(blobFile(folder, config.digest));
    await rm(folder, { recursive: true });
    source.given.set(config.digest, bytes);
    await push(`docker://${sourceServer}/base/app@${image.digest}`);
  });
});
