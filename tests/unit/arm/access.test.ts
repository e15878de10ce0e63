import assert from 'node:assert/strict';
import { Access } from '../../../sandbox/azure/arm/rbac/access.ts';
import { Store } from '../../../sandbox/azure/arm/store.ts';

const somebody = '10000000-0000-4000-8000-000000000001';
const scope = '/subscriptions/s/resourceGroups/r';

describe('sandbox arm: access', () => {
  let access: Access;

  beforeEach(() => {
    access = new Access(new Store());
  });

  const cases: [string, string, string, boolean][] = [
    ['Owner', 'Microsoft.Authorization/roleAssignments/write', scope, true],
    ['Owner', 'Microsoft.KeyVault/vaults/read', `${scope}x`, false],
    ['Owner', 'Microsoft.KeyVault/vaults/read', '/subscriptions/s', false],
    [
      'Contributor',
      'Microsoft.Network/virtualNetworks/peer/action',
      `${scope}/providers/a/b/c`,
      true,
    ],
    ['Contributor', 'microsoft.authorization/ROLEASSIGNMENTS/Write', scope, false],
    ['Contributor', 'Microsoft.Authorization/roleAssignments/read', scope, true],
    ['Reader', 'Microsoft.Network/privateDnsZones/A/read', scope, true],
    ['Reader', 'Microsoft.Storage/storageAccounts/listKeys/action', scope, false],
    ['Network Contributor', 'Microsoft.Network/privateDnsZones/join/action', scope, true],
    ['Network Contributor', 'Microsoft.KeyVault/vaults/write', scope, false],
    ['Private DNS Zone Contributor', 'Microsoft.Network/privateDnsZones/A/write', scope, true],
    ['Private DNS Zone Contributor', 'Microsoft.Network/virtualNetworks/write', scope, false],
    ['AcrPush', 'Microsoft.ContainerRegistry/registries/push/write', scope, true],
    ['AcrPull', 'Microsoft.ContainerRegistry/registries/push/write', scope, false],
  ];
  for (const [role, action, where, expected] of cases) {
    it(`${role} ${expected ? 'allows' : 'does not allow'} ${action} at ${where}`, () => {
      access.assign(somebody, role, scope);
      assert.equal(access.can(somebody, action, where), expected);
    });
  }

  it('keeps data actions apart from actions', () => {
    access.assign(somebody, 'Key Vault Administrator', scope);
    assert.equal(
      access.can(somebody, 'Microsoft.KeyVault/vaults/secrets/getSecret/action', scope),
      false,
    );
    assert.equal(
      access.can(somebody, 'Microsoft.KeyVault/vaults/secrets/getSecret/action', scope, true),
      true,
    );
  });

  it('takes custom roles, and names what it does not know', () => {
    access.assign(somebody, { actions: ['A/*/join/action'], notActions: ['A/b/join/action'] }, '/');
    assert.equal(access.can(somebody, 'A/c/join/action', scope), true);
    assert.equal(access.can(somebody, 'A/b/join/action', scope), false);
    assert.throws(
      () => access.assign(somebody, 'Janitor', scope),
      /the role 'Janitor' is not known; known: Owner, Contributor, Reader,/,
    );
  });
});
