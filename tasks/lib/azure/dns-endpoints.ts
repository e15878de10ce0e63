import type { Endpoint } from '../dns/model.ts';
import { sameId } from '../net/same-id.ts';
import { SpokelineError } from '../errors.ts';
import { asObject, listOf } from '../net/json-value.ts';
import type { ArmClient } from './arm-client.ts';
import { isNotFound } from './arm-errors.ts';

const networkVersion = '2025-05-01';

/** Which endpoints are meant; all where both lists are empty. */
export interface EndpointSelection {
  readonly ids: readonly string[];
  /** All of them; any value where none is given. Names ignore letter case, as in Azure. */
  readonly tags: readonly { readonly name: string; readonly value: string | undefined }[];
}

export interface EndpointPlace {
  readonly subscription: string;
  /** Undefined for the whole subscription. */
  readonly resourceGroup: string | undefined;
  /** All of them without it. */
  readonly selection?: EndpointSelection;
  /** Whether a group or an endpoint that does not exist is left out instead of refused. Default false. */
  readonly mayBeGone?: boolean;
}

const everything: EndpointSelection = { ids: [], tags: [] };

export interface EndpointListing {
  readonly endpoints: readonly Endpoint[];
  /** Ids of those that were listed beside them and are not meant. */
  readonly others: readonly string[];
  /** Paths of the resource groups that were listed to the last page. */
  readonly groups: readonly string[];
}

/**
 * The private endpoints of a place with the names and addresses that their network interfaces carry.
 * `customDnsConfigs` of an endpoint would be shorter to read, but empties as soon as it has a zone group. Endpoints that
 * are named by id are looked for in their own resource groups. Throws rather than return a part: ARM_NOT_FOUND names
 * each id that does not exist, unless it may be gone.
 */
export async function listEndpoints(
  arm: ArmClient,
  place: EndpointPlace,
  signal: AbortSignal,
): Promise<EndpointListing> {
  const { ids, tags } = place.selection ?? everything;
  const found: Endpoint[] = [];
  const others: string[] = [];
  const groups: string[] = [];
  for (const base of basesOf(place)) {
    const listed = (
      await arm
        .list<unknown>(`${base}/privateEndpoints`, networkVersion, { signal })
        .catch((error: unknown) => {
          if (place.mayBeGone === true && isNotFound(error)) return [];
          throw error;
        })
    ).map(asObject);
    const meant = listed.filter((resource) => isMeant(resource, ids, tags));
    others.push(
      ...listed.filter((resource) => !meant.includes(resource)).map(({ id }) => String(id)),
    );
    const group = base.slice(0, base.indexOf('/providers/'));
    if (/\/resourceGroups\//i.test(group)) groups.push(group);
    if (meant.length > 0) found.push(...(await withAddresses(arm, base, meant, signal)));
  }
  const missing = ids.filter((id) => !found.some((endpoint) => sameId(endpoint.id, id)));
  if (missing.length > 0 && place.mayBeGone !== true) {
    const what = missing.length === 1 ? 'A private endpoint does' : 'Private endpoints do';
    throw new SpokelineError('ARM_NOT_FOUND', `${what} not exist, or cannot be seen.`, {
      details: missing.map((id) => ({ target: id, message: `no private endpoint ${id}` })),
    });
  }
  return { endpoints: found.sort((a, b) => a.id.localeCompare(b.id)), others, groups };
}

/** The paths to list: reads are pages of a group, not single endpoints. */
function basesOf({ subscription, resourceGroup, selection = everything }: EndpointPlace): string[] {
  const provider = '/providers/Microsoft.Network';
  if (selection.ids.length > 0) {
    const groups = selection.ids.map((id) => id.split('/').slice(0, 5).join('/'));
    const each = new Map(groups.map((group) => [group.toLowerCase(), group]));
    return [...each.values()].map((group) => `${group}${provider}`);
  }
  const scope = `/subscriptions/${subscription}`;
  return [
    resourceGroup === undefined
      ? `${scope}${provider}`
      : `${scope}/resourceGroups/${resourceGroup}${provider}`,
  ];
}

function isMeant(
  resource: Record<string, unknown>,
  ids: EndpointSelection['ids'],
  tags: EndpointSelection['tags'],
): boolean {
  if (ids.length > 0) return ids.some((id) => sameId(id, String(resource['id'])));
  const own = Object.entries(asObject(resource['tags']));
  return tags.every(({ name, value }) =>
    own.some(
      ([key, held]) =>
        key.toLowerCase() === name.toLowerCase() && (value === undefined || held === value),
    ),
  );
}

async function withAddresses(
  arm: ArmClient,
  base: string,
  resources: readonly Record<string, unknown>[],
  signal: AbortSignal,
): Promise<Endpoint[]> {
  const listed = await arm.list<unknown>(`${base}/networkInterfaces`, networkVersion, { signal });
  const interfaces = new Map(
    listed.map(asObject).map((nic) => [String(nic['id']).toLowerCase(), nic]),
  );
  const endpoints: Endpoint[] = [];
  for (const resource of resources) {
    const properties = asObject(resource['properties']);
    const configurations: Endpoint['configurations'][number][] = [];
    for (const { id } of listOf(properties['networkInterfaces'])) {
      if (typeof id !== 'string') continue;
      // In another group, or gone with an endpoint that is being deleted: then it has no address any more.
      const nic =
        interfaces.get(id.toLowerCase()) ??
        asObject((await arm.tryGet<unknown>(id, networkVersion, { signal }))?.body);
      configurations.push(...configurationsOf(nic));
    }
    endpoints.push(endpointOf(resource, properties, configurations));
  }
  return endpoints;
}

function configurationsOf(nic: Record<string, unknown>): Endpoint['configurations'][number][] {
  return listOf(asObject(nic['properties'])['ipConfigurations']).flatMap((configuration) => {
    const properties = asObject(configuration['properties']);
    const link = asObject(properties['privateLinkConnectionProperties']);
    const address = properties['privateIPAddress'];
    // Private DNS zones of endpoints hold A records only.
    if (typeof address !== 'string' || address.includes(':')) return [];
    const fqdns = Array.isArray(link['fqdns']) ? (link['fqdns'] as unknown[]) : [];
    return [
      {
        groupId: typeof link['groupId'] === 'string' ? link['groupId'] : '',
        ...(typeof link['requiredMemberName'] === 'string'
          ? { member: link['requiredMemberName'] }
          : {}),
        address,
        fqdns: fqdns.filter((fqdn) => typeof fqdn === 'string'),
      },
    ];
  });
}

function endpointOf(
  resource: Record<string, unknown>,
  properties: Record<string, unknown>,
  configurations: Endpoint['configurations'],
): Endpoint {
  const [connection] = [
    ...listOf(properties['privateLinkServiceConnections']),
    ...listOf(properties['manualPrivateLinkServiceConnections']),
  ].map((entry) => asObject(entry['properties']));
  const targetId = String(connection?.['privateLinkServiceId'] ?? '');
  const state = asObject(connection?.['privateLinkServiceConnectionState']);
  const groups = connection?.['groupIds'];
  const group: unknown = Array.isArray(groups) ? groups[0] : undefined;
  return {
    id: String(resource['id'] ?? ''),
    name: String(resource['name'] ?? ''),
    region: String(resource['location'] ?? ''),
    targetId,
    targetType: typeOf(targetId),
    unregistered: listOf(properties['customDnsConfigs']).length > 0,
    status: typeof state['status'] === 'string' ? state['status'] : 'Unknown',
    configurations: configurations.map((configuration) => ({
      ...configuration,
      groupId:
        configuration.groupId === '' && typeof group === 'string' ? group : configuration.groupId,
    })),
  };
}

/**
 * `Microsoft.KeyVault/vaults` of a resource id. A Private Link service goes by its alias, too, as in
 * `name.guid.region.azure.privatelinkservice`:
 * https://learn.microsoft.com/azure/private-link/private-link-service-overview#alias
 */
function typeOf(id: string): string {
  if (/\.azure\.privatelinkservice$/i.test(id)) return 'Microsoft.Network/privateLinkServices';
  const parts = id.slice(id.toLowerCase().lastIndexOf('/providers/') + 1).split('/');
  const [, namespace, ...rest] = parts;
  return [namespace, ...rest.filter((_part, index) => index % 2 === 0)].join('/');
}
