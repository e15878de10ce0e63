import assert from 'node:assert/strict';
import {
  guest,
  hub,
  hubSubscription,
  stranger,
  vaultBody,
  vaultPath,
  type World,
} from '../../unit/arm/arm-world.ts';
import { gone, idOf, read, refuses, west, type Claims, type Shown } from './claims.ts';

const name = '20000000-0000-4000-8000-000000000001';
const second = '20000000-0000-4000-8000-000000000002';
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const authorization = 'providers/Microsoft.Authorization';
const assignment = (own = name, scope = hub): string =>
  `${scope}/${authorization}/roleAssignments/${own}?api-version=2022-04-01`;
const role = (own = name, scope = hub): string =>
  `${scope}/${authorization}/roleDefinitions/${own}?api-version=2022-04-01`;
const lock = (own = 'keep', scope = hub): string =>
  `${scope}/${authorization}/locks/${own}?api-version=2020-05-01`;
const vault = vaultPath(hub, 'kv-one');
const group = `${hub}?api-version=2021-04-01`;

const gives = (roleName: string, principalId = guest): Shown => ({
  properties: {
    roleDefinitionId: `/subscriptions/${hubSubscription}/${authorization}/roleDefinitions/${roleName}`,
    principalId,
  },
});

const roleBody = (actions: readonly string[], roleName = 'Looker'): Shown => ({
  properties: { roleName, assignableScopes: [hub], permissions: [{ actions }] },
});

const level = (word: string): Shown => ({ properties: { level: word } });

async function statusFor(world: World, principal: string, path: string): Promise<number> {
  return (await world.ask('GET', path, { as: principal })).status;
}

/** Role assignments, role definitions, locks. */
export const authorizationClaims: Claims = {
  'Microsoft.Authorization/roleAssignments': [
    {
      would: 'let its principal in at its scope and below, as long as it is there',
      async holds(world) {
        await world.make(vault, vaultBody());
        assert.equal(await statusFor(world, guest, vault), 403);
        await world.make(assignment(), gives(reader));
        assert.equal(await statusFor(world, guest, vault), 200);
        await refuses(world, '403 AuthorizationFailed', 'DELETE', vault, undefined, guest);
        await world.drop(assignment());
        assert.equal(await statusFor(world, guest, vault), 403);
      },
    },
    {
      would: 'know its scope, and what kind of principal it is for',
      async holds(world) {
        await world.make(assignment(), gives(reader));
        const shown = await read(world, assignment());
        assert.equal(shown['scope'], hub);
        assert.equal(shown['principalType'], 'ServicePrincipal');
        assert.match(String(shown['createdOn']), /^\d{4}-\d\d-\d\dT/);
      },
    },
    {
      would: 'refuse the same right twice, under whatever name',
      async holds(world) {
        await world.make(assignment(), gives(reader));
        await refuses(world, '409 RoleAssignmentExists', 'PUT', assignment(second), gives(reader));
        await world.make(assignment(), gives(reader));
      },
    },
    {
      would: 'stay with its principal',
      async holds(world) {
        await world.make(assignment(), gives(reader));
        const other = gives(reader, stranger);
        await refuses(world, '400 RoleAssignmentUpdateNotPermitted', 'PUT', assignment(), other);
      },
    },
    {
      would: 'refuse a role that is not there, and a name that is no GUID',
      async holds(world) {
        await refuses(world, '400 RoleDefinitionDoesNotExist', 'PUT', assignment(), gives(second));
        await refuses(world, '400 InvalidRoleAssignmentId', 'PUT', assignment('x'), gives(reader));
      },
    },
  ],

  'Microsoft.Authorization/roleDefinitions': [
    {
      would: 'be a custom role with all four lists of actions',
      async holds(world) {
        await world.make(role(), roleBody(['*/read']));
        const shown = await read(world, role());
        assert.equal(shown['type'], 'CustomRole');
        assert.deepEqual(shown['permissions'], [
          { actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] },
        ]);
      },
    },
    {
      would: 'stay while it is assigned',
      async holds(world) {
        await world.make(role(), roleBody(['*/read']));
        await world.make(assignment(second), gives(name));
        await refuses(world, '400 RoleDefinitionHasAssignments', 'DELETE', role());
        await world.drop(assignment(second));
        await world.drop(role());
        await gone(world, role());
      },
    },
    {
      would: 'keep the built-in roles as they are',
      async holds(world) {
        const builtIn = `/${authorization}/roleDefinitions/${reader}?api-version=2022-04-01`;
        world.arm.assignRole(guest, 'Owner', '/');
        await refuses(world, '400 BuiltInRoleCannotBeDeleted', 'DELETE', builtIn, undefined, guest);
        const body = roleBody(['*'], 'Reader');
        await refuses(world, '400 BuiltInRoleCannotBeModified', 'PUT', builtIn, body, guest);
      },
    },
    {
      would: 'refuse the name of another role, and a role that permits nothing',
      async holds(world) {
        const taken = roleBody(['*/read'], 'Reader');
        await refuses(world, '409 RoleDefinitionWithSameNameExists', 'PUT', role(), taken);
        const empty = {
          properties: { roleName: 'Looker', assignableScopes: [hub], permissions: [] },
        };
        await refuses(world, '400 InvalidRoleDefinition', 'PUT', role(), empty);
        await refuses(world, '400 InvalidRoleDefinitionId', 'PUT', role('x'), roleBody(['*/read']));
      },
    },
  ],

  'Microsoft.Authorization/locks': [
    {
      would: 'keep what is below it from being deleted, and let it be changed',
      async holds(world) {
        await world.make(vault, vaultBody());
        await world.make(lock(), level('CanNotDelete'));
        await refuses(world, '409 ScopeLocked', 'DELETE', vault);
        await refuses(world, '409 ScopeLocked', 'DELETE', group);
        await world.make(vault, vaultBody());
        await world.drop(lock());
        await world.drop(vault);
      },
    },
    {
      would: 'keep what holds it from being deleted',
      async holds(world) {
        await world.make(vault, vaultBody());
        await world.make(lock('keep', idOf(vault)), level('CanNotDelete'));
        await refuses(world, '409 ScopeLocked', 'DELETE', group);
      },
    },
    {
      would: 'keep everything as it is when it is ReadOnly: no write, no role, no key',
      async holds(world) {
        const account = `${hub}/providers/Microsoft.Storage/storageAccounts/stone?api-version=2023-05-01`;
        await world.make(account, west({}, { kind: 'StorageV2', sku: { name: 'Standard_LRS' } }));
        await world.make(lock(), level('ReadOnly'));
        await refuses(world, '409 ScopeLocked', 'PUT', vault, vaultBody());
        await refuses(world, '409 ScopeLocked', 'PUT', assignment(), gives(reader));
        await refuses(world, '409 ScopeLocked', 'POST', account.replace('?', '/listKeys?'));
        await world.make(lock(), level('CanNotDelete'));
        await world.make(assignment(), gives(reader));
      },
    },
    {
      would: 'refuse a name that is none',
      async holds(world) {
        await refuses(world, '400 InvalidLockName', 'PUT', lock('a:b'), level('ReadOnly'));
      },
    },
  ],
};
