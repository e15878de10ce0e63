import assert from 'node:assert/strict';
import { join } from 'node:path';
import { addImage, finish } from '../unit/oci/layout-files.ts';
import type { Named } from '../unit/oci/layout-files.ts';
import { ImagePushWorld, loginServer } from '../support/image-push-world.ts';
import type { TaskRun } from '../support/packaged-task.ts';

const west = 'crtest.westeurope.data.azurecr.io';
const north = 'crtest.northeurope.data.azurecr.io';

describe('ImagePush to its targets', function () {
  this.timeout(30_000);
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
