import assert from 'node:assert/strict';
import type { FaultRule } from '../../sandbox/http/faults.ts';
import { GateEstate, stateChecks } from './gate-state-world.ts';

describe('NetworkGate, packaged, on the state of an Azure that is difficult', function () {
  this.timeout(120_000);
  let estate: GateEstate;
  before(async () => {
    estate = await GateEstate.start();
  });
  after(() => estate.stop());

  const fault = (...rules: FaultRule[]): void => {
    const own = rules.map((rule) => ({ server: 'arm', method: 'GET', count: 1, ...rule }));
    estate.run.sandbox.faults.add(...own);
  };
  const error = (code: string): FaultRule['body'] => ({ error: { code, message: 'no' } });

  const outlived: [string, FaultRule][] = [
    ['429', { path: '/networkSecurityGroups/', status: 429, headers: { 'retry-after': '1' } }],
    ['503', { path: '/routeTables/', status: 503 }],
    ['a reset', { path: '/virtualNetworks/vnet-hub\\?', reset: true }],
    ['429 of peerings', { path: '/virtualNetworkPeerings\\?', status: 429, count: 2 }],
  ];

  it(`outlives ${outlived.map(([what]) => what).join(', ')}, all in one run`, async () => {
    fault(...outlived.map(([, rule]) => rule));
    const run = await estate.gate(stateChecks);
    assert.deepEqual(run.off, [], run.output);
    assert.equal(run.result, 'Succeeded');
  });

  it('asks for each thing once, and shows as evidence what it has judged', async () => {
    const { activity } = estate.run.sandbox.arm;
    const before = activity.length;
    const run = await estate.gate(stateChecks);
    assert.equal(run.result, 'Succeeded', run.output);
    const asked = activity.slice(before).map(({ method, path }) => `${method} ${path}`);
    assert.ok(asked.length > 20, asked.join());
    assert.deepEqual(
      asked.filter((one, position) => asked.indexOf(one) !== position),
      [],
    );
  });

  it('reads lists to their last page', async () => {
    const list = `${estate.groups.stamp}/providers/Microsoft.Network/privateEndpoints`;
    const second = `${estate.run.sandbox.info.arm}${list}?api-version=2024-05-01&page=2`;
    const paged = { path: '/privateEndpoints\\?api-version=2024-05-01$', status: 200 };
    fault({ ...paged, path: `${list}\\?`, body: { value: [], nextLink: second } });
    const run = await estate.gate(stateChecks);
    assert.deepEqual(run.off, [], run.output);
  });

  it('counts nothing for read of which a later page is refused', async () => {
    const list = `${estate.groups.stamp}/providers/Microsoft.Network/privateEndpoints`;
    const second = `${estate.run.sandbox.info.arm}${list}?page=2`;
    fault(
      { path: `${list}\\?`, status: 200, body: { value: [], nextLink: second } },
      { path: 'page=2', status: 403, body: error('AuthorizationFailed') },
    );
    const run = await estate.gate(stateChecks);
    assert.deepEqual(
      run.off,
      [
        'unknown weu/public-access STATE_FORBIDDEN forbidden',
        'unknown weu/private-endpoint STATE_FORBIDDEN forbidden',
      ],
      run.output,
    );
  });

  it('an answer that is no list, and one that never comes, are unknown and not failed', async () => {
    fault(
      { path: '/routeTables/', status: 500, count: 6, headers: { 'retry-after': '0' } },
      { path: '/networkInterfaces\\?', status: 200, body: { value: 'none' } },
    );
    const run = await estate.gate(stateChecks);
    assert.equal(run.outputs['failed'], '0', run.output);
    assert.ok(run.off.includes('unknown weu/route STATE_UNREADABLE unreadable'), run.output);
    assert.equal(run.outputs['verdict'], 'unknown');
  });

  it('properties that Azure leaves out or sets to null are what they mean', async () => {
    const id = estate.id('stamp', 'Microsoft.Network/routeTables/rt-weu');
    const group = estate.id('stamp', 'Microsoft.Network/networkSecurityGroups/nsg-weu');
    fault(
      { path: '/routeTables/', status: 200, body: { id, properties: { routes: null } } },
      {
        path: '/networkSecurityGroups/',
        status: 200,
        body: { id: group.toUpperCase(), properties: { securityRules: null, subnets: null } },
      },
    );
    const run = await estate.gate(stateChecks);
    assert.deepEqual(
      run.off,
      [
        'fail weu/route ROUTE_DEFAULT_MISSING no-default-route',
        'fail weu/reach REACH_FORBIDDEN_OPEN broken',
      ],
      run.output,
    );
  });
});
