import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';

const group = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';
const hub = `${group}/virtualNetworks/hub`;
const manager = `${group}/networkManagers/nm`;
const collection = `${manager}/securityAdminConfigurations/baseline/ruleCollections/ssh`;

const network: Resource = {
  id: hub,
  type: 'Microsoft.Network/virtualNetworks',
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
    subnets: [
      { name: 'agents', properties: { addressPrefix: '10.0.2.0/24' } },
      { name: 'data', properties: { addressPrefix: '10.0.4.0/24' } },
    ],
  },
};
/** As in the REST API's example of an effective rule. */
const deny = {
  description: 'no SSH',
  protocol: 'Tcp',
  sources: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
  destinations: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
  sourcePortRanges: ['0-65535'],
  destinationPortRanges: ['22'],
  access: 'Deny',
  priority: 1,
  direction: 'Inbound',
};
const effective = (properties: object): Resource => ({
  id: `${hub}/effectiveSecurityAdminRules/no-ssh`,
  type: 'Microsoft.Network/virtualNetworks/effectiveSecurityAdminRules',
  properties: { ...properties, ruleId: `${collection}/rules/no-ssh` },
});
const child = (id: string, properties: object): Resource => ({
  id,
  type: `Microsoft.Network/${id
    .split('/Microsoft.Network/')[1]
    ?.split('/')
    .filter((_, position) => position % 2 === 0)
    .join('/')}`,
  properties: properties as Record<string, unknown>,
});
const predicted = (rule: object, member = hub): Resource[] => [
  child(`${manager}/networkGroups/all/staticMembers/hub`, { resourceId: member }),
  child(collection, { appliesToGroups: [{ networkGroupId: `${manager}/networkGroups/all` }] }),
  child(`${collection}/rules/no-ssh`, rule),
];

function outcome(port: number, ...more: Resource[]): string {
  const matrix = new Matrix(readEstate(new Resources([network, ...more])));
  return matrix.outcome('10.0.2.9', '10.0.4.9', 'tcp', port).result;
}

describe('reach: reading admin rules of a Virtual Network Manager', () => {
  it('those in effect on a network', () => {
    assert.equal(outcome(22, effective(deny)), 'dropped');
    assert.equal(outcome(443, effective(deny)), 'allowed');
  });

  it('those predicted for a group that names the network', () => {
    assert.equal(outcome(22, ...predicted(deny)), 'dropped');
    assert.equal(outcome(22, ...predicted(deny, `${group}/virtualNetworks/other`)), 'allowed');
  });

  it('a predicted rule takes the place of the one in effect', () => {
    assert.equal(
      outcome(22, effective(deny), ...predicted({ ...deny, access: 'Allow' })),
      'allowed',
    );
  });

  it('no prefix and no port is any', () => {
    const { sources: _sources, destinations: _destinations, ...rest } = deny;
    assert.equal(outcome(443, effective({ ...rest, destinationPortRanges: [] })), 'dropped');
  });

  for (const [what, change] of [
    ['a network group as source', { sources: [{ addressPrefixType: 'NetworkGroup' }] }],
    ['an expression', { destinationPortRanges: ["[reference('x').port]"] }],
    ['an access it does not know', { access: 'Perhaps' }],
  ] as const) {
    it(`does not guess at ${what}`, () => {
      assert.equal(outcome(443, effective({ ...deny, ...change })), 'unknown');
    });
  }
});
