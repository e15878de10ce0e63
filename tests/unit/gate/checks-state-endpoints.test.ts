import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';
import {
  denyRule,
  endpointsSubnet,
  group,
  hubNetwork,
  sshRule,
  stampNetwork,
  vault,
} from './state-world.ts';
import type { Change } from './state-world.ts';
import { network, refused, table } from './state-table.ts';

/** A storage account with endpoints for two of its services, and the zone of one of them. */
function account({ record }: { record: string }): Change {
  const card = (name: string, address: string): Resource => ({
    id: `${group}/providers/Microsoft.Network/networkInterfaces/nic-${name}`,
    type: network('networkInterfaces'),
    properties: {
      ipConfigurations: [
        {
          properties: {
            privateIPAddress: address,
            privateLinkConnectionProperties: { fqdns: [`sta.${name}.core.windows.net`] },
          },
        },
      ],
    },
  });
  const zone =
    '/subscriptions/h/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net';
  return {
    more: [
      card('blob', '10.1.2.6'),
      card('file', '10.1.2.7'),
      { id: zone, type: network('privateDnsZones'), properties: {} },
      {
        id: `${zone}/virtualNetworkLinks/hub`,
        type: network('privateDnsZones/virtualNetworkLinks'),
        properties: { virtualNetwork: { id: hubNetwork } },
      },
      {
        id: `${zone}/A/sta`,
        type: network('privateDnsZones/A'),
        properties: { aRecords: [{ ipv4Address: record }] },
      },
    ],
  };
}

/** A front end of a balancer in the subnet. */
const frontEnd: Resource = {
  id: `${group}/providers/Microsoft.Network/loadBalancers/lb`,
  type: network('loadBalancers'),
  properties: {
    frontendIPConfigurations: [{ name: 'f', properties: { subnet: { id: endpointsSubnet } } }],
  },
};

describe("gate checks of Azure's state: endpoints and flows", () => {
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
    const second = (
      change: Record<string, unknown>,
      subnet = `${stampNetwork}/subnets/endpoints`,
    ) => ({
      more: [
        {
          id: `${group}/providers/Microsoft.Network/privateEndpoints/pe-second`,
          type: network('privateEndpoints'),
          properties: {
            subnet: { id: subnet },
            privateLinkServiceConnections: [
              { properties: { privateLinkServiceId: vault, groupIds: ['vault'], ...change } },
            ],
          },
        },
      ],
    });
    table([
      [
        'beside one of another part',
        check,
        second({ groupIds: ['backup'] }),
        'pass OK as-declared',
      ],
      ['in other letters', check.replace('vault', 'Vault'), {}, 'pass OK as-declared'],
      [
        'beside one in a network whose name begins alike',
        check,
        second({}, `${stampNetwork}2/subnets/endpoints`),
        'pass OK as-declared',
      ],
      [
        'that will ask for its approval',
        check,
        {
          endpoint: {
            privateLinkServiceConnections: [],
            manualPrivateLinkServiceConnections: [
              { properties: { privateLinkServiceId: vault, groupIds: ['vault'] } },
            ],
          },
          source: 'predicted',
        },
        'fail ENDPOINT_NOT_APPROVED pending',
      ],
      [
        'in a network that no template describes',
        check,
        { endpoint: null, unread: [{ type: network('privateEndpoints'), why: 'undescribed' }] },
        'unknown STATE_UNDESCRIBED undescribed',
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
      [
        'before a deployment',
        check,
        { zone: null, source: 'predicted' },
        'skipped ZONE_AFTER_DEPLOYMENT not-predicted',
      ],
      ['not linked', check, { links: [] }, 'fail ZONE_NOT_LINKED not-linked'],
      ['without the record', check, { record: null }, 'fail ZONE_RECORD_MISSING missing'],
      [
        'with an old address',
        check,
        { record: ['10.1.2.9'] },
        'fail ZONE_RECORD_WRONG wrong-address',
      ],
      [
        'with the address of another service of that name',
        'kind: dns-zone, zone: privatelink.blob.core.windows.net, records: [sta]',
        account({ record: '10.1.2.7' }),
        'fail ZONE_RECORD_WRONG wrong-address',
      ],
      [
        'with the address of the right one of two services of that name',
        'kind: dns-zone, zone: privatelink.blob.core.windows.net, records: [Sta]',
        account({ record: '10.1.2.6' }),
        'pass OK as-declared',
      ],
      [
        'behind a zone that is closer to the name',
        check,
        { closerZone: 'kv-weu.privatelink.vaultcore.azure.net' },
        'fail ZONE_HIDDEN hidden',
      ],
      [
        'beside a zone that is closer to another name',
        check,
        { closerZone: 'kv-neu.privatelink.vaultcore.azure.net' },
        'pass OK as-declared',
      ],
      [
        'whose neighbours in another group may not be read',
        check,
        {
          unread: [
            {
              type: network('privateDnsZones'),
              scope: '/subscriptions/h/resourceGroups/rg-hub',
              owner: 'hub',
            },
          ],
        },
        'pass OK as-declared',
      ],
      [
        'that may not be read',
        check,
        {
          zone: null,
          unread: [
            {
              type: network('privateDnsZones'),
              scope: '/subscriptions/h/resourceGroups/rg-dns',
              owner: 'hub',
            },
          ],
        },
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
});
