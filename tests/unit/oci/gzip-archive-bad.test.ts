import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { gzipped, tarOf } from './archive-files.ts';
import { BadArchive, mebibyte } from './bad-archive.ts';

describe('a bad gzip archive', () => {
  const world = new BadArchive();

  world.refuses([
    [
      'a gzip archive that is cut short',
      async () => gzipped(await tarOf(world.oci)).subarray(0, 300),
      'IMAGE_ARCHIVE_DAMAGED',
      'is cut short: it has no gzip trailer; nothing was sent',
    ],
    [
      'a gzip archive with a wrong checksum',
      async () => {
        const bytes = gzipped(await tarOf(world.oci));
        bytes.writeUInt32LE(1, bytes.length - 8);
        return bytes;
      },
      'IMAGE_ARCHIVE_DAMAGED',
      'is damaged, or cut short: it cannot be unpacked (incorrect data check); nothing was sent',
    ],
  ]);

  it('is refused for want of space, before anything is unpacked', async () => {
    const bytes = gzipped(await tarOf([{ name: 'x', content: Buffer.alloc(2 * mebibyte) }]));
    const freeBytes = (): Promise<number> => Promise.resolve(mebibyte);
    const { code, message } = await world.fault(bytes, { freeBytes });
    assert.equal(code, 'IMAGE_NO_SPACE');
    const { path, folder } = world;
    assert.equal(
      message,
      `Archive ${path} needs 2.0 MiB or more in ${folder} and has to leave 64.0 MiB there, ` +
        'but only 1.0 MiB are free; nothing was sent',
    );
  });

  it('is not taken for one of 4 GiB because its last member is short', async () => {
    const members = [randomBytes(mebibyte), randomBytes(10)].map((bytes) => gzipSync(bytes));
    const freeBytes = (): Promise<number> => Promise.resolve(100 * mebibyte);
    const { code, message } = await world.fault(Buffer.concat(members), { freeBytes });
    // Unpacked it is noise.
    assert.equal(code, 'IMAGE_ARCHIVE_DAMAGED', message);
    assert.match(message, /is no tar archive/);
  });

  it('is refused when it unpacks to far more than it is', async () => {
    // Members of zeros: the trailer of the last one tells little of the whole.
    const member = gzipSync(Buffer.alloc(16 * mebibyte), { level: 9 });
    const bytes = Buffer.concat([member, member, member, member]);
    const { code, message } = await world.fault(bytes, { anyRatioUpTo: 32 * mebibyte });
    assert.equal(code, 'IMAGE_ARCHIVE_BOMB');
    assert.match(
      message,
      /image\.tar has 63\.\d KiB but unpacks to more than 3\d\.\d MiB; nothing was sent$/,
    );
  });

  it('is given up when the run is cancelled', async () => {
    const member = gzipSync(Buffer.alloc(64 * mebibyte), { level: 1 });
    const cancel = new AbortController();
    const freeBytes = (): Promise<number> => {
      cancel.abort(new SpokelineError('CANCELLED', 'called off'));
      return Promise.resolve(1e12);
    };
    const { code } = await world.fault(member, { freeBytes }, cancel.signal);
    assert.equal(code, 'CANCELLED');
  });

  it('is refused when space runs out on the way, whatever its trailer says', async () => {
    const member = gzipSync(Buffer.alloc(40 * mebibyte), { level: 1 });
    let asked = 0;
    const freeBytes = (): Promise<number> => Promise.resolve((asked += 1) === 1 ? 1e12 : 1000);
    const { code } = await world.fault(Buffer.concat([member, member]), { freeBytes });
    assert.equal(code, 'IMAGE_NO_SPACE');
  });
});
