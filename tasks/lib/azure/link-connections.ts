import type { LinkConnection } from '../dns/approvals.ts';
import { connectionVersion } from '../dns/connection-types.ts';
import { SpokelineError } from '../errors.ts';
import type { ArmClient } from './arm-client.ts';
import { asObject } from '../net/json-value.ts';

const resourcesVersion = '2021-04-01';

/** A service that private endpoints can be connected with. */
export interface LinkService {
  readonly id: string;
  /** Type and name. */
  readonly service: string;
  readonly type: string;
}

/** The services of a resource group whose connections can be read. Throws rather than return a part. */
export async function listLinkServices(
  arm: ArmClient,
  group: string,
  signal: AbortSignal,
): Promise<LinkService[]> {
  const listed = await arm.list<unknown>(`${group}/resources`, resourcesVersion, { signal });
  return listed.map(asObject).flatMap((resource) => {
    const type = String(resource['type']);
    if (connectionVersion(type) === undefined) return [];
    const name = String(resource['name']);
    return [{ id: String(resource['id']), service: `${type}/${name}`, type }];
  });
}

/**
 * A service that a list of its group lacks: lists show only what the identity may read, so that ARM_FORBIDDEN is thrown
 * where a right is missing. Undefined if there is none, or its connections cannot be read here.
 */
export async function findLinkService(
  arm: ArmClient,
  group: string,
  service: string,
  signal: AbortSignal,
): Promise<LinkService | undefined> {
  const type = service.split('/').slice(0, 2).join('/');
  const version = connectionVersion(type);
  if (version === undefined) return undefined;
  const id = `${group}/providers/${service}`;
  const found = await arm.tryGet<unknown>(id, version, { signal });
  return found === undefined ? undefined : { id, service, type };
}

/** The connections of a service, in whatever state. */
export async function listConnections(
  arm: ArmClient,
  { id, service, type }: LinkService,
  signal: AbortSignal,
): Promise<LinkConnection[]> {
  const path = `${id}/privateEndpointConnections`;
  const listed = await arm.list<unknown>(path, versionOf(type), { signal });
  return listed.map((connection) => readConnection(connection, service));
}

/**
 * Approves a connection and looks whether it is: services answer before they are done, and the message is kept, as the
 * only mark of who asked. Throws CONNECTION_NOT_APPROVED when it shows another state afterwards.
 */
export async function approveConnection(
  arm: ArmClient,
  connection: LinkConnection,
  type: string,
  signal: AbortSignal,
): Promise<void> {
  const { id, service, endpointId, message } = connection;
  const version = versionOf(type);
  const state = { status: 'Approved', description: message };
  const properties = {
    privateEndpoint: { id: endpointId },
    privateLinkServiceConnectionState: state,
  };
  await arm.put<unknown>(id, version, { properties }, { signal });
  const seen = readConnection((await arm.get<unknown>(id, version, { signal })).body, service);
  if (seen.status === 'Approved') return;
  throw new SpokelineError(
    'CONNECTION_NOT_APPROVED',
    `The connection of ${endpointId} to ${service} was approved and is ${seen.status}.`,
    { details: [{ target: id, code: seen.status, message: `${id} is ${seen.status}` }] },
  );
}

function versionOf(type: string): string {
  const version = connectionVersion(type);
  if (version !== undefined) return version;
  throw new Error(`no api-version for connections of ${type}`);
}

function readConnection(value: unknown, service: string): LinkConnection {
  const resource = asObject(value);
  const properties = asObject(resource['properties']);
  const state = asObject(properties['privateLinkServiceConnectionState']);
  const text = (word: unknown): string => (typeof word === 'string' ? word : '');
  return {
    id: text(resource['id']),
    service,
    endpointId: text(asObject(properties['privateEndpoint'])['id']),
    status: text(state['status']),
    message: text(state['description']),
  };
}
