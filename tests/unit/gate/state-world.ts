import type { StateSeen, Unread } from '../../../tasks/lib/gate/state.ts';
import type { Topology } from '../../../tasks/lib/topology/model.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';
import { topology as plain } from './estate.ts';

/** The topology of the other gate tests, with flows. */
export const topology: Topology = {
  ...plain,
  zones: { office: { name: 'office', kind: 'on-premises', prefixes: ['192.168.0.0/16'] } },
  flows: [
    {
      name: 'agents-to-endpoints',
      from: 'hub/agents',
      to: 'stamp/endpoints',
      ports: [{ from: 443, to: 443 }],
      protocol: 'tcp',
      expect: 'allowed',
    },
    {
      name: 'no-ssh',
      from: 'hub/agents',
      to: 'stamp/endpoints',
      ports: [{ from: 22, to: 22 }],
      protocol: 'tcp',
      expect: 'forbidden',
    },
    {
      name: 'no-internet',
      from: 'internet',
      to: 'stamp/endpoints',
      ports: [],
      protocol: 'tcp',
      expect: 'forbidden',
    },
  ],
};

const provider = '/providers/Microsoft.Network';
export const hubNetwork = plain.hub.network.id;
const stamp = plain.stamps['weu'];
export const stampNetwork = stamp?.network.id ?? '';
export const group = stampNetwork.split('/providers/')[0] ?? '';
export const securityGroup = `${group}${provider}/networkSecurityGroups/nsg`;
export const endpointsSubnet = `${stampNetwork}/subnets/endpoints`;
export const routeTable = `${group}${provider}/routeTables/rt`;
export const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-weu`;
const zone = `/subscriptions/h/resourceGroups/rg-dns${provider}/privateDnsZones/privatelink.vaultcore.azure.net`;

export const rule = (
  name: string,
  priority: number,
  access: string,
  source: string,
  port: string,
) => ({
  name,
  properties: {
    priority,
    access,
    direction: 'Inbound',
    protocol: 'Tcp',
    sourceAddressPrefix: source,
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: port,
  },
});

/** What a case may change; undefined takes a property away, null a whole resource. */
export interface Change {
  subnet?: Record<string, unknown>;
  /** Of the hub's subnet for agents. */
  agents?: Record<string, unknown>;
  rules?: readonly object[];
  routes?: unknown[] | null;
  endpoint?: Record<string, unknown> | null;
  connection?: Record<string, unknown>;
  vault?: Record<string, unknown> | null;
  links?: readonly string[];
  record?: readonly string[] | null;
  zone?: null;
  /** Only this side has its half. */
  peerings?: 'hub' | 'stamp';
  /** A further zone of one name, linked to the hub, in the hub's own group. */
  closerZone?: string;
  /** Takes the security group away, though its subnet names it. */
  group?: null;
  unread?: Partial<Unread>[];
  /** Whatever else is there. */
  more?: readonly Resource[];
  source?: StateSeen['source'];
}

export const openRule = rule('open', 150, 'Allow', '*', '*');
export const sshRule = rule('ssh', 150, 'Allow', '10.0.1.0/27', '22');
export const denyRule = rule('deny-agents', 150, 'Deny', '10.0.1.0/27', '443');

const usual = [
  rule('allow-agents', 200, 'Allow', '10.0.1.0/27', '443'),
  { ...rule('deny-inbound', 4096, 'Deny', '*', '*') },
];

/** A hub and one stamp as Azure describes them, all as it should be, but for the change. */
export function stateOf(change: Change = {}): StateSeen {
  const half = (name: string, remote: string) => ({
    name,
    properties: {
      peeringState: 'Connected',
      remoteVirtualNetwork: { id: remote },
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
    },
  });
  const resource = (id: string, type: string, properties: Record<string, unknown>): Resource => ({
    id,
    type,
    properties,
  });
  const { endpoint = {}, connection = {}, record = ['10.1.2.4'] } = change;
  const found: (Resource | undefined)[] = [
    resource(hubNetwork, 'Microsoft.Network/virtualNetworks', {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'agents', properties: { addressPrefix: '10.0.1.0/27', ...change.agents } }],
      virtualNetworkPeerings: change.peerings === 'stamp' ? [] : [half('to-weu', stampNetwork)],
    }),
    resource(stampNetwork, 'Microsoft.Network/virtualNetworks', {
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
      subnets: [
        {
          name: 'endpoints',
          properties: {
            addressPrefix: '10.1.2.0/27',
            networkSecurityGroup: { id: securityGroup },
            routeTable: { id: routeTable },
            privateEndpointNetworkPolicies: 'Enabled',
            ipConfigurations: [{ id: 'one' }],
            ...change.subnet,
          },
        },
      ],
      virtualNetworkPeerings: change.peerings === 'hub' ? [] : [half('to-hub', hubNetwork)],
    }),
    change.group === null
      ? undefined
      : resource(securityGroup, 'Microsoft.Network/networkSecurityGroups', {
          securityRules: [...(change.rules ?? []), ...usual],
        }),
    change.routes === null
      ? undefined
      : resource(routeTable, 'Microsoft.Network/routeTables', {
          routes: change.routes ?? [defaultRoute('VirtualAppliance', '10.0.0.4')],
        }),
    endpoint === null
      ? undefined
      : resource(
          `${group}${provider}/privateEndpoints/pe-kv`,
          'Microsoft.Network/privateEndpoints',
          {
            subnet: { id: endpointsSubnet },
            networkInterfaces: [{ id: `${group}${provider}/networkInterfaces/nic-kv` }],
            privateLinkServiceConnections: [
              {
                properties: {
                  privateLinkServiceId: vault,
                  groupIds: ['vault'],
                  privateLinkServiceConnectionState: { status: 'Approved' },
                  ...connection,
                },
              },
            ],
            ...endpoint,
          },
        ),
    resource(
      `${group}${provider}/networkInterfaces/nic-kv`,
      'Microsoft.Network/networkInterfaces',
      {
        privateEndpoint: { id: 'pe' },
        ipConfigurations: [
          {
            properties: {
              privateIPAddress: '10.1.2.4',
              subnet: { id: endpointsSubnet },
              privateLinkConnectionProperties: { fqdns: ['kv-weu.vault.azure.net'] },
            },
          },
        ],
      },
    ),
    change.vault === null
      ? undefined
      : resource(vault, 'Microsoft.KeyVault/vaults', {
          publicNetworkAccess: 'Disabled',
          ...change.vault,
        }),
    ...(change.closerZone === undefined ? [] : closerZone(change.closerZone)),
    ...(change.more ?? []),
    ...(change.zone === null
      ? []
      : [
          resource(zone, 'Microsoft.Network/privateDnsZones', {}),
          ...(change.links ?? [hubNetwork]).map((id, position) =>
            resource(
              `${zone}/virtualNetworkLinks/link-${position}`,
              'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
              { virtualNetwork: { id } },
            ),
          ),
          record === null
            ? undefined
            : resource(`${zone}/A/kv-weu`, 'Microsoft.Network/privateDnsZones/A', {
                aRecords: record.map((ipv4Address) => ({ ipv4Address })),
              }),
        ]),
  ];
  return {
    resources: new Resources(found.filter((one) => one !== undefined)),
    unread: (change.unread ?? []).map((one) => ({
      type: 'Microsoft.Network/virtualNetworks',
      scope: stampNetwork,
      why: 'forbidden',
      owner: 'stamp',
      ...one,
    })),
    source: change.source ?? 'azure',
  };
}

function closerZone(name: string): Resource[] {
  const id = `/subscriptions/h/resourceGroups/rg-hub${provider}/privateDnsZones/${name}`;
  const type = 'Microsoft.Network/privateDnsZones';
  return [
    { id, type, properties: {} },
    {
      id: `${id}/virtualNetworkLinks/hub`,
      type: `${type}/virtualNetworkLinks`,
      properties: { virtualNetwork: { id: hubNetwork } },
    },
  ];
}

export function defaultRoute(nextHopType: string, nextHopIpAddress?: string): unknown {
  return {
    name: 'default',
    properties: { addressPrefix: '0.0.0.0/0', nextHopType, nextHopIpAddress },
  };
}
