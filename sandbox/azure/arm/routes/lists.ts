import type { Call, Reply } from '../call.ts';
import { groupIdOf, isWithin } from '../ids.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../store.ts';
import { groupVersions } from '../subscriptions.ts';
import type { Parts, Route } from './dispatch.ts';
import { requireVersion } from './groups.ts';
import { invalidFilter, pageOf, tagFilter } from './pages.ts';

/** The lists over all types: `/resources` of a subscription and of a group. */
export const lists: readonly Route[] = [
  { method: 'GET', pattern: 'subscriptions/{s}/resources', run: listResources },
  { method: 'GET', pattern: 'subscriptions/{s}/resourcegroups/{r}/resources', run: listResources },
];

/** `az keyvault` finds the group of a vault with the oldest one. */
const listVersions = [...groupVersions, '2017-05-10', '2016-09-01', '2015-11-01'];

/** Children that are tracked like resources of their own. */
export const trackedChildren = ['Microsoft.Network/privateDnsZones/virtualNetworkLinks'];

function listResources(call: Call, { s = '', r }: Parts): Reply {
  requireVersion(call, listVersions);
  const { access, store, subscriptions, types } = call.manager;
  const subscription = subscriptions.require(s);
  const scope = r === undefined ? subscription.id : subscriptions.requireGroup(s, r).id;
  const accept = readFilter(call.query.get('$filter'));
  const { principal } = call;
  const held = store.list('Microsoft.Authorization/roleAssignments').some(({ properties }) => {
    const at = String(properties['scope']);
    return (
      properties['principalId'] === principal.objectId &&
      (isWithin(at, scope) || isWithin(scope, at))
    );
  });
  if (!held) access.require(principal, 'Microsoft.Resources/subscriptions/resources/read', scope);
  const value = types
    .known()
    .filter((type) => type.split('/').length === 2 || trackedChildren.includes(type))
    .filter((type) => !type.startsWith('Microsoft.Authorization/'))
    .flatMap((type) => store.list(type, scope))
    .filter((resource) => access.can(principal.objectId, `${resource.type}/read`, resource.id))
    .filter(accept);
  return pageOf(call, value, show);
}

function show({ id, name, type, location, tags, kind, sku, properties }: Resource): Json {
  return {
    id,
    name:
      type.split('/').length > 2
        ? id
            .split('/')
            .slice(8)
            .filter((_, i) => i % 2 === 0)
            .join('/')
        : name,
    type,
    ...(location === undefined ? {} : { location }),
    ...(kind === undefined ? {} : { kind }),
    ...(sku === undefined ? {} : { sku }),
    ...(tags === undefined ? {} : { tags }),
    provisioningState: properties['provisioningState'],
  };
}

/**
 * `resourceType eq '…'`, `name eq '…'`, `resourceGroup eq '…'`, joined by `and`; or `tagName eq '…'` with or
 * without `tagValue eq '…'`, which the service takes only by themselves.
 * @see https://learn.microsoft.com/rest/api/resources/resources/list
 */
function readFilter(filter: string | null): (resource: Resource) => boolean {
  if (filter === null || filter.trim() === '') return () => true;
  const byTag = tagFilter(filter);
  if (byTag !== undefined) return byTag;
  const tests = filter.split(/\s+and\s+/i).map((part): ((resource: Resource) => boolean) => {
    const match = /^\s*(\w+)\s+eq\s+'([^']*)'\s*$/i.exec(part);
    const value = match?.[2]?.toLowerCase();
    switch (match?.[1]?.toLowerCase()) {
      case 'resourcetype':
        return ({ type }) => type.toLowerCase() === value;
      case 'name':
        return ({ name }) => name.toLowerCase() === value;
      case 'location':
        return ({ location }) => location === value;
      case 'resourcegroup':
        return ({ id }) =>
          groupIdOf(id)
            ?.toLowerCase()
            .endsWith(`/${value ?? ''}`) === true;
      default:
        throw invalidFilter(filter, `'${part}' is not supported.`);
    }
  });
  return (resource) => tests.every((test) => test(resource));
}
