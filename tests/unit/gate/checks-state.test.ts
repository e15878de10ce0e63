import assert from 'node:assert/strict';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { fakeProbe } from './fake-probe.ts';
import {
  defaultRoute,
  denyRule,
  hubNetwork,
  openRule,
  routeTable,
  rule,
  securityGroup,
  stateOf,
} from './state-world.ts';
import { context, network, refused, table } from './state-table.ts';

/** The subnet with a second network, and a default route for that. */
const dual = { addressPrefix: undefined, addressPrefixes: ['10.1.2.0/27', 'fd00:1::/64'] };
const nowhere = { name: 'six', properties: { addressPrefix: '::/0', nextHopType: 'None' } };

/** A rule that lets anything in from anywhere, written in other ways. */
function manySided(change: Record<string, unknown>): object {
  const { name, properties } = rule('sided', 150, 'Allow', '*', '*');
  return {
    name,
    properties: {
      ...properties,
      ...('destinationPortRanges' in change ? { destinationPortRange: undefined } : {}),
      ...('sourceAddressPrefixes' in change ? { sourceAddressPrefix: undefined } : {}),
      ...change,
    },
  };
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
        { routes: null, unread: [{ type: network('routeTables'), scope: routeTable }] },
        'unknown STATE_FORBIDDEN forbidden',
      ],
      [
        'a table that is gone, beside one that may not be read',
        'kind: route',
        { routes: null, unread: [{ type: network('routeTables'), scope: '/other' }] },
        'fail ROUTE_TABLE_MISSING no-route-table',
      ],
      [
        'a table that no template describes',
        'kind: route',
        {
          routes: null,
          unread: [{ type: network('routeTables'), scope: routeTable, why: 'undescribed' }],
        },
        'unknown STATE_UNDESCRIBED undescribed',
      ],
      [
        'addresses of IPv6, whose routes lead anywhere',
        'kind: route',
        { subnet: dual },
        'unknown ROUTE_IPV6 ipv6',
      ],
      [
        'addresses of IPv6 that lead nowhere',
        'kind: route',
        { subnet: dual, routes: [defaultRoute('VirtualAppliance', '10.0.0.4'), nowhere] },
        'pass OK as-declared',
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
        'every port from anywhere, in parts',
        'kind: nsg',
        { rules: [manySided({ destinationPortRanges: ['0-99', '100-65535'] })] },
        'fail NSG_ANY_INBOUND any-any',
      ],
      [
        'every port but one',
        'kind: nsg',
        { rules: [manySided({ destinationPortRanges: ['1-99', '101-65535'] })] },
        'pass OK as-declared',
      ],
      [
        'every port that anybody listens on',
        'kind: nsg',
        { rules: [manySided({ destinationPortRange: '1-65535' })] },
        'fail NSG_ANY_INBOUND any-any',
      ],
      [
        'anywhere in two halves',
        'kind: nsg',
        { rules: [manySided({ sourceAddressPrefixes: ['0.0.0.0/1', '128.0.0.0/1'] })] },
        'fail NSG_ANY_INBOUND any-any',
      ],
      [
        'anywhere that speaks IPv6',
        'kind: nsg',
        { rules: [manySided({ sourceAddressPrefix: '::/0' })] },
        'fail NSG_ANY_INBOUND any-any',
      ],
      [
        'one half of the world',
        'kind: nsg, subnets: [endpoints]',
        { rules: [manySided({ sourceAddressPrefix: '128.0.0.0/1' })] },
        'pass OK as-declared',
      ],
      ['that is gone', 'kind: nsg', { group: null }, 'fail NSG_MISSING no-group'],
      [
        'that no template describes',
        'kind: nsg',
        {
          group: null,
          unread: [
            { type: network('networkSecurityGroups'), scope: securityGroup, why: 'undescribed' },
          ],
        },
        'unknown STATE_UNDESCRIBED undescribed',
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
        {
          unread: [
            { type: network('networkSecurityGroups'), scope: securityGroup, missing: 'x/read' },
          ],
        },
        'unknown STATE_FORBIDDEN forbidden',
      ],
    ]);
    refused([
      ['kind: nsg, endpointPolicies: 1', 'c: endpointPolicies is 1; it must be true or false'],
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
