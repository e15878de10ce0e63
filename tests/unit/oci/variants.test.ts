import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageSource } from '../../../tasks/lib/oci/image.ts';
import { parsePlatform, platformFault } from '../../../tasks/lib/oci/platform.ts';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import { addBlob, addImage, addJson, blobFile, finish, indexType } from './layout-files.ts';
import type { Named } from './layout-files.ts';

describe('platforms of an image', () => {
  let folder: string;
  let images: Record<'amd64' | 'arm64' | 'armv7' | 'windows', Named>;
  let attestation: Named;
  let index: Named;

  const platform = (os: string, architecture: string, variant?: string) => ({
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'variants-'));
    const image = (name: string): Promise<Named> => addImage(folder, [Buffer.from(name)]);
    images = {
      amd64: await image('amd64'),
      arm64: await image('arm64'),
      armv7: await image('armv7'),
      windows: await image('windows'),
    };
    attestation = await addImage(folder, [], {
      layers: [await addBlob(folder, 'application/vnd.in-toto+json', Buffer.from('provenance'))],
    });
    const inner = await addJson(folder, indexType, {
      schemaVersion: 2,
      manifests: [{ ...images.armv7, ...platform('linux', 'arm', 'v7') }],
    });
    index = await addJson(folder, indexType, {
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [
        { ...images.amd64, ...platform('linux', 'amd64'), 'x-kept': 1 },
        { ...images.arm64, ...platform('linux', 'arm64', 'v8') },
        { ...images.windows, ...platform('windows', 'amd64') },
        {
          ...attestation,
          ...platform('unknown', 'unknown'),
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': images.amd64.digest,
          },
        },
        inner,
      ],
      annotations: { made: 'by hand' },
    });
    await finish(folder, index);
  });
  afterEach(() => rm(folder, { recursive: true }));

  function read(...platforms: string[]): Promise<ImageSource> {
    return readLayout(folder, { platforms: platforms.map(parsePlatform), referrers: true });
  }

  it('all go where none is named, in the index as it is', async () => {
    const { root, manifests } = await read();
    assert.equal(root.digest, index.digest);
    assert.equal(manifests.length, 7);
  });

  it('one goes by itself, with its own blobs only', async () => {
    const { root, manifests, blobs } = await read('linux/amd64');
    assert.equal(root.digest, images.amd64.digest);
    assert.deepEqual([manifests.length, blobs.size], [1, 2]);
  });

  it('are found in an index inside the index, and by the variant that is meant', async () => {
    assert.equal((await read('linux/arm/v7')).root.digest, images.armv7.digest);
    assert.equal((await read('linux/arm')).root.digest, images.armv7.digest);
    assert.equal((await read('linux/arm64')).root.digest, images.arm64.digest);
  });

  it('several get an index of their own, the same each time, with attestations', async () => {
    const { root, manifests } = await read('linux/amd64', 'windows/amd64');
    const document = JSON.parse(root.bytes.toString()) as Record<string, unknown>;
    const entries = document['manifests'] as Record<string, unknown>[];
    assert.deepEqual(
      entries.map((entry) => entry['digest']),
      [images.amd64.digest, images.windows.digest, attestation.digest],
    );
    assert.equal(entries[0]?.['x-kept'], 1);
    assert.deepEqual(document['annotations'], { made: 'by hand' });
    assert.equal(document['mediaType'], indexType);
    assert.equal(manifests.at(-1), root);
    assert.equal(manifests.length, 4);
    assert.equal((await read('windows/amd64', 'linux/amd64')).root.digest, root.digest);
  });

  it('go by the variants that are usual, and by how tools spell them', async () => {
    const manifests = [
      { ...images.amd64, ...platform('linux', 'amd64', 'v1') },
      { ...images.arm64, ...platform('linux', 'arm64', '8') },
      { ...images.armv7, ...platform('linux', 'arm', '6') },
      { ...images.windows, ...platform('linux', 'amd64', 'v3') },
    ];
    await finish(folder, await addJson(folder, indexType, { schemaVersion: 2, manifests }));
    for (const [wanted, image] of [
      ['linux/amd64', images.amd64],
      ['linux/arm64', images.arm64],
      ['linux/arm64/v8', images.arm64],
      ['linux/arm/v6', images.armv7],
      ['linux/amd64/v3', images.windows],
    ] as const) {
      assert.equal((await read(wanted)).root.digest, image.digest, wanted);
    }
  });

  it('may be served by one manifest', async () => {
    const manifests = ['amd64', 'arm64', 's390x'].map((architecture) => ({
      ...(architecture === 's390x' ? images.windows : images.amd64),
      ...platform('linux', architecture),
    }));
    await finish(folder, await addJson(folder, indexType, { schemaVersion: 2, manifests }));
    assert.equal((await read('linux/amd64')).root.digest, images.amd64.digest);
    const both = await read('linux/amd64', 'linux/arm64');
    assert.equal(both.root.digest, images.amd64.digest);
  });

  it('of several versions of Windows stay together', async () => {
    const versions = ['10.0.17763.1', '10.0.20348.1'].map((version) => ({
      platform: { os: 'windows', architecture: 'amd64', 'os.version': version },
    }));
    const manifests = [
      { ...images.windows, ...versions[0] },
      { ...images.amd64, ...versions[1] },
      { ...images.arm64, ...platform('linux', 'arm64') },
    ];
    await finish(folder, await addJson(folder, indexType, { schemaVersion: 2, manifests }));
    const { root } = await read('windows/amd64');
    const { manifests: kept } = JSON.parse(root.bytes.toString()) as { manifests: unknown[] };
    assert.deepEqual(kept, manifests.slice(0, 2));
  });

  it('that are not wanted need not be there', async () => {
    await rm(blobFile(folder, images.windows.digest));
    assert.equal((await read('linux/amd64')).root.digest, images.amd64.digest);
    await assert.rejects(read(), { code: 'IMAGE_CONTENT_MISSING' });
  });

  it('that are all there keep the index', async () => {
    const plain = await addJson(folder, indexType, {
      schemaVersion: 2,
      manifests: [{ ...images.amd64, ...platform('linux', 'amd64') }],
    });
    await finish(folder, plain);
    assert.equal((await read('linux/amd64')).root.digest, plain.digest);
  });

  it('that are missing are named, with those that are there', async () => {
    await assert.rejects(read('linux/amd64', 'linux/s390x'), {
      code: 'IMAGE_PLATFORM_MISSING',
      message:
        `OCI layout ${folder}: ${index.digest} has nothing for linux/s390x; it has ` +
        'linux/amd64, linux/arm64/v8, windows/amd64, linux/arm/v7',
    });
  });

  it('are compared with the configuration of an image that has no index', async () => {
    await finish(folder, images.amd64);
    assert.equal((await read('linux/amd64')).root.digest, images.amd64.digest);
    await assert.rejects(read('linux/arm64'), {
      code: 'IMAGE_PLATFORM_MISSING',
      message: `OCI layout ${folder}: ${images.amd64.digest} has nothing for linux/arm64; it has linux/amd64`,
    });
  });

  it('are refused as text that is none', () => {
    const expected = 'must be os/architecture or os/architecture/variant, for example linux/amd64';
    for (const text of ['linux', 'linux/', '/amd64', 'Linux/amd64', 'linux/amd64/v1/x', 'a b/c']) {
      assert.equal(platformFault(text), expected, text);
    }
    assert.equal(platformFault('linux/arm/v7'), undefined);
  });
});
