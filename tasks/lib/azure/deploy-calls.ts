import type { Deployment, ResourceManagementClient, ScopedDeployment } from '@azure/arm-resources';
import { scopePath } from '../deploy/scope.ts';
import type { RawOptions } from './deploy-raw.ts';
import type { DeploymentTarget } from './deploy-target.ts';

/** The SDK's methods for one deployment, whatever its scope. */
export interface DeploymentCalls {
  validate(body: Deployment, options: RawOptions): PromiseLike<unknown>;
  create(body: Deployment, options: RawOptions): PromiseLike<unknown>;
  get(options: RawOptions): PromiseLike<unknown>;
  cancel(options: RawOptions): PromiseLike<unknown>;
  operations(options: RawOptions): PromiseLike<unknown>;
}

/** A scope is only another path, except the tenant's, which has none. */
export function callsOf(
  { deployments, deploymentOperations }: ResourceManagementClient,
  { scope, name }: DeploymentTarget,
): DeploymentCalls {
  if (scope.kind === 'tenant') {
    // The SDK wants a location here, and so does the task before it comes this far.
    const scoped = (body: Deployment): ScopedDeployment => ({
      ...body,
      location: body.location ?? '',
    });
    return {
      validate: (body, o) => deployments.beginValidateAtTenantScope(name, scoped(body), o),
      create: (body, o) => deployments.beginCreateOrUpdateAtTenantScope(name, scoped(body), o),
      get: (o) => deployments.getAtTenantScope(name, o),
      cancel: (o) => deployments.cancelAtTenantScope(name, o),
      operations: (o) => deploymentOperations.listAtTenantScope(name, o).byPage().next(),
    };
  }
  // The SDK puts it into the URL as it is.
  const path = scopePath(scope).slice(1).split('/').map(encodeURIComponent).join('/');
  return {
    validate: (body, o) => deployments.beginValidateAtScope(path, name, body, o),
    create: (body, o) => deployments.beginCreateOrUpdateAtScope(path, name, body, o),
    get: (o) => deployments.getAtScope(path, name, o),
    cancel: (o) => deployments.cancelAtScope(path, name, o),
    operations: (o) => deploymentOperations.listAtScope(path, name, o).byPage().next(),
  };
}
