import assert from 'node:assert/strict';
import { compile } from '../../sandbox/azure/bicep/compile.ts';
import { readTopology } from '../../tasks/lib/topology/read.ts';
import {
  hub,
  hubSubscription,
  stampSubscription,
  startWorld,
  type World,
} from '../unit/arm/arm-world.ts';
import { at, type Shown } from '../unit/arm/templates.ts';

interface Change {
  resourceId: string;
  changeType: string;
  delta?: unknown[];
}

const folder = 'templates/examples/mission-critical';

function templateOf(file: string): Shown {
  const { template, diagnostics } = compile(file);
  assert.ok(template, JSON.stringify(diagnostics));
  return template;
}

describe('sandbox arm: what-if of the example', function () {
  this.timeout(180_000);
  let world: World;
  let parameters: Record<'hub' | 'weu', Shown>;
  const templates = {
    hub: templateOf('templates/bicep/hub/main.bicep'),
    weu: templateOf('templates/bicep/stamp/main.bicep'),
  };
  const groups = {
    hub,
    weu: `/subscriptions/${stampSubscription}/resourceGroups/rg-mc-weu`,
    neu: `/subscriptions/${stampSubscription}/resourceGroups/rg-mc-neu`,
    dns: `/subscriptions/${hubSubscription}/resourceGroups/rg-dns`,
  };

  before(async () => {
    world = await startWorld();
    for (const group of [groups.weu, groups.neu, groups.dns]) {
      const location = group === groups.neu ? 'northeurope' : 'westeurope';
      await world.make(`${group}?api-version=2021-04-01`, { location });
    }
    const topology = await readTopology(`${folder}/topology.yml`, []);
    parameters = {
      hub: { hub: { value: topology.hub }, topology: { value: topology } },
      weu: { hub: { value: topology.hub }, stamp: { value: topology.stamps['weu'] } },
    };
  });
  after(() => world.stop());

  const content = (name: 'hub' | 'weu'): Shown => ({
    properties: { mode: 'Incremental', template: templates[name], parameters: parameters[name] },
  });

  const whatIf = async (name: 'hub' | 'weu'): Promise<Change[]> => {
    const path = at(groups[name], name, '/whatIf');
    const started = await world.ask('POST', path, { body: content(name) });
    assert.equal(started.status, 202, JSON.stringify(started.body));
    const { body } = await world.follow(started);
    assert.equal(body['status'], 'Succeeded', JSON.stringify(body));
    const properties = body['properties'] as Shown;
    assert.equal(properties['diagnostics'], undefined);
    return properties['changes'] as Change[];
  };

  const deploy = async (name: 'hub' | 'weu'): Promise<string[]> => {
    const path = at(groups[name], name);
    await world.follow(await world.ask('PUT', path, { body: content(name) }));
    const properties = await world.properties(path);
    assert.equal(properties['provisioningState'], 'Succeeded', JSON.stringify(properties['error']));
    return (properties['outputResources'] as { id: string }[]).map(({ id }) => id);
  };

  const short = (changes: Change[], ...types: string[]): string[] =>
    changes
      .filter(({ changeType }) => types.includes(changeType))
      .map(({ resourceId }) => resourceId.toLowerCase())
      .sort();

  const lower = (ids: string[]): string[] => ids.map((id) => id.toLowerCase()).sort();

  for (const name of ['hub', 'weu'] as const) {
    it(`${name}: what would be created is what is created, and then nothing changes`, async () => {
      const planned = await whatIf(name);
      const made = await deploy(name);
      assert.deepEqual(short(planned, 'Create'), lower(made));
      assert.deepEqual(
        planned.filter(({ changeType }) => !['Create', 'Ignore'].includes(changeType)),
        [],
      );
      const again = await whatIf(name);
      assert.deepEqual(short(again, 'NoChange'), lower(made));
      assert.deepEqual(
        again.filter(({ changeType }) => !['NoChange', 'Ignore'].includes(changeType)),
        [],
      );
      assert.ok(again.every(({ delta }) => delta === undefined || delta.length === 0));
    });
  }

  it('hub, after the stamp: only the noise about subnets that the template leaves to the stamp', async () => {
    const changes = await whatIf('hub');
    const modified = changes.filter(({ changeType }) => changeType === 'Modify');
    assert.deepEqual(
      modified.map(({ resourceId, delta }) => ({
        resourceId,
        delta: delta?.map((change) => {
          const { path, propertyChangeType, before } = change as Shown;
          const names = (before as { name: string }[]).map((subnet) => subnet.name);
          return { path, propertyChangeType, names };
        }),
      })),
      [
        {
          resourceId: `${groups.weu}/providers/Microsoft.Network/virtualNetworks/vnet-mc-weu`,
          delta: [
            {
              path: 'properties.subnets',
              propertyChangeType: 'Delete',
              names: ['application', 'egress', 'endpoints', 'ingress'],
            },
          ],
        },
      ],
    );
    await deploy('hub');
    const subnets = `${groups.weu}/providers/Microsoft.Network/virtualNetworks/vnet-mc-weu/subnets`;
    assert.equal(world.arm.store.get(`${subnets}/endpoints`)?.name, 'endpoints');
  });
});
