import assert from 'node:assert/strict';
import { retire, type Retirement } from '../../../tasks/lib/deploy/retire/retire.ts';
import type { GroupDeployment } from '../../../tasks/lib/deploy/retire/port.ts';
import { statedTraffic } from '../../../tasks/lib/deploy/retire/traffic.ts';
import { fakeClock } from '../../support/clock.ts';
import { failure } from '../../support/failure.ts';
import { fakeGroup, groupId, idOf, type FakeGroup } from './fake-group.ts';

const own = idOf('Microsoft.KeyVault/vaults', 'kv-neu');
const other = idOf('Microsoft.KeyVault/vaults', 'kv-weu');

describe('a resource group that others use, too', () => {
  let group: FakeGroup;

  const deployment = (name: string, owner?: string): GroupDeployment => ({
    id: idOf('Microsoft.Resources/deployments', name),
    name,
    state: 'Succeeded',
    ours: true,
    ...(owner === undefined ? {} : { owner }),
  });

  beforeEach(() => {
    group = fakeGroup([own, other]);
    group.deploymentList = [deployment('neu', 'Shop/neu'), deployment('weu', 'shop/weu')];
    group.madeBy = ({ name }) => Promise.resolve([idOf('Microsoft.KeyVault/vaults', `kv-${name}`)]);
  });

  const go = (given: Partial<Retirement> = {}) => {
    const clock = fakeClock();
    return retire(
      {
        what: 'Stamp neu',
        delete: 'deployment',
        owner: 'shop/neu',
        neighbours: ['stamp weu'],
        group,
        traffic: statedTraffic([{ name: 'neu', role: 'secondary' }], 'off'),
        resolver: { resolve: () => assert.fail('asked'), witnesses: () => assert.fail('asked') },
        ...given,
      },
      { info: () => {}, error: () => {}, progress: () => {} },
      {
        clock,
        signal: new AbortController().signal,
        deadline: clock.now() + 600_000,
        random: () => 0.5,
        onDelay: () => {},
      },
    );
  };

  it('loses what was made for the stamp, and nothing else', async () => {
    const { deleted, left } = await go();
    assert.equal(deleted, 1);
    assert.deepEqual(group.deleted, [own]);
    assert.deepEqual(left, [other]);
  });

  it('keeps what nobody knows the owner of while another stamp is there', async () => {
    group.deploymentList = [deployment('weu')];
    assert.equal((await go()).deleted, 0);
    assert.deepEqual(group.deleted, []);
    assert.equal((await go({ neighbours: [] })).deleted, 1);
  });

  it('is not deleted as a whole with one of its stamps', async () => {
    const thrown = await failure(go({ delete: 'resourceGroup' }));
    assert.equal(thrown.code, 'RETIRE_REFUSED');
    assert.deepEqual(
      thrown.details.map(({ code, target, message }) => [code, target, message]),
      [
        ['Shared', groupId, 'stamp weu of the topology is in this resource group, too'],
        [
          'Shared',
          idOf('Microsoft.Resources/deployments', 'weu'),
          'deployment weu was made for shop/weu',
        ],
      ],
    );
    assert.match(thrown.hint ?? '', /deleteWhat: deployment/);
    assert.equal(group.here, true);
  });

  it('is not deleted with a stamp when another estate has deployed into it', async () => {
    group.deploymentList = [deployment('neu', 'shop/neu'), deployment('x', 'office/neu')];
    const thrown = await failure(go({ delete: 'resourceGroup', neighbours: [] }));
    assert.deepEqual(
      thrown.details.map(({ message }) => message),
      ['deployment x was made for office/neu'],
    );
  });

  it('is deleted when it is named itself', async () => {
    await go({ delete: 'resourceGroup', owner: undefined, neighbours: [] });
    assert.equal(group.here, false);
  });

  it('keeps what a named deployment made for another stamp', async () => {
    const thrown = await failure(go({ deploymentName: 'WEU' }));
    assert.equal(thrown.code, 'RETIRE_REFUSED');
    assert.deepEqual(
      thrown.details.map(({ message }) => message),
      ['deployment weu was made for shop/weu'],
    );
    assert.deepEqual(group.deleted, []);
  });

  it('has traffic when one of its stamps has', async () => {
    const stamps = [
      { name: 'neu', role: 'secondary' as const, weight: 0 },
      { name: 'weu', role: 'primary' as const, weight: 100 },
    ];
    const seen = await statedTraffic(stamps, 'off').state(new AbortController().signal);
    assert.deepEqual(seen, {
      state: 'on',
      because: 'the topology gives stamp weu the weight 100',
    });
  });
});
