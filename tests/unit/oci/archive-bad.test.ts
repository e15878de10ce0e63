import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readArchive } from '../../../tasks/lib/oci/source/archive.ts';
import { everything } from '../../../tasks/lib/oci/source/wish.ts';
import { dockerEntries, entriesOf, gzipped, tarOf } from './archive-files.ts';
import type { Entry } from './archive-files.ts';
import { addImage, digestOf, finish } from './layout-files.ts';

const layer = Buffer.alloc(3000, 'layer');
const hostile: Entry = { name: 'x', content: 'x' };
const mebibyte = 1024 * 1024;

describe('a bad archive', () => {
  let folder: string;
  let path: string;
  let oci: Entry[];
  let free: number;

  before(async () => {
    const layout = await mkdtemp(join(tmpdir(), 'archive-layout-'));
    await finish(layout, await addImage(layout, [layer]));
    oci = await entriesOf(layout);
    await rm(layout, { recursive: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-bad-'));
    path = join(folder, 'image.tar');
    free = 1e12;
  });
  afterEach(async () => {
    // Nothing was written beside the archive, under whatever name.
    assert.deepEqual(await readdir(folder), ['image.tar']);
    await rm(folder, { recursive: true });
  });

  async function fault(): Promise<SpokelineError> {
    const freeBytes = (): Promise<number> => Promise.resolve(free);
    const anyRatioUpTo = 32 * mebibyte;
    const spool = { folder, announce: () => undefined, freeBytes, anyRatioUpTo };
    try {
      await readArchive(path, everything, spool, AbortSignal.timeout(10_000));
    } catch (error) {
      assert.ok(error instanceof SpokelineError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'the archive was accepted' });
  }

  type Bytes = Buffer | Promise<Buffer>;
  const withEntry = (entry: Entry): Promise<Buffer> => tarOf([...oci, entry]);
  const docker = dockerEntries([layer]);
  const configName = docker.at(-3)?.name ?? '';
  const layerName = docker[0]?.name ?? '';
  const dockerWith = (name: string, content: string | Buffer): Promise<Buffer> =>
    tarOf(docker.map((entry) => (entry.name === name ? { name, content } : entry)));

  /** Title, bytes, code, message without the archive's path. */
  const bad: [string, () => Bytes, string, string][] = [
    [
      'nothing at all',
      () => Buffer.alloc(0),
      'IMAGE_ARCHIVE_DAMAGED',
      'is empty; nothing was sent',
    ],
    [
      'nothing but the end of a tar',
      () => Buffer.alloc(10_240),
      'IMAGE_ARCHIVE_DAMAGED',
      'is empty; nothing was sent',
    ],
    [
      'something else',
      () => Buffer.alloc(2000, 'text '),
      'IMAGE_ARCHIVE_DAMAGED',
      'is no tar archive (Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?); nothing was sent',
    ],
    [
      'one that is cut short inside a file',
      async () => (await tarOf([{ name: 'big', content: Buffer.alloc(5000) }])).subarray(0, 2000),
      'IMAGE_ARCHIVE_DAMAGED',
      'is cut short: it ends in the middle of an entry, after 2000 bytes; nothing was sent',
    ],
    [
      'one that is cut short inside a header',
      async () => (await tarOf(oci)).subarray(0, 700),
      'IMAGE_ARCHIVE_DAMAGED',
      'is cut short: it ends in the middle of an entry, after 700 bytes; nothing was sent',
    ],
    [
      'a header with a wrong checksum',
      async () => {
        const tar = await tarOf([hostile, hostile, { name: 'y' }]);
        tar[1024] = 90;
        return tar;
      },
      'IMAGE_ARCHIVE_DAMAGED',
      'is damaged after 1 entries (Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?); nothing was sent',
    ],
    [
      'a name that climbs out',
      () => withEntry({ ...hostile, name: '../../etc/cron.d/x' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "../../etc/cron.d/x", a path out of the archive; nothing was sent',
    ],
    [
      'a name that climbs out and back',
      () => withEntry({ ...hostile, name: 'a/../../b' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "a/../../b", a path out of the archive; nothing was sent',
    ],
    [
      'an absolute name',
      () => withEntry({ ...hostile, name: '/etc/passwd' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "/etc/passwd", a path out of the archive; nothing was sent',
    ],
    [
      'an absolute name of Windows',
      () => withEntry({ ...hostile, name: 'C:/Windows/x' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "C:/Windows/x", a path out of the archive; nothing was sent',
    ],
    [
      'a name with the separator of Windows',
      () => withEntry({ ...hostile, name: '..\\x' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "..\\\\x", a path out of the archive; nothing was sent',
    ],
    [
      'a link out of it',
      () => withEntry({ name: 'a/x', type: 'symlink', linkname: '../../x' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "a/x", a link to "../../x", out of the archive; nothing was sent',
    ],
    [
      'a hard link out of it',
      () => withEntry({ name: 'x', type: 'link', linkname: '/etc/shadow' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "x", a link to "/etc/shadow", out of the archive; nothing was sent',
    ],
    [
      'links in a circle',
      () =>
        tarOf([
          ...oci,
          { name: 'a', type: 'symlink', linkname: 'b' },
          { name: 'b', type: 'symlink', linkname: 'a' },
        ]),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "a", a link that leads in a circle; nothing was sent',
    ],
    [
      'a link to itself',
      () => withEntry({ name: 'a', type: 'symlink', linkname: 'a' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "a", a link that leads in a circle; nothing was sent',
    ],
    ...(['character-device', 'block-device'] as const).map(
      (type): [string, () => Bytes, string, string] => [
        `a ${type}`,
        () => withEntry({ name: 'dev/x', type }),
        'IMAGE_ARCHIVE_UNSAFE',
        'has the entry "dev/x", a device; nothing was sent',
      ],
    ),
    [
      'a named pipe',
      () => withEntry({ name: 'x', type: 'fifo' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "x", a named pipe; nothing was sent',
    ],
    [
      'an entry of a kind that is not known',
      async () => retyped(await tarOf([hostile]), 'S'),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "x", of a kind that is not known; nothing was sent',
    ],
    [
      'a link with content',
      async () => retyped(await tarOf([hostile]), '2'),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "x", a link with content; nothing was sent',
    ],
    [
      'a folder with content',
      async () => retyped(await tarOf([hostile]), '5'),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "x", a folder with content; nothing was sent',
    ],
    [
      'its own folder with content',
      async () => retyped(await tarOf([{ ...hostile, name: '.' }]), '5'),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "", a folder with content; nothing was sent',
    ],
    [
      'a file twice',
      () => withEntry({ name: 'index.json', content: '{}' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "index.json" twice; nothing was sent',
    ],
    [
      'a file twice under two spellings',
      () => withEntry({ name: './/index.json', content: '{}' }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "index.json" twice; nothing was sent',
    ],
    [
      'a name of 5,000 characters',
      () => withEntry({ ...hostile, name: 'x'.repeat(5000) }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has a name of 5000 characters; nothing was sent',
    ],
    ['one without an image', () => tarOf([hostile]), 'IMAGE_INVALID', 'holds no image'],
    [
      'another compression',
      () => Buffer.from('28b52ffd00000000', 'hex'),
      'IMAGE_INVALID',
      'is compressed with zstd; only gzip is undone here; nothing was sent',
    ],
    [
      'a gzip archive that is cut short',
      async () => gzipped(await tarOf(oci)).subarray(0, 300),
      'IMAGE_ARCHIVE_DAMAGED',
      'is cut short: it has no gzip trailer; nothing was sent',
    ],
    [
      'a gzip archive with a wrong checksum',
      async () => {
        const bytes = gzipped(await tarOf(oci));
        bytes.writeUInt32LE(1, bytes.length - 8);
        return bytes;
      },
      'IMAGE_ARCHIVE_DAMAGED',
      'is damaged, or cut short: it cannot be unpacked (incorrect data check); nothing was sent',
    ],
    [
      'a blob that is missing',
      () => tarOf(oci.filter(({ name }) => !name.endsWith(digestOf(layer).slice(7)))),
      'IMAGE_CONTENT_MISSING',
      `: blobs/sha256/${digestOf(layer).slice(7)} is missing; sha256:DIGEST names it`,
    ],
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
      `: ${layerName} is compressed with zstd; only plain and gzip are`,
    ],
  ];
  for (const [title, make, code, message] of bad) {
    it(`is refused: ${title}`, async () => {
      await writeFile(path, await make());
      const found = await fault();
      assert.deepEqual([found.code, plain(found.message)], [code, `Archive PATH${sep(message)}`]);
    });
  }

  /** Names that differ from run to run, or are long, by what they are. */
  function plain(message: string): string {
    return message
      .replace(path, 'PATH')
      .replace(/[0-9a-f]{64}\.json/, 'CONFIG')
      .replace(/sha256:[0-9a-f]{64} names it/, 'sha256:DIGEST names it');
  }

  function sep(message: string): string {
    return message.startsWith(':') ? message : ` ${message}`;
  }

  it('is refused when a layer in it unpacks to far more than it is', async () => {
    const member = gzipSync(Buffer.alloc(64 * mebibyte), { level: 9 });
    const bomb = Buffer.concat([member, member, member, member, member]);
    await writeFile(path, await tarOf(dockerEntries([bomb], { diffIds: [digestOf(layer)] })));
    const { code, message } = await fault();
    assert.equal(code, 'IMAGE_ARCHIVE_BOMB');
    assert.match(message, /layer\.tar has \d+ bytes but unpacks to more than \d+$/);
  });

  it('is refused for want of space, before anything is unpacked', async () => {
    await writeFile(
      path,
      gzipped(await tarOf([{ name: 'x', content: Buffer.alloc(2 * mebibyte) }])),
    );
    free = mebibyte;
    const { code, message } = await fault();
    assert.equal(code, 'IMAGE_NO_SPACE');
    assert.equal(
      message,
      `Archive ${path} needs 2.0 MiB or more in ${folder}, which has 1.0 MiB free; nothing was sent`,
    );
  });

  it('is refused when it unpacks to far more than it is', async () => {
    // Members of zeros: the trailer of the last one tells little of the whole.
    const member = gzipSync(Buffer.alloc(16 * mebibyte), { level: 9 });
    await writeFile(path, Buffer.concat(Array.from({ length: 4 }, () => member)));
    const { code, message } = await fault();
    assert.equal(code, 'IMAGE_ARCHIVE_BOMB');
    assert.match(
      message,
      /image\.tar has 63\.\d KiB but unpacks to more than 3\d\.\d MiB; nothing was sent$/,
    );
  });

  it('is refused when space runs out on the way, whatever its trailer says', async () => {
    const member = gzipSync(Buffer.alloc(40 * mebibyte), { level: 1 });
    await writeFile(path, Buffer.concat([member, member]));
    let asked = 0;
    const spool = {
      folder,
      announce: () => undefined,
      freeBytes: () => Promise.resolve((asked += 1) === 1 ? 1e12 : 1000),
    };
    await assert.rejects(readArchive(path, everything, spool, AbortSignal.timeout(50_000)), {
      code: 'IMAGE_NO_SPACE',
    });
  });
});

/** The first entry of an archive with another kind. */
function retyped(tar: Buffer, kind: string): Buffer {
  tar.write(kind, 156);
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return tar;
}
