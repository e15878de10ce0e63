import assert from 'node:assert/strict';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { fakeProbe } from './fake-probe.ts';
import {
  defaultRoute,
  denyRule,
  hubNetwork,
  openRule,
  securityGroup,
  stateOf,
} from './state-world.ts';
import { context, network, refused, table } from './state-table.ts';

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
        'as declared, beside a network that may not be read',
        'kind: nsg',
        { unread: [{ scope: hubNetwork, owner: 'hub' }] },
        'pass OK as-declared',
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

  it('names the permission, the scope and the input of what it may not read', async () => {
    const text = 'checks:\n  - { id: c, each: stamp, kind: nsg }\n';
    const [read] = readGates('gates.yml', text, context);
    const type = network('networkSecurityGroups');
    const state = stateOf({
      unread: [{ type, scope: securityGroup, missing: `${type}/read`, owner: 'hub' }],
    });
    const seen = await read?.run(fakeProbe({ state }), AbortSignal.timeout(1000));
    assert.equal(
      seen?.hint,
      `Give the identity of hubConnection ${type}/read on ${securityGroup}; Reader is enough.`,
    );
  });
});
