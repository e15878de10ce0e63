import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNameServer } from '../support/name-server.ts';
import { addImage, finish } from '../unit/oci/layout-files.ts';
import type { Named } from '../unit/oci/layout-files.ts';
import { ImagePushWorld, loginServer } from '../support/image-push-world.ts';
import type { TaskRun } from '../support/packaged-task.ts';

const west = 'crtest.westeurope.data.azurecr.io';
const north = 'crtest.northeurope.data.azurecr.io';

interface Evidence {
  ms: number;
  requests: number;
  bytes: number;
  size: number;
  witnesses: { source: string }[];
  repositories: { requests: number }[];
}

describe('ImagePush to its targets', function () {
  this.timeout(180_000);
  const world = new ImagePushWorld();
  let image: Named;

  beforeEach(async () => {
    image = await addImage(join(world.folder, 'image'), [Buffer.alloc(100_000, 'x')]);
    await finish(join(world.folder, 'image'), image);
  });

  function push(inputs: Record<string, string> = {}): Promise<TaskRun> {
    return world.push({ source: join(world.folder, 'image'), tags: '1.0', ...inputs });
  }

  it('gives several repositories the image, sending it once', async () => {
    const registry = await world.startRegistry();
    const run = await push({ repository: 'team/app\nmirror/app', tags: '1.0,stable' });
    assert.equal(run.result, 'Succeeded', run.output);
    for (const name of ['team/app', 'mirror/app']) {
      const tags = [...(registry.content.repositories.get(name)?.tags ?? [])].sort();
      assert.deepEqual(tags, [
        ['1.0', image.digest],
        ['stable', image.digest],
      ]);
    }
    const { uploaded, skipped, mounted, references, tags, size } = run.outputs;
    assert.deepEqual([uploaded, skipped, mounted, tags], ['2', '0', '2', '1.0,stable']);
    assert.equal(
      references,
      `${loginServer}/team/app@${image.digest},${loginServer}/mirror/app@${image.digest}`,
    );
    assert.ok(Number(size) > 100_000);
  });

  it('tells in its evidence all that the guide says, and nothing else', async () => {
    await world.startRegistry();
    const run = await push({ repository: 'team/app,mirror/app', tags: '1.0,stable' });
    const evidence = JSON.parse(run.outputs['evidence'] ?? '{}') as Evidence;
    const { ms, requests, bytes, size, witnesses, repositories, ...rest } = evidence;
    assert.deepEqual(rest, {
      schemaVersion: 1,
      reference: `${loginServer}/team/app@${image.digest}`,
      digest: image.digest,
      mediaType: image.mediaType,
      tags: ['1.0', 'stable'],
      loginServer,
      address: '127.110.0.101',
      chain: ['crtest.privatelink.azurecr.io'],
      findings: [],
      otherPaths: [],
      unchanged: false,
      blobs: { uploaded: 2, skipped: 0, mounted: 2 },
    });
    assert.ok(ms > 0);
    assert.equal(size, bytes + image.size);
    const [own] = world.names.get(loginServer)?.slice(-1) ?? [];
    assert.deepEqual(
      witnesses.map(({ source, ...witness }) => [typeof source, witness]),
      [['string', { addresses: [own], chain: ['crtest.privatelink.azurecr.io'] }]],
    );
    const [first, second] = repositories;
    const referrers = { pushed: 0, skipped: 0 };
    assert.deepEqual(
      repositories.map(({ requests: _, ...repository }) => repository),
      [
        {
          reference: `${loginServer}/team/app@${image.digest}`,
          unchanged: false,
          blobs: { uploaded: 2, skipped: 0, mounted: 0 },
          referrers,
          bytes,
        },
        {
          reference: `${loginServer}/mirror/app@${image.digest}`,
          unchanged: false,
          blobs: { uploaded: 0, skipped: 0, mounted: 2 },
          referrers,
          bytes: 0,
        },
      ],
    );
    assert.equal((first?.requests ?? 0) + (second?.requests ?? 0), requests);
    // One more told how to sign in, two got a token.
    assert.equal(world.requests.length, requests + 3);
  });

  it('does not move a tag where none may move', async () => {
    const registry = await world.startRegistry();
    await push();
    const other = await addImage(join(world.folder, 'other'), [Buffer.from('other')]);
    await finish(join(world.folder, 'other'), other);
    const run = await push({ source: join(world.folder, 'other'), immutable: 'true' });
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_TAG_EXISTS']));
    const repository = registry.content.repositories.get('team/app');
    assert.equal(repository?.tags.get('1.0'), image.digest);
    assert.equal(repository?.manifests.has(other.digest), false);
  });

  it('moves no tag of any repository while one of them lacks a part of the image', async () => {
    const full = join(world.folder, 'full');
    const broken = await addImage(full, [Buffer.alloc(100_000, 'y'), Buffer.alloc(1000, 'z')]);
    await finish(full, broken);
    const registry = await world.startRegistry(undefined, undefined, 0, {
      misbehaviour: { breaks: [{ at: 'head', path: '/v2/mirror/app/blobs/uploads/', count: 99 }] },
    });
    const run = await push({ source: full, repository: 'team/app,mirror/app' });
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_REQUEST']));
    assert.equal(registry.content.repositories.get('team/app')?.tags.size ?? 0, 0);
  });

  it('names the tags that moved before one could not be written', async () => {
    const registry = await world.startRegistry(undefined, undefined, 0, {
      misbehaviour: { breaks: [{ at: 'head', method: 'PUT', path: '/stable$', count: 99 }] },
    });
    const run = await push({ repository: 'team/app,mirror/app', tags: '1.0,2.0,stable' });
    assert.equal(run.result, 'Failed');
    const [first, ...others] = run.issues;
    assert.equal(
      first?.message,
      'Tags that have moved before the failure, and stay: team/app:1.0, team/app:2.0',
    );
    assert.deepEqual(
      others.map(({ code }) => code),
      ['REGISTRY_REQUEST'],
    );
    const tags = [...registry.content.repositories.values()].map((one) => [...one.tags.keys()]);
    assert.deepEqual(tags, [['1.0', '2.0'], []]);
  });

  it('looks at the tags of all repositories before it sends anything to one', async () => {
    const registry = await world.startRegistry();
    await push({ repository: 'mirror/app,third/app', tags: '1.0,2.0' });
    const other = await addImage(join(world.folder, 'other'), [Buffer.from('other')]);
    await finish(join(world.folder, 'other'), other);
    const run = await push({
      source: join(world.folder, 'other'),
      repository: 'team/app,mirror/app,third/app',
      tags: '2.0',
      immutable: 'true',
    });
    assert.deepEqual(
      run.issues.map(({ code, message }) => `${code}: ${message}`),
      ['mirror/app', 'third/app'].map(
        (name) => `REGISTRY_TAG_EXISTS: ${name}:2.0 is ${image.digest}, not ${other.digest}`,
      ),
    );
    assert.equal(registry.content.repositories.has('team/app'), false);
  });

  it('pulls a layer back through the data endpoint of every replica', async () => {
    const registry = await world.startRegistry(undefined, undefined, 0, {
      replicas: () => [{ region: 'westeurope', dataHost: west }],
    });
    await world.startDataEndpoint(registry, west, '127.110.0.111');
    const run = await push({ verifyReplicas: 'true' });
    assert.equal(run.result, 'Succeeded', run.output);
    const evidence = JSON.parse(run.outputs['evidence'] ?? '') as { replicas?: unknown };
    assert.deepEqual(evidence.replicas, [
      { endpoint: west, address: '127.110.0.111', result: 'pulled', status: 206 },
    ]);
    assert.deepEqual(
      world.pulls.map(({ authorization }) => authorization),
      [undefined],
    );
  });

  it('tells that declared resolvers disagree, and pushes where the first one says', async () => {
    const registry = await world.startRegistry();
    const other = await startNameServer();
    try {
      other.names.set(loginServer, ['203.0.113.9']);
      const overlay = join(world.folder, 'estate', 'topology.sandbox.yml');
      const text = await readFile(overlay, 'utf8');
      await writeFile(overlay, text.replace(/(resolvers: \[.*)\]/, `$1, '${other.server}']`));
      const run = await push();
      assert.equal(run.result, 'Succeeded', run.output);
      assert.deepEqual(run.issues, [
        {
          code: 'REGISTRY_RESOLVERS_DISAGREE',
          message: `${loginServer}: this agent gets 127.110.0.101, resolver ${other.server} says 203.0.113.9`,
        },
      ]);
      assert.ok(registry.content.repositories.has('team/app'));
    } finally {
      await other.close();
    }
  });

  it('does not follow the registry to a data endpoint outside the declared networks', async () => {
    const registry = await world.startRegistry(undefined, undefined, 0, {
      replicas: () => [{ region: 'northeurope', dataHost: north }],
    });
    await world.startDataEndpoint(registry, west, '127.110.0.111');
    world.names.set(north, ['203.0.113.9']);
    const run = await push({ verifyReplicas: 'true' });
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_NOT_PRIVATE']));
    assert.match(run.output, /crtest\.northeurope\.data\.azurecr\.io resolves to 203\.0\.113\.9/);
  });

  it('refuses inputs that contradict each other, all at once', async () => {
    await world.startRegistry();
    const run = await push({
      repository: 'team/app,team/app',
      replicas: 'West Europe',
      tokenHosts: 'https://login.example',
    });
    assert.equal(run.result, 'Failed');
    for (const text of [
      'Input "repository" has "team/app", which is given twice.',
      'Input "replicas" has "West Europe", which must be a region such as westeurope.',
      'Input "replicas" cannot stand beside topology, which has its own.',
      'Input "tokenHosts" has "https://login.example", which must be a host, or host:port.',
    ]) {
      assert.ok(run.output.includes(text), `${text}\n${run.output}`);
    }
  });
});
