import assert from 'node:assert/strict';
import { explain, isExplainable } from '../../../tasks/lib/gate/explain/explain.ts';
import type { Evidence } from '../../../tasks/lib/gate/explain/explain.ts';
import type { CheckResult } from '../../../tasks/lib/gate/result.ts';
import { denyRule, hubNetwork, stampNetwork, stateOf, topology } from './state-world.ts';
import type { Change } from './state-world.ts';

const vaultName = 'kv-weu.vault.azure.net';
const vaultAt = { name: vaultName, address: '10.1.2.4', port: 443 };

function result(change: Partial<CheckResult>): CheckResult {
  return {
    id: 'c',
    kind: 'tcp',
    target: `${vaultName}:443`,
    status: 'fail',
    code: 'X',
    expected: 'e',
    observed: 'o',
    class: 'timeout',
    hint: 'The usual hint.',
    at: '2026-11-25T00:00:00.000Z',
    ms: 1,
    went: vaultAt,
    ...change,
  };
}

function explained(
  change: Partial<CheckResult>,
  state: Change,
  further: Partial<Evidence> = {},
): CheckResult {
  const [found] = explain([result(change)], {
    topology,
    state: stateOf(state),
    own: ['192.0.2.1', '10.0.1.9'],
    privateName: (endpoint, name) =>
      endpoint.groupId === 'vault'
        ? { zone: 'privatelink.vaultcore.azure.net', name: name.split('.')[0] ?? '' }
        : undefined,
    ...further,
  });
  assert.ok(found);
  return found;
}

const agents = 'hub/agents (10.0.1.0/27)';
const pair = `tcp 443 from ${agents} to pe-kv (10.1.2.4) in weu/endpoints`;
const zone = 'privatelink.vaultcore.azure.net';
const owner = 'private endpoint pe-kv with 10.1.2.4';

const cases: readonly (readonly [string, Partial<CheckResult>, Change, string])[] = [
  [
    'a rule of a security group',
    {},
    { rules: [denyRule] },
    `Dropped by security group nsg of weu/endpoints: inbound deny-agents (150) decides, and no rule before it allows ${pair} (reach rules 3.4, 1.1, 3.2).`,
  ],
  [
    'a half of the peering that is missing',
    {},
    { peerings: 'stamp' },
    `The peering carries nothing, so there is no way for ${pair}: the half from vnet-hub to vnet-weu is missing.`,
  ],
  [
    'a way that is open, to a service that does not answer',
    {},
    {},
    `Azure's state lets ${pair} pass over peering: no security group, inbound allow-agents (200). So look at what is no part of it: a firewall on the machines themselves, or rules that changed just now. The usual hint.`,
  ],
  [
    'a way that is open, to a port where nothing listens',
    { class: 'refused' },
    {},
    `Azure's state lets ${pair} pass over peering: no security group, inbound allow-agents (200). The usual hint.`,
  ],
  [
    'an address that nothing has, from a record that is not right',
    { went: { ...vaultAt, address: '10.1.2.9' } },
    { record: ['10.1.2.9'] },
    `Azure's state lets tcp 443 from ${agents} to 10.1.2.9 in weu/endpoints pass over peering: no security group, inbound allow-agents (200). ` +
      'But no private endpoint or interface that could be read has that address: nobody is there to answer. ' +
      `Record kv-weu of zone ${zone} says 10.1.2.9, which nothing that could be read has; the name belongs to ${owner}. The usual hint.`,
  ],
  [
    'a target that is reached though it must not be',
    { class: 'connected', code: 'DENIED_REACHABLE' },
    {},
    `Azure's state lets ${pair} pass over peering: no security group, inbound allow-agents (200). The usual hint.`,
  ],
  [
    'a zone that is not linked',
    { class: 'public-address', went: { name: vaultName } },
    { links: [stampNetwork] },
    `Zone ${zone} is not linked to vnet-hub, so nobody there gets its records; ${vaultName} belongs to ${owner}.`,
  ],
  [
    'a zone that is not there',
    { class: 'public-address', went: { name: vaultName } },
    { zone: null },
    `rg-dns has no private zone ${zone} for ${vaultName} of ${owner}.`,
  ],
  [
    'a record that is missing',
    { class: 'nxdomain', went: { name: vaultName } },
    { record: null },
    `Zone ${zone}, linked to vnet-hub, has no A record kv-weu; the name belongs to ${owner}.`,
  ],
  [
    'an endpoint that is missing',
    { class: 'nxdomain', went: { name: vaultName } },
    { endpoint: null, record: null, zone: null },
    `No private endpoint of these networks has the name ${vaultName}.`,
  ],
  [
    'a resolver that does not ask the zone',
    { class: 'public-address', went: { name: vaultName, address: '203.0.113.9' } },
    {},
    `Record kv-weu of zone ${zone} says 10.1.2.4, but this agent was told 203.0.113.9: its DNS server does not ask that zone, or still holds an old answer.`,
  ],
  [
    'nothing that state can tell',
    { class: 'nxdomain', went: { name: vaultName } },
    {},
    'The usual hint.',
  ],
  [
    'rules that could not be read',
    {},
    {
      group: null,
      unread: [
        {
          type: 'Microsoft.Network/networkSecurityGroups',
          scope: '/subscriptions/s/x/nsg',
          missing: 'Microsoft.Network/networkSecurityGroups/read',
        },
      ],
    },
    `Azure's state does not decide ${pair}: a security group that could not be read (reach rules 3.4, 1.1, 3.2). The usual hint. ` +
      'The gate would say which rule, route or record it is, but the identity of azureSubscription lacks ' +
      'Microsoft.Network/networkSecurityGroups/read on /subscriptions/s/x/nsg; Reader is enough.',
  ],
  [
    'zones that could not be read',
    { class: 'public-address', went: { name: vaultName } },
    {
      zone: null,
      unread: [{ type: 'Microsoft.Network/privateDnsZones', owner: 'hub', why: 'no-connection' }],
    },
    'The usual hint. The gate would say which rule, route or record it is; set hubConnection, whose identity may read.',
  ],
];

describe('what Azure says of a look that failed', () => {
  for (const [title, change, state, hint] of cases) {
    it(title, () => assert.equal(explained(change, state).hint, hint));
  }

  it('keeps what decided, apart from the words', () => {
    assert.deepEqual(explained({}, { rules: [denyRule] }).because, {
      result: 'dropped',
      by: 'inbound deny-agents (150)',
      rules: ['3.4', '1.1', '3.2'],
      path: 'peering',
    });
  });

  it('takes the subnet for agents where no own address is declared', () => {
    const { hint = '' } = explained({}, { rules: [denyRule] }, { own: ['192.0.2.1'] });
    assert.match(hint, /from hub\/agents/);
  });

  it('leaves the hint alone where nobody knows where the agent is', () => {
    const hub = {
      ...topology.hub,
      network: { ...topology.hub.network, id: `${hubNetwork}-elsewhere`, subnets: {} },
    };
    const { hint, because } = explained({}, {}, { own: [], topology: { ...topology, hub } });
    assert.deepEqual([hint, because], ['The usual hint.', undefined]);
  });

  it('is asked for nothing that passed, was skipped or only state has seen', () => {
    const asked = [
      result({}),
      result({ class: 'certificate-name' }),
      result({ class: 'control-failed', status: 'unknown' }),
      result({ status: 'pass' }),
      result({ status: 'skipped' }),
      result({ class: 'http-503' }),
      result({ kind: 'egress', class: 'nxdomain', went: { name: 'mcr.microsoft.com' } }),
    ].map(isExplainable);
    assert.deepEqual(asked, [true, true, true, false, false, false, false]);
    const { went: _went, ...state } = result({});
    assert.equal(isExplainable(state), false);
  });
});
