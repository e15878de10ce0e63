import assert from 'node:assert/strict';
import {
  fullName,
  groupIdOf,
  isWithin,
  parentId,
  parseId,
  segmentsOf,
  typeOf,
  typeOfId,
} from '../../../sandbox/azure/arm/ids.ts';

const group = '/subscriptions/s/resourceGroups/r';

describe('sandbox arm: ids', () => {
  it('takes a child apart, with doubled slashes and a slash at the end', () => {
    const id = parseId(`${group}//providers/Microsoft.Network//virtualNetworks/v/subnets/a/`);
    assert.ok(id !== undefined);
    assert.equal(id.id, `${group}/providers/Microsoft.Network/virtualNetworks/v/subnets/a`);
    assert.equal(typeOf(id), 'Microsoft.Network/virtualNetworks/subnets');
    assert.equal(fullName(id), 'v/a');
    assert.equal(parentId(id), `${group}/providers/Microsoft.Network/virtualNetworks/v`);
    assert.deepEqual([id.subscriptionId, id.resourceGroup, id.scope], ['s', 'r', group]);
  });

  it('takes the last provider of an extension resource', () => {
    const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv`;
    const id = parseId(`${vault}/providers/Microsoft.Authorization/locks/l`);
    assert.equal(id?.scope, vault);
    assert.equal(id === undefined ? '' : typeOf(id), 'Microsoft.Authorization/locks');
  });

  it('knows collections, scopes and what is no resource', () => {
    assert.equal(parseId(group), undefined);
    assert.deepEqual(parseId('/providers/Microsoft.Authorization/roleDefinitions')?.names, []);
    assert.equal(typeOfId(`${group}/providers/Microsoft.KeyVault/vaults`), undefined);
    assert.equal(
      typeOfId(`${group}/providers/Microsoft.KeyVault/vaults/kv`),
      'Microsoft.KeyVault/vaults',
    );
    assert.equal(groupIdOf(`${group}/providers/Microsoft.KeyVault/vaults/kv`), group);
    assert.equal(groupIdOf('/subscriptions/s'), undefined);
    assert.deepEqual(segmentsOf('//a///b/'), ['a', 'b']);
  });

  const within: [string, string, boolean][] = [
    [group, '/subscriptions/s', true],
    [group.toUpperCase(), group, true],
    [`${group}x`, group, false],
    [group, `${group}/providers`, false],
    [group, '/', true],
    ['/', '/', true],
  ];
  for (const [id, scope, expected] of within) {
    it(`${id} is ${expected ? '' : 'not '}within ${scope}`, () => {
      assert.equal(isWithin(id, scope), expected);
    });
  }
});
