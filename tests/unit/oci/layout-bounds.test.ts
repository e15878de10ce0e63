import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import { addImage, addJson, finish, imageType, indexType } from './layout-files.ts';

const layer = Buffer.from('a layer');
const zeros = `sha256:${'0'.repeat(64)}`;

describe('bounds of an OCI layout', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layout-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const over: [string, () => Promise<unknown>, string | RegExp][] = [
    [
      'a manifest that is too big',
      () => finish(folder, { mediaType: imageType, digest: zeros, size: 5_000_000 }),
      `${zeros} is 5000000 bytes; manifests may have at most 4194304`,
    ],
    [
      'indexes that are nested too deep',
      async () => {
        let root = await addImage(folder, [layer]);
        for (let depth = 0; depth < 9; depth += 1) {
          root = await addJson(folder, indexType, { schemaVersion: 2, manifests: [root] });
        }
        await finish(folder, root);
      },
      /is nested deeper than 8 indexes$/,
    ],
    [
      'JSON that is nested too deep',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        await writeFile(join(folder, 'index.json'), '['.repeat(100_000) + ']'.repeat(100_000));
      },
      'index.json has JSON nested deeper than 64 levels',
    ],
    [
      'an index.json of more than 4 MiB',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        await truncate(join(folder, 'index.json'), 4 * 1024 * 1024 + 1);
      },
      'index.json is 4194305 bytes; at most 4194304 are read',
    ],
    [
      'manifests of more than 32 MiB together',
      async () => {
        const filler = ' '.repeat(4 * 1024 * 1024 - 1000);
        const many = [];
        for (let count = 0; count < 9; count += 1) {
          many.push(await addImage(folder, [layer], { filler: filler + String(count) }));
        }
        await finish(
          folder,
          await addJson(folder, indexType, { schemaVersion: 2, manifests: many }),
        );
      },
      /is one too many: the manifests of an image may have 33554432 bytes together$/,
    ],
  ];
  for (const [title, make, expected] of over) {
    it(`are kept: ${title}`, async () => {
      await make();
      await assert.rejects(readLayout(folder), (error) => {
        assert.ok(error instanceof SpokelineError);
        assert.equal(error.code, 'IMAGE_TOO_LARGE');
        const [detail] = error.details;
        if (expected instanceof RegExp) assert.match(detail?.message ?? '', expected);
        else assert.equal(detail?.message, expected);
        return error.details.length === 1;
      });
    });
  }

  it('are kept by what is said of a source that is wrong in a thousand ways', async () => {
    const nonsense = Array.from({ length: 1000 }, () => ({ size: { a: 'x'.repeat(1000) } }));
    await finish(folder, ...nonsense);
    await assert.rejects(readLayout(folder), (error) => {
      assert.ok(error instanceof SpokelineError);
      assert.equal(
        error.message,
        `OCI layout ${folder}: 3000 problems, the first 50 of which are listed`,
      );
      assert.ok(JSON.stringify(error.details).length < 20_000);
      return error.details.length === 50;
    });
  });
});
