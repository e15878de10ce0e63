import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';

const group = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';
const hub = `${group}/virtualNetworks/hub`;
const gatewayId = `${group}/virtualNetworkGateways/vgw`;

function resource(type: string, name: string, properties: object): Resource {
  return {
    id: `${group}/${type}/${name}`,
    type: `Microsoft.Network/${type}`,
    properties: properties as Record<string, unknown>,
  };
}

/** The hub as Azure shows it, with these gateways; the answers are those of the REST API's examples. */
function resources(...more: Resource[]): Resources {
  return new Resources([
    resource('virtualNetworks', 'hub', {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [
        { name: 'agents', properties: { addressPrefix: '10.0.2.0/24' } },
        { name: 'GatewaySubnet', properties: { addressPrefix: '10.0.3.0/27' } },
      ],
    }),
    ...more,
  ]);
}

const gateway = (more: object = {}): Resource =>
  resource('virtualNetworkGateways', 'vgw', {
    gatewayType: 'Vpn',
    vpnType: 'RouteBased',
    enableBgp: false,
    ipConfigurations: [
      {
        name: 'default',
        properties: {
          privateIPAllocationMethod: 'Dynamic',
          subnet: { id: `${hub.toUpperCase()}/subnets/GatewaySubnet` },
          publicIPAddress: { id: `${group}/publicIPAddresses/pip` },
        },
      },
    ],
    ...more,
  });
const connection = (more: object = {}): Resource =>
  resource('connections', 'to-site', {
    connectionType: 'IPsec',
    virtualNetworkGateway1: { id: gatewayId },
    localNetworkGateway2: { id: `${group}/localNetworkGateways/site` },
    enableBgp: false,
    ...more,
  });
const site = resource('localNetworkGateways', 'site', {
  localNetworkAddressSpace: { addressPrefixes: ['192.168.0.0/16', '172.20.0.0/16'] },
  gatewayIpAddress: '203.0.113.9',
});
const learned = (value: object[]): Resource => ({
  id: `${gatewayId}/learnedRoutes/default`,
  type: 'Microsoft.Network/virtualNetworkGateways/learnedRoutes',
  properties: { value },
});

function outcome(found: Resources, to: string): string {
  return new Matrix(readEstate(found)).outcome('10.0.2.9', to, 'tcp', 443).result;
}

describe('reach: reading gateways', () => {
  it('leads to the prefixes of the sites of its connections', () => {
    const found = resources(gateway(), connection(), site);
    const { networks, zones } = readEstate(found);
    assert.deepEqual(networks[0]?.gateway, {
      prefixes: ['192.168.0.0/16', '172.20.0.0/16'],
      bgp: [],
    });
    assert.deepEqual(
      zones.map(({ name, kind, networkId }) => [name, kind, networkId]),
      [['behind hub', 'on-premises', hub]],
    );
    assert.equal(outcome(found, '172.20.0.9'), 'allowed');
  });

  it('leads to what it has learned, and not to what it announces itself', () => {
    const routes = learned([
      { network: '10.0.0.0/16', nextHop: '', origin: 'Network', sourcePeer: '10.0.3.4' },
      { network: '172.30.0.0/16', nextHop: '10.255.0.1', origin: 'EBgp', asPath: '65010' },
    ]);
    const found = resources(
      gateway({ enableBgp: true }),
      connection({ enableBgp: true }),
      site,
      routes,
    );
    assert.deepEqual(readEstate(found).networks[0]?.gateway?.bgp, ['172.30.0.0/16']);
    assert.equal(outcome(found, '172.30.1.9'), 'allowed');
    assert.equal(outcome(found, '203.0.113.7'), 'allowed');
  });

  for (const [what, parts] of [
    [
      'a VPN gateway with BGP',
      [gateway({ enableBgp: true }), connection({ enableBgp: true }), site],
    ],
    ['an ExpressRoute gateway', [gateway({ gatewayType: 'ExpressRoute' }), site]],
  ] as const) {
    it(`does not guess at what ${what} learns: a default route may be among it`, () => {
      const found = resources(...parts);
      assert.equal(readEstate(found).networks[0]?.gateway?.learns, true);
      assert.equal(outcome(found, '203.0.113.7'), 'unknown');
    });
  }

  it('BGP on one end only is none', () => {
    const found = resources(gateway({ enableBgp: true }), connection(), site);
    assert.equal(outcome(found, '203.0.113.7'), 'allowed');
  });

  it('a table that keeps the routes of the gateway out knows what is left', () => {
    const closed = resources(
      gateway({ gatewayType: 'ExpressRoute' }),
      resource('routeTables', 'closed', { disableBgpRoutePropagation: true, routes: [] }),
      {
        id: `${hub}/subnets/agents`,
        type: 'Microsoft.Network/virtualNetworks/subnets',
        properties: {
          addressPrefix: '10.0.2.0/24',
          routeTable: { id: `${group}/routeTables/closed` },
        },
      },
    );
    assert.equal(outcome(closed, '203.0.113.7'), 'allowed');
  });

  it('reads balancers and Private Link services: addresses of pools, ports behind the front end', () => {
    const balancer = `${group}/loadBalancers/lb`;
    const subnet = { id: `${hub}/subnets/agents` };
    const found = resources(
      resource('networkInterfaces', 'backend', {
        ipConfigurations: [{ properties: { privateIPAddress: '10.0.2.20', subnet } }],
      }),
      resource('loadBalancers', 'lb', {
        sku: { name: 'Standard', tier: 'Regional' },
        frontendIPConfigurations: [
          { name: 'front', properties: { privateIPAddress: '10.0.2.100', subnet } },
        ],
        backendAddressPools: [
          {
            name: 'pool',
            properties: {
              loadBalancerBackendAddresses: [
                {
                  name: 'one',
                  properties: { ipAddress: '10.0.2.20', virtualNetwork: { id: hub } },
                },
              ],
            },
          },
        ],
        loadBalancingRules: [
          {
            name: 'https',
            properties: {
              frontendIPConfiguration: { id: `${balancer}/frontendIPConfigurations/front` },
              backendAddressPool: { id: `${balancer}/backendAddressPools/pool` },
              protocol: 'Tcp',
              frontendPort: 443,
              backendPort: 8443,
            },
          },
        ],
      }),
      resource('privateLinkServices', 'pls', {
        loadBalancerFrontendIpConfigurations: [
          { id: `${balancer}/frontendIPConfigurations/front` },
        ],
        ipConfigurations: [
          { name: 'nat', properties: { privateIPAddress: '10.0.2.50', subnet, primary: true } },
        ],
      }),
      resource('privateEndpoints', 'pe', {
        subnet,
        privateLinkServiceConnections: [
          {
            properties: {
              privateLinkServiceId: `${group}/privateLinkServices/pls`,
              privateLinkServiceConnectionState: { status: 'Approved' },
            },
          },
        ],
        ipConfigurations: [{ properties: { privateIPAddress: '10.0.2.60' } }],
      }),
    );
    const estate = readEstate(found);
    assert.deepEqual(estate.balancers[0]?.rules, [
      { protocol: 'Tcp', frontPort: 443, backPort: 8443, backends: ['10.0.2.20'] },
    ]);
    assert.deepEqual(estate.endpoints[0]?.provider, {
      natAddress: '10.0.2.50',
      subnetId: `${hub}/subnets/agents`,
      frontEnd: '10.0.2.100',
    });
    assert.equal(outcome(found, '10.0.2.100'), 'allowed');
    assert.equal(outcome(found, '10.0.2.60'), 'allowed');
  });
});
