import assert from 'node:assert/strict';
import { errorOf, hub, net, type World } from '../../unit/arm/arm-world.ts';

export type Shown = Record<string, unknown>;

/** Something that the service does for a type, and that storing the body of a PUT does not. */
export interface Claim {
  /** Completes the sentence "an echo would not …". */
  would: string;
  /** Runs in an empty world. @throws AssertionError if the type does not behave so */
  holds(world: World): Promise<void>;
}

/** The claims of some types, by type in canonical spelling. */
export type Claims = Readonly<Record<string, readonly Claim[]>>;

/** Asserts that a request is refused with a status and an error code. */
export async function refuses(
  world: World,
  refusal: string,
  method: 'PUT' | 'PATCH' | 'DELETE' | 'POST' | 'GET',
  path: string,
  body?: unknown,
  as?: string,
): Promise<void> {
  const answer = await world.ask(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(as === undefined ? {} : { as }),
  });
  assert.ok(answer.status >= 400, `${method} ${path} was accepted, not refused with ${refusal}`);
  assert.equal(`${String(answer.status)} ${errorOf(answer).code}`, refusal);
}

/** `properties` of a GET that has to be answered. */
export async function read(world: World, path: string): Promise<Shown> {
  const answer = await world.ask('GET', path);
  assert.equal(answer.status, 200, `GET ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body['properties'] as Shown;
}

/** Asserts that there is nothing at a path. */
export async function gone(world: World, path: string): Promise<void> {
  const { status } = await world.ask('GET', path);
  assert.equal(status, 404, `${path} is still there`);
}

/** Id of a resource, from its path. */
export const idOf = (path: string): string => path.slice(0, path.indexOf('?'));

/** The first element of a list of a resource's properties; an empty object if there is none. */
export const first = (list: unknown): Shown =>
  ((Array.isArray(list) ? list : []) as Shown[])[0] ?? {};

/** The status of the first connection in a list, of an endpoint or of its target. */
export function statusOf(connections: unknown): unknown {
  const properties = first(connections)['properties'] as Shown | undefined;
  const state = properties?.['privateLinkServiceConnectionState'] as Shown | undefined;
  return state?.['status'];
}

/** The names in a list of children. */
export const namesOf = (list: unknown): unknown[] =>
  ((Array.isArray(list) ? list : []) as Shown[]).map(({ name }) => name);

export const west = (properties: Shown, more: Shown = {}): Shown => ({
  location: 'westeurope',
  ...more,
  properties,
});

export const networkPath = (name: string, group = hub): string =>
  net(group, `virtualNetworks/${name}`);

export const networkBody = (prefix: string, subnets?: readonly Shown[]): Shown =>
  west({
    addressSpace: { addressPrefixes: [prefix] },
    ...(subnets === undefined ? {} : { subnets }),
  });

export const subnet = (name: string, addressPrefix: string, more: Shown = {}): Shown => ({
  name,
  properties: { addressPrefix, ...more },
});

/** A network `v` (10.1.0.0/16) with the subnet `endpoints` (10.1.2.0/28). */
export async function makeNetwork(world: World): Promise<void> {
  await world.make(
    networkPath('v'),
    networkBody('10.1.0.0/16', [subnet('endpoints', '10.1.2.0/28')]),
  );
}

/** The same with the subnet `services` (10.1.200.0/28), which takes private link services. */
export async function makeServiceNetwork(world: World): Promise<void> {
  await makeNetwork(world);
  const properties = {
    addressPrefix: '10.1.200.0/28',
    privateLinkServiceNetworkPolicies: 'Disabled',
  };
  await world.make(net(hub, 'virtualNetworks/v/subnets/services'), { properties });
}

export const linkServicePath = net(hub, 'privateLinkServices/pls');

/** Body of a private link service in the subnet `services` of `makeServiceNetwork`, or another one. */
export const linkServiceBody = (more: Shown = {}, subnetName = 'services'): Shown =>
  west({
    destinationIPAddress: '10.1.0.9',
    ipConfigurations: [
      {
        name: 'nat',
        properties: { subnet: { id: `${idOf(networkPath('v'))}/subnets/${subnetName}` } },
      },
    ],
    ...more,
  });

export const endpointPath = (name = 'pe'): string => net(hub, `privateEndpoints/${name}`);

/** Private link services have no groups. */
const groupsOf = (groupId: string): string[] => (groupId === '' ? [] : [groupId]);

/** Body of an endpoint in the subnet of `makeNetwork`. */
export const endpointBody = (target: string, groupId: string, more: Shown = {}): Shown =>
  west({
    subnet: { id: `${idOf(networkPath('v'))}/subnets/endpoints` },
    customNetworkInterfaceName: 'nic-pe',
    privateLinkServiceConnections: [
      { name: 'c', properties: { privateLinkServiceId: target, groupIds: groupsOf(groupId) } },
    ],
    ...more,
  });

/** The same, waiting for the approval of the target's owner. */
export const manualEndpointBody = (target: string, groupId: string): Shown =>
  endpointBody(target, groupId, {
    privateLinkServiceConnections: [],
    manualPrivateLinkServiceConnections: [
      {
        name: 'c',
        properties: {
          privateLinkServiceId: target,
          groupIds: groupsOf(groupId),
          requestMessage: 'let me in',
        },
      },
    ],
  });
