import { canonicalId, canonicalScope } from '../canonical-id.ts';
import { ArmError } from '../errors.ts';
import { lastOf, parseId, typeOf, typeOfId } from '../ids.ts';
import type { Manager } from '../manager.ts';
import { suffixes } from '../routes/metadata.ts';
import type { Principal } from '../server.ts';
import { EngineError } from '../template/plan.ts';
import type { DeploymentScope, ReferencedResource, TemplateHost } from '../template/types.ts';
import { deploymentType, showDeployment } from './record.ts';

/** What a template may ask about the world, with the rights of who deploys it. */
export function templateHost(
  manager: Manager,
  o: {
    scope: DeploymentScope;
    name: string;
    id: string;
    location?: string;
    principal: Principal;
    base: string;
    started: Date;
  },
): TemplateHost {
  const { subscriptions, tenantId } = manager;
  return {
    scope: o.scope,
    deployment: {
      name: o.name,
      id: o.id,
      ...(o.location === undefined ? {} : { location: o.location }),
    },
    tenantId,
    now: o.started,
    newGuid: () => manager.newGuid(),
    environment: environmentOf(o.base, tenantId),
    deployer: { objectId: o.principal.objectId, tenantId },
    resourceGroup(subscriptionId, name) {
      const group = subscriptions.group(subscriptionId, name);
      if (group === undefined) return undefined;
      const { id, location = '', tags, properties } = group;
      return {
        id,
        name: group.name,
        location,
        properties,
        ...(tags === undefined ? {} : { tags }),
      };
    },
    subscription(id) {
      return subscriptions.get(id);
    },
    reference: (id) => reference(manager, id, o.principal),
    listAction: (fn, id, apiVersion, body) =>
      listAction(manager, fn, id, apiVersion, body, o.principal),
    providers(namespace, resourceType) {
      const known = manager.types.find(`${namespace}/${resourceType ?? ''}`);
      if (known === undefined) return undefined;
      return { resourceType, locations: [], apiVersions: known.apiVersions };
    },
  };
}

function environmentOf(base: string, tenantId: string): Record<string, unknown> {
  return {
    name: 'AzureCloud',
    gallery: 'https://gallery.azure.com/',
    graph: 'https://graph.windows.net/',
    portal: 'https://portal.azure.com',
    graphAudience: 'https://graph.windows.net/',
    activeDirectoryDataLake: 'https://datalake.azure.net/',
    batch: 'https://batch.core.windows.net/',
    media: 'https://rest.media.azure.net',
    sqlManagement: 'https://management.core.windows.net:8443/',
    vmImageAliasDoc:
      'https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json',
    resourceManager: `${base}/`,
    authentication: {
      loginEndpoint: 'https://login.microsoftonline.com/',
      audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    suffixes: suffixes(),
    tenantId,
  };
}

/** The resource as a GET answers the deploying identity; undefined if it does not exist. */
function reference(
  manager: Manager,
  id: string,
  principal: Principal,
): ReferencedResource | undefined {
  if (typeOfId(id)?.toLowerCase() === deploymentType.toLowerCase()) {
    const deployment = manager.deployments.find(id);
    return deployment === undefined ? undefined : showDeployment(deployment);
  }
  const resource = manager.store.get(id);
  if (resource === undefined) return undefined;
  if (!resource.id.includes('/providers/')) {
    return { ...manager.subscriptions.showGroup(resource), apiVersion: resource.apiVersion };
  }
  refuse(() => manager.access.require(principal, `${resource.type}/read`, resource.id));
  return { ...manager.resources.show(resource), apiVersion: resource.apiVersion };
}

function listAction(
  manager: Manager,
  fn: string,
  id: string,
  apiVersion: string,
  body: unknown,
  principal: Principal,
): unknown {
  if (typeOfId(id)?.toLowerCase() === deploymentType.toLowerCase()) {
    if (fn.toLowerCase() !== 'listoutputswithsecurevalues')
      throw unknownFunction(fn, deploymentType);
    const deployment = manager.deployments.find(id);
    if (deployment === undefined) {
      throw new EngineError('DeploymentNotFound', `Deployment '${lastOf(id)}' could not be found.`);
    }
    return deployment.secureOutputs ?? {};
  }
  return refuse(() => {
    const target = canonicalId(manager, id);
    const definition = manager.types.find(typeOf(target));
    const action = definition?.actions?.[fn.toLowerCase()];
    if (definition === undefined || action === undefined) throw unknownFunction(fn, typeOf(target));
    return manager.resources.act(target, action, apiVersion, body, principal);
  });
}

function unknownFunction(fn: string, type: string): EngineError {
  return new EngineError(
    'InvalidTemplate',
    `The template function '${fn}' is not known for resources of type '${type}'.`,
  );
}

/** Refusals of the resource manager reach the template engine as its own errors. */
function refuse<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    throw new EngineError(error.body.code, error.body.message, { cause: error });
  }
}

/** The scope that a deployment's id lies in. @throws ArmError for management groups and the tenant */
export function scopeOf(manager: Manager, path: string): DeploymentScope {
  const parsed = parseId(path);
  const { subscriptionId, resourceGroup } = parsed ?? {};
  if (parsed === undefined || subscriptionId === undefined) {
    throw new ArmError(
      400,
      'DeploymentScopeNotSupported',
      `Deployments at '${parsed?.scope ?? '/'}' are not supported here; supported: subscriptions and resource groups.`,
    );
  }
  const id = canonicalScope(manager, parsed);
  const subscription = manager.subscriptions.get(subscriptionId)?.subscriptionId ?? subscriptionId;
  if (resourceGroup === undefined) {
    return { kind: 'subscription', id, subscriptionId: subscription };
  }
  return {
    kind: 'resourceGroup',
    id,
    subscriptionId: subscription,
    resourceGroup: lastOf(id),
  };
}
