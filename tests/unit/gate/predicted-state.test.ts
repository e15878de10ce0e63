import assert from 'node:assert/strict';
import { predictedPeering, predictedState } from '../../../tasks/lib/gate/predicted-state.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';
import {
  endpointsSubnet,
  hubNetwork,
  routeTable,
  securityGroup,
  stampNetwork,
  stateOf,
  topology,
} from './state-world.ts';

const without = (resources: Resources, ...ids: readonly string[]): Resources =>
  new Resources(
    resources.all.filter(({ id }) => !ids.some((one) => id === one || id.startsWith(`${one}/`))),
  );
const gaps = (resources: Resources): string[] =>
  predictedState(resources, topology).unread.map(
    ({ type, scope, why, owner }) => `${owner} ${why} ${type.split('/')[1] ?? ''} ${scope}`,
  );
const { resources: all } = stateOf({ source: 'predicted' });
/** The other stamps of the topology are described by nobody here. */
const usual = gaps(all);

describe('gate: what templates predict', () => {
  it('names the network that no template describes', () => {
    assert.deepEqual(
      gaps(without(all, hubNetwork)).filter((one) => !usual.includes(one)),
      [
        `hub undescribed virtualNetworks ${hubNetwork}`,
        `hub undescribed privateEndpoints ${hubNetwork}`,
      ],
    );
  });

  it('names the group and the table that a subnet refers to and no template describes', () => {
    assert.deepEqual(
      gaps(without(all, securityGroup, routeTable)).filter((one) => !usual.includes(one)),
      [
        `stamp undescribed networkSecurityGroups ${securityGroup}`,
        `stamp undescribed routeTables ${routeTable}`,
      ],
    );
  });

  it('takes a subnet for itself as a description of its network', () => {
    const subnet = all.get(endpointsSubnet);
    assert.ok(subnet);
    const alone = new Resources([...without(all, stampNetwork).all, subnet]);
    assert.deepEqual(gaps(alone), usual);
  });

  const half = (owner: string, remote: string, more: object = {}): Resource => ({
    id: `${owner}/virtualNetworkPeerings/p`,
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
    properties: { remoteVirtualNetwork: { id: remote.toUpperCase() }, ...more },
  });
  const network = (id: string, ...addressPrefixes: string[]): Resource => ({
    ...{ id, type: 'Microsoft.Network/virtualNetworks' },
    properties: { addressSpace: { addressPrefixes } },
  });
  const hub = network(hubNetwork, '10.0.0.0/16', '10.9.0.0/16');
  const stamp = network(stampNetwork, '10.1.0.0/16');
  const there = half(hubNetwork, stampNetwork);
  const here = half(stampNetwork, hubNetwork);
  const old = { remoteAddressSpace: { addressPrefixes: ['10.0.0.0/16'] } };
  const cases: [what: string, resources: Resource[], seen: object][] = [
    ['both halves', [hub, stamp, there, here], { state: 'found', peering: 'Connected' }],
    ['its own half', [hub, stamp, here], { state: 'found', peering: 'Initiated' }],
    ['the other half', [hub, stamp, there], { state: 'missing' }],
    [
      'a half, and nothing of the other network',
      [stamp, here],
      { state: 'found', peering: 'Connected' },
    ],
    ['nothing of its network', [hub, there], { state: 'undescribed' }],
    [
      'a half that has lost its other one',
      [hub, stamp, there, half(stampNetwork, hubNetwork, { peeringState: 'Disconnected' })],
      { state: 'found', peering: 'Disconnected' },
    ],
    [
      'a half that waited for one that is new',
      [hub, stamp, there, half(stampNetwork, hubNetwork, { peeringState: 'Initiated' })],
      { state: 'found', peering: 'Connected' },
    ],
    [
      'a half that does not know what the other network gains',
      [hub, stamp, there, half(stampNetwork, hubNetwork, { peeringState: 'Connected', ...old })],
      { state: 'found', peering: 'Connected', sync: 'RemoteNotInSync' },
    ],
  ];
  for (const [what, resources, seen] of cases) {
    it(`of a peering, with ${what}: ${JSON.stringify(seen)}`, () => {
      const side = { owner: 'stamp', network: stampNetwork, remote: hubNetwork } as const;
      assert.deepEqual(predictedPeering(new Resources(resources), side), seen);
    });
  }
});
