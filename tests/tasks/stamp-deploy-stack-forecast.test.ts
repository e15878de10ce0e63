import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { net, stamp, stampSubscription } from '../unit/arm/arm-world.ts';
import { stackAt } from '../unit/arm/stacks.ts';
import { subscriptionTemplate, template } from '../unit/arm/templates.ts';
import { failure } from '../support/failure.ts';
import { startStackBench, type StackBench } from './stamp-deploy-stack-bench.ts';
import { group, held, table, tableId, tables } from './stamp-deploy-stack-templates.ts';

const estate = `name: shop
hub:
  subscription: ${stampSubscription}
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { agents: /24 } }
  dns: { resourceGroup: rg-hub, resolvers: [168.63.129.16] }
stamps:
  weu:
    role: primary
    weight: 100
    region: westeurope
    subscription: ${stampSubscription}
    resourceGroup: RG-WEU
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { app: /24 } }
`;

describe('StampDeploy with kind: stack, before and at its end', () => {
  let bench: StackBench;

  beforeEach(async () => {
    bench = await startStackBench();
  });

  afterEach(() => bench.close());

  const exists = async (name: string): Promise<boolean> =>
    (await bench.world.ask('GET', net(stamp, `routeTables/${name}`))).status === 200;

  describe('asked what it would do', () => {
    const outcome = async () => {
      const { default: fs } = await import('node:fs');
      const file = bench.context.outputs['whatIfFile']?.value ?? '';
      const { changes } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
        changes: { name: string; change: string; properties: { path: string }[] }[];
      };
      return changes.map(({ name, change, properties }) =>
        [name, change, ...properties.map(({ path }) => path)].join(' '),
      );
    };

    it('says what would be added, changed, detached or deleted, and leaves nothing behind', async () => {
      await bench.run(tables('a', 'b'));
      await bench.world.make(net(stamp, 'routeTables/own'), { location: 'westeurope' });
      const after = template([table('a', { tags: { by: 'me' } }), table('own'), table('new')]);
      await bench.run(after, { action: 'what-if', denyMode: 'denyDelete' });
      assert.deepEqual((await outcome()).sort(), [
        'a Modify tags.by',
        'b Detach',
        'new Create',
        'own Modify managementStatus',
        'st Modify denySettings.Mode',
      ]);
      const said = bench.said();
      assert.ok(said.includes('  > Microsoft.Network/routeTables b'), said.join('\n'));
      assert.ok(said.includes('      ~ managementStatus: "unmanaged" -> "managed"'));
      assert.equal(said.at(-1), 'What-if: 1 to create, 3 to modify, 1 to detach.');
      const { body } = await bench.world.ask(
        'GET',
        `${stamp}/providers/Microsoft.Resources/deploymentStacksWhatIfResults?api-version=2025-07-01`,
      );
      assert.deepEqual(body['value'], []);
      await bench.run(after, { action: 'what-if', onUnmanage: 'deleteResources' });
      assert.ok((await outcome()).includes('b Delete'));
      assert.equal(await exists('b'), true);
    });

    it('changes nothing when nothing would change', async () => {
      await bench.run(tables('a'));
      await bench.run(tables('a'), { action: 'what-if' });
      assert.equal(bench.context.outputs['hasChanges']?.value, 'false');
    });

    it('deploys nothing when the policy forbids a deletion', async () => {
      await bench.run(tables('a', 'b'));
      const thrown = await failure(
        bench.run(tables('a'), { failOn: 'delete', onUnmanage: 'deleteResources' }),
      );
      assert.equal(thrown.code, 'WHAT_IF_REFUSED');
      assert.equal(thrown.details[0]?.target, tableId('b'));
      assert.equal(await exists('b'), true);
      // What is detached is not lost.
      await bench.run(tables('a'), { failOn: 'delete' });
      assert.deepEqual(bench.became()['detached'], ['b']);
    });

    it('hides secrets, and refuses what Azure would', async () => {
      const secret = {
        ...template([table('a', { tags: { key: "[parameters('key')]" } })]),
        parameters: { key: { type: 'secureString' } },
      };
      await bench.run(secret, { action: 'what-if', parameters: { key: 'hush-hush' } });
      assert.doesNotMatch(bench.said().join('\n'), /hush-hush/);
      const wrong = template([table('a', { location: 'nowhere' })]);
      const thrown = await failure(bench.run(wrong, { action: 'what-if' }));
      assert.equal(thrown.code, 'TEMPLATE_INVALID');
    });
  });

  describe('deleted', () => {
    const gone = { action: 'delete', template: undefined } as const;
    const stack = async () => (await bench.world.ask('GET', stackAt(stamp, 'st'))).status;

    it('leaves everything without a word', async () => {
      await bench.run(tables('a'));
      await bench.run({}, gone);
      assert.deepEqual([await stack(), await exists('a')], [404, true]);
      assert.equal(bench.context.outputs['deletedCount']?.value, '0');
      assert.equal(bench.context.outputs['left']?.value, JSON.stringify([tableId('a')]));
      await bench.run({}, gone);
      assert.ok(bench.said().includes('There is no stack st: nothing is left to delete.'));
    });

    it('takes its resources with it once the traffic is off', async () => {
      const all = { ...gone, onUnmanage: 'deleteAll' } as const;
      await bench.run(tables('a', 'b'));
      const thrown = await failure(bench.run({}, all));
      assert.equal(thrown.code, 'RETIRE_REFUSED');
      await bench.run({}, { ...all, trafficState: 'off', deleteWhat: 'nothing' });
      assert.deepEqual([await stack(), await exists('a')], [200, true]);
      assert.ok(bench.said().includes(`  would be deleted: ${tableId('a')}`));
      await bench.run({}, { ...all, trafficState: 'off' });
      assert.deepEqual([await stack(), await exists('a')], [404, false]);
      assert.equal(bench.context.outputs['deletedCount']?.value, '2');
    });

    it('stays while another stack has one of its resources', async () => {
      await bench.run(tables('a', 'b'));
      await bench.run(tables('a'), { deploymentName: 'other' });
      const all = { ...gone, onUnmanage: 'deleteResources', trafficState: 'off' } as const;
      const thrown = await failure(bench.run({}, all));
      assert.equal(thrown.code, 'RETIRE_REFUSED');
      const other = stackAt(stamp, 'other').replace(/\?.*/, '');
      assert.deepEqual(
        thrown.details.map(({ code, message }) => [code, message]),
        [['Shared', `${tableId('a')} would go with it, which the stack ${other} manages as well`]],
      );
      assert.deepEqual([await stack(), await exists('a'), await exists('b')], [200, true, true]);
      await bench.run({}, { ...gone, deploymentName: 'other' });
      await bench.run({}, all);
      assert.deepEqual([await stack(), await exists('a')], [404, false]);
    });

    it('asks in every group that something goes from, whose stamp may have traffic', async () => {
      const subscription = `/subscriptions/${stampSubscription}`;
      const place = { target: 'subscription', resourceGroup: undefined } as const;
      await bench.run(subscriptionTemplate([group('rg-weu'), group('rg-two')]), {
        ...place,
        location: 'westeurope',
      });
      const topology = join(bench.context.agent.tempDirectory, 'topology.yml');
      await writeFile(topology, estate);
      const all = { ...gone, ...place, onUnmanage: 'deleteAll', trafficState: 'off' } as const;
      const busy = await failure(bench.run({}, { ...all, topology }));
      assert.equal(
        busy.details[0]?.message,
        'Stack st has traffic: the topology gives stamp weu the weight 100',
      );
      const lock = 'providers/Microsoft.Authorization/locks/keep?api-version=2020-05-01';
      await bench.world.make(`${subscription}/resourceGroups/rg-two/${lock}`, {
        properties: { level: 'CanNotDelete' },
      });
      const locked = await failure(bench.run({}, all));
      assert.deepEqual(
        locked.details.map(({ code, target }) => [code, target]),
        [['Locked', `${subscription}/resourceGroups/rg-two`]],
      );
      await bench.run({}, { ...gone, ...place });
    });

    it('stays with what cannot be deleted, and says why', async () => {
      await bench.run(tables('a', 'b'));
      await bench.world.make(net(stamp, 'virtualNetworks/vnet'), {
        location: 'westeurope',
        properties: (held('a') as { properties: unknown }).properties,
      });
      const thrown = await failure(
        bench.run({}, { ...gone, onUnmanage: 'deleteResources', trafficState: 'off' }),
      );
      assert.equal(thrown.code, 'ARM_CONFLICT');
      assert.deepEqual(
        thrown.details.map(({ code, target }) => [code, target]),
        [['InUseRouteTableCannotBeDeleted', tableId('a')]],
      );
      assert.deepEqual([await stack(), await exists('a'), await exists('b')], [200, true, false]);
    });
  });
});
