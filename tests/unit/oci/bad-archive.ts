import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readArchive } from '../../../tasks/lib/oci/source/archive.ts';
import type { Spool } from '../../../tasks/lib/oci/source/gzip.ts';
import { everything } from '../../../tasks/lib/oci/source/wish.ts';
import { entriesOf } from './archive-files.ts';
import type { Entry } from './archive-files.ts';
import { addImage, finish } from './layout-files.ts';

export const mebibyte = 1024 * 1024;
export const layer = Buffer.alloc(3000, 'layer');

/** Title, bytes, code, and message without the archive's path. */
export type Case = [string, () => Buffer | Promise<Buffer>, string, string];

/** A folder with one archive, in which nothing else may appear. */
export class BadArchive {
  folder = '';
  path = '';
  /** The files of an OCI layout that is right. */
  oci: Entry[] = [];

  constructor() {
    before(async () => {
      const layout = await mkdtemp(join(tmpdir(), 'archive-layout-'));
      await finish(layout, await addImage(layout, [layer]));
      this.oci = await entriesOf(layout);
      await rm(layout, { recursive: true });
    });
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'archive-bad-'));
      this.path = join(this.folder, 'image.tar');
    });
    afterEach(async () => {
      // Nothing was written beside the archive, under whatever name.
      assert.deepEqual(await readdir(this.folder), ['image.tar']);
      await rm(this.folder, { recursive: true });
    });
  }

  /** What the archive is refused with. */
  async fault(
    bytes: Buffer,
    spool: Partial<Spool> = {},
    signal = AbortSignal.timeout(10_000),
  ): Promise<SpokelineError> {
    await writeFile(this.path, bytes);
    const usual: Spool = {
      folder: this.folder,
      announce: () => undefined,
      freeBytes: () => Promise.resolve(1e12),
    };
    try {
      await readArchive(this.path, everything, { ...usual, ...spool }, signal);
    } catch (error) {
      assert.ok(error instanceof SpokelineError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'the archive was accepted' });
  }

  refuses(cases: readonly Case[]): void {
    for (const [title, make, code, message] of cases) {
      it(`is refused: ${title}`, async () => {
        const found = await this.fault(await make());
        const separator = message.startsWith(':') ? '' : ' ';
        assert.deepEqual(
          [found.code, this.#plain(found.message)],
          [code, `Archive PATH${separator}${message}`],
        );
      });
    }
  }

  /** Names that differ from run to run, or are long, by what they are. */
  #plain(message: string): string {
    return message
      .replace(this.path, 'PATH')
      .replace(/[0-9a-f]{64}\.json/, 'CONFIG')
      .replace(/sha256:[0-9a-f]{64} names it/, 'sha256:DIGEST names it');
  }
}
