import assert from 'node:assert/strict';
import { hub, vaultBody, vaultPath, type World } from '../../unit/arm/arm-world.ts';
import {
  endpointBody,
  endpointPath,
  first,
  idOf,
  linkServiceBody,
  linkServicePath,
  makeServiceNetwork,
  manualEndpointBody,
  read,
  refuses,
  statusOf,
  west,
  type Claim,
  type Claims,
  type Shown,
} from './claims.ts';

interface Target {
  path: string;
  body: Shown;
  groupId: string;
}

const decision = (status: string): Shown => ({
  properties: { privateLinkServiceConnectionState: { status, description: 'as agreed' } },
});

/** The state that the endpoint itself shows. */
async function stateOf(world: World): Promise<unknown> {
  const shown = await read(world, endpointPath());
  const own = [
    ...(shown['privateLinkServiceConnections'] as Shown[]),
    ...(shown['manualPrivateLinkServiceConnections'] as Shown[]),
  ];
  return statusOf(own);
}

/** What the owner of a target may do with the endpoints that lead to it. */
function connectionsOf({ path, body, groupId }: Target): Claim[] {
  const id = idOf(path);
  /** @returns path of the connection that the target lists */
  const connect = async (world: World, manual: boolean): Promise<string> => {
    await makeServiceNetwork(world);
    await world.make(path, body);
    const make = manual ? manualEndpointBody : endpointBody;
    await world.make(endpointPath(), make(id, groupId));
    const connection = first((await read(world, path))['privateEndpointConnections']);
    return `${String(connection['id'])}${path.slice(path.indexOf('?'))}`;
  };
  return [
    {
      would: 'tell the endpoint that its owner has approved it',
      async holds(world) {
        const connection = await connect(world, true);
        assert.equal(await stateOf(world), 'Pending');
        await world.make(connection, decision('Approved'));
        assert.equal(await stateOf(world), 'Approved');
        const shown = await read(world, connection);
        assert.deepEqual(shown['privateEndpoint'], { id: idOf(endpointPath()) });
      },
    },
    {
      would: 'stay rejected once it is, until the endpoint is made again',
      async holds(world) {
        const connection = await connect(world, false);
        await world.make(connection, decision('Rejected'));
        assert.equal(await stateOf(world), 'Rejected');
        await refuses(
          world,
          '400 InvalidPrivateLinkServiceConnectionState',
          'PUT',
          connection,
          decision('Approved'),
        );
      },
    },
    {
      would: 'come from an endpoint only',
      async holds(world) {
        await makeServiceNetwork(world);
        await world.make(path, body);
        const invented = path.replace('?', '/privateEndpointConnections/invented?');
        await refuses(
          world,
          '404 PrivateEndpointConnectionNotFound',
          'PUT',
          invented,
          decision('Approved'),
        );
      },
    },
    {
      would: 'leave the endpoint Disconnected when the owner removes it',
      async holds(world) {
        const connection = await connect(world, false);
        await world.drop(connection);
        assert.equal(await stateOf(world), 'Disconnected');
      },
    },
  ];
}

/** The connections of vaults, storage accounts, registries and private link services. */
export const connectionClaims: Claims = {
  'Microsoft.KeyVault/vaults/privateEndpointConnections': connectionsOf({
    path: vaultPath(hub, 'kv-one'),
    body: vaultBody(),
    groupId: 'vault',
  }),
  'Microsoft.Storage/storageAccounts/privateEndpointConnections': connectionsOf({
    path: `${hub}/providers/Microsoft.Storage/storageAccounts/stone?api-version=2023-05-01`,
    body: west({}, { kind: 'StorageV2', sku: { name: 'Standard_ZRS' } }),
    groupId: 'blob',
  }),
  'Microsoft.ContainerRegistry/registries/privateEndpointConnections': connectionsOf({
    path: `${hub}/providers/Microsoft.ContainerRegistry/registries/crone1?api-version=2023-07-01`,
    body: west({}, { sku: { name: 'Premium' } }),
    groupId: 'registry',
  }),
  'Microsoft.Network/privateLinkServices/privateEndpointConnections': connectionsOf({
    path: linkServicePath,
    body: linkServiceBody(),
    groupId: '',
  }),
};
