import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';
import { group, vault } from './state-world.ts';
import { refused, table } from './state-table.ts';

/** A service with a child resource of each of these types. */
function service(
  type: string,
  name: string,
  properties: Resource['properties'],
  children: Readonly<Record<string, object>> = {},
): Resource[] {
  const id = `${group}/providers/${type}/${name}`;
  return [
    { id, type, properties },
    ...Object.entries(children).map(([part, rules]) => ({
      id: `${id}/${part}/default`,
      type: `${type}/${part}`,
      properties: { ...rules },
    })),
  ];
}

describe('the gate check public-access', () => {
  const check = 'kind: public-access, target: kv-weu';
  const rules = (values: string[]) => ({
    publicNetworkAccess: 'Enabled',
    networkAcls: { defaultAction: 'Deny', ipRules: values.map((value) => ({ value })) },
  });
  table([
    ['off', check, {}, 'pass OK as-declared'],
    [
      'not said: on',
      check,
      { vault: { publicNetworkAccess: undefined } },
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'on, from anywhere',
      check,
      { vault: { publicNetworkAccess: 'Enabled' } },
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'for declared addresses',
      `${check}, addresses: [203.0.113.0/24]`,
      { vault: rules(['203.0.113.7']) },
      'pass OK as-declared',
    ],
    [
      'for more than those',
      `${check}, addresses: [203.0.113.0/24]`,
      { vault: rules(['203.0.113.7', '198.51.100.0/24']) },
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    ['to nobody, though on', check, { vault: rules([]) }, 'fail PUBLIC_ACCESS_OPEN open'],
    [
      'off, as a flexible database server says it',
      check,
      { vault: { publicNetworkAccess: undefined, network: { publicNetworkAccess: 'Disabled' } } },
      'pass OK as-declared',
    ],
    [
      'for declared addresses, as Cosmos DB lists them',
      `${check}, addresses: [203.0.113.0/24]`,
      {
        vault: { publicNetworkAccess: 'Enabled', ipRules: [{ ipAddressOrRange: '203.0.113.7' }] },
      },
      'pass OK as-declared',
    ],
    [
      'for more than those, as Cosmos DB lists them',
      `${check}, addresses: [203.0.113.0/24]`,
      { vault: { publicNetworkAccess: 'Enabled', ipRules: [{ ipAddressOrRange: '0.0.0.0/0' }] } },
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'as a deployment will say',
      check,
      { vault: { publicNetworkAccess: "[reference('x').y]" }, source: 'predicted' },
      'unknown PUBLIC_ACCESS_NOT_SEEN not-seen',
    ],
    [
      'of a service beside a child of its name',
      check,
      {
        vault: null,
        more: [
          {
            id: `${vault}/secrets/kv-weu`,
            type: 'Microsoft.KeyVault/vaults/secrets',
            properties: {},
          },
        ],
      },
      'unknown PUBLIC_ACCESS_NOT_SEEN not-seen',
    ],
    [
      'off for one of two services of a name',
      check,
      { more: service('Microsoft.Storage/storageAccounts', 'kv-weu', {}) },
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'of a service that was not read',
      check,
      { vault: null },
      'unknown PUBLIC_ACCESS_NOT_SEEN not-seen',
    ],
  ]);

  const sql = 'Microsoft.Sql/servers';
  const redis = 'Microsoft.Cache/redis';
  const bus = 'Microsoft.ServiceBus/namespaces';
  const db = 'kind: public-access, target: db';
  const office = `${db}, addresses: [203.0.113.0/24]`;
  const on = { publicNetworkAccess: 'Enabled' };
  const range = (first: string, last: string) => ({ startIpAddress: first, endIpAddress: last });
  const ruleSet = (properties: object) => service(bus, 'db', {}, { networkRuleSets: properties });
  const cases: [string, string, readonly Resource[], string][] = [
    [
      'a database without rules lets nobody in',
      office,
      service(sql, 'db', on),
      'pass OK as-declared',
    ],
    ['yet has to be off', db, service(sql, 'db', on), 'fail PUBLIC_ACCESS_OPEN open'],
    [
      'a range among the declared addresses',
      office,
      service(sql, 'db', on, { firewallRules: range('203.0.113.3', '203.0.113.200') }),
      'pass OK as-declared',
    ],
    [
      'a range beyond the declared addresses',
      office,
      service('Microsoft.DBforPostgreSQL/flexibleServers', 'db', on, {
        firewallRules: range('203.0.113.3', '203.0.114.0'),
      }),
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'all of Azure',
      office,
      service(sql, 'db', on, { firewallRules: range('0.0.0.0', '0.0.0.0') }),
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'addresses of IPv6',
      office,
      service(sql, 'db', on, {
        ipv6FirewallRules: { startIPv6Address: '2001:db8::1', endIPv6Address: '2001:db8::2' },
      }),
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'a cache without rules lets all in',
      office,
      service(redis, 'db', on),
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'a cache with a rule',
      office,
      service(redis, 'db', on, {
        firewallRules: { startIP: '203.0.113.7', endIP: '203.0.113.7' },
      }),
      'pass OK as-declared',
    ],
    [
      'a namespace that is off by its rules',
      db,
      ruleSet({ publicNetworkAccess: 'Disabled' }),
      'pass OK as-declared',
    ],
    [
      'a namespace for declared addresses',
      office,
      ruleSet({ defaultAction: 'Deny', ipRules: [{ ipMask: '203.0.113.7', action: 'Allow' }] }),
      'pass OK as-declared',
    ],
    [
      'a namespace that denies without a rule, and so lets all in',
      office,
      ruleSet({ defaultAction: 'Deny' }),
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'a namespace for a subnet',
      office,
      ruleSet({ defaultAction: 'Deny', virtualNetworkRules: [{ subnet: { id: 'x' } }] }),
      'pass OK as-declared',
    ],
    [
      'a search service, whose rules have no default',
      office,
      service('Microsoft.Search/searchServices', 'db', {
        ...on,
        networkRuleSet: { ipRules: [{ value: '203.0.113.7' }] },
      }),
      'pass OK as-declared',
    ],
    [
      'a topic, for more than the declared addresses',
      office,
      service('Microsoft.EventGrid/topics', 'db', {
        ...on,
        inboundIpRules: [{ ipMask: '203.0.113.7' }, { ipMask: '203.0.114.7' }],
      }),
      'fail PUBLIC_ACCESS_OPEN open',
    ],
    [
      'a cluster that lists addresses',
      office,
      service('Microsoft.Kusto/clusters', 'db', { ...on, allowedIpRangeList: ['203.0.113.0/25'] }),
      'pass OK as-declared',
    ],
    [
      'an IoT hub, whose rules are many',
      office,
      service('Microsoft.Devices/IotHubs', 'db', {
        ...on,
        networkRuleSets: { defaultAction: 'Deny', ipRules: [{ ipMask: '203.0.113.7' }] },
      }),
      'pass OK as-declared',
    ],
    [
      'a rule that a deployment will tell',
      office,
      service(sql, 'db', on, { firewallRules: range("[reference('x').y]", '203.0.113.9') }),
      'unknown PUBLIC_ACCESS_NOT_SEEN not-seen',
    ],
  ];
  table(cases.map(([title, spec, more, expected]) => [title, spec, { more }, expected]));

  const type = `${sql}/firewallRules`;
  const unread = [{ type, scope: `${group}/providers/${sql}/DB`, missing: `${type}/read` }];
  table([
    [
      'rules that may not be read',
      office,
      { more: service(sql, 'db', on), unread },
      'unknown STATE_FORBIDDEN forbidden',
    ],
    [
      'rules that may not be read of a server that is off',
      db,
      { more: service(sql, 'db', { publicNetworkAccess: 'Disabled' }), unread },
      'pass OK as-declared',
    ],
  ]);
  refused([
    ['kind: public-access', 'c: target is missing'],
    [
      'kind: public-access, target: kv, addresses: [office]',
      'c: addresses is "office"; it must be an address or a network',
    ],
  ]);
});
