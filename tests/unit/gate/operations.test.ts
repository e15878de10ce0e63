import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import type { GateContext } from '../../../tasks/lib/gate/gate-check.ts';
import { estateOfTopology } from '../../../tasks/lib/gate/estate.ts';
import type { StateSeen } from '../../../tasks/lib/gate/state.ts';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';
import { Resources, type Resource } from '../../../tasks/lib/reach/read/resource.ts';
import type { Topology } from '../../../tasks/lib/topology/model.ts';
import { gateContext, topology as plain } from './estate.ts';
import { fakeProbe, type World } from './fake-probe.ts';

const id =
  '/subscriptions/h/resourceGroups/rg-ops/providers/Microsoft.Network/virtualNetworks/vnet-ops';
const endpoints = { name: 'endpoints', prefix: '10.3.2.0/27', id: `${id}/subnets/endpoints` };
const topology: Topology = {
  ...plain,
  operations: {
    subscription: 'h',
    resourceGroup: 'rg-ops',
    region: 'westeurope',
    network: { id, name: 'vnet-ops', addressSpace: ['10.3.0.0/16'], subnets: { endpoints } },
  },
};
const context: GateContext = {
  ...gateContext(),
  topology,
  estate: estateOfTopology(topology),
};

async function verdict(check: string, world: World): Promise<string> {
  const [read] = readGates('gates.yml', `checks:\n  - { id: c, ${check} }\n`, context);
  assert.ok(read);
  const probe = { ...fakeProbe(world), estate: context.estate };
  const { status, code, observed } = await read.run(probe, AbortSignal.timeout(1000));
  return `${status} ${code}: ${observed}`;
}

const zone =
  '/subscriptions/h/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/corp.example';
const state = (...resources: Resource[]): StateSeen => ({
  resources: new Resources(resources),
  unread: [],
  source: 'azure',
});
const link = (network: string): Resource => ({
  id: `${zone}/virtualNetworkLinks/l-${network.split('/').at(-1)}`,
  type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  properties: { virtualNetwork: { id: network } },
});
const zoneItself: Resource = {
  id: zone,
  type: 'Microsoft.Network/privateDnsZones',
  properties: {},
};

describe('gate: the operations network', () => {
  it('is private, and its places have names', () => {
    assert.equal(context.estate.declares('10.3.2.4'), true);
    assert.equal(
      context.estate.place('10.3.2.4').text,
      '10.3.2.4 in subnet endpoints (10.3.2.0/27) of operations',
    );
  });

  const cases: [title: string, check: string, world: World, expected: string][] = [
    [
      'holds names within it',
      'kind: dns, name: kv-ops.vault.azure.net, within: [operations]',
      { names: { 'kv-ops.vault.azure.net': { addresses: ['10.3.2.4'] } } },
      'pass OK: kv-ops.vault.azure.net -> 10.3.2.4',
    ],
    [
      'does not hold names of a stamp',
      'kind: dns, name: kv-weu.vault.azure.net, within: [operations]',
      { names: { 'kv-weu.vault.azure.net': { addresses: ['10.1.2.4'] } } },
      'fail DNS_OUTSIDE_NETWORKS: kv-weu.vault.azure.net -> 10.1.2.4',
    ],
    [
      'is peered',
      'kind: peering, network: operations',
      { peerings: { hub: { state: 'found', peering: 'Connected' }, stamp: { state: 'missing' } } },
      'pass OK: operations: Connected; hub: Connected',
    ],
    [
      'is not peered',
      'kind: peering, network: operations',
      { peerings: { hub: { state: 'missing' }, stamp: { state: 'missing' } } },
      'fail PEERING_MISSING: operations: no peering; hub: no peering',
    ],
    [
      'is linked',
      'kind: dns-zone, zone: corp.example, linked: [hub, operations]',
      { state: state(zoneItself, link(plain.hub.network.id), link(id)) },
      'pass OK: linked, records as the endpoints',
    ],
    [
      'is not linked',
      'kind: dns-zone, zone: corp.example, linked: [hub, operations]',
      { state: state(zoneItself, link(plain.hub.network.id)) },
      'fail ZONE_NOT_LINKED: corp.example is not linked to vnet-ops',
    ],
    [
      'lacks a subnet',
      'kind: nsg, network: operations',
      { state: state() },
      'fail SUBNET_MISSING: vnet-ops has no subnet endpoints',
    ],
  ];
  for (const [title, check, world, expected] of cases) {
    it(title, async () => assert.equal(await verdict(check, world), expected));
  }

  it('fills placeholders', () => {
    const text = "checks: [{ id: c, kind: tls, name: '{operations.network.name}.corp.example' }]";
    assert.deepEqual(
      readGates('gates.yml', text, context).map(({ target }) => target),
      ['vnet-ops.corp.example:443'],
    );
  });

  const without: [check: string, message: string][] = [
    [
      'kind: dns, name: a.corp.example, within: [operations]',
      'c: within is operations, which needs a topology with operations',
    ],
    ['kind: route, network: operations', 'c needs a topology with operations'],
    [
      'kind: peering, network: operations',
      'c needs a topology with operations, or both stampNetwork and hubNetwork',
    ],
    [
      'kind: dns-zone, zone: corp.example, linked: [operations]',
      'c: linked needs a topology with operations',
    ],
    [
      "kind: tls, name: '{operations.network.name}.corp.example'",
      'c: placeholder {operations.network.name} names nothing: the topology has hub, registry',
    ],
  ];
  for (const [check, message] of without) {
    it(`is needed for ${check}`, () => {
      assert.throws(
        () => readGates('gates.yml', `checks:\n  - { id: c, ${check} }\n`, gateContext()),
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

  it('is a row of the reachability matrix under its own name', () => {
    const estate = readEstate(new Resources([]), topology);
    assert.deepEqual(
      estate.networks.map(({ name, prefixes }) => `${name} ${prefixes.join()}`),
      ['hub 10.0.0.0/16', 'operations 10.3.0.0/16', 'weu 10.1.0.0/16', 'neu 10.2.0.0/16'],
    );
    const names = new Matrix(estate).rows.map(({ name }) => name);
    assert.ok(names.includes('operations/endpoints'), names.join('\n'));
  });
});
