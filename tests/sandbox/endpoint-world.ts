import assert from 'node:assert/strict';
import { net, stamp, startWorld, vaultBody, vaultPath, type World } from '../unit/arm/arm-world.ts';

export const subnetId = `${stamp}/providers/Microsoft.Network/virtualNetworks/v/subnets/endpoints`;
export const vaultId = `${stamp}/providers/Microsoft.KeyVault/vaults/kv-test`;

export type Shown = Record<string, unknown>;

/** A network with two small subnets and a vault in the stamp's group, for private endpoints. */
export async function startEndpointWorld(): Promise<World> {
  const world = await startWorld();
  await world.make(net(stamp, 'virtualNetworks/v'), {
    location: 'westeurope',
    properties: {
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
      subnets: [
        { name: 'endpoints', properties: { addressPrefix: '10.1.2.0/28' } },
        { name: 'tiny', properties: { addressPrefix: '10.1.3.0/29' } },
      ],
    },
  });
  await world.make(vaultPath(stamp, 'kv-test'), vaultBody());
  return world;
}

/** Body of an endpoint, of the vault if nothing else is said. */
export function endpoint(more: Shown = {}, target = vaultId, groupId = 'vault'): Shown {
  return {
    location: 'westeurope',
    properties: {
      subnet: { id: subnetId },
      privateLinkServiceConnections: [
        { name: 'c', properties: { privateLinkServiceId: target, groupIds: [groupId] } },
      ],
      ...more,
    },
  };
}

/** Path of an endpoint. */
export function path(name: string): string {
  return net(stamp, `privateEndpoints/${name}`);
}

/** Properties of a resource that has to be there. */
export async function propertiesAt(world: World, where: string): Promise<Shown> {
  const answer = await world.ask('GET', where);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body['properties'] as Shown;
}
