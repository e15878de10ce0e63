import assert from 'node:assert/strict';
import {
  guest,
  hub,
  hubSubscription,
  stamp,
  startWorld,
  stranger,
  vaultBody,
  vaultPath,
  type World,
} from '../unit/arm/arm-world.ts';

type Shown = Record<string, unknown>;
const assignments = 'providers/Microsoft.Authorization/roleAssignments';
const roles = 'providers/Microsoft.Authorization/roleDefinitions';
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';

describe('sandbox arm: authorization', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  const assignment = (name: string, scope = hub): string =>
    `${scope}/${assignments}/${name}?api-version=2022-04-01`;
  const id = '20000000-0000-4000-8000-000000000001';
  const give = (role: string, principalId = guest): Shown => ({
    properties: {
      roleDefinitionId: `/subscriptions/${hubSubscription}/${roles}/${role}`,
      principalId,
    },
  });

  it('refuses in the words of the service', async () => {
    assert.equal(
      await world.refused('GET', vaultPath(hub, 'kv'), undefined, guest),
      `403 AuthorizationFailed: The client 'c${guest}' with object id '${guest}' does not have authorization to perform ` +
        `action 'Microsoft.KeyVault/vaults/read' over scope '${hub}/providers/Microsoft.KeyVault/vaults/kv' or the scope is ` +
        'invalid. If access was recently granted, please refresh your credentials.',
    );
  });

  it('inherits from scopes above, and takes notActions away', async () => {
    world.arm.assignRole(guest, 'Contributor', `/subscriptions/${hubSubscription}`);
    await world.make(vaultPath(hub, 'kv-one'), vaultBody(), guest);
    assert.match(
      await world.refused('PUT', assignment(id), give(reader), guest),
      /'Microsoft\.Authorization\/roleAssignments\/write'/,
    );
    assert.match(
      await world.refused('PUT', vaultPath(stamp, 'kv-two'), vaultBody(), guest),
      /^403 AuthorizationFailed/,
    );
    world.arm.assignRole(stranger, 'Reader', `${hub}/providers/Microsoft.KeyVault/vaults/kv-one`);
    assert.equal((await world.ask('GET', vaultPath(hub, 'kv-one'), { as: stranger })).status, 200);
    assert.match(
      await world.refused('DELETE', vaultPath(hub, 'kv-one'), undefined, stranger),
      /vaults\/delete/,
    );
  });

  it('writes role assignments that are in force at once', async () => {
    const made = await world.ask('PUT', assignment(id), { body: give(reader) });
    assert.equal(made.status, 201);
    assert.equal((made.body['properties'] as Shown)['scope'], hub);
    assert.equal(
      (await world.ask('GET', `${hub}?api-version=2021-04-01`, { as: guest })).status,
      200,
    );
    const listed = await world.ask(
      'GET',
      `${hub}/${assignments}?api-version=2022-04-01&$filter=principalId%20eq%20'${guest}'`,
    );
    assert.deepEqual(
      (listed.body['value'] as Shown[]).map((a) => a['name']),
      [id],
    );
    assert.match(
      await world.refused('PUT', assignment(id.replace('1', '2')), give(reader)),
      /^409 RoleAssignmentExists: The role assignment already exists\./,
    );
    assert.match(
      await world.refused('PUT', assignment(id), give(reader, stranger)),
      /^400 RoleAssignmentUpdateNotPermitted/,
    );
    assert.equal((await world.ask('DELETE', assignment(id))).status, 200);
    assert.equal(
      (await world.ask('GET', `${hub}?api-version=2021-04-01`, { as: guest })).status,
      403,
    );
  });

  it('refuses assignments that mean nothing', async () => {
    assert.equal(
      await world.refused('PUT', assignment(id), give(id)),
      `400 RoleDefinitionDoesNotExist: The specified role definition with ID '${id}' does not exist.`,
    );
    assert.match(
      await world.refused('PUT', assignment('x'), give(reader)),
      /^400 InvalidRoleAssignmentId/,
    );
    assert.match(
      await world.refused('PUT', assignment(id), { properties: { principalId: guest } }),
      /'Required property 'roleDefinitionId' not found in JSON\. Path 'properties\.roleDefinitionId'/,
    );
    assert.match(
      await world.refused(
        'PUT',
        assignment(id, `${hub}/providers/Microsoft.KeyVault/vaults/none`),
        give(reader),
      ),
      /^404 ResourceNotFound/,
    );
  });

  it('finds built-in roles by name and takes custom ones', async () => {
    const found = await world.ask(
      'GET',
      `${hub}/${roles}?api-version=2022-04-01&$filter=roleName%20eq%20'AcrPush'`,
    );
    assert.deepEqual(
      (found.body['value'] as Shown[]).map((r) => r['name']),
      ['8311e382-0749-4cb8-b61a-304f252e45ec'],
    );
    const custom = `${hub}/${roles}/${id}?api-version=2022-04-01`;
    const body = {
      properties: {
        roleName: 'Joiner',
        assignableScopes: [hub],
        permissions: [{ actions: ['Microsoft.Network/*/join/action'] }],
      },
    };
    assert.equal((await world.ask('PUT', custom, { body })).status, 201);
    await world.ask('PUT', assignment(id), { body: give(id) });
    assert.match(await world.refused('DELETE', custom), /RoleDefinitionHasAssignments/);
    await world.ask('DELETE', assignment(id));
    assert.equal((await world.ask('DELETE', custom)).status, 200);
    assert.match(
      await world.refused('DELETE', `/${roles}/${reader}?api-version=2022-04-01`),
      /403|BuiltInRoleCannotBeDeleted/,
    );
  });

  it('locks: CanNotDelete keeps what is below, ReadOnly keeps it as it is', async () => {
    const lock = `${hub}/providers/Microsoft.Authorization/locks/keep?api-version=2020-05-01`;
    await world.make(vaultPath(hub, 'kv-one'), vaultBody());
    assert.match(
      await world.refused('PUT', lock, { properties: { level: 'Sometimes' } }),
      /Allowed values: CanNotDelete, ReadOnly/,
    );
    await world.ask('PUT', lock, { body: { properties: { level: 'CanNotDelete' } } });
    assert.equal(
      await world.refused('DELETE', vaultPath(hub, 'kv-one')),
      `409 ScopeLocked: The scope '${hub}/providers/Microsoft.KeyVault/vaults/kv-one' cannot perform delete operation because following scope(s) are locked: '${hub}'. Please remove the lock and try again.`,
    );
    assert.match(
      await world.refused('DELETE', `${hub}?api-version=2021-04-01`),
      /^409 ScopeLocked/,
    );
    await world.make(vaultPath(hub, 'kv-one'), vaultBody());
    await world.ask('PUT', lock, { body: { properties: { level: 'ReadOnly' } } });
    assert.match(
      await world.refused('PUT', vaultPath(hub, 'kv-one'), vaultBody()),
      /cannot perform write operation/,
    );
    assert.equal((await world.ask('DELETE', lock)).status, 200);
    await world.drop(vaultPath(hub, 'kv-one'));
  });

  it('keeps a record of who asked for what, and how it ended', async () => {
    await world.ask('PUT', vaultPath(hub, 'kv'), { body: vaultBody(), as: guest });
    const last = world.arm.activity.at(-1);
    assert.deepEqual(last, {
      method: 'PUT',
      path: `${hub}/providers/Microsoft.KeyVault/vaults/kv`,
      status: 403,
      principal: guest,
    });
  });
});
