import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImagePushWorld, loginServer } from '../support/image-push-world.ts';
import type { RegistryServer } from '../support/image-push-world.ts';
import type { TaskRun } from '../support/packaged-task.ts';
import { dockerEntries, entriesOf, gzipped, tarOf } from '../unit/oci/archive-files.ts';
import { addImage, addJson, digestOf, finish, indexType } from '../unit/oci/layout-files.ts';
import type { Named } from '../unit/oci/layout-files.ts';

const sourceServer = 'crsource.azurecr.io';
const layers = [randomBytes(2_000_000), Buffer.from('small')];

describe('sources of the packaged ImagePush', function () {
  this.timeout(180_000);
  const world = new ImagePushWorld();
  let registry: RegistryServer;
  let layout: string;
  let image: Named;
  let about: Named;

  beforeEach(async () => {
    registry = await world.startRegistry();
    layout = join(world.folder, 'layout');
    image = await addImage(layout, layers);
    about = await addImage(layout, [Buffer.from('signature')], { subject: image });
    await finish(layout, image, about);
  });

  async function pushed(inputs: Record<string, string>): Promise<TaskRun> {
    const run = await world.push({ tags: '1.0', ...inputs });
    assert.equal(run.result, 'Succeeded', run.output);
    return run;
  }

  /** Digests of the layers of what a tag names, each of them there with the right content. */
  function layersOf(tag: string, repository = 'team/app'): string[] {
    const { content } = registry;
    const there = content.repositories.get(repository);
    const manifest = there?.manifests.get(there.tags.get(tag) ?? '');
    const document = JSON.parse(manifest?.bytes.toString() ?? '{}') as {
      layers: { digest: string; size: number }[];
    };
    return document.layers.map(({ digest, size }) => {
      const blob = content.blob(repository, digest);
      const bytes = Buffer.concat(blob?.parts ?? []);
      assert.equal(bytes.length, size);
      assert.equal(digestOf(bytes), digest);
      return digest;
    });
  }

  const kinds: [string, () => Promise<Buffer>, 'oci' | 'docker' | 'packed'][] = [
    ['an OCI archive', async () => tarOf(await entriesOf(layout)), 'oci'],
    ['an OCI archive in gzip', async () => gzipped(await tarOf(await entriesOf(layout))), 'oci'],
    ['what docker save wrote until version 25', () => tarOf(dockerEntries(layers)), 'docker'],
    ['the same in gzip', async () => gzipped(await tarOf(dockerEntries(layers))), 'docker'],
    [
      'what docker save writes now',
      async () => tarOf([...(await entriesOf(layout)), ...dockerEntries(layers)]),
      'oci',
    ],
    [
      'a docker archive of compressed layers',
      () => tarOf(dockerEntries(layers.map(gzipped), { diffIds: layers.map(digestOf) })),
      'packed',
    ],
  ];
  for (const [title, archive, form] of kinds) {
    it(`pushes ${title}`, async () => {
      const source = join(world.folder, 'image.tar');
      await writeFile(source, await archive());
      const run = await pushed({ source });
      const expected = form === 'packed' ? layers.map(gzipped) : layers;
      assert.deepEqual(layersOf('1.0'), expected.map(digestOf));
      if (form === 'oci') assert.equal(run.outputs['digest'], image.digest);
      assert.equal(/Unpacking \S+image\.tar: /.test(run.output), title.includes('gzip'));
      // The agent's temporary folder is the world's; the key of its vault is the task library's.
      assert.deepEqual((await readdir(world.folder)).sort(), [
        '.taskkey',
        'estate',
        'image.tar',
        'layout',
      ]);
    });
  }

  it('pushes a folder with what is about its image', async () => {
    const run = await pushed({ source: layout });
    const there = registry.content.repositories.get('team/app');
    assert.equal(there?.tags.get('1.0'), image.digest);
    assert.equal(there?.manifests.get(about.digest)?.subject, image.digest);
    assert.match(run.output, /, 1 manifests about it/);
  });

  it('leaves what is about an image behind on request', async () => {
    await pushed({ source: layout, referrers: 'false' });
    assert.equal(registry.content.repositories.get('team/app')?.manifests.has(about.digest), false);
  });

  it('pushes one platform of several, chosen among the images of a folder', async () => {
    const other = await addImage(layout, [Buffer.from('other')]);
    const manifests = [
      { ...image, platform: { os: 'linux', architecture: 'amd64' } },
      { ...other, platform: { os: 'linux', architecture: 'arm64' } },
    ];
    const index = await addJson(layout, indexType, { schemaVersion: 2, manifests });
    const annotations = { 'org.opencontainers.image.ref.name': 'multi' };
    await finish(layout, other, { ...index, annotations });
    const run = await pushed({ source: layout, image: 'multi', platform: 'linux/arm64' });
    assert.equal(run.outputs['digest'], other.digest);
    const all = await pushed({ source: layout, image: 'multi', tags: 'all' });
    assert.equal(all.outputs['digest'], index.digest);
  });

  it('copies from another registry, blob by blob, with what is about the image', async () => {
    const dataHost = 'crsource.westeurope.data.azurecr.io';
    const from = await world.startRegistry(sourceServer, '127.110.0.102', registry.port, {
      replicas: () => [{ region: 'westeurope', dataHost }],
    });
    await world.startDataEndpoint(from, dataHost, '127.110.0.103');
    await pushed({ source: layout, registry: sourceServer, repository: 'base/app' });
    const inputs = {
      source: `docker://${sourceServer}/base/app:1.0`,
      sourceAzureSubscription: world.connection,
      sourcePrivate: 'true',
    };
    const run = await pushed(inputs);
    assert.equal(run.outputs['digest'], image.digest);
    assert.deepEqual(layersOf('1.0'), layers.map(digestOf));
    const there = registry.content.repositories.get('team/app');
    assert.ok(there?.manifests.has(about.digest));
    // Configs and layers of both manifests, each from where the registry redirects to, without a credential.
    assert.equal(world.pulls.length, 5);
    assert.deepEqual(
      world.pulls.map(({ authorization, cookie }) => authorization ?? cookie),
      world.pulls.map(() => undefined),
    );
  });

  it('mounts what it copies inside one registry', async () => {
    await pushed({ source: layout, repository: 'base/app' });
    world.asked.length = 0;
    const run = await pushed({ source: `docker://${loginServer}/base/app@${image.digest}` });
    const evidence = JSON.parse(run.outputs['evidence'] ?? '') as Record<string, unknown>;
    assert.deepEqual(evidence['blobs'], { uploaded: 0, skipped: 0, mounted: 5 });
    // As the source and as the target it has one address; the declared resolver is its witness, too.
    assert.deepEqual(world.asked, [loginServer, loginServer]);
    assert.equal(evidence['bytes'], 0);
  });

  it('sends nothing to its own registry, copying in it, before the way there is private', async () => {
    await world.startRegistry(loginServer, '127.120.0.1', registry.port);
    const run = await world.push({ source: `docker://${loginServer}/base/app:1.0`, tags: '1.0' });
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_NOT_PRIVATE']));
    assert.deepEqual(world.requests, []);
  });

  it('refuses a source that is not private where it has to be', async () => {
    await world.startRegistry(sourceServer, '127.120.0.1', registry.port);
    const run = await world.push({
      source: `docker://${sourceServer}/base/app:1.0`,
      sourceAzureSubscription: world.connection,
      sourcePrivate: 'true',
      tags: '1.0',
    });
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_NOT_PRIVATE']));
    assert.equal(registry.content.repositories.size, 0);
  });

  it('refuses a bad archive before anything is sent', async () => {
    const source = join(world.folder, 'image.tar');
    await writeFile(source, await tarOf([{ name: '/etc/passwd', content: 'root' }]));
    const run = await world.push({ source, tags: '1.0' });
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['IMAGE_ARCHIVE_UNSAFE']));
    assert.equal(registry.content.repositories.size, 0);
  });

  it('refuses a source that is not there', async () => {
    const run = await world.push({ source: 'nowhere', tags: '1.0' });
    assert.deepEqual(new Set(run.codes), new Set(['IMAGE_INVALID']));
    assert.ok(run.output.includes(`Source ${join(world.folder, 'nowhere')} does not exist`));
  });

  const wrong: [Record<string, string>, string[]][] = [
    [
      { source: 'folder', platform: 'linux, linux/amd64,linux/amd64' },
      [
        'Input "platform" has "linux", which must be os/architecture or os/architecture/variant, for example linux/amd64.',
        'Input "platform" has "linux/amd64", which is given twice.',
      ],
    ],
    [
      { source: 'folder', sourcePrivate: 'true', sourceTokenHosts: 'a b' },
      [
        'Input "sourceTokenHosts" has "a b", which must be a host, or host:port.',
        'Input "sourceTokenHosts" is for a source that begins with docker://.',
        'Input "sourcePrivate" is for a source that begins with docker://.',
      ],
    ],
    [
      { source: 'docker://a.example/app', image: 'x', referrers: 'maybe' },
      ['Input "referrers" is "maybe"; allowed: true, false.'],
    ],
    [
      { source: 'docker://a.example/app', image: 'x' },
      [
        'Input "source" needs a tag or a digest; latest is not taken for granted.',
        'Input "image" is for folders and archives; the image of a registry is named by source.',
      ],
    ],
  ];
  for (const [inputs, messages] of wrong) {
    it(`names what is wrong with ${JSON.stringify(inputs)}`, async () => {
      await mkdir(join(world.folder, 'folder'));
      const run = await world.push({ tags: '1.0', ...inputs });
      assert.deepEqual(new Set(run.codes), new Set(['INPUT_INVALID']));
      for (const message of messages) assert.ok(run.output.includes(message), run.output);
    });
  }
});
