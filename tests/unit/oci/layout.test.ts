import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import {
  addBlob,
  addImage,
  addJson,
  blobFile,
  configType,
  digestOf,
  finish,
  imageType,
  indexType,
  layerType,
} from './layout-files.ts';

const layer = Buffer.from('a layer');
const zeros = `sha256:${'0'.repeat(64)}`;

describe('OCI layout', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layout-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function problems(code: string): Promise<string[]> {
    try {
      await readLayout(folder);
    } catch (error) {
      assert.ok(error instanceof SpokelineError);
      assert.equal(error.code, code);
      return error.details.map((detail) => detail.message);
    }
    throw new assert.AssertionError({ message: 'the layout was accepted' });
  }

  const bad: [string, () => Promise<unknown>, (string | RegExp)[], code?: string][] = [
    [
      'an empty folder',
      () => Promise.resolve(),
      ['oci-layout is missing', 'index.json is missing'],
      'IMAGE_CONTENT_MISSING',
    ],
    [
      'another version of the layout',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}');
      },
      ['oci-layout has imageLayoutVersion "2.0.0"; only "1.0.0" is known'],
    ],
    [
      'a marker that is no JSON',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        await writeFile(join(folder, 'oci-layout'), '{');
      },
      [/^oci-layout is not JSON: /],
    ],
    [
      'an index that is none',
      async () => {
        await finish(folder);
        await writeFile(join(folder, 'index.json'), '[]');
      },
      ['index.json is not an image index (schemaVersion 2 and manifests)'],
    ],
    [
      'no image',
      () => finish(folder),
      [
        'index.json names no image; exactly one is pushed: say which in the input image (several platforms of one image go into a nested index)',
      ],
    ],
    [
      'two images',
      async () => {
        const image = await addImage(folder, [layer]);
        const annotations = { 'org.opencontainers.image.ref.name': 'one' };
        await finish(folder, { ...image, annotations }, await addImage(folder, []));
      },
      [
        'index.json names 2 images (one, manifests[1]); exactly one is pushed: say which in the input image (several platforms of one image go into a nested index)',
      ],
    ],
    [
      'a descriptor without anything',
      () => finish(folder, {}),
      [
        'index.json manifests[0] has no mediaType',
        'index.json manifests[0] has no digest',
        'index.json manifests[0] has the size nothing; it must be a whole number of bytes',
      ],
    ],
    [
      'a digest that is a path',
      () => finish(folder, { mediaType: imageType, digest: 'sha256:../../../etc/passwd', size: 1 }),
      [
        'index.json manifests[0] has the digest "sha256:../../../etc/passwd"; it must be sha256: and 64 lower-case hex digits',
      ],
    ],
    [
      'another algorithm',
      () => finish(folder, { mediaType: imageType, digest: `sha512:${'0'.repeat(128)}`, size: 1 }),
      ['index.json manifests[0] uses the digest algorithm sha512; only sha256 is supported'],
      'IMAGE_ALGORITHM',
    ],
    [
      'a manifest of another type',
      () => finish(folder, { mediaType: 'application/json', digest: zeros, size: 1 }),
      ['index.json names a manifest of the unsupported media type application/json'],
      'IMAGE_MEDIA_TYPE',
    ],
    [
      'a missing manifest',
      () => finish(folder, { mediaType: imageType, digest: zeros, size: 1 }),
      [`blobs/sha256/${'0'.repeat(64)} is missing; index.json names it`],
      'IMAGE_CONTENT_MISSING',
    ],
    [
      'a foreign layer',
      async () => {
        const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
        const layers = [{ mediaType: foreign, digest: zeros, size: 1 }];
        await finish(folder, await addImage(folder, [], { layers }));
      },
      [
        /layers\[0\] is a foreign layer \(application\/vnd\.docker\.image\.rootfs\.foreign\.diff\.tar\.gzip\), which is not in the source$/,
        /is missing/,
      ],
    ],
    [
      'a layer of an unknown type in an image',
      async () => {
        const layers = [
          await addBlob(folder, layerType, layer),
          await addBlob(folder, 'application/zip', Buffer.from('zip')),
        ];
        await finish(folder, await addImage(folder, [], { layers }));
      },
      [/layers\[1\] has the unsupported media type application\/zip$/],
      'IMAGE_MEDIA_TYPE',
    ],
    [
      'a subject that is none',
      async () => finish(folder, await addImage(folder, [layer], { subject: { size: 1 } })),
      [/subject has no mediaType$/, /subject has no digest$/],
    ],
    [
      'an image that is an index as well',
      async () => finish(folder, await addImage(folder, [layer], { manifests: [] })),
      [/is an image manifest that also has manifests$/],
    ],
    [
      'a manifest that calls itself something else',
      async () => finish(folder, await addImage(folder, [layer], { mediaType: indexType })),
      [new RegExp(`calls itself ${indexType.replaceAll('+', '\\+')}, its descriptor says`)],
      'IMAGE_MEDIA_TYPE',
    ],
    [
      'two sizes for one blob',
      async () => {
        const blob = { mediaType: layerType, digest: digestOf(layer), size: layer.length };
        const layers = [blob, { ...blob, size: 99 }];
        await addBlob(folder, layerType, layer);
        await finish(folder, await addImage(folder, [], { layers }));
      },
      [new RegExp(`states 99 bytes for ${digestOf(layer)}, another descriptor 7$`)],
    ],
    [
      'a blob that is cut short',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        await truncate(blobFile(folder, digestOf(layer)), 3);
      },
      [/^blobs\/sha256\/[a-f0-9]{64} is 3 bytes; its descriptor in sha256:[a-f0-9]{64} says 7$/],
    ],
    [
      'a manifest with other content',
      async () => {
        const root = await addImage(folder, [layer]);
        await finish(folder, root);
        await writeFile(blobFile(folder, root.digest), ' '.repeat(root.size));
      },
      [/^sha256:[a-f0-9]{64} has other content: its digest is sha256:[a-f0-9]{64}$/],
      'IMAGE_DIGEST_MISMATCH',
    ],
    [
      'a folder in the place of a blob',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        await unlink(blobFile(folder, digestOf(layer)));
        await mkdir(blobFile(folder, digestOf(layer)));
      },
      [/^blobs\/sha256\/[a-f0-9]{64} is not a plain file$/],
    ],
    [
      'a link out of the layout',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        const file = blobFile(folder, digestOf(layer));
        await unlink(file);
        await symlink('/etc/hostname', file);
      },
      [/^blobs\/sha256\/[a-f0-9]{64} is a link out of the layout$/],
    ],
    [
      'a link that turns in a circle',
      async () => {
        await finish(folder, await addImage(folder, [layer]));
        const file = blobFile(folder, digestOf(layer));
        await unlink(file);
        await symlink(file, file);
      },
      [/^blobs\/sha256\/[a-f0-9]{64} is missing; /],
      'IMAGE_CONTENT_MISSING',
    ],
    [
      'everything that is wrong at once',
      async () => {
        const config = { mediaType: configType, digest: zeros, size: 2 };
        const layers = [{ mediaType: 'nonsense', digest: `sha256:${'1'.repeat(64)}`, size: 1 }];
        await finish(
          folder,
          await addJson(folder, imageType, { schemaVersion: 2, config, layers }),
        );
        await unlink(join(folder, 'oci-layout'));
      },
      [
        'oci-layout is missing',
        /layers\[0\] has the unsupported media type "nonsense"$/,
        /0000 is missing/,
        /1111 is missing/,
      ],
    ],
  ];
  for (const [title, make, expected, code = 'IMAGE_INVALID'] of bad) {
    it(`is refused: ${title}`, async () => {
      await make();
      const found = await problems(code);
      assert.equal(found.length, expected.length, found.join('\n'));
      found.forEach((message, position) => {
        const wanted = expected[position];
        if (wanted instanceof RegExp) assert.match(message, wanted);
        else assert.equal(message, wanted);
      });
    });
  }
});
