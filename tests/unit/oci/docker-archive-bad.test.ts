import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { dockerEntries, gzipped, tarOf } from './archive-files.ts';
import { BadArchive, layer, mebibyte } from './bad-archive.ts';
import { digestOf } from './layout-files.ts';

describe('a bad docker archive', () => {
  const world = new BadArchive();
  const docker = dockerEntries([layer]);
  const configName = docker.at(-3)?.name ?? '';
  const layerName = docker[0]?.name ?? '';
  const dockerWith = (name: string, content: string | Buffer): Promise<Buffer> =>
    tarOf(docker.map((entry) => (entry.name === name ? { name, content } : entry)));

  world.refuses([
    [
      'a manifest.json that is no list',
      () => dockerWith('manifest.json', '{}'),
      'IMAGE_INVALID',
      ': manifest.json is not a list of images',
    ],
    [
      'a manifest.json without what it should have',
      () => dockerWith('manifest.json', '[{"Config":1}]'),
      'IMAGE_INVALID',
      ': 2 problems',
    ],
    [
      'a manifest.json of more than 4 MiB',
      () => dockerWith('manifest.json', Buffer.alloc(4 * mebibyte + 1, ' ')),
      'IMAGE_TOO_LARGE',
      ': manifest.json is 4194305 bytes; at most 4194304 are read',
    ],
    [
      'a manifest.json that is a bomb',
      () => dockerWith('manifest.json', '['.repeat(2 * mebibyte) + ']'.repeat(2 * mebibyte)),
      'IMAGE_TOO_LARGE',
      ': manifest.json has JSON nested deeper than 64 levels',
    ],
    [
      'a layer that is missing',
      () => tarOf(docker.slice(1)),
      'IMAGE_CONTENT_MISSING',
      `: ${layerName} is missing; manifest.json names it`,
    ],
    [
      'layers that the config does not name',
      () => tarOf(dockerEntries([layer], { diffIds: [] })),
      'IMAGE_INVALID',
      ': CONFIG names 0 layers, but there are 1 in manifest.json',
    ],
    [
      'a config without layers',
      () => tarOf(dockerEntries([layer], { diffIds: 'none' })),
      'IMAGE_INVALID',
      ': CONFIG has no list rootfs.diff_ids',
    ],
    [
      'a config with another algorithm',
      () => tarOf(dockerEntries([layer], { diffIds: [`sha512:${'0'.repeat(128)}`] })),
      'IMAGE_ALGORITHM',
      `: CONFIG has the diff_id "sha512:${'0'.repeat(89)}...; only sha256 digests are supported`,
    ],
    [
      'a config with other content than its name says',
      () => dockerWith(configName, '{}'),
      'IMAGE_INVALID',
      ': 2 problems',
    ],
    [
      'a compressed layer with other content than the config says',
      () => tarOf(dockerEntries([gzipped(Buffer.from('other'))], { diffIds: [digestOf(layer)] })),
      'IMAGE_DIGEST_MISMATCH',
      `: ${layerName} has other content: it is ${digestOf(Buffer.from('other'))}, the config says ${digestOf(layer)}`,
    ],
    [
      'a compressed layer that is damaged',
      () => tarOf(dockerEntries([gzipped(layer).subarray(0, 30)], { diffIds: [digestOf(layer)] })),
      'IMAGE_ARCHIVE_DAMAGED',
      `: ${layerName} cannot be unpacked: unexpected end of file`,
    ],
    [
      'a layer compressed with zstd',
      () =>
        tarOf(dockerEntries([Buffer.from('28b52ffd00', 'hex')], { diffIds: [digestOf(layer)] })),
      'IMAGE_MEDIA_TYPE',
      `: ${layerName} is compressed with zstd, for which manifests of Docker have no media type; export the image as an OCI archive`,
    ],
  ]);

  it('is read once for a compressed layer, however often that is named', async () => {
    // Unpacking it twenty thousand times would take hours.
    const packed = gzipped(Buffer.alloc(10 * mebibyte));
    const entries = dockerEntries([packed], { diffIds: [digestOf(layer)] });
    const names = JSON.stringify(Array.from({ length: 20_000 }, () => entries[0]?.name));
    const ids = JSON.stringify(Array.from({ length: 20_000 }, () => digestOf(layer)));
    const bytes = await tarOf([
      ...entries.slice(0, 1),
      { name: 'config', content: `{"rootfs":{"diff_ids":${ids}}}` },
      { name: 'manifest.json', content: `[{"Config":"config","Layers":${names}}]` },
    ]);
    const { code, message } = await world.fault(bytes);
    assert.equal(code, 'IMAGE_DIGEST_MISMATCH');
    assert.match(message, /: 20000 problems, the first 50 of which are listed$/);
  });

  it('is refused when a layer in it unpacks to far more than it is', async () => {
    const member = gzipSync(Buffer.alloc(64 * mebibyte), { level: 9 });
    const bomb = Buffer.concat([member, member, member, member, member]);
    const bytes = await tarOf(dockerEntries([bomb], { diffIds: [digestOf(layer)] }));
    const { code, message } = await world.fault(bytes);
    assert.equal(code, 'IMAGE_ARCHIVE_BOMB');
    assert.match(message, /layer\.tar has \d+ bytes but unpacks to more than \d+$/);
  });
});
