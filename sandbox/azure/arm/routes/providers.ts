import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import type { Json } from '../json.ts';
import { regions } from '../locations.ts';
import { groupVersions } from '../subscriptions.ts';
import { findDeleted, purge, showDeleted } from '../types/key-vault/deleted-vaults.ts';
import { deploymentVersions } from '../deployments/versions.ts';
import type { Parts, Route } from './dispatch.ts';
import { requireVersion } from './groups.ts';
import { keyVault } from '../types/api-versions.ts';

/** The Azure SDK for Python, and with it `az`, registers what a write lacks with the oldest one. */
const providerVersions = [...groupVersions, '2016-09-01', '2016-02-01'];

const deleted = 'subscriptions/{s}/providers/microsoft.keyvault/locations/{l}/deletedvaults/{v}';

/** Provider registration, and what belongs to a provider but is no resource. */
export const providerRoutes: readonly Route[] = [
  { method: 'GET', pattern: 'providers', run: (call) => list(call, undefined) },
  { method: 'GET', pattern: 'providers/{n}', run: (call, { n = '' }) => one(call, undefined, n) },
  {
    method: 'GET',
    pattern: 'subscriptions/{s}/providers',
    run: (call, { s = '' }) => list(call, s),
  },
  {
    method: 'GET',
    pattern: 'subscriptions/{s}/providers/{n}',
    run: (call, { s = '', n = '' }) => one(call, s, n),
  },
  {
    method: 'POST',
    pattern: 'subscriptions/{s}/providers/{n}/register',
    run: (call, parts) => register(call, parts, true),
  },
  {
    method: 'POST',
    pattern: 'subscriptions/{s}/providers/{n}/unregister',
    run: (call, parts) => register(call, parts, false),
  },
  {
    method: 'GET',
    pattern: 'subscriptions/{s}/providers/microsoft.keyvault/deletedvaults',
    run: listDeletedVaults,
  },
  { method: 'GET', pattern: deleted, run: getDeletedVault },
  { method: 'POST', pattern: `${deleted}/purge`, run: purgeVault },
];

function show(call: Call, namespace: string, subscriptionId: string | undefined): Json {
  const { subscriptions, types: known } = call.manager;
  const registered =
    subscriptionId === undefined || subscriptions.isRegistered(subscriptionId, namespace);
  const types: { type: string; apiVersions: readonly string[]; global: boolean }[] = known
    .known()
    .filter((type) => type.startsWith(`${namespace}/`))
    .map((type) => ({
      type,
      apiVersions: known.find(type)?.apiVersions ?? [],
      global: known.find(type)?.location !== 'regional',
    }));
  if (namespace === 'Microsoft.Resources') {
    types.push({
      type: 'Microsoft.Resources/deployments',
      apiVersions: deploymentVersions,
      global: true,
    });
    types.push({
      type: 'Microsoft.Resources/resourceGroups',
      apiVersions: groupVersions,
      global: false,
    });
  }
  return {
    ...(subscriptionId === undefined
      ? {}
      : { id: `/subscriptions/${subscriptionId}/providers/${namespace}` }),
    namespace,
    registrationState: registered ? 'Registered' : 'NotRegistered',
    registrationPolicy: 'RegistrationRequired',
    resourceTypes: types.map(({ type, apiVersions, global }) => ({
      resourceType: type.slice(namespace.length + 1),
      locations: global ? [] : regions.map(({ displayName }) => displayName),
      apiVersions,
      capabilities: 'None',
    })),
  };
}

function namespaceOf(call: Call, given: string): string {
  const all = [...call.manager.subscriptions.namespaces(), 'Microsoft.Resources'];
  const known = all.find((namespace) => namespace.toLowerCase() === given.toLowerCase());
  if (known !== undefined) return known;
  throw new ArmError(
    404,
    'InvalidResourceNamespace',
    `The resource namespace '${given}' is invalid.`,
  );
}

function authorize(call: Call, subscriptionId: string | undefined, action: string): void {
  if (subscriptionId === undefined) return;
  const { id } = call.manager.subscriptions.require(subscriptionId);
  call.manager.access.require(call.principal, action, id);
}

function list(call: Call, subscriptionId: string | undefined): Reply {
  requireVersion(call, providerVersions);
  authorize(call, subscriptionId, 'Microsoft.Resources/subscriptions/providers/read');
  const all = [...call.manager.subscriptions.namespaces(), 'Microsoft.Resources'];
  return { status: 200, body: { value: all.map((name) => show(call, name, subscriptionId)) } };
}

function one(call: Call, subscriptionId: string | undefined, given: string): Reply {
  requireVersion(call, providerVersions);
  const namespace = namespaceOf(call, given);
  authorize(call, subscriptionId, `${namespace}/read`);
  return { status: 200, body: show(call, namespace, subscriptionId) };
}

function register(call: Call, { s = '', n = '' }: Parts, registered: boolean): Reply {
  requireVersion(call, providerVersions);
  const namespace = namespaceOf(call, n);
  authorize(call, s, `${namespace}/${registered ? 'register' : 'unregister'}/action`);
  call.manager.subscriptions.register(s, namespace, registered);
  return { status: 200, body: show(call, namespace, s) };
}

function listDeletedVaults(call: Call, { s = '' }: Parts): Reply {
  requireVersion(call, keyVault);
  authorize(call, s, 'Microsoft.KeyVault/deletedVaults/read');
  const prefix = `/subscriptions/${s}/`.toLowerCase();
  const value = [...call.manager.deletedVaults.keys()]
    .map((name) => findDeleted(call.manager, name))
    .filter((found) => found !== undefined)
    .filter((found) => found.vault.id.toLowerCase().startsWith(prefix));
  return { status: 200, body: { value: value.map(showDeleted) } };
}

function requireDeleted(
  call: Call,
  { s = '', v = '' }: Parts,
): NonNullable<ReturnType<typeof findDeleted>> {
  requireVersion(call, keyVault);
  const found = findDeleted(call.manager, v);
  const prefix = `/subscriptions/${s}/`.toLowerCase();
  if (found !== undefined && found.vault.id.toLowerCase().startsWith(prefix)) return found;
  throw new ArmError(
    404,
    'DeletedVaultNotFound',
    `The specified deleted vault '${v}' does not exist.`,
  );
}

function getDeletedVault(call: Call, parts: Parts): Reply {
  authorize(call, parts['s'], 'Microsoft.KeyVault/locations/deletedVaults/read');
  return { status: 200, body: showDeleted(requireDeleted(call, parts)) };
}

function purgeVault(call: Call, parts: Parts): Reply {
  authorize(call, parts['s'], 'Microsoft.KeyVault/locations/deletedVaults/purge/action');
  purge(call.manager, requireDeleted(call, parts));
  return { status: 200 };
}
