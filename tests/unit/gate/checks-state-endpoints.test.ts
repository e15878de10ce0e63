import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';
import { group, hubNetwork, stampNetwork, vault } from './state-world.ts';
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

describe("gate checks of Azure's state: endpoints and zones", () => {
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
        'beside a zone of its name that was left in another group',
        check,
        { closerZone: 'privatelink.vaultcore.azure.net' },
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
});
