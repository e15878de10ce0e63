import { refuseLocked } from '../guards.ts';
import { pollHeaders, type Call, type Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import { asObject } from '../json.ts';
import { regions } from '../locations.ts';
import { groupVersions } from '../subscriptions.ts';
import type { Parts, Route } from './dispatch.ts';
import { invalidFilter, pageOf, tagFilter } from './pages.ts';

const subscriptionVersions = [
  '2022-12-01',
  '2021-01-01',
  '2020-01-01',
  '2019-11-01',
  '2019-06-01',
  '2018-06-01',
  '2016-06-01',
];

const group = 'subscriptions/{s}/resourcegroups/{r}';
const action = 'Microsoft.Resources/subscriptions/resourceGroups';

/** Tenants, subscriptions and resource groups. */
export const groupRoutes: readonly Route[] = [
  { method: 'GET', pattern: 'tenants', run: listTenants },
  { method: 'GET', pattern: 'subscriptions', run: listSubscriptions },
  { method: 'GET', pattern: 'subscriptions/{s}', run: getSubscription },
  { method: 'GET', pattern: 'subscriptions/{s}/locations', run: listLocations },
  { method: 'GET', pattern: 'subscriptions/{s}/resourcegroups', run: listGroups },
  { method: 'GET', pattern: group, run: getGroup },
  { method: 'HEAD', pattern: group, run: headGroup },
  { method: 'PUT', pattern: group, run: putGroup },
  { method: 'PATCH', pattern: group, run: patchGroup },
  { method: 'DELETE', pattern: group, run: deleteGroup },
];

/** @throws ArmError InvalidApiVersionParameter that lists what is supported */
export function requireVersion(call: Call, versions: readonly string[]): void {
  if (versions.includes(call.apiVersion)) return;
  throw new ArmError(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${call.apiVersion}' is invalid. The supported versions are '${versions.join(',')}'.`,
  );
}

function listTenants(call: Call): Reply {
  requireVersion(call, subscriptionVersions);
  const { tenantId } = call.manager;
  return {
    status: 200,
    body: { value: [{ id: `/tenants/${tenantId}`, tenantId, tenantCategory: 'Home' }] },
  };
}

function listSubscriptions(call: Call): Reply {
  requireVersion(call, subscriptionVersions);
  const value = call.manager.subscriptions.visibleTo(call.principal).map(showSubscription);
  return { status: 200, body: { value, count: { type: 'Total', value: value.length } } };
}

function showSubscription(subscription: {
  id: string;
  subscriptionId: string;
  tenantId: string;
  displayName: string;
}): Record<string, unknown> {
  return {
    ...subscription,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    state: 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}

function getSubscription(call: Call, { s = '' }: Parts): Reply {
  requireVersion(call, subscriptionVersions);
  const { access, subscriptions } = call.manager;
  const subscription = subscriptions.require(s);
  if (!subscriptions.visibleTo(call.principal).includes(subscription)) {
    access.require(call.principal, 'Microsoft.Resources/subscriptions/read', subscription.id);
  }
  return { status: 200, body: showSubscription(subscription) };
}

function listLocations(call: Call, { s = '' }: Parts): Reply {
  requireVersion(call, subscriptionVersions);
  const { id } = call.manager.subscriptions.require(s);
  call.manager.access.require(
    call.principal,
    'Microsoft.Resources/subscriptions/locations/read',
    id,
  );
  return {
    status: 200,
    body: {
      value: regions.map(({ name, displayName }) => ({
        id: `${id}/locations/${name}`,
        name,
        type: 'Region',
        displayName,
        regionalDisplayName: displayName,
        metadata: { regionType: 'Physical' },
      })),
    },
  };
}

function listGroups(call: Call, { s = '' }: Parts): Reply {
  requireVersion(call, groupVersions);
  const { access, subscriptions } = call.manager;
  const subscription = subscriptions.require(s);
  const readable = subscriptions
    .groups(subscription.subscriptionId)
    .filter(({ id }) => access.can(call.principal.objectId, `${action}/read`, id));
  if (readable.length === 0) access.require(call.principal, `${action}/read`, subscription.id);
  const filter = call.query.get('$filter')?.trim() ?? '';
  const byTag = tagFilter(filter);
  if (filter !== '' && byTag === undefined) throw invalidFilter(filter);
  const wanted = byTag === undefined ? readable : readable.filter(byTag);
  return pageOf(call, wanted, (found) => subscriptions.showGroup(found));
}

function idOf(call: Call, { s = '', r = '' }: Parts): string {
  const subscription = call.manager.subscriptions.require(s);
  return call.manager.subscriptions.group(s, r)?.id ?? `${subscription.id}/resourceGroups/${r}`;
}

function getGroup(call: Call, parts: Parts): Reply {
  requireVersion(call, groupVersions);
  const { access, subscriptions } = call.manager;
  access.require(call.principal, `${action}/read`, idOf(call, parts));
  const found = subscriptions.requireGroup(parts['s'] ?? '', parts['r'] ?? '');
  return { status: 200, body: subscriptions.showGroup(found) };
}

function headGroup(call: Call, parts: Parts): Reply {
  requireVersion(call, groupVersions);
  call.manager.access.require(call.principal, `${action}/read`, idOf(call, parts));
  const found = call.manager.subscriptions.group(parts['s'] ?? '', parts['r'] ?? '');
  return { status: found === undefined ? 404 : 204 };
}

function putGroup(call: Call, parts: Parts): Reply {
  requireVersion(call, groupVersions);
  const { access, subscriptions } = call.manager;
  const id = idOf(call, parts);
  access.require(call.principal, `${action}/write`, id);
  refuseLocked(call.manager, id, 'write');
  const { s = '', r = '' } = parts;
  const result = subscriptions.writeGroup(s, r, call.body, call.apiVersion);
  return { status: result.created ? 201 : 200, body: subscriptions.showGroup(result.group) };
}

function patchGroup(call: Call, parts: Parts): Reply {
  requireVersion(call, groupVersions);
  const { access, subscriptions } = call.manager;
  access.require(call.principal, `${action}/write`, idOf(call, parts));
  const found = subscriptions.requireGroup(parts['s'] ?? '', parts['r'] ?? '', true);
  return {
    status: 200,
    body: subscriptions.showGroup(subscriptions.tagGroup(found, asObject(call.body))),
  };
}

function deleteGroup(call: Call, parts: Parts): Reply {
  requireVersion(call, groupVersions);
  const { access, subscriptions } = call.manager;
  access.require(call.principal, `${action}/delete`, idOf(call, parts));
  const found = subscriptions.requireGroup(parts['s'] ?? '', parts['r'] ?? '', true);
  const operation = subscriptions.removeGroup(found, call.principal);
  return { status: 202, headers: pollHeaders(call, operation, { location: true }) };
}
