import assert from 'node:assert/strict';
import { differenceOf } from '../../../tasks/lib/reach/difference.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';
import { afterDeployment } from '../../../tasks/lib/reach/read/handed-out.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';

const provider = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';
const id = (type: string, name: string) => `${provider}/${type}/${name}`;
const resource = (type: string, name: string, properties: Record<string, unknown>): Resource => ({
  ...{ id: id(type, name), type: `Microsoft.Network/${type}`, properties },
});
const subnet = (name: string) => ({ id: `${id('virtualNetworks', 'v')}/subnets/${name}` });

/** What a template says of an endpoint, an interface, a balancer and a peered network, and no more. */
function template(change: { subnet?: string; target?: string; remote?: string } = {}): Resource[] {
  const { target = 'kv', remote = 'hub' } = change;
  const home = subnet(change.subnet ?? 'one');
  return [
    resource('virtualNetworks', 'v', {
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
      subnets: ['one', 'two'].map((name, position) => ({
        name,
        properties: { addressPrefix: `10.1.${position}.0/24` },
      })),
      virtualNetworkPeerings: [
        {
          name: 'to-hub',
          properties: { remoteVirtualNetwork: { id: id('virtualNetworks', remote) } },
        },
      ],
    }),
    resource('privateEndpoints', 'pe', {
      subnet: home,
      privateLinkServiceConnections: [
        { name: 'c', properties: { privateLinkServiceId: `/x/vaults/${target}` } },
      ],
    }),
    resource('networkInterfaces', 'vm', {
      ipConfigurations: [
        { name: 'ip', properties: { subnet: home, privateIPAllocationMethod: 'Dynamic' } },
      ],
    }),
    resource('loadBalancers', 'lb', {
      frontendIPConfigurations: [{ name: 'f', properties: { subnet: home } }],
    }),
  ];
}

/** The same as Azure shows it once it is deployed. */
function deployed(): Resource[] {
  const [network, endpoint, card, balancer] = template();
  assert.ok(network && endpoint && card && balancer);
  const addressed = (list: string, from: Resource, address: string): Resource => {
    const [first] = from.properties[list] as { name: string; properties: object }[];
    assert.ok(first);
    const properties = { ...first.properties, privateIPAddress: address };
    return { ...from, properties: { ...from.properties, [list]: [{ ...first, properties }] } };
  };
  const state = { status: 'Rejected' };
  return [
    {
      ...network,
      properties: {
        ...network.properties,
        virtualNetworkPeerings: [
          {
            name: 'to-hub',
            properties: {
              remoteVirtualNetwork: { id: id('virtualNetworks', 'hub') },
              peeringState: 'Disconnected',
              remoteAddressSpace: { addressPrefixes: ['10.0.0.0/16'] },
            },
          },
        ],
      },
    },
    {
      ...endpoint,
      properties: {
        ...endpoint.properties,
        networkInterfaces: [{ id: id('networkInterfaces', 'pe-card') }],
        privateLinkServiceConnections: [
          {
            name: 'c',
            properties: {
              privateLinkServiceId: '/x/vaults/kv',
              privateLinkServiceConnectionState: state,
            },
          },
        ],
      },
    },
    resource('networkInterfaces', 'pe-card', {
      privateEndpoint: { id: endpoint.id },
      ipConfigurations: [
        { name: 'ip', properties: { subnet: subnet('one'), privateIPAddress: '10.1.0.4' } },
      ],
    }),
    addressed('ipConfigurations', card, '10.1.0.5'),
    addressed('frontendIPConfigurations', balancer, '10.1.0.6'),
  ];
}

const readAfter = (change: Parameters<typeof template>[0] = {}) => {
  const { machines, endpoints, balancers, networks } = readEstate(
    afterDeployment(new Resources(deployed()), template(change)),
  );
  return {
    machine: machines[0]?.address,
    endpoint: endpoints[0]?.address,
    state: endpoints[0]?.state,
    front: balancers[0]?.address,
    peering: [networks[0]?.peerings ?? []].flat().find((half) => half !== 'unread'),
  };
};

describe('reach: what Azure has handed out', () => {
  it('stays when a template that does not say it is deployed again', () => {
    const { peering, ...rest } = readAfter();
    assert.deepEqual(rest, {
      ...{ machine: '10.1.0.5', endpoint: '10.1.0.4', state: 'Rejected', front: '10.1.0.6' },
    });
    assert.deepEqual([peering?.state, peering?.remotePrefixes], ['Disconnected', ['10.0.0.0/16']]);
  });

  it('so nothing differs then', () => {
    const before = new Resources(deployed());
    const after = afterDeployment(before, template());
    const found = differenceOf(readEstate(before), readEstate(after));
    assert.deepEqual(found, { allowed: [], denied: [], unsure: [] });
  });

  it('goes with the subnet, the target, the network that it was for', () => {
    const moved = readAfter({ subnet: 'two' });
    assert.deepEqual(
      [moved.machine, moved.endpoint, moved.front],
      [undefined, undefined, undefined],
    );
    assert.equal(readAfter({ target: 'other' }).state, 'Approved');
    const { peering } = readAfter({ remote: 'elsewhere' });
    assert.equal(peering?.state, 'Connected');
  });

  it('gives way to what the template says', () => {
    const [network, endpoint, card, ...rest] = template();
    assert.ok(network && endpoint && card);
    const fixed = {
      ...card,
      properties: {
        ipConfigurations: [
          { name: 'IP', properties: { subnet: subnet('one'), privateIPAddress: '10.1.0.50' } },
        ],
      },
    };
    const after = afterDeployment(new Resources(deployed()), [network, endpoint, fixed, ...rest]);
    assert.equal(readEstate(after).machines[0]?.address, '10.1.0.50');
  });

  it('is nothing for what was not there before', () => {
    const after = afterDeployment(new Resources(), template());
    const { machines, endpoints, balancers } = readEstate(after);
    assert.equal(machines[0]?.address, undefined);
    assert.deepEqual([endpoints[0]?.address, endpoints[0]?.state], [undefined, 'Approved']);
    assert.deepEqual(balancers, []);
  });
});
