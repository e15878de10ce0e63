import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDockerRegistry, type DockerRegistry } from '../../scripts/bench/docker-registry.ts';
import { freePort } from '../../scripts/bench/free-port.ts';
import { finish, type Finished } from '../support/start.ts';
import { findTool } from '../support/tools.ts';
import { ImagePushWorld } from '../support/image-push-world.ts';
import type { TaskRun } from '../support/packaged-task.ts';
import { entriesOf, gzipped, tarOf } from '../unit/oci/archive-files.ts';
import {
  addImage,
  addJson,
  digestOf,
  finish as finishLayout,
  indexType,
  type Named,
} from '../unit/oci/layout-files.ts';

const address = '127.110.0.110';
const loginServer = 'registry.example.net';

interface Manifest {
  mediaType?: string;
  config: Named;
  layers: Named[];
  manifests?: Named[];
}

describe('images made by skopeo, pushed by the packaged task, pulled back by skopeo', function () {
  this.timeout(120_000);
  const world = new ImagePushWorld();
  let skopeo = '';
  let work = '';
  let port = 0;
  let registry: DockerRegistry | undefined;
  let layers: Buffer[];
  let image: Named;
  let count = 0;

  before(async function () {
    const program = await findTool(this, 'docker-registry');
    skopeo = await findTool(this, 'skopeo');
    work = await mkdtemp(join(tmpdir(), 'spokeline-sources-'));
    port = await freePort(address);
    const { cert, key } = await world.authority.issue([loginServer, address]);
    const file = (name: string): string => join(work, name);
    await writeFile(file('cert.pem'), cert);
    await writeFile(file('key.pem'), key);
    await mkdir(file('certs'));
    await writeFile(file('certs/ca.crt'), world.authority.caPem);
    registry = await startDockerRegistry({
      program,
      folder: file('registry'),
      store: file('store'),
      address,
      port,
      tls: { certificate: file('cert.pem'), key: file('key.pem'), ca: world.authority.caPem },
    });
    layers = await Promise.all([
      tarOf([{ name: 'app/data', content: randomBytes(5_000_000) }]),
      tarOf([{ name: 'app/readme', content: 'small' }]),
    ]);
    image = await addImage(file('layout'), layers);
    await finishLayout(file('layout'), image);
  });
  after(async () => {
    await registry?.stop();
    if (work !== '') await rm(work, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world.names.set(loginServer, [address]);
    await world.mapPort(port);
    count += 1;
  });

  async function run(...args: string[]): Promise<Finished> {
    // A home of its own: neither the user's logins nor his registries count.
    const env = { PATH: process.env['PATH'], HOME: work, TMPDIR: work };
    const done = await finish(skopeo, ['--insecure-policy', ...args], { env });
    assert.equal(done.code, 0, done.stderr);
    return done;
  }

  async function push(source: string, more: Record<string, string> = {}): Promise<TaskRun> {
    const inputs = { azureSubscription: '', registry: loginServer, repository: `team/app${count}` };
    const done = await world.push({ ...inputs, source, tags: '1.0', ...more });
    assert.equal(done.result, 'Succeeded', done.output);
    return done;
  }

  /** Pulls the tag of this test as it is, and checks every byte of it against its digest. */
  async function pullBack(
    digest: string,
    ...more: string[]
  ): Promise<{ bytes: Buffer; manifest: Manifest; folder: string }> {
    const folder = join(work, `back${count}`);
    const from = `docker://${address}:${port}/team/app${count}:1.0`;
    const certificates = ['--src-cert-dir', join(work, 'certs')];
    await run('copy', '--preserve-digests', ...more, ...certificates, from, `dir:${folder}`);
    const bytes = await readFile(join(folder, 'manifest.json'));
    assert.equal(digestOf(bytes), digest);
    const manifest = JSON.parse(bytes.toString()) as Manifest;
    const named = manifest.manifests === undefined ? [manifest.config, ...manifest.layers] : [];
    for (const blob of named) {
      const content = await readFile(join(folder, blob.digest.replace('sha256:', '')));
      assert.deepEqual([content.length, digestOf(content)], [blob.size, blob.digest]);
    }
    return { bytes, manifest, folder };
  }

  const digests = (named: readonly { digest: string }[]): string[] =>
    named.map(({ digest }) => digest);

  for (const compressed of [false, true]) {
    const form = compressed ? ' in gzip' : '';
    async function archive(kind: string, reference = ''): Promise<string> {
      const file = join(work, `${kind}${count}.tar`);
      await run('copy', `oci:${join(work, 'layout')}`, `${kind}:${file}${reference}`);
      if (compressed) await writeFile(file, gzipped(await readFile(file)));
      return file;
    }

    it(`an OCI archive${form}`, async () => {
      const source = await archive('oci-archive');
      const { outputs } = await push(source);
      const { manifest } = await pullBack(outputs['digest'] ?? '');
      // skopeo compresses layers on their way into an archive; what it stored is what came back.
      const inside = await run('inspect', '--raw', `oci:${await unpacked(source)}`);
      assert.deepEqual(manifest, JSON.parse(inside.stdout));
    });

    it(`a docker archive${form}`, async () => {
      const source = await archive('docker-archive', ':team/app:1.0');
      const { outputs } = await push(source);
      const { bytes, manifest } = await pullBack(outputs['digest'] ?? '');
      assert.deepEqual(digests(manifest.layers), layers.map(digestOf));
      if (compressed) return;
      const made = await run('inspect', '--raw', `docker-archive:${source}`);
      // skopeo calls plain tar layers gzip in what it makes of a docker archive.
      assert.equal(bytes.toString(), made.stdout.replaceAll('diff.tar.gzip', 'diff.tar'));
    });
  }

  /** The layout in an OCI archive, in a folder. */
  async function unpacked(archive: string): Promise<string> {
    const folder = join(work, `unpacked${count}`);
    await mkdir(folder);
    const done = await finish('tar', ['-xf', archive, '-C', folder]);
    assert.equal(done.code, 0, done.stderr);
    return folder;
  }

  it('a folder', async () => {
    const { outputs } = await push(join(work, 'layout'));
    assert.equal(outputs['digest'], image.digest);
    await pullBack(image.digest);
  });

  it('a folder with signatures, which are listed under a tag', async () => {
    const layout = join(work, `signed${count}`);
    const signed = await addImage(layout, layers);
    const about = await addImage(layout, [Buffer.from('signature')], { subject: signed });
    await finishLayout(layout, signed, about);
    await push(layout);
    await pullBack(signed.digest);
    const tag = signed.digest.replace(':', '-');
    const list = await run(
      'inspect',
      '--raw',
      '--cert-dir',
      join(work, 'certs'),
      `docker://${address}:${port}/team/app${count}:${tag}`,
    );
    const { manifests } = JSON.parse(list.stdout) as Manifest;
    assert.deepEqual(digests(manifests ?? []), [about.digest]);
    // Once more: it asks, and changes nothing.
    const again = await push(layout);
    assert.match(again.output, /Nothing to do: /);
  });

  it('an index, whole and one platform of it', async () => {
    const layout = join(work, `index${count}`);
    const other = await addImage(layout, [layers[1] ?? Buffer.alloc(0)]);
    const manifests = [
      { ...(await addImage(layout, layers)), platform: { os: 'linux', architecture: 'amd64' } },
      { ...other, platform: { os: 'linux', architecture: 'arm64' } },
    ];
    const index = await addJson(layout, indexType, {
      schemaVersion: 2,
      mediaType: indexType,
      manifests,
    });
    await finishLayout(layout, index);
    const source = join(work, `index${count}.tar`);
    await run('copy', '--all', `oci:${layout}`, `oci-archive:${source}`);
    const { outputs } = await push(source);
    const { manifest } = await pullBack(outputs['digest'] ?? '', '--all');
    assert.equal(manifest.manifests?.length, 2);
    count += 1;
    const one = await push(layout, { platform: 'linux/arm64' });
    assert.equal(one.outputs['digest'], other.digest);
    await pullBack(other.digest);
  });

  it('an image of this registry, copied to one of the sandbox and back', async () => {
    await push(join(work, 'layout'));
    const source = `docker://${loginServer}/team/app${count}:1.0`;
    const sandbox = await world.startRegistry('crtest.azurecr.io', '127.110.0.111', port);
    const there = await world.push({ source, repository: 'copied', tags: '1.0' });
    assert.equal(there.result, 'Succeeded', there.output);
    assert.equal(there.outputs['digest'], image.digest);
    const { content } = sandbox;
    assert.equal(content.repositories.get('copied')?.tags.get('1.0'), image.digest);
    for (const layer of layers) {
      assert.deepEqual(Buffer.concat(content.blob('copied', digestOf(layer))?.parts ?? []), layer);
    }
    count += 1;
    await push('docker://crtest.azurecr.io/copied:1.0', {
      sourceAzureSubscription: world.connection,
      sourcePrivate: 'true',
    });
    await pullBack(image.digest);
  });

  it('what docker save writes since version 25', async () => {
    const config = JSON.stringify([{ Config: 'x', RepoTags: ['team/app:1.0'], Layers: [] }]);
    const entries = await entriesOf(join(work, 'layout'));
    const source = join(work, `both${count}.tar`);
    await writeFile(source, await tarOf([...entries, { name: 'manifest.json', content: config }]));
    await push(source);
    await pullBack(image.digest);
  });
});
