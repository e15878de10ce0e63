import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageSource } from '../../../tasks/lib/oci/image.ts';
import { readArchive } from '../../../tasks/lib/oci/source/archive.ts';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import { everything } from '../../../tasks/lib/oci/source/wish.ts';
import { dockerEntries, entriesOf, gzipped, hex, tarOf, writeTar } from './archive-files.ts';
import type { Entry } from './archive-files.ts';
import { addImage, digestOf, finish } from './layout-files.ts';

const plainType = 'application/vnd.docker.image.rootfs.diff.tar';

describe('an image in an archive', () => {
  let folder: string;
  let path: string;
  let spoolFolder: string;
  let announced: string[];
  let opened: ImageSource[];
  const layers = [Buffer.from('a layer'), randomBytes(200_000), Buffer.from('a layer')];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-'));
    path = join(folder, 'image.tar');
    spoolFolder = join(folder, 'temp');
    await mkdir(spoolFolder);
    announced = [];
    opened = [];
  });
  afterEach(async () => {
    for (const source of opened) await source.close();
    assert.deepEqual(await readdir(spoolFolder), []);
    await rm(folder, { recursive: true });
  });

  async function read(wish = everything): Promise<ImageSource> {
    const spool = {
      folder: spoolFolder,
      announce: (text: string) => announced.push(text),
      freeBytes: () => Promise.resolve(1e12),
    };
    const source = await readArchive(path, wish, spool, AbortSignal.timeout(10_000));
    opened.push(source);
    return source;
  }

  async function contentOf(source: ImageSource, digest: string): Promise<Buffer> {
    const blob = source.blobs.get(digest);
    assert.ok(blob, digest);
    return Buffer.concat((await blob.open().toArray()) as Buffer[]);
  }

  describe('as an OCI layout', () => {
    let entries: Entry[];
    beforeEach(async () => {
      const layout = join(folder, 'layout');
      await finish(layout, await addImage(layout, layers));
      entries = await entriesOf(layout);
    });

    it('is what the folder is', async () => {
      await writeTar(path, entries);
      const [archive, layout] = await Promise.all([read(), readLayout(join(folder, 'layout'))]);
      assert.equal(archive.root.digest, layout.root.digest);
      assert.deepEqual([...archive.blobs.keys()], [...layout.blobs.keys()]);
      for (const layer of layers) {
        assert.deepEqual(await contentOf(archive, digestOf(layer)), layer);
      }
      assert.deepEqual(announced, []);
    });

    it('may be packed with folders and ./ before names, as GNU tar does', async () => {
      const folders: Entry[] = ['./', './blobs/', './blobs/sha256/'].map((name) => ({
        name,
        type: 'directory',
      }));
      const files = entries.map(({ name, content = '' }) => ({ name: `./${name}`, content }));
      await writeTar(path, [...folders, ...files]);
      assert.equal((await read()).blobs.size, 3);
    });

    it('gives parts of a blob', async () => {
      await writeTar(path, entries);
      const blob = (await read()).blobs.get(digestOf(layers[1] ?? Buffer.alloc(0)));
      const part = Buffer.concat((await blob?.open({ start: 10, end: 19 }).toArray()) as Buffer[]);
      assert.deepEqual(part, layers[1]?.subarray(10, 20));
      const rest = Buffer.concat((await blob?.open({ start: 199_990 }).toArray()) as Buffer[]);
      assert.deepEqual(rest, layers[1]?.subarray(199_990));
      assert.deepEqual(await blob?.open({ start: 200_000 }).toArray(), []);
    });

    it('is unpacked from gzip to a file that nobody can leave behind', async () => {
      const tar = await tarOf(entries);
      await writeFile(path, gzipped(tar));
      const archive = await read();
      assert.deepEqual(await contentOf(archive, digestOf(layers[1] ?? tar)), layers[1]);
      // Open and in use, and no name of it is left.
      assert.deepEqual(await readdir(spoolFolder), []);
      assert.equal(announced.length, 1);
      assert.match(
        announced[0] ?? '',
        /^Unpacking \S+image\.tar: \d+\.\d KiB, about \d+\.\d KiB unpacked, to \S+temp, which has \d+\.\d GiB free$/,
      );
    });

    it('may come in several gzip members', async () => {
      const tar = await tarOf(entries);
      const [half, rest] = [tar.subarray(0, 100_000), tar.subarray(100_000)];
      await writeFile(path, Buffer.concat([gzipped(half), gzipped(rest)]));
      assert.equal((await read()).blobs.size, 3);
    });

    it('is preferred where docker save writes both forms, as it does since version 25', async () => {
      const manifest = [{ Config: 'nowhere', RepoTags: ['team/app:1.0'], Layers: [] }];
      const both = [...entries, { name: 'manifest.json', content: JSON.stringify(manifest) }];
      await writeTar(path, both);
      assert.equal(
        (await read()).root.digest,
        (await readLayout(join(folder, 'layout'))).root.digest,
      );
    });
  });

  describe('as docker save writes it', () => {
    it('sends layers as they are, under the digests that the config names', async () => {
      await writeTar(path, dockerEntries(layers));
      const image = await read();
      const manifest = JSON.parse(image.root.bytes.toString()) as { layers: unknown[] };
      assert.deepEqual(
        manifest.layers,
        layers.map((layer) => ({
          mediaType: plainType,
          size: layer.length,
          digest: digestOf(layer),
        })),
      );
      assert.deepEqual(await contentOf(image, digestOf(layers[1] ?? Buffer.alloc(0))), layers[1]);
    });

    it('becomes the same manifest each time', async () => {
      const config = dockerEntries(layers).at(-3)?.content as Buffer;
      const layer = layers.map(
        (bytes) =>
          `{"mediaType":"${plainType}","size":${bytes.length},"digest":"${digestOf(bytes)}"}`,
      );
      const expected =
        '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",' +
        '"config":{"mediaType":"application/vnd.docker.container.image.v1+json",' +
        `"size":${config.length},"digest":"${digestOf(config)}"},"layers":[${layer.join(',')}]}`;
      await writeTar(path, dockerEntries(layers));
      assert.equal((await read()).root.bytes.toString(), expected);
      await writeFile(path, gzipped(await tarOf(dockerEntries(layers).reverse())));
      assert.equal((await read()).root.bytes.toString(), expected);
    });

    it('keeps compressed layers compressed, as kaniko and crane store them', async () => {
      const packed = layers.map(gzipped);
      await writeTar(path, dockerEntries(packed, { diffIds: layers.map(digestOf) }));
      const image = await read();
      const manifest = JSON.parse(image.root.bytes.toString()) as { layers: unknown[] };
      assert.deepEqual(manifest.layers[1], {
        mediaType: `${plainType}.gzip`,
        size: packed[1]?.length,
        digest: digestOf(packed[1] ?? Buffer.alloc(0)),
      });
    });

    it('is read as podman and kaniko lay it out', async () => {
      await writeTar(path, dockerEntries(layers));
      const { root } = await read();
      const [config] = dockerEntries(layers).slice(-3);
      const manifest = (name: string, names: readonly string[]): Entry => ({
        name: 'manifest.json',
        content: JSON.stringify([{ Config: name, RepoTags: null, Layers: names }]),
      });
      // Layers by their content at the top, and what older readers look for as links to them.
      const tops = layers.map((layer) => `${hex(layer)}.tar`);
      await writeTar(path, [
        ...layers.slice(0, 2).map((content) => ({ name: `${hex(content)}.tar`, content })),
        ...tops.map((top, position): Entry => {
          const name = `${String(position).repeat(64)}/layer.tar`;
          return { name, type: 'symlink', linkname: `../${top}` };
        }),
        { ...config!, name: config!.name },
        manifest(config!.name, tops),
      ]);
      assert.equal((await read()).root.digest, root.digest);
      // The same layer twice, once as a hard link, with the digest of the config as its name.
      const [first] = layers;
      const twice = dockerEntries([first!, first!]).at(-3)!.content as Buffer;
      const name = `sha256:${hex(twice)}`;
      await writeTar(path, [
        { name, content: twice },
        { name: 'a.tar', content: first! },
        { name: 'b/c.tar', type: 'link', linkname: 'a.tar' },
        manifest(name, ['a.tar', 'b/c.tar']),
      ]);
      const image = await read({ ...everything, image: name });
      assert.deepEqual([...image.blobs.keys()], [name, digestOf(first!)]);
      const made = JSON.parse(image.root.bytes.toString()) as { layers: unknown[] };
      assert.equal(made.layers.length, 2);
    });

    it('is chosen by name where there are several', async () => {
      const [one, two] = [dockerEntries([layers[0]!]), dockerEntries([layers[1]!])];
      const manifests = [one, two].map(
        (entries) => (JSON.parse(String(entries.at(-2)?.content)) as Record<string, unknown>[])[0]!,
      );
      manifests[0]!['RepoTags'] = ['docker.io/team/one:1.0'];
      const [renamed] = two;
      const layerName = `${'f'.repeat(64)}/layer.tar`;
      manifests[1]!['Layers'] = [layerName];
      await writeTar(path, [
        ...one.slice(0, 2),
        { ...renamed!, name: layerName },
        two[1]!,
        { name: 'manifest.json', content: JSON.stringify(manifests) },
      ]);
      const image = await read({ ...everything, image: 'team/one:1.0' });
      assert.ok(image.blobs.has(digestOf(layers[0]!)));
      await assert.rejects(read(), {
        code: 'IMAGE_INVALID',
        message:
          `Archive ${path}: manifest.json names 2 images (docker.io/team/one:1.0, team/app:1.0); ` +
          'say which in the input image',
      });
      const id = `sha256:${one[1]!.name.replace('.json', '')}`;
      assert.equal((await read({ ...everything, image: id })).root.digest, image.root.digest);
      await assert.rejects(read({ ...everything, image: 'other' }), {
        message:
          `Archive ${path}: manifest.json has no image "other"; ` +
          'it names docker.io/team/one:1.0, team/app:1.0',
      });
    });

    it('has its config checked by its name', async () => {
      const entries = dockerEntries(layers).map((entry) =>
        entry.name.endsWith('.json') && entry.name !== 'manifest.json'
          ? { ...entry, content: `${String(entry.content)} ` }
          : entry,
      );
      await writeTar(path, entries);
      const name = entries.at(-3)?.name ?? '';
      const content = Buffer.from(String(entries.at(-3)?.content));
      await assert.rejects(read(), {
        code: 'IMAGE_DIGEST_MISMATCH',
        message: `Archive ${path}: ${name} has other content: its digest is sha256:${hex(content)}`,
      });
    });
  });
});
