import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import { addImage, blobFile, finish } from './layout-files.ts';
import type { Named } from './layout-files.ts';

describe('images of a layout', () => {
  let folder: string;
  let one: Named;
  let two: Named;
  const named = (image: Named, name: string) => ({
    ...image,
    annotations: { 'org.opencontainers.image.ref.name': name },
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'images-'));
    one = await addImage(folder, [Buffer.from('one')]);
    two = await addImage(folder, [Buffer.from('two')]);
    await finish(folder, named(one, '1.0'), named(one, 'latest'), named(two, '2.0'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = (image?: string) =>
    readLayout(folder, {
      platforms: [],
      referrers: true,
      ...(image === undefined ? {} : { image }),
    });

  it('are chosen by name or digest', async () => {
    assert.equal((await read('latest')).root.digest, one.digest);
    assert.equal((await read('2.0')).root.digest, two.digest);
    assert.equal((await read(two.digest)).root.digest, two.digest);
  });

  it('have to be chosen, and one that is not there is told', async () => {
    await assert.rejects(read(), {
      message: `OCI layout ${folder}: index.json names 2 images (latest, 2.0); exactly one is pushed: say which in the input image (several platforms of one image go into a nested index)`,
    });
    await assert.rejects(read('3.0'), {
      message: `OCI layout ${folder}: index.json has no image "3.0"; it names 3 images (1.0, latest, 2.0)`,
    });
  });

  it('are chosen by the whole name that containerd writes, or by its end', async () => {
    const written = (image: Named, name: string) => ({
      ...image,
      annotations: {
        'io.containerd.image.name': name,
        'org.opencontainers.image.ref.name': '1.0',
      },
    });
    await finish(
      folder,
      written(one, 'docker.io/library/app:1.0'),
      written(two, 'contoso.azurecr.io/team/app:1.0'),
    );
    assert.equal((await read('docker.io/library/app:1.0')).root.digest, one.digest);
    assert.equal((await read('team/app:1.0')).root.digest, two.digest);
    const names = '2 images (docker.io/library/app:1.0, contoso.azurecr.io/team/app:1.0)';
    for (const image of ['app:1.0', '1.0']) {
      const message = new RegExp(`index.json names ${names.replace(/[()]/g, '\\$&')}; exactly one`);
      await assert.rejects(read(image), { message }, image);
    }
  });

  it('of which one is broken do not disturb the other', async () => {
    await rm(blobFile(folder, one.digest));
    assert.equal((await read('2.0')).root.digest, two.digest);
  });

  it('are not pushed without something that may be about them and cannot be read', async () => {
    const about = await addImage(folder, [Buffer.from('sbom')], { subject: one });
    await finish(folder, named(one, '1.0'), about);
    await rm(blobFile(folder, about.digest));
    await assert.rejects(read('1.0'), {
      code: 'IMAGE_CONTENT_MISSING',
      message: `OCI layout ${folder}: blobs/sha256/${about.digest.slice(7)} is missing; index.json names it`,
    });
    const without = await readLayout(folder, { platforms: [], referrers: false, image: '1.0' });
    assert.equal(without.root.digest, one.digest);
  });

  it('come with what cosign saves beside them', async () => {
    const kind = (image: Named, what: string, name?: string) => ({
      ...image,
      annotations: {
        kind: `dev.cosignproject.cosign/${what}`,
        ...(name === undefined ? {} : { 'org.opencontainers.image.ref.name': name }),
      },
    });
    const [sigs, atts] = [
      await addImage(folder, [Buffer.from('sigs')]),
      await addImage(folder, [Buffer.from('atts')]),
    ];
    await finish(folder, kind(one, 'image'), kind(sigs, 'sigs'), kind(atts, 'atts'));
    const { root, referrers } = await read();
    assert.equal(root.digest, one.digest);
    const tag = one.digest.replace(':', '-');
    assert.deepEqual(
      referrers.map((referrer) => [referrer.digest, referrer.tag]),
      [
        [sigs.digest, `${tag}.sig`],
        [atts.digest, `${tag}.att`],
      ],
    );
    // Of several images each has what bears its name.
    await finish(
      folder,
      kind(one, 'image', 'app:1'),
      kind(sigs, 'sigs', 'app:1'),
      kind(two, 'imageIndex', 'app:2'),
      kind(atts, 'atts', 'app:2'),
    );
    const second = await read(two.digest);
    assert.deepEqual(
      second.referrers.map((referrer) => referrer.tag),
      [`${two.digest.replace(':', '-')}.att`],
    );
  });

  it('leave what is about them behind when that is not wanted', async () => {
    const about = await addImage(folder, [Buffer.from('sbom')], { subject: one });
    await finish(folder, one, about);
    const all = await readLayout(folder);
    assert.deepEqual([all.root.digest, all.referrers.length], [one.digest, 1]);
    const without = await readLayout(folder, { platforms: [], referrers: false });
    assert.deepEqual([without.referrers.length, without.blobs.size], [0, 2]);
  });
});
