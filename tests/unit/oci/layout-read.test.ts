import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import {
  addBlob,
  addImage,
  addJson,
  blobFile,
  digestOf,
  finish,
  indexType,
} from './layout-files.ts';

const layer = Buffer.from('a layer');

describe('OCI layout', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layout-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read with every blob and manifest once, the root last', async () => {
    const amd = await addImage(folder, [layer, Buffer.from('x')]);
    const arm = await addImage(folder, [layer], { annotations: { a: 'b' } });
    const inner = await addJson(folder, indexType, { schemaVersion: 2, manifests: [amd, arm] });
    const root = await addJson(folder, indexType, { schemaVersion: 2, manifests: [inner, amd] });
    await finish(folder, root);
    const layout = await readLayout(folder);
    assert.deepEqual(
      layout.manifests.map((manifest) => manifest.digest),
      [amd.digest, arm.digest, inner.digest, root.digest],
    );
    assert.equal(layout.root.digest, root.digest);
    assert.equal(layout.blobs.size, 4);
    assert.ok(layout.blobs.has(digestOf(layer)));
  });

  it('takes an artifact with media types of its own', async () => {
    const root = await addImage(folder, [], {
      artifactType: 'application/vnd.example.chart',
      layers: [await addBlob(folder, 'application/vnd.example.chart.v1.tar+gzip', layer)],
    });
    await finish(folder, root);
    assert.equal((await readLayout(folder)).blobs.size, 2);
  });

  it('takes layers in zstd of docker, and encrypted ones', async () => {
    const types = [
      'application/vnd.docker.image.rootfs.diff.tar.gzip',
      'application/vnd.docker.image.rootfs.diff.tar.zstd',
      'application/vnd.oci.image.layer.v1.tar+encrypted',
      'application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
    ];
    const layers = await Promise.all(types.map((type) => addBlob(folder, type, Buffer.from(type))));
    await finish(folder, await addImage(folder, [], { layers }));
    assert.equal((await readLayout(folder)).blobs.size, 5);
  });

  it('takes links that stay inside', async () => {
    await finish(folder, await addImage(folder, [layer]));
    const file = blobFile(folder, digestOf(layer));
    await writeFile(join(folder, 'elsewhere'), layer);
    await unlink(file);
    await symlink('../../elsewhere', file);
    assert.equal((await readLayout(folder)).blobs.size, 2);
  });

  it('is refused: a folder that does not exist, or a file', async () => {
    await assert.rejects(readLayout(join(folder, 'no')), {
      code: 'IMAGE_INVALID',
      message: `OCI layout ${join(folder, 'no')} does not exist`,
    });
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(readLayout(join(folder, 'file')), {
      message: `OCI layout ${join(folder, 'file')} is a file, not an OCI layout folder`,
    });
  });
});
