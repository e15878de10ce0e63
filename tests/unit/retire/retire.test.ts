import assert from 'node:assert/strict';
import type { Patience } from '../../../tasks/lib/deploy/patience.ts';
import { wavesOf } from '../../../tasks/lib/deploy/retire/remove-resources.ts';
import { retire, type Retirement } from '../../../tasks/lib/deploy/retire/retire.ts';
import {
  statedTraffic,
  type DeclaredStamp,
  type TrafficState,
} from '../../../tasks/lib/deploy/retire/traffic.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import type { Resolution, ResolutionError, Resolver } from '../../../tasks/lib/net/resolve.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import { fakeGroup, groupId, idOf, type FakeGroup } from './fake-group.ts';
import { failure } from '../../support/failure.ts';

const vnet = idOf('Microsoft.Network/virtualNetworks', 'vnet');
const subnet = `${vnet}/subnets/app`;
const nsg = idOf('Microsoft.Network/networkSecurityGroups', 'nsg');
const endpoint = idOf('Microsoft.Network/privateEndpoints', 'pe');
const vault = idOf('Microsoft.KeyVault/vaults', 'kv');
const all = [vnet, nsg, vault, subnet, endpoint];

describe('deleting a stamp', () => {
  let clock: FakeClock;
  let group: FakeGroup;
  let controller: AbortController;
  let lines: string[];
  /** Answers of the agent's resolver and of one declared one, in turns. */
  let answers: (readonly string[] | ResolutionError)[];

  beforeEach(() => {
    clock = fakeClock();
    group = fakeGroup(all);
    controller = new AbortController();
    lines = [];
    answers = [];
  });

  const answer = (name: string, source: string): Resolution => {
    const next = answers.shift() ?? [];
    return typeof next === 'string'
      ? { name, chain: [], addresses: [], source, error: next }
      : { name, chain: [], addresses: next, source };
  };
  const resolver: Resolver = {
    resolve: (name) => Promise.resolve(answer(name, 'system')),
    witnesses: (name) => Promise.resolve([answer(name, '10.0.0.53')]),
  };
  const patience = (seconds = 600): Patience => ({
    clock,
    signal: controller.signal,
    deadline: clock.now() + seconds * 1000,
    random: () => 0.5,
    onDelay: () => {},
  });
  const watcher = {
    info: (text: string) => lines.push(text),
    error: (text: string) => lines.push(`! ${text}`),
    progress: () => {},
  };
  const go = (given: Partial<Retirement> = {}, seconds = 600) =>
    retire(
      {
        what: 'Stamp weu',
        delete: 'deployment',
        group,
        traffic: statedTraffic([{ name: 'weu', role: 'secondary' }], 'off'),
        resolver,
        ...given,
      },
      watcher,
      patience(seconds),
    );

  const traffic: [string, DeclaredStamp | undefined, TrafficState, TrafficState][] = [
    ['a secondary, seen off', { name: 'a', role: 'secondary' }, 'off', 'off'],
    [
      'a secondary of weight 0, seen off',
      { name: 'a', role: 'secondary', weight: 0 },
      'off',
      'off',
    ],
    [
      'a secondary of weight 0 that nobody saw',
      { name: 'a', role: 'secondary', weight: 0 },
      'unknown',
      'unknown',
    ],
    [
      'a secondary of some weight, seen off',
      { name: 'a', role: 'secondary', weight: 1 },
      'off',
      'on',
    ],
    ['a primary without weight, seen off', { name: 'a', role: 'primary' }, 'off', 'unknown'],
    ['a primary of weight 0, seen off', { name: 'a', role: 'primary', weight: 0 }, 'off', 'off'],
    ['a primary of weight 0, seen on', { name: 'a', role: 'primary', weight: 0 }, 'on', 'on'],
    ['a group of no topology, seen off', undefined, 'off', 'off'],
    ['a group of no topology', undefined, 'unknown', 'unknown'],
  ];
  for (const [name, stamp, stated, expected] of traffic) {
    it(`traffic of ${name}: ${expected}`, async () => {
      const stamps = stamp === undefined ? [] : [stamp];
      const seen = await statedTraffic(stamps, stated).state(controller.signal);
      assert.equal(seen.state, expected);
    });
  }

  it('deletes endpoints first, networks last, children before parents', () => {
    assert.deepEqual(wavesOf(all), [[endpoint], [vault], [subnet], [nsg], [vnet]]);
  });

  it('deletes only what lies in the group, and tries again what others held', async () => {
    const elsewhere = '/subscriptions/s/resourceGroups/hub/providers/Microsoft.X/y/z';
    group.madeBy = () => Promise.resolve([...all, elsewhere]);
    group.held.set(vault, [idOf('Microsoft.X/late', 'late')]);
    group.ids.add(idOf('Microsoft.X/late', 'late'));
    // Something that no deployment made lets go after a while.
    group.onRemove = () => {
      if (group.deleted.length === 1 && clock.sleeps.length > 0) {
        group.ids.delete(idOf('Microsoft.X/late', 'late'));
      }
    };
    const { deleted, left } = await go();
    assert.equal(deleted, 5);
    assert.deepEqual(left, []);
    assert.deepEqual(group.deleted, [endpoint, vault, subnet, nsg, vnet]);
    assert.ok(lines.some((line) => line.includes('kv can be recovered')));
  });

  it('names what stays for ever, and leaves the rest gone', async () => {
    group.held.set(subnet, 'for ever');
    const error = await failure(go());
    assert.equal(error.code, 'ARM_CONFLICT');
    assert.deepEqual(
      error.details.map(({ target, message }) => [target, message]),
      [[subnet, `${subnet} is in use`]],
    );
    assert.deepEqual(group.deleted, [endpoint, vault]);
  });

  it('does not wait where a right is missing, and names what it could not delete', async () => {
    const hint = 'Give the identity a role.';
    group.onRemove = (id) => {
      if (id === vault) throw new SpokelineError('ARM_FORBIDDEN', 'no right', { hint });
    };
    const error = await failure(go());
    assert.equal(error.code, 'ARM_FORBIDDEN');
    assert.equal(error.message, 'One resource refuses to be deleted; what went before is gone.');
    assert.deepEqual([error.hint, error.details[0]?.target], [hint, vault]);
    assert.deepEqual(clock.sleeps, []);
  });

  it('deletes what one deployment made when it is named', async () => {
    const asked: string[] = [];
    group.deploymentList = ['one', 'two'].map((name) => ({
      id: idOf('Microsoft.Resources/deployments', name),
      name,
      state: 'Succeeded',
      ours: name === 'two',
    }));
    group.madeBy = ({ name }) => {
      asked.push(name);
      return Promise.resolve([vault]);
    };
    const { deleted, left } = await go({ deploymentName: 'ONE' });
    assert.deepEqual([asked, deleted, left.length], [['one'], 1, 4]);
  });

  it('says what went and what goes on when the run is cancelled', async () => {
    group.onRemove = (id) => {
      if (id === vault) controller.abort(new SpokelineError('CANCELLED', 'stop'));
    };
    const error = await failure(go());
    assert.equal(error.code, 'CANCELLED');
    assert.equal(
      error.message,
      'The run was cancelled; 1 of 5 resources are gone; Azure goes on deleting Microsoft.KeyVault/vaults kv.',
    );
  });

  it('says what went when the time is up', async () => {
    group.held.set(subnet, 'for ever');
    const error = await failure(go({}, 4));
    assert.equal(error.code, 'TIMEOUT');
    assert.equal(error.message, 'The time given to the task ran out; 2 of 5 resources are gone.');
  });

  it('reports locks on what goes, not on what stays', async () => {
    const lock = { name: 'l', level: 'CanNotDelete', notes: '' };
    group.lockList = [
      { ...lock, scope: `${vnet}/subnets/app` },
      { ...lock, scope: idOf('Microsoft.X/y', 'other') },
    ];
    const error = await failure(go());
    assert.equal(error.code, 'RETIRE_REFUSED');
    assert.deepEqual(
      error.details.map(({ target }) => target),
      [subnet],
    );
    assert.deepEqual(group.deleted, []);
    group.lockList = [{ ...lock, scope: idOf('Microsoft.X/y', 'other') }];
    assert.equal((await go()).deleted, 5);
  });

  it('goes on where locks cannot be read', async () => {
    group.lockList = undefined;
    await go({ delete: 'resourceGroup' });
    assert.equal(group.here, false);
  });

  describe('names', () => {
    const name = { endpointId: endpoint, fqdn: 'kv.vault.azure.net', address: '10.1.0.4' };

    it('are waited for while caches forget them', async () => {
      group.names = [name];
      answers = [['10.1.0.4'], ['10.1.0.4'], 'nxdomain', ['10.1.0.4'], 'nxdomain', ['20.0.0.1']];
      await go();
      assert.deepEqual(clock.sleeps, [5_000, 5_000]);
    });

    it('hold the deletion while one resolver still knows them, or does not say', async () => {
      group.names = [name];
      answers = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? ['10.1.0.4'] : 'timeout'));
      const error = await failure(go());
      assert.equal(error.code, 'RETIRE_REFUSED');
      assert.deepEqual(
        error.details.map(({ code, message }) => [code, message]),
        [
          [
            'RecordPresent',
            "kv.vault.azure.net still leads to 10.1.0.4 by the word of the agent's resolver",
          ],
          [
            'RecordUnknown',
            'resolver 10.0.0.53 does not say whether kv.vault.azure.net still leads to 10.1.0.4 (timeout)',
          ],
        ],
      );
      assert.deepEqual(group.deleted, []);
    });

    it('are asked below a wildcard, and refuse where nobody can ask', async () => {
      const asked: string[] = [];
      const silent: Resolver = {
        resolve: (one) => {
          asked.push(one);
          return Promise.resolve(answer(one, 'system'));
        },
        witnesses: () => Promise.resolve([]),
      };
      group.names = [{ ...name, fqdn: '*.apps.example.net' }];
      assert.equal((await go({ resolver: silent })).deleted, 5);
      assert.deepEqual(asked, ['spokeline-check.apps.example.net']);
      group = fakeGroup(all);
      group.names = [{ ...name, fqdn: 'a b.example.net' }];
      const error = await failure(go({ resolver: silent }));
      assert.deepEqual(
        error.details.map(({ code, message }) => [code, message]),
        [
          [
            'RecordUnknown',
            'nobody can say whether a b.example.net leads to 10.1.0.4: ' +
              'the name has a character outside a-z, 0-9, - and _: a b',
          ],
        ],
      );
    });

    it('of endpoints that stay do not matter', async () => {
      group.names = [{ ...name, endpointId: idOf('Microsoft.Network/privateEndpoints', 'other') }];
      answers = [['10.1.0.4'], ['10.1.0.4']];
      assert.equal((await go()).deleted, 5);
    });
  });

  it('does not take a group for gone that Azure gave up on', async () => {
    group.removeGroup = () => Promise.resolve();
    const error = await failure(go({ delete: 'resourceGroup' }));
    assert.equal(error.code, 'ARM_CONFLICT');
    assert.match(error.message, /^Azure gave up deleting resource group rg/);
  });

  it('waits for a deletion that somebody else began', async () => {
    let asked = 0;
    group.state = () => {
      asked += 1;
      return Promise.resolve(asked < 4 ? 'deleting' : 'gone');
    };
    group.removeGroup = () => assert.fail('it is being deleted');
    group.lockList = [{ name: 'l', level: 'CanNotDelete', notes: '', scope: groupId }];
    await go({ delete: 'resourceGroup' });
    assert.equal(asked, 4);
  });
});
