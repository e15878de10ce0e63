import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import type { GateContext } from '../../../tasks/lib/gate/document.ts';
import { estateOfTopology } from '../../../tasks/lib/gate/estate.ts';
import { fakeProbe } from './fake-probe.ts';
import type { Change } from './state-world.ts';
import {
  defaultRoute,
  denyRule,
  hubNetwork,
  openRule,
  sshRule,
  stampNetwork,
  stateOf,
  topology,
} from './state-world.ts';

const weu = Object.values(topology.stamps).slice(0, 1);
const context: GateContext = { estate: estateOfTopology(topology), topology, stamps: weu };
const network = (name: string) => `Microsoft.Network/${name}`;

async function verdict(check: string, change: Change): Promise<string> {
  const text = `checks:\n  - { id: c, each: stamp, ${check} }\n`;
  const [read] = readGates('gates.yml', text, context);
  assert.ok(read);
  const probe = fakeProbe({ state: stateOf(change) });
  const seen = await read.run(probe, AbortSignal.timeout(1000));
  assert.notEqual(seen.expected, '');
  if (seen.status !== 'pass') assert.notEqual(seen.hint ?? '', '', 'a verdict without a hint');
  return `${seen.status} ${seen.code} ${seen.class}`;
}

function table(cases: readonly (readonly [string, string, Change, string])[]): void {
  for (const [title, check, change, expected] of cases) {
    it(title, async () => assert.equal(await verdict(check, change), expected));
  }
}

/** One test for each specification that is wrong, with the exact message. */
function refused(cases: readonly (readonly [string, string])[]): void {
  for (const [check, message] of cases) {
    it(`refuses ${check}`, () => {
      assert.throws(
        () => readGates('gates.yml', `checks:\n  - { id: c, ${check} }\n`, context),
        (error) => {
          assert.ok(error instanceof SpokelineError);
          assert.deepEqual(
            error.details.map((detail) => detail.message),
            [message],
          );
          return true;
        },
      );
    });
  }
}

describe("gate checks of Azure's state", () => {
  describe('route', () => {
    table([
      ['through the firewall', 'kind: route', {}, 'pass OK as-declared'],
      [
        'no table',
        'kind: route',
        { subnet: { routeTable: undefined } },
        'fail ROUTE_TABLE_MISSING no-route-table',
      ],
      [
        'a table that is gone',
        'kind: route',
        { routes: null },
        'fail ROUTE_TABLE_MISSING no-route-table',
      ],
      [
        'no default route',
        'kind: route',
        { routes: [] },
        'fail ROUTE_DEFAULT_MISSING no-default-route',
      ],
      [
        'straight to the internet',
        'kind: route',
        { routes: [defaultRoute('Internet')] },
        'fail ROUTE_WRONG_HOP wrong-hop',
      ],
      ['another appliance', 'kind: route, nextHop: 10.0.0.9', {}, 'fail ROUTE_WRONG_HOP wrong-hop'],
      [
        'a table that may not be read',
        'kind: route',
        { routes: null, unread: [{ type: network('routeTables') }] },
        'unknown STATE_FORBIDDEN forbidden',
      ],
    ]);
    refused([
      ['kind: route, network: stamp', 'c needs a topology and each: stamp'],
      ['kind: route, nextHop: fw', 'c: nextHop is "fw"; it must be an IPv4 address'],
      ['kind: route, subnets: [apps]', 'c: subnets names no subnet of vnet-hub; it has agents'],
    ]);
  });

  describe('nsg', () => {
    table([
      ['as declared', 'kind: nsg', {}, 'pass OK as-declared'],
      [
        'none on a subnet',
        'kind: nsg',
        { subnet: { networkSecurityGroup: undefined } },
        'fail NSG_MISSING no-group',
      ],
      [
        'anything from anywhere',
        'kind: nsg',
        { rules: [openRule] },
        'fail NSG_ANY_INBOUND any-any',
      ],
      [
        'that does not count for endpoints',
        'kind: nsg',
        { subnet: { privateEndpointNetworkPolicies: 'Disabled' } },
        'fail NSG_POLICIES_OFF policies-off',
      ],
      [
        'that need not count',
        'kind: nsg, endpointPolicies: false',
        { subnet: { privateEndpointNetworkPolicies: 'Disabled' } },
        'pass OK as-declared',
      ],
      [
        'that stops a declared flow',
        'kind: nsg',
        { rules: [denyRule] },
        'fail NSG_FLOW_DENIED flow-denied',
      ],
      [
        'that may not be read',
        'kind: nsg',
        { unread: [{ type: network('networkSecurityGroups'), missing: 'x/read' }] },
        'unknown STATE_FORBIDDEN forbidden',
      ],
    ]);
    refused([
      ['kind: nsg, endpointPolicies: 1', 'c: endpointPolicies is 1; it must be true or false'],
    ]);
  });

  describe('public-access', () => {
    const check = 'kind: public-access, target: kv-weu';
    const rules = (values: string[]) => ({
      publicNetworkAccess: 'Enabled',
      networkAcls: { defaultAction: 'Deny', ipRules: values.map((value) => ({ value })) },
    });
    table([
      ['off', check, {}, 'pass OK as-declared'],
      [
        'not said: on',
        check,
        { vault: { publicNetworkAccess: undefined } },
        'fail PUBLIC_ACCESS_OPEN open',
      ],
      [
        'on, from anywhere',
        check,
        { vault: { publicNetworkAccess: 'Enabled' } },
        'fail PUBLIC_ACCESS_OPEN open',
      ],
      [
        'for declared addresses',
        `${check}, addresses: [203.0.113.0/24]`,
        { vault: rules(['203.0.113.7']) },
        'pass OK as-declared',
      ],
      [
        'for more than those',
        `${check}, addresses: [203.0.113.0/24]`,
        { vault: rules(['203.0.113.7', '198.51.100.0/24']) },
        'fail PUBLIC_ACCESS_OPEN open',
      ],
      [
        'of a service that was not read',
        check,
        { vault: null },
        'unknown PUBLIC_ACCESS_NOT_SEEN not-seen',
      ],
    ]);
    refused([
      ['kind: public-access', 'c: target is missing'],
      [
        'kind: public-access, target: kv, addresses: [office]',
        'c: addresses is "office"; it must be an address or a network',
      ],
    ]);
  });

  describe('private-endpoint', () => {
    const check = 'kind: private-endpoint, target: kv-weu, group: vault';
    table([
      ['approved, in its subnet', check, {}, 'pass OK as-declared'],
      ['none', check, { endpoint: null }, 'fail ENDPOINT_MISSING missing'],
      [
        'none that may be seen',
        check,
        { endpoint: null, unread: [{ type: network('privateEndpoints') }] },
        'unknown STATE_FORBIDDEN forbidden',
      ],
      [
        'pending',
        check,
        { connection: { privateLinkServiceConnectionState: { status: 'Pending' } } },
        'fail ENDPOINT_NOT_APPROVED pending',
      ],
      [
        'in another network',
        check,
        { endpoint: { subnet: { id: `${hubNetwork}/subnets/agents` } } },
        'fail ENDPOINT_WRONG_SUBNET wrong-subnet',
      ],
      [
        'in another subnet',
        check,
        { endpoint: { subnet: { id: `${stampNetwork}/subnets/application` } } },
        'fail ENDPOINT_WRONG_SUBNET wrong-subnet',
      ],
      [
        'of another part',
        check,
        { connection: { groupIds: ['blob'] } },
        'fail ENDPOINT_WRONG_TARGET wrong-target',
      ],
    ]);
    refused([
      [
        'kind: private-endpoint, target: kv, subnet: pe',
        'c: subnets names no subnet of vnet-hub; it has agents',
      ],
    ]);
  });

  describe('dns-zone', () => {
    const check = 'kind: dns-zone, zone: privatelink.vaultcore.azure.net, records: [kv-weu]';
    table([
      ['linked, with the record', check, {}, 'pass OK as-declared'],
      ['missing', check, { zone: null }, 'fail ZONE_MISSING missing'],
      ['not linked', check, { links: [] }, 'fail ZONE_NOT_LINKED not-linked'],
      ['without the record', check, { record: null }, 'fail ZONE_RECORD_MISSING missing'],
      [
        'with an old address',
        check,
        { record: ['10.1.2.9'] },
        'fail ZONE_RECORD_WRONG wrong-address',
      ],
      [
        'that may not be read',
        check,
        { zone: null, unread: [{ type: network('privateDnsZones'), owner: 'hub' }] },
        'unknown STATE_FORBIDDEN forbidden',
      ],
    ]);
    refused([
      [
        'kind: dns-zone, zone: vault',
        'c: zone is "vault"; it must be a DNS name such as kv-shop.vault.azure.net',
      ],
    ]);
  });

  describe('address-plan', () => {
    table([
      ['room', 'kind: address-plan, free: 26', {}, 'pass OK as-declared'],
      ['too little', 'kind: address-plan, free: 27', {}, 'fail ADDRESSES_SHORT short'],
      [
        'predicted room',
        'kind: address-plan, free: 27',
        { source: 'predicted' },
        'fail ADDRESSES_SHORT short',
      ],
      [
        'a network that may not be read',
        'kind: address-plan, free: 1',
        { unread: [{}] },
        'unknown STATE_FORBIDDEN forbidden',
      ],
    ]);
    refused([
      ['kind: address-plan, free: 0', 'c: free is 0; it must be a number of addresses, 1 or more'],
    ]);
  });

  describe('reach', () => {
    table([
      ['flows as declared', 'kind: reach', {}, 'pass OK as-declared'],
      [
        'an allowed one is stopped',
        'kind: reach',
        { rules: [denyRule] },
        'fail REACH_ALLOWED_CLOSED broken',
      ],
      [
        'a forbidden one is let through',
        'kind: reach',
        { rules: [sshRule] },
        'fail REACH_FORBIDDEN_OPEN broken',
      ],
      [
        'one of them only',
        'kind: reach, flows: [no-ssh]',
        { rules: [denyRule] },
        'pass OK as-declared',
      ],
      [
        'a rule about a set that nobody pinned',
        'kind: reach, flows: [agents-to-endpoints]',
        {
          subnet: { networkSecurityGroup: { id: '/subscriptions/s/resourceGroups/rg/x/nsg-gone' } },
        },
        'unknown REACH_UNDECIDED undecided',
      ],
      [
        'and nobody may look',
        'kind: reach, flows: [agents-to-endpoints]',
        {
          subnet: { networkSecurityGroup: { id: '/subscriptions/s/resourceGroups/rg/x/nsg-gone' } },
          unread: [{ type: network('networkSecurityGroups') }],
        },
        'unknown STATE_FORBIDDEN forbidden',
      ],
    ]);
    refused([
      [
        'kind: reach, flows: [no-shs]',
        'c: flows names no flow of the topology; did you mean no-ssh?',
      ],
    ]);
  });

  it('names the permission, the scope and the input of what it may not read', async () => {
    const text = 'checks:\n  - { id: c, each: stamp, kind: nsg }\n';
    const [read] = readGates('gates.yml', text, context);
    const type = network('networkSecurityGroups');
    const state = stateOf({
      unread: [{ type, scope: '/nsg', missing: `${type}/read`, owner: 'hub' }],
    });
    const seen = await read?.run(fakeProbe({ state }), AbortSignal.timeout(1000));
    assert.equal(
      seen?.hint,
      `Give the identity of hubConnection ${type}/read on /nsg; Reader is enough.`,
    );
  });
});
