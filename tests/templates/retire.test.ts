import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { deployStep, estate } from './bad-input-cases.ts';
import { BadInputWorld, groups, type Done, type Step } from './bad-input-world.ts';
import { outputsOf, refusedWith, says, succeeded, workload } from './deploy-cases.ts';
import { handOverEstate, stampTemplate, zone } from './retire-estate.ts';

const vaults = 'Microsoft.KeyVault/vaults';
const endpoints = 'Microsoft.Network/privateEndpoints';
const network = `${groups.neu}/providers/Microsoft.Network/virtualNetworks/vnet-neu`;
const lock = `${groups.neu}/providers/Microsoft.Authorization/locks/keep`;
const records = `${groups.hub}/providers/Microsoft.Network/privateDnsZones/${zone}/A`;
const record = `${records}/kv-retire-neu`;

const weighted = (stamp: string, weight: number) => ({
  'topology.yml': (text: string) =>
    text.replace(`  ${stamp}:\n`, `  ${stamp}:\n    weight: ${weight}\n`),
});

describe('retiring a stamp', function () {
  this.timeout(60_000);
  let running: BadInputWorld | undefined;
  let world: BadInputWorld;

  before(async () => {
    const zones = {
      name: 'zones',
      subscription: '00000000-0000-4000-8000-00000000000a',
      roles: [
        { role: 'Contributor', scope: groups.hub },
        { role: 'Network Contributor', scope: groups.neu },
      ],
    };
    const wide = {
      name: 'wide',
      subscription: workload,
      roles: [{ role: 'Contributor', scope: `/subscriptions/${workload}` }],
    };
    running = await BadInputWorld.start([zones, wide], { retryAfter: 0 });
    world = running;
    await handOverEstate(world);
    await deploy();
  });
  after(() => running?.stop());

  async function deploy(vault = 'kv-retire-neu'): Promise<void> {
    const inputs = { azureSubscription: 'stamp', stamp: 'neu', template: 'main.json' };
    const template = stampTemplate.replaceAll('kv-retire-neu', vault);
    succeeded(await world.run(deployStep(inputs, { 'main.json': template })));
    const names = { azureSubscription: 'stamp', hubConnection: 'zones', stamp: 'neu', ...estate };
    succeeded(await world.run({ task: 'PrivateDns@1', inputs: { action: 'apply', ...names } }));
    assert.ok(present(`${records}/${vault}`));
  }

  const present = (id: string) => world.sandbox.sandbox.arm.store.get(id) !== undefined;

  function remove(
    inputs: Readonly<Record<string, string>> = {},
    more: Partial<Step> = {},
  ): Promise<Done> {
    const given = {
      azureSubscription: 'stamp',
      action: 'delete',
      target: 'stamp',
      stamp: 'neu',
      trafficState: 'off',
      ...estate,
      ...inputs,
    };
    return world.run({ task: 'StampDeploy@1', inputs: given, ...more });
  }

  /** Deletions that somebody asked Resource Manager for. */
  const deletions = (done: Done) => done.requests.filter(({ method }) => method === 'DELETE');

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
    assert.deepEqual(deletions(done), []);
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
    assert.deepEqual(deletions(done), []);
  });

  it('says whether the stamp may go, and leaves it', async () => {
    const done = succeeded(await remove({ deleteWhat: 'nothing' }));
    says(done, 'Stamp neu may be deleted, once its names are gone.');
    assert.deepEqual(deletions(done), []);
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
    const order = deletions(done).map(({ path }) => path.split('/').slice(-2).join('/'));
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

  describe('with the resource group', () => {
    before(async () => {
      // The first vault keeps its name while it is soft-deleted.
      await deploy('kv-retire-two');
      const names = { azureSubscription: 'stamp', hubConnection: 'zones', stamp: 'neu', ...estate };
      succeeded(await world.run({ task: 'PrivateDns@1', inputs: { action: 'remove', ...names } }));
    });

    // Rights on a group go with it: only a wider one sees that it is gone.
    const whole = { deleteWhat: 'resourceGroup', azureSubscription: 'wide' };

    it('a cancelled deletion of resources says what went and what goes on; the next one does the rest', async () => {
      world.sandbox.sandbox.faults.add({
        server: 'arm',
        method: 'GET',
        path: '/locations/global/operation',
        delayMs: 60_000,
        count: 1,
      });
      const cancel = new AbortController();
      const done = await remove(
        {},
        {
          signal: cancel.signal,
          onLine: (line) => {
            if (line.includes('Deleting 4 resources')) setTimeout(() => cancel.abort(), 700);
          },
        },
      );
      assert.equal(done.result, 'Canceled');
      says(
        done,
        'CANCELLED: The run was cancelled; 0 of 4 resources are gone; ' +
          'Azure goes on deleting Microsoft.Network/privateEndpoints pe-kv.',
      );
      const next = succeeded(await remove());
      assert.ok(present(network));
      assert.deepEqual(JSON.parse(outputsOf(next)['left'] ?? ''), [network]);
    });

    it('refuses while somebody deploys into it', async () => {
      const id = `${groups.neu}/providers/Microsoft.Resources/deployments/other`;
      const template = JSON.parse(
        await readFile('tests/fixtures/bad-input/templates/slow.json', 'utf8'),
      ) as unknown;
      const { arm } = world.sandbox.sandbox.info;
      const authorization = `Bearer ${await world.sandbox.token(`${arm}/.default`)}`;
      const send = (method: string, path: string, body?: unknown) =>
        world.sandbox.call(method, `${arm}${path}?api-version=2025-04-01`, {
          headers: { authorization, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      const started = await send('PUT', id, { properties: { mode: 'Incremental', template } });
      assert.equal(started.status, 201, started.body);
      const done = await remove(whole);
      await send('POST', `${id}/cancel`);
      refusedWith(done, 'RETIRE_REFUSED');
      assert.match(done.errors.join(), /deployment other is (?:Accepted|Running)/);
      assert.deepEqual(deletions(done), []);
      for (let look = 0; look < 200; look += 1) {
        const { body } = await send('GET', id);
        if (body.includes('"Canceled"')) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.fail('the other deployment does not end');
    });

    it('names the missing right', async () => {
      const done = await remove({ ...whole, azureSubscription: 'reader' });
      refusedWith(done, 'ARM_FORBIDDEN');
      assert.match(done.hint ?? '', /Microsoft\.Resources\/subscriptions\/resourceGroups\/read/);
    });

    it('reports what Azure says when the deletion fails, and that the group is there', async () => {
      const error = {
        code: 'ResourceGroupDeletionBlocked',
        message: 'Deletion of resource group failed.',
        details: [{ code: 'InUse', target: network, message: 'the network is in use' }],
      };
      world.sandbox.sandbox.faults.add({
        server: 'arm',
        method: 'DELETE',
        path: '/resourceGroups/rg-neu\\?',
        status: 409,
        body: { error },
        count: 1,
      });
      const done = await remove(whole);
      refusedWith(done, 'ARM_CONFLICT');
      assert.deepEqual(done.errors, [`${network}: the network is in use`]);
      assert.ok(present(groups.neu));
    });

    it('a cancelled run says that Azure goes on, and the next one waits for it', async () => {
      world.sandbox.sandbox.faults.add({
        server: 'arm',
        method: 'GET',
        path: '/operationresults/',
        delayMs: 60_000,
        count: 1,
      });
      const cancel = new AbortController();
      const done = await remove(whole, {
        signal: cancel.signal,
        onLine: (line) => {
          if (line.includes('Deleting resource group')) setTimeout(() => cancel.abort(), 500);
        },
      });
      assert.equal(done.result, 'Canceled');
      says(
        done,
        'CANCELLED: The run was cancelled; Azure goes on deleting resource group rg-neu, which nothing can stop.',
      );
      const next = succeeded(await remove(whole));
      says(next, 'There is no resource group rg-neu: nothing is left to delete.');
      assert.ok(!present(groups.neu));
    });

    it('outlives throttling, server faults and resets, and asks until the group is gone', async () => {
      await world.sandbox.put(groups.neu, { location: 'northeurope' }, '2021-04-01');
      await world.sandbox.put(
        `${groups.neu}/providers/Microsoft.Network/networkSecurityGroups/nsg`,
        { location: 'northeurope', properties: {} },
        '2024-05-01',
      );
      world.sandbox.sandbox.faults.add(
        {
          server: 'arm',
          method: 'DELETE',
          path: '/resourceGroups/rg-neu\\?',
          status: 429,
          headers: { 'Retry-After': '0' },
          count: 1,
        },
        {
          server: 'arm',
          method: 'DELETE',
          path: '/resourceGroups/rg-neu\\?',
          status: 503,
          count: 1,
        },
        {
          server: 'arm',
          method: 'DELETE',
          path: '/resourceGroups/rg-neu\\?',
          reset: true,
          count: 1,
        },
        { server: 'arm', method: 'GET', path: '/operationresults/', status: 500, count: 1 },
      );
      const done = succeeded(await remove(whole));
      says(done, 'Deleting resource group rg-neu with 1 resources.');
      assert.match(done.lines.join('\n'), /Resource group rg-neu is gone after /);
      assert.ok(!present(groups.neu));
      assert.equal(outputsOf(done)['deletedCount'], '1');
      const last = done.requests.filter(({ path }) => path === groups.neu).at(-1);
      assert.deepEqual([last?.method, last?.status], ['GET', 404]);
    });

    it("takes Azure's word where the identity's own rights went with the group", async () => {
      await world.sandbox.put(groups.weu, { location: 'westeurope' }, '2021-04-01');
      const inputs = { ...whole, azureSubscription: 'stamp', target: 'resourceGroup', stamp: '' };
      const done = succeeded(await remove({ ...inputs, resourceGroup: 'rg-weu' }));
      says(done, 'It cannot be looked at: the rights of this identity went with the group.');
      assert.ok(!present(groups.weu));
      const again = await remove({ ...inputs, resourceGroup: 'rg-weu' });
      refusedWith(again, 'ARM_FORBIDDEN');
      assert.match(again.hint ?? '', /If the group was deleted, the rights .* went with it/);
    });
  });
});
