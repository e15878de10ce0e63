import assert from 'node:assert/strict';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ImagePushWorld, type RegistryServer } from '../support/image-push-world.ts';
import { dockerEntries, entriesOf, tarOf, type Entry } from '../unit/oci/archive-files.ts';
import {
  addImage,
  addJson,
  blobFile,
  digestOf,
  finish,
  imageType,
  type Named,
} from '../unit/oci/layout-files.ts';

const layer = Buffer.alloc(30_000, 'layer');
const hexOf = (bytes: Buffer): string => digestOf(bytes).replace('sha256:', '');
const mebibyte = 1024 * 1024;
/** Members of a gzip file follow each other: made once, unpacked as often as it stands there. */
const zeros = gzipSync(Buffer.alloc(64 * mebibyte), { level: 9 });

/** Title, what makes the source, code, and how the message goes on behind the source; manifests are DIGEST. */
type Case = [string, () => Promise<Buffer | string>, string, string];

describe('the packaged ImagePush and a source that is bad', function () {
  this.timeout(180_000);
  const world = new ImagePushWorld();
  let registry: RegistryServer;
  let layout: string;
  let image: Named;

  beforeEach(async () => {
    registry = await world.startRegistry();
    layout = join(world.folder, 'layout');
    image = await addImage(layout, [layer]);
    await finish(layout, image);
  });

  const withEntry = async (entry: Entry): Promise<Buffer> =>
    tarOf([...(await entriesOf(layout)), entry]);
  async function withLayer(more: Record<string, unknown>): Promise<string> {
    const config = {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: digestOf(layer),
      size: layer.length,
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: imageType,
      config,
      layers: [{ ...config, ...more }],
    };
    await finish(layout, await addJson(layout, imageType, manifest));
    return layout;
  }

  const cases: Case[] = [
    [
      'a truncated tar',
      async () => (await tarOf(await entriesOf(layout))).subarray(0, 20_000),
      'IMAGE_ARCHIVE_DAMAGED',
      ' is cut short: it ends in the middle of an entry, after 20000 bytes; nothing was sent',
    ],
    [
      'a path out of it',
      () => withEntry({ name: '../../etc/cron.d/x', content: 'x' }),
      'IMAGE_ARCHIVE_UNSAFE',
      ' has the entry "../../etc/cron.d/x", a path out of the archive; nothing was sent',
    ],
    [
      'an absolute name',
      () => withEntry({ name: '/etc/passwd', content: 'x' }),
      'IMAGE_ARCHIVE_UNSAFE',
      ' has the entry "/etc/passwd", a path out of the archive; nothing was sent',
    ],
    [
      'links in a circle',
      async () =>
        tarOf([
          ...(await entriesOf(layout)),
          { name: 'a', type: 'symlink', linkname: 'b' },
          { name: 'b', type: 'symlink', linkname: 'a' },
        ]),
      'IMAGE_ARCHIVE_UNSAFE',
      ' has the entry "a", a link that leads in a circle; nothing was sent',
    ],
    [
      'a device',
      () => withEntry({ name: 'sda', type: 'block-device' }),
      'IMAGE_ARCHIVE_UNSAFE',
      ' has the entry "sda", a device; nothing was sent',
    ],
    [
      'an entry twice',
      () => withEntry({ name: 'index.json', content: '{}' }),
      'IMAGE_ARCHIVE_UNSAFE',
      ' has the entry "index.json" twice; nothing was sent',
    ],
    [
      'a gzip archive that is a bomb',
      () => Promise.resolve(Buffer.concat(Array.from({ length: 17 }, () => zeros))),
      'IMAGE_ARCHIVE_BOMB',
      ' has 1.1 MiB but unpacks to more than 1.0 GiB; nothing was sent',
    ],
    [
      'a compressed layer that is a bomb',
      () => {
        const bomb = Buffer.concat(Array.from({ length: 5 }, () => zeros));
        return tarOf(dockerEntries([bomb], { diffIds: [digestOf(layer)] }));
      },
      'IMAGE_ARCHIVE_BOMB',
      `: ${'0'.repeat(64)}/layer.tar has 326250 bytes but unpacks to more than 327155712`,
    ],
    [
      'a wrong media type',
      () => withLayer({ mediaType: 'nonsense' }),
      'IMAGE_MEDIA_TYPE',
      ': DIGEST layers[0] has the unsupported media type "nonsense"',
    ],
    [
      'a missing blob',
      async () => {
        await rm(blobFile(layout, digestOf(layer)));
        return layout;
      },
      'IMAGE_CONTENT_MISSING',
      `: blobs/sha256/${hexOf(layer)} is missing; DIGEST names it`,
    ],
    [
      'a blob of another size',
      async () => {
        await truncate(blobFile(layout, digestOf(layer)), 29_999);
        return layout;
      },
      'IMAGE_INVALID',
      `: blobs/sha256/${hexOf(layer)} is 29999 bytes; its descriptor in DIGEST says 30000`,
    ],
    [
      'a manifest that is not what its digest says',
      async () => {
        await writeFile(blobFile(layout, image.digest), ' '.repeat(image.size));
        return layout;
      },
      'IMAGE_DIGEST_MISMATCH',
      ': DIGEST has other content: its digest is DIGEST',
    ],
    [
      'another algorithm',
      () => withLayer({ digest: `sha512:${'0'.repeat(128)}` }),
      'IMAGE_ALGORITHM',
      ': DIGEST layers[0] uses the digest algorithm sha512; only sha256 is supported',
    ],
    [
      'a manifest of more than 4 MiB',
      async () => {
        await finish(
          layout,
          await addImage(layout, [layer], { annotations: { a: 'b'.repeat(4 * mebibyte) } }),
        );
        return layout;
      },
      'IMAGE_TOO_LARGE',
      ': DIGEST is 4194725 bytes; manifests may have at most 4194304',
    ],
  ];
  for (const [title, make, code, message] of cases) {
    it(`refuses ${title} before anything is committed`, async () => {
      const made = await make();
      const source = typeof made === 'string' ? made : join(world.folder, 'image.tar');
      if (typeof made !== 'string') await writeFile(source, made);
      const before = await readdir(world.folder, { recursive: true });
      const run = await world.push({ source, tags: '1.0' });
      assert.equal(run.result, 'Failed', run.output);
      const kind = typeof made === 'string' ? 'OCI layout' : 'Archive';
      const said = run.output.replace(/(?<!\/)sha256:[a-f0-9]{64}/g, 'DIGEST').split('\n');
      const shown = `${code}: ${kind} ${source}${message}`;
      assert.ok(
        said.some((line) => line.endsWith(`]${shown}`)),
        run.output,
      );
      assert.deepEqual(new Set(run.codes), new Set([code]));
      assert.equal(registry.content.repositories.size, 0);
      const after = await readdir(world.folder, { recursive: true });
      assert.deepEqual(after.filter((name) => name !== '.taskkey').sort(), before.sort());
    });
  }
});
