import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { groups, type BadInputWorld } from './bad-input-world.ts';
import { outputsOf, refusedWith, says, succeeded } from './deploy-cases.ts';
import { deletionsOf, network, startRetireWorld, type RetireWorld } from './retire-estate.ts';

describe('deleting the resource group of a stamp', function () {
  this.timeout(180_000);
  let estateWorld: RetireWorld | undefined;
  let world: BadInputWorld;
  let remove: RetireWorld['remove'];
  let present: RetireWorld['present'];

  before(async () => {
    estateWorld = await startRetireWorld();
    ({ world, remove, present } = estateWorld);
    await estateWorld.deploy('kv-retire-two');
    await estateWorld.removeNames();
  });
  after(() => estateWorld?.world.stop());

  // Rights on a group go with it: only a wider one sees that it is gone.
  const whole = { deleteWhat: 'resourceGroup', azureSubscription: 'wide' };

  /** Holds the first question after the end of a deletion; by then the deletion runs, and the run is cancelled. */
  function onceAsked(path: string): AbortSignal {
    const { faults } = world.sandbox.sandbox;
    const held = { server: 'arm', method: 'GET', path, delayMs: 60_000, count: 1 };
    faults.add(held);
    const cancel = new AbortController();
    const look = setInterval(() => {
      if (faults.fired(held) === 0) return;
      clearInterval(look);
      cancel.abort();
    }, 20).unref();
    return cancel.signal;
  }

  it('a cancelled deletion of resources says what went and what goes on; the next one does the rest', async () => {
    const done = await remove({}, { signal: onceAsked('/locations/global/operation') });
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
    assert.deepEqual(deletionsOf(done), []);
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
    const done = await remove(whole, { signal: onceAsked('/operationresults/') });
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
    const unknown = { topology: '', overlays: '', stamp: '' };
    const inputs = { ...whole, ...unknown, azureSubscription: 'stamp', target: 'resourceGroup' };
    const done = succeeded(await remove({ ...inputs, resourceGroup: 'rg-weu' }));
    says(done, 'It cannot be looked at: the rights of this identity went with the group.');
    assert.ok(!present(groups.weu));
    const again = await remove({ ...inputs, resourceGroup: 'rg-weu' });
    refusedWith(again, 'ARM_FORBIDDEN');
    assert.match(again.hint ?? '', /If the group was deleted, the rights .* went with it/);
  });
});
