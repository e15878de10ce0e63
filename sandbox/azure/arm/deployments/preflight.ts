import { canonicalId } from '../canonical-id.ts';
import { ArmError, groupNotFound, type ArmErrorBody } from '../errors.ts';
import type { Manager } from '../manager.ts';
import type { Principal } from '../server.ts';
import { EngineError, planDeployment } from '../template/plan.ts';
import type { DeploymentPlan, DeploymentScope, PlannedResource } from '../template/types.ts';
import { groupType } from '../subscriptions.ts';
import { checkVersion } from '../types/registry.ts';
import { templateHost } from './host.ts';
import { deploymentType, type Deployment, type DeploymentMode } from './record.ts';
import { deploymentVersions } from './versions.ts';

/** What preflight needs of a deployment that may not exist yet. */
export type Draft = Pick<
  Deployment,
  | 'id'
  | 'name'
  | 'scope'
  | 'location'
  | 'principal'
  | 'base'
  | 'started'
  | 'template'
  | 'parameters'
>;

/** Plans a template. @throws ArmError InvalidTemplate in the service's words */
export function plan(manager: Manager, draft: Draft): DeploymentPlan {
  const { location, ...rest } = draft;
  try {
    return planDeployment(
      draft.template,
      draft.parameters,
      templateHost(manager, { ...rest, ...(location === undefined ? {} : { location }) }),
    );
  } catch (error) {
    if (error instanceof EngineError) throw templateError(error);
    throw error;
  }
}

/** An error of the template engine as the service answers it. */
export function templateError(error: EngineError): ArmError {
  if (error.code !== 'InvalidTemplate') {
    return new ArmError(400, error.code, error.message, {
      ...(error.target === undefined ? {} : { target: error.target }),
      details: [...error.details],
    });
  }
  const refusal = new ArmError(
    400,
    'InvalidTemplate',
    `Deployment template validation failed: '${error.message}'.`,
    { details: [...error.details] },
  );
  refusal.body.additionalInfo = [
    {
      type: 'TemplateViolation',
      info: { lineNumber: 0, linePosition: 0, path: error.target ?? '' },
    },
  ];
  if (error.details.length === 0) delete refusal.body.details;
  return refusal;
}

interface Findings {
  /** Rights that are missing, as sentences. */
  denied: string[];
  errors: ArmErrorBody[];
  resources: string[];
}

/**
 * Checks all resources of a template, nested ones included, before anything is written: types, versions,
 * properties, rights.
 * @returns ids of the resources that would be deployed
 * @throws ArmError InvalidTemplateDeployment
 */
export function preflight(manager: Manager, draft: Draft, planned: DeploymentPlan): string[] {
  const found: Findings = { denied: [], errors: [], resources: [] };
  look(manager, draft, planned, found);
  if (found.denied.length > 0) {
    const [only = ''] = found.denied;
    const message =
      found.denied.length === 1
        ? `The template deployment failed with error: '${only}'.`
        : `Deployment failed with multiple errors: '${found.denied.join(':')}'`;
    throw new ArmError(403, 'InvalidTemplateDeployment', message);
  }
  if (found.errors.length > 0) {
    throw new ArmError(
      400,
      'InvalidTemplateDeployment',
      `The template deployment '${draft.name}' is not valid according to the validation procedure. The tracking id ` +
        `is '${manager.newGuid()}'. See inner errors for details.`,
      { details: found.errors },
    );
  }
  return found.resources;
}

function look(manager: Manager, draft: Draft, planned: DeploymentPlan, found: Findings): void {
  const future = new Set(
    planned.resources
      .filter(
        ({ type, condition, existing }) => sameType(type, groupType) && condition && !existing,
      )
      .map(({ id }) => id.toLowerCase()),
  );
  for (const resource of planned.resources) {
    if (resource.existing || !resource.condition) continue;
    found.resources.push(resource.id);
    try {
      requireScope(manager, resource.scope, future);
      if (resource.nested !== undefined) nested(manager, draft, resource, found, future);
      else if (sameType(resource.type, groupType)) {
        deny(
          manager,
          draft.principal,
          resource,
          'Microsoft.Resources/subscriptions/resourceGroups/write',
          found,
        );
      } else check(manager, draft.principal, resource, found);
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      found.errors.push({ ...error.body, target: error.body.target ?? resource.id });
    }
  }
}

export function sameType(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function requireScope(manager: Manager, scope: DeploymentScope, future: Set<string>): void {
  if (scope.subscriptionId !== undefined) manager.subscriptions.require(scope.subscriptionId);
  if (scope.resourceGroup === undefined || scope.subscriptionId === undefined) return;
  if (future.has(scope.id.toLowerCase())) return;
  if (manager.subscriptions.group(scope.subscriptionId, scope.resourceGroup) === undefined) {
    throw groupNotFound(scope.resourceGroup);
  }
}

/** Notes the sentence of a missing right; true if it is missing. */
function deny(
  manager: Manager,
  principal: Principal,
  resource: PlannedResource,
  action: string,
  found: Findings,
): boolean {
  if (manager.access.can(principal.objectId, action, resource.id)) return false;
  found.denied.push(
    `Authorization failed for template resource '${resource.name}' of type '${resource.type}'. The client ` +
      `'${principal.clientId}' with object id '${principal.objectId}' does not have permission to perform action ` +
      `'${action}' at scope '${resource.id}'.`,
  );
  return true;
}

function check(
  manager: Manager,
  principal: Principal,
  resource: PlannedResource,
  found: Findings,
): void {
  const definition = manager.types.require(resource.type);
  const id = canonicalId(manager, resource.id);
  if (deny(manager, principal, resource, `${definition.type}/write`, found)) return;
  let body: unknown;
  try {
    body = resource.body();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // It refers to something that this deployment makes: looked at when its turn comes.
    checkVersion(definition, resource.apiVersion, undefined);
    definition.checkName?.(id.names.at(-1) ?? '');
    return;
  }
  manager.resources.check({ id, body, apiVersion: resource.apiVersion, principal });
}

function nested(
  manager: Manager,
  draft: Draft,
  resource: PlannedResource,
  found: Findings,
  future: Set<string>,
): void {
  requireDeploymentVersion(resource.apiVersion);
  if (deny(manager, draft.principal, resource, `${deploymentType}/write`, found)) return;
  let inner: ReturnType<NonNullable<PlannedResource['nested']>> | undefined;
  try {
    inner = resource.nested?.();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return;
  }
  if (inner === undefined) return;
  readMode(inner.mode, 'nested');
  requireScope(manager, inner.scope, future);
  const child: Draft = {
    id: resource.id,
    name: resource.name,
    scope: inner.scope,
    principal: draft.principal,
    base: draft.base,
    started: draft.started,
    template: inner.template,
    parameters: inner.parameters,
    ...(draft.location === undefined ? {} : { location: draft.location }),
  };
  // A group that this deployment makes has no location to ask for yet: its turn comes later.
  if (future.has(inner.scope.id.toLowerCase())) return;
  look(manager, child, plan(manager, child), found);
}

/** @throws ArmError for a version that Microsoft.Resources/deployments does not have */
export function requireDeploymentVersion(apiVersion: string): void {
  if (deploymentVersions.includes(apiVersion)) return;
  throw new ArmError(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${apiVersion}' is invalid. The supported versions are '${deploymentVersions.join(',')}'.`,
  );
}

/**
 * The mode of a deployment. Complete, which deletes what the template does not name, is for the root template
 * at group scope (https://learn.microsoft.com/azure/azure-resource-manager/templates/deployment-modes).
 * @throws ArmError InvalidDeployment (https://github.com/Azure/azure-rest-api-specs/issues/43400)
 */
export function readMode(mode: unknown, kind: DeploymentScope['kind'] | 'nested'): DeploymentMode {
  const word = typeof mode === 'string' ? mode.toLowerCase() : undefined;
  if (word === 'incremental') return 'Incremental';
  if (word === 'complete') {
    if (kind === 'resourceGroup') return 'Complete';
    throw new ArmError(
      400,
      'InvalidDeployment',
      kind === 'nested'
        ? "Specified deployment mode 'Complete' is not supported for nested deployments. Please see " +
            'https://aka.ms/deployment-modes for usage details.'
        : "Specified deployment mode 'Complete' is not supported for deployment at the current scope. Please " +
            'see https://aka.ms/deployment-modes for usage details.',
    );
  }
  throw new ArmError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: 'Error converting value ${JSON.stringify(mode) ?? 'undefined'} ` +
      "to type 'DeploymentMode'. Path 'properties.mode'.'.",
    { target: 'properties.mode' },
  );
}
