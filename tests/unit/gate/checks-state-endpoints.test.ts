import { denyRule, hubNetwork, sshRule, stampNetwork } from './state-world.ts';
import { network, refused, table } from './state-table.ts';

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
