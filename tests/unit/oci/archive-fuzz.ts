import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { hashedBlocks } from '../../../tasks/lib/oci/blob-body.ts';
import { readArchive } from '../../../tasks/lib/oci/source/archive.ts';
import { everything } from '../../../tasks/lib/oci/source/wish.ts';
import { dockerEntries, entriesOf, gzipped, tarOf } from './archive-files.ts';
import { addImage, addJson, digestOf, finish, imageType, indexType } from './layout-files.ts';
import { mutate, pick, random } from './mutations.ts';

/** What takes longer hangs. */
const longest = 20_000;

/**
 * Damages archives of images, and reads each of them to its end as a push does.
 *
 * @param count of archives
 * @param seed of the damage, which is the same for the same seed
 * @param longestMs for all of them together
 */
export function describeFuzz(count: number, seed: number, longestMs: number): void {
  describe(`${count} damaged archives, seed ${seed}`, function () {
    this.timeout(longestMs);
    let folder: string;
    let work: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'archive-fuzz-'));
      work = join(folder, 'work', 'here');
      await mkdir(work, { recursive: true });
    });
    after(() => rm(folder, { recursive: true }));

    async function archives(): Promise<Buffer[]> {
      const layout = join(folder, 'layout');
      const layers = [Buffer.from('a layer'), Buffer.alloc(3000, 'more')];
      const image = await addImage(layout, layers);
      const other = await addImage(layout, layers, { annotations: { a: 'b' } });
      const about = await addImage(layout, [Buffer.from('signed')], { subject: image });
      const manifests = [image, { ...other, platform: { os: 'linux', architecture: 'arm64' } }];
      const index = await addJson(layout, indexType, {
        schemaVersion: 2,
        mediaType: indexType,
        manifests,
      });
      assert.equal(image.mediaType, imageType);
      await finish(layout, index, about);
      const oci = await tarOf(await entriesOf(layout));
      await rm(layout, { recursive: true });
      const packed = layers.map(gzipped);
      return [
        oci,
        await tarOf(dockerEntries([...layers, ...layers])),
        await tarOf(dockerEntries(packed, { diffIds: layers.map(digestOf) })),
      ];
    }

    /** @returns the code of the refusal, or `pushed` where all would have been sent */
    async function outcomeOf(path: string): Promise<string> {
      const spool = { folder: work, announce: () => undefined, anyRatioUpTo: 2 ** 26 };
      try {
        const source = await readArchive(path, everything, spool, AbortSignal.timeout(longest));
        try {
          for (const blob of source.blobs.values()) {
            for await (const part of hashedBlocks(blob, 1024)) assert.ok(part.length <= 1024);
          }
        } finally {
          await source.close();
        }
        return 'pushed';
      } catch (error) {
        if (error instanceof SpokelineError) return error.code;
        throw error;
      }
    }

    it('crash nothing, hang nothing, and write nowhere', async () => {
      const originals = await archives();
      const next = random(seed);
      const path = join(work, 'image.tar');
      const outcomes = new Map<string, number>();
      for (let round = 0; round < count; round += 1) {
        const damaged = mutate(pick(originals, next), next);
        await writeFile(path, next() < 0.2 ? mutate(gzipped(damaged), next) : damaged);
        let outcome: string;
        try {
          outcome = await outcomeOf(path);
        } catch (error) {
          throw new Error(`round ${round} of seed ${seed}`, { cause: error });
        }
        assert.match(outcome, /^(IMAGE_[A-Z_]+|pushed)$/, `round ${round} of seed ${seed}`);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      assert.deepEqual(await readdir(folder, { recursive: true }), [
        'work',
        join('work', 'here'),
        join('work', 'here', 'image.tar'),
      ]);
      for (const code of [
        'IMAGE_ARCHIVE_DAMAGED',
        'IMAGE_ARCHIVE_UNSAFE',
        'IMAGE_INVALID',
        'pushed',
      ]) {
        assert.ok(outcomes.has(code), `none came to ${code}`);
      }
    });
  });
}
