import { tarOf } from './archive-files.ts';
import type { Entry } from './archive-files.ts';
import { BadArchive, layer } from './bad-archive.ts';
import type { Case } from './bad-archive.ts';
import { digestOf } from './layout-files.ts';

const hostile: Entry = { name: 'x', content: 'x' };

describe('a bad archive', () => {
  const world = new BadArchive();
  const withEntry = (entry: Entry): Promise<Buffer> => tarOf([...world.oci, entry]);

  world.refuses([
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
      async () => (await tarOf(world.oci)).subarray(0, 700),
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
          ...world.oci,
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
    ...(['character-device', 'block-device'] as const).map((type): Case => [
      `a ${type}`,
      () => withEntry({ name: 'dev/x', type }),
      'IMAGE_ARCHIVE_UNSAFE',
      'has the entry "dev/x", a device; nothing was sent',
    ]),
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
      'a blob that is missing',
      () => tarOf(world.oci.filter(({ name }) => !name.endsWith(digestOf(layer).slice(7)))),
      'IMAGE_CONTENT_MISSING',
      `: blobs/sha256/${digestOf(layer).slice(7)} is missing; sha256:DIGEST names it`,
    ],
  ]);
});

/** The first entry of an archive with another kind. */
function retyped(tar: Buffer, kind: string): Buffer {
  tar.write(kind, 156);
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return tar;
}
