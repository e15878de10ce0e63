import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { deployStep } from './bad-input-cases.ts';
import { groups, type BadInputWorld, type Step } from './bad-input-world.ts';
import { outputsOf, refusedWith, says, succeeded } from './deploy-cases.ts';
import {
  deletionsOf,
  network,
  recordOf,
  stampTemplate,
  startRetireWorld,
  type RetireWorld,
} from './retire-estate.ts';

const vaults = 'Microsoft.KeyVault/vaults';
const endpoints = 'Microsoft.Network/privateEndpoints';
const lock = `${groups.neu}/providers/Microsoft.Authorization/locks/keep`;
const record = recordOf('kv-retire-neu');

const weighted = (stamp: string, weight: number) => ({
  'topology.yml': (text: string) =>
    text.replace(`  ${stamp}:\n`, `  ${stamp}:\n    weight: ${weight}\n`),
});

describe('retiring a stamp', function () {
  this.timeout(180_000);
  let estateWorld: RetireWorld | undefined;
  let world: BadInputWorld;
  let remove: RetireWorld['remove'];
  let present: RetireWorld['present'];

  before(async () => {
    estateWorld = await startRetireWorld();
    ({ world, remove, present } = estateWorld);
    await estateWorld.deploy('kv-retire-neu');
  });
  after(() => estateWorld?.world.stop());

  describe('refuses before anybody signs in', () => {
    const cases: [string, Record<string, string>, Partial<Step>, string][] = [
      [
        'a stamp whose traffic nobody has seen',
        { trafficState: '' },
        {},
        'Stamp neu may have traffic: the input "trafficState" is not off, and nothing else tells',
      ],
      [
        'a stamp with traffic',
        { trafficState: 'on' },
        {},
        'Stamp neu has traffic: the input "trafficState" is on',
      ],
      [
        'a stamp that the topology gives a weight, whatever the pipeline says',
        {},
        { files: weighted('neu', 100) },
        'Stamp neu has traffic: the topology gives stamp neu the weight 100',
      ],
      [
        'a primary with weight',
        { stamp: 'weu' },
        { files: weighted('weu', 1) },
        'Stamp weu has traffic: the topology gives stamp weu the weight 1',
      ],
      [
        'a primary without a word on its weight',
        { stamp: 'weu' },
        {},
        'Stamp weu may have traffic: stamp weu is primary, and the topology does not give it the weight 0',
      ],
    ];
    for (const [name, inputs, more, error] of cases) {
      it(name, async () => {
        const done = await remove({ azureSubscription: 'untouched', ...inputs }, more);
        refusedWith(done, 'RETIRE_REFUSED');
        assert.deepEqual(
          done.errors.map((text) => text.replace(/^Stamp (\w+): Stamp/, 'Stamp $1: Stamp')),
          [error],
        );
        assert.equal(world.signIn.seen, 0);
      });
    }

    it('what is no stamp and no group', async () => {
      const done = await remove({ azureSubscription: 'untouched', target: 'hub' });
      refusedWith(done, 'INPUT_INVALID');
      assert.deepEqual(done.errors, [
        'Input "target" is hub, which is not deleted; allowed: stamp, resourceGroup.',
      ]);
    });
  });

  it('a second release of the stamp would change nothing, by the word of what-if', async () => {
    const inputs = { azureSubscription: 'stamp', stamp: 'neu', template: 'main.json' };
    const asked = { ...inputs, action: 'what-if', failOn: 'change' };
    const done = succeeded(await world.run(deployStep(asked, { 'main.json': stampTemplate })));
    assert.equal(outputsOf(done)['hasChanges'], 'false');
  });

  it('refuses while a name still leads to an endpoint, and says what to run', async () => {
    const done = await remove({ timeout: '4' });
    refusedWith(done, 'RETIRE_REFUSED');
    assert.equal(done.errors.length, 1);
    assert.match(
      done.errors[0] ?? '',
      /pe-kv: kv-retire-neu\.vault\.azure\.net still leads to 127\.42\.\d+\.\d+ by the word of resolver 127\./,
    );
    assert.equal(done.hint, 'Run PrivateDns@1 with action: remove for this stamp first.');
    assert.deepEqual(deletionsOf(done), []);
  });

  it('reports a lock, and deletes nothing', async () => {
    await world.sandbox.put(
      lock,
      { properties: { level: 'CanNotDelete', notes: 'audit' } },
      '2020-05-01',
    );
    const done = await remove({ deleteWhat: 'nothing' });
    await world.sandbox.remove(lock, '2020-05-01');
    refusedWith(done, 'RETIRE_REFUSED');
    assert.deepEqual(done.errors, [`the lock keep (CanNotDelete) on ${groups.neu}: audit`]);
    assert.deepEqual(deletionsOf(done), []);
  });

  it('says whether the stamp may go, and leaves it', async () => {
    const done = succeeded(await remove({ deleteWhat: 'nothing' }));
    says(done, 'Stamp neu may be deleted, once its names are gone.');
    assert.deepEqual(deletionsOf(done), []);
  });

  /** The pipeline that extends templates/retire.yml. */
  async function pipeline(parameters: Record<string, string>): Promise<Step> {
    const names = ['retire.yml', 'steps/stamp-delete.yml'];
    const files = Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [
          `templates/${name}`,
          await readFile(`templates/${name}`, 'utf8'),
        ]),
      ),
    ) as Record<string, string>;
    const given = { stamp: 'neu', stampConnection: 'stamp', hubConnection: 'zones', ...parameters };
    const lines = Object.entries(given).map(([name, value]) => `    ${name}: '${value}'\n`);
    return {
      task: 'StampDeploy@1',
      moreTasks: ['PrivateDns@1'],
      inputs: {},
      files,
      pipeline:
        'trigger: none\nextends:\n  template: templates/retire.yml\n  parameters:\n' +
        `    topology: topology.yml\n    overlays: [topology.sandbox.yml]\n${lines.join('')}`,
    };
  }

  it('templates/retire.yml stops before it touches names when traffic is not off', async () => {
    const done = await world.run(await pipeline({}));
    refusedWith(done, 'RETIRE_REFUSED');
    assert.deepEqual(done.requests, []);
    assert.ok(present(record));
  });

  it('templates/retire.yml removes the names, then what releases made, and leaves the network', async () => {
    const done = succeeded(await world.run(await pipeline({ trafficState: 'off' })));
    assert.ok(!present(record));
    assert.deepEqual(world.resources(vaults, groups.neu), []);
    assert.deepEqual(world.resources(endpoints, groups.neu), []);
    assert.deepEqual(world.resources('Microsoft.Network/networkSecurityGroups', groups.neu), []);
    assert.ok(present(network));
    assert.ok(!present(`${network}/subnets/endpoints`));
    const order = deletionsOf(done).map((path) => path.split('/').slice(-2).join('/'));
    const at = (name: string) => order.findIndex((path) => path.endsWith(name));
    assert.ok(at('kv-retire-neu') < at('pe-kv'), 'the record goes first');
    assert.ok(at('pe-kv') < at('subnets/endpoints'));
    assert.ok(at('subnets/endpoints') < at('nsg-neu'));
    says(done, `stays: ${network}`);
    assert.match(
      done.lines.join('\n'),
      /kv-retire-neu can be recovered, and keeps its name until it is purged/,
    );
    // What is gone is no error.
    const again = succeeded(await remove());
    assert.equal(outputsOf(again)['deletedCount'], '0');
    assert.deepEqual(JSON.parse(outputsOf(again)['left'] ?? ''), [network]);
  });
});
