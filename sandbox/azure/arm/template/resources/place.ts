import { invalidTemplate } from '../engine-error.ts';
import type { DeploymentScope } from '../types.ts';
import { isDeploymentType } from './declaration.ts';
import { resourcePath, typeSegments } from './resource-path.ts';

export interface Placement {
  id: string;
  type: string;
  name: string;
  scope: DeploymentScope;
  extensionScope: string | undefined;
}

export interface PlaceRequest {
  type: string;
  name: string;
  /** The `scope`, `subscriptionId` and `resourceGroup` members of the resource, evaluated. */
  scope: string | undefined;
  subscriptionId: string | undefined;
  resourceGroup: string | undefined;
  path: string;
}

/** Where a resource of a deployment at `home` lives, and its id. */
export function placeResource(request: PlaceRequest, home: DeploymentScope): Placement {
  const { type, name, path } = request;
  const names = name.split('/');
  const kinds = typeSegments(type);
  if (kinds.length === 0 || type.split('/').some((part) => part === '')) {
    throw invalidTemplate(`The resource type '${type}' is not valid.`, path);
  }
  if (names.length !== kinds.length || names.some((part) => part === '')) {
    throw invalidTemplate(
      `The name '${name}' for type '${type}' has incorrect segment lengths: a resource type must ` +
        'have as many ' +
        'segments after its namespace as the resource has names.',
      path,
    );
  }
  const { scope, extensionScope } = targetScope(request, home);
  checkScopeOf(type, scope, path);
  const base = extensionScope ?? (scope.kind === 'tenant' ? '' : scope.id);
  // The older way to write an extension resource: 'Microsoft.X/y/providers/roleAssignments',
  // 'y1/Microsoft.Z/name'.
  const provider = kinds.findIndex((kind) => kind.toLowerCase() === 'providers');
  if (provider > 0) {
    const host = [type.split('/')[0], ...kinds.slice(0, provider)].join('/');
    const hostId = resourcePath(base, host, names.slice(0, provider));
    const extension = [names[provider] ?? '', ...kinds.slice(provider + 1)].join('/');
    const extensionNames = names.slice(provider + 1);
    return {
      id: resourcePath(hostId, extension, extensionNames),
      type: extension,
      name: extensionNames.join('/'),
      scope,
      extensionScope: hostId,
    };
  }
  return { id: resourcePath(base, type, names), type, name, scope, extensionScope };
}

function checkScopeOf(type: string, scope: DeploymentScope, path: string): void {
  if (/^microsoft\.resources\/resourcegroups$/i.test(type) && scope.kind !== 'subscription') {
    throw invalidTemplate(
      `The resource type '${type}' can only be deployed at subscription scope, not at ` +
        `${scope.kind} scope.`,
      path,
    );
  }
}

function targetScope(
  request: PlaceRequest,
  home: DeploymentScope,
): { scope: DeploymentScope; extensionScope: string | undefined } {
  const { scope, subscriptionId, resourceGroup, path } = request;
  if (scope !== undefined) {
    if (subscriptionId !== undefined || resourceGroup !== undefined) {
      throw invalidTemplate(
        "A resource can't have 'scope' and 'subscriptionId' or 'resourceGroup' at once.",
        path,
      );
    }
    return namedScope(scope, home, request);
  }
  if (subscriptionId === undefined && resourceGroup === undefined) {
    return { scope: home, extensionScope: undefined };
  }
  const subscription = subscriptionId ?? home.subscriptionId;
  if (subscription === undefined) {
    throw invalidTemplate("A resource with 'resourceGroup' needs a 'subscriptionId' here.", path);
  }
  return { scope: groupScope(subscription, resourceGroup), extensionScope: undefined };
}

/** The scope object of a resource group, or of a subscription when there is no group. */
export function groupScope(subscription: string, group: string | undefined): DeploymentScope {
  const id = `/subscriptions/${subscription}`;
  if (group === undefined) return { kind: 'subscription', id, subscriptionId: subscription };
  return {
    kind: 'resourceGroup',
    id: `${id}/resourceGroups/${group}`,
    subscriptionId: subscription,
    resourceGroup: group,
  };
}

/** The scope that an id stands for; undefined when it is the id of a resource. */
export function parseScope(id: string): DeploymentScope | undefined {
  const path = id.replace(/\/+$/, '');
  if (path === '') return { kind: 'tenant', id: '/' };
  const group = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?$/i.exec(path);
  if (group !== null) return groupScope(group[1] ?? '', group[2]);
  const managementGroup = /^\/?(?:providers\/)?Microsoft\.Management\/managementGroups\/([^/]+)$/i;
  const match = managementGroup.exec(path);
  if (match === null) return undefined;
  return {
    kind: 'managementGroup',
    id: `/providers/Microsoft.Management/managementGroups/${match[1]}`,
  };
}

function namedScope(
  given: string,
  home: DeploymentScope,
  request: PlaceRequest,
): { scope: DeploymentScope; extensionScope: string | undefined } {
  const known = parseScope(given);
  if (known !== undefined) return { scope: known, extensionScope: undefined };
  if (isDeploymentType(request.type)) {
    throw invalidTemplate(`The scope '${given}' of a deployment is not valid.`, request.path);
  }
  const id = given.startsWith('/') ? given : relativeId(given, home, request.path);
  return { scope: scopeOfResource(id, home), extensionScope: id.replace(/\/+$/, '') };
}

/**
 * 'Microsoft.Storage/storageAccounts/st1' as a scope means that resource in the deployment's own
 * scope.
 */
function relativeId(given: string, home: DeploymentScope, path: string): string {
  const parts = given.split('/');
  if (parts.length < 3 || parts.length % 2 === 0 || parts.includes('')) {
    throw invalidTemplate(`The scope '${given}' is not a resource id.`, path);
  }
  const base = home.kind === 'tenant' ? '' : home.id;
  return `${base}/providers/${given}`;
}

function scopeOfResource(id: string, home: DeploymentScope): DeploymentScope {
  const match = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\//i.exec(id);
  if (match !== null) return groupScope(match[1] ?? '', match[2]);
  const group = /^\/providers\/Microsoft\.Management\/managementGroups\/[^/]+/i.exec(id);
  return group === null ? home : (parseScope(group[0]) ?? home);
}
