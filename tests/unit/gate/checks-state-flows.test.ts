import assert from 'node:assert/strict';
import { matrixOf } from '../../../tasks/lib/gate/matrix-of.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';
import { denyRule, endpointsSubnet, group, sshRule, stateOf, topology } from './state-world.ts';
import { network, refused, table } from './state-table.ts';

/** A front end of a balancer in the subnet. */
const frontEnd: Resource = {
  id: `${group}/providers/Microsoft.Network/loadBalancers/lb`,
  type: network('loadBalancers'),
  properties: {
    frontendIPConfigurations: [{ name: 'f', properties: { subnet: { id: endpointsSubnet } } }],
  },
};

describe("gate checks of Azure's state: room and flows", () => {
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
        'room in two networks, of which Azure keeps five addresses each',
        'kind: address-plan, free: 32',
        { subnet: { addressPrefix: undefined, addressPrefixes: ['10.1.2.0/27', '10.1.4.0/28'] } },
        'pass OK as-declared',
      ],
      [
        'room in two networks, but for one address',
        'kind: address-plan, free: 38',
        { subnet: { addressPrefix: undefined, addressPrefixes: ['10.1.2.0/27', '10.1.4.0/28'] } },
        'fail ADDRESSES_SHORT short',
      ],
      [
        'room beside a predicted front end',
        'kind: address-plan, free: 25',
        { source: 'predicted', more: [frontEnd] },
        'pass OK as-declared',
      ],
      [
        'no room beside a predicted front end',
        'kind: address-plan, free: 26',
        { source: 'predicted', more: [frontEnd] },
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
        'both ends speak IPv6, too',
        'kind: reach, flows: [no-internet]',
        { subnet: { addressPrefix: undefined, addressPrefixes: ['10.1.2.0/27', 'fd00:1::/64'] } },
        'unknown REACH_UNDECIDED undecided',
      ],
      [
        'one end speaks IPv6, too',
        'kind: reach, flows: [no-ssh]',
        { subnet: { addressPrefix: undefined, addressPrefixes: ['10.1.2.0/27', 'fd00:1::/64'] } },
        'pass OK as-declared',
      ],
      [
        'a service that may not be read is no gap of the network',
        'kind: reach, flows: [agents-to-endpoints]',
        {
          subnet: { networkSecurityGroup: { id: '/subscriptions/s/resourceGroups/rg/x/nsg-gone' } },
          unread: [{ type: 'Microsoft.Sql/servers' }],
        },
        'unknown REACH_UNDECIDED undecided',
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

  it('works out once who reaches whom, for all checks of a round', () => {
    const state = stateOf();
    assert.equal(matrixOf(state, topology), matrixOf({ ...state, unread: [] }, topology));
    assert.notEqual(matrixOf(state, topology), matrixOf(stateOf(), topology));
    assert.notEqual(matrixOf(state, topology), matrixOf(state, { ...topology }));
  });
});
