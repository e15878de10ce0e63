import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addImage, blobFile, digestOf, finish } from '../unit/oci/layout-files.ts';
import type { Named } from '../unit/oci/layout-files.ts';
import { clientSecret, ImagePushWorld, loginServer } from '../support/image-push-world.ts';
import type { RegistryServer } from '../support/image-push-world.ts';
import type { TaskRun } from '../support/packaged-task.ts';

const layer = Buffer.alloc(3_000_000, 'layer');

describe('ImagePush as a process', function () {
  this.timeout(180_000);
  const world = new ImagePushWorld();
  let registry: RegistryServer;
  let image: Named;

  beforeEach(async () => {
    registry = await world.startRegistry();
    image = await addImage(join(world.folder, 'image'), [layer, Buffer.from('small')]);
    await finish(join(world.folder, 'image'), image);
  });

  function push(inputs: Record<string, string> = {}): Promise<TaskRun> {
    const source = join(world.folder, 'image');
    return world.push({ source, tags: '1.0\n1.0.1', ...inputs });
  }

  it('pushes, sets its outputs, shows no secret, and has nothing to do the second time', async () => {
    const first = await push();
    assert.equal(first.result, 'Succeeded', first.output);
    assert.equal(first.exitCode, 0);
    const repository = registry.content.repositories.get('team/app');
    assert.deepEqual(
      [...(repository?.tags ?? [])],
      [
        ['1.0', image.digest],
        ['1.0.1', image.digest],
      ],
    );
    assert.equal(first.outputs['digest'], image.digest);
    assert.equal(first.outputs['reference'], `${loginServer}/team/app@${image.digest}`);
    const evidence = JSON.parse(first.outputs['evidence'] ?? '') as Record<string, unknown>;
    assert.equal(evidence['address'], '127.110.0.101');
    assert.deepEqual(evidence['chain'], ['crtest.privatelink.azurecr.io']);
    assert.deepEqual(evidence['blobs'], { uploaded: 3, skipped: 0, mounted: 0 });
    const visible = first.output
      .split('\n')
      .filter((line) => !line.startsWith('##vso[task.setsecret]'))
      .join('\n');
    assert.ok(!visible.includes(clientSecret) && !visible.includes('eyJ'));

    const second = await push();
    assert.equal(second.result, 'Succeeded', second.output);
    const again = JSON.parse(second.outputs['evidence'] ?? '') as Record<string, unknown>;
    assert.deepEqual([again['unchanged'], again['bytes'], again['requests']], [true, 0, 2]);
  });

  it('refuses a registry outside the declared networks before it sends anything', async () => {
    world.names.set(loginServer, ['crtest.privatelink.azurecr.io', '203.0.113.9']);
    const { result, codes, output, outputs } = await push();
    assert.equal(result, 'Failed');
    assert.deepEqual(new Set(codes), new Set(['REGISTRY_NOT_PRIVATE']));
    assert.match(
      output,
      /crtest\.azurecr\.io -> crtest\.privatelink\.azurecr\.io -> 203\.0\.113\.9/,
    );
    assert.match(output, /What to do: .*zone privatelink\.azurecr\.io is not linked/);
    assert.deepEqual(outputs, {});
    assert.equal(registry.content.repositories.size, 0);
  });

  it('refuses a blob with other content, and the registry keeps nothing of it', async () => {
    const wrong = Buffer.from(layer);
    wrong.write('X', 100);
    await writeFile(blobFile(join(world.folder, 'image'), digestOf(layer)), wrong);
    const { result, codes } = await push();
    assert.equal(result, 'Failed');
    assert.deepEqual(codes, ['IMAGE_DIGEST_MISMATCH']);
    const repository = registry.content.repositories.get('team/app');
    assert.ok(repository === undefined || !repository.blobs.has(digestOf(layer)));
    assert.equal(repository?.tags.size ?? 0, 0);
  });

  it('fails for an identity without rights, naming the role', async () => {
    world.allowed = false;
    const { result, codes, output } = await push();
    assert.equal(result, 'Failed');
    assert.deepEqual(new Set(codes), new Set(['REGISTRY_AUTH']));
    assert.match(output, /AcrPush on crtest\.azurecr\.io/);
  });

  it('reports all problems of its inputs at once', async () => {
    const { result, output, codes } = await push({
      repository: 'Team',
      tags: 'a,-b,a',
      networks: '10.0.0.0/33',
      registry: 'https://x',
    });
    assert.equal(result, 'Failed');
    assert.deepEqual(new Set(codes), new Set(['INPUT_INVALID']));
    for (const text of [
      'Input "repository" has "Team", which must be lower case.',
      'Input "tags" has "-b", which must be up to 128 letters',
      'Input "tags" has "a", which is given twice.',
      'Input "registry" must be the name of a registry or its login server.',
      'Input "networks" cannot stand beside topology.',
      'Input "networks" has "10.0.0.0/33": "/33" is no length',
    ]) {
      assert.ok(output.includes(text), text);
    }
  });
});
