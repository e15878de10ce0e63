import { createHash } from 'node:crypto';
import { ArmError } from '../errors.ts';
import { isWithin } from '../ids.ts';
import { asObject, type Json } from '../json.ts';
import type { Manager } from '../manager.ts';
import type { Principal } from '../server.ts';
import type {
  DeploymentPlan,
  DeploymentScope,
  NestedDeployment,
  PlannedResource,
} from '../template/types.ts';
import { scopeOf } from './host.ts';
import { plan, preflight, readMode, type Draft } from './preflight.ts';
import { deploymentType, isActive, type Deployment, type DeploymentMode } from './record.ts';
import { runDeployment } from './run.ts';

/** A deployment request, its envelope checked. */
export interface DeploymentRequest {
  id: string;
  name: string;
  scope: DeploymentScope;
  mode: DeploymentMode;
  location?: string;
  tags?: Record<string, string>;
  template: unknown;
  parameters: Json;
  principal: Principal;
  apiVersion: string;
  correlationId: string;
  base: string;
}

/** Deployments of all scopes, by id. */
export class Deployments {
  readonly #manager: Manager;
  readonly #byId = new Map<string, Deployment>();

  constructor(manager: Manager) {
    this.#manager = manager;
  }

  find(id: string): Deployment | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** Deployments of a scope, newest first. */
  list(scopeId: string): Deployment[] {
    const prefix = `${scopeId}/providers/${deploymentType}/`.toLowerCase();
    return [...this.#byId.values()]
      .filter(({ id }) => id.toLowerCase().startsWith(prefix))
      .sort((left, right) => right.started.getTime() - left.started.getTime());
  }

  /** Removes what is on record below a scope that is gone. */
  forget(scopeId: string): void {
    for (const [key, { id }] of this.#byId) if (isWithin(id, scopeId)) this.#byId.delete(key);
  }

  /** @throws ArmError DeploymentActive, while it runs */
  remove(deployment: Deployment): void {
    if (isActive(deployment)) throw active(deployment);
    this.#byId.delete(deployment.id.toLowerCase());
  }

  /** Checks a request as a PUT would, without deploying. @returns the plan and the ids that it deploys */
  validate(request: DeploymentRequest): {
    plan: DeploymentPlan;
    resources: string[];
    hash: string;
  } {
    const draft = this.#draft(request);
    const planned = plan(this.#manager, draft);
    const resources = preflight(this.#manager, draft, planned);
    return { plan: planned, resources, hash: hashOf(request.template) };
  }

  /** Starts a deployment. @throws ArmError DeploymentActive, InvalidTemplate, InvalidTemplateDeployment */
  create(request: DeploymentRequest): { deployment: Deployment; created: boolean } {
    const before = this.find(request.id);
    if (before !== undefined && isActive(before)) throw active(before);
    if (before !== undefined && before.location !== request.location) {
      throw new ArmError(
        409,
        'InvalidDeploymentLocation',
        `Invalid deployment location '${request.location ?? ''}'. The deployment '${before.name}' already exists in ` +
          `location '${before.location ?? ''}'.`,
      );
    }
    const { plan: planned } = this.validate(request);
    return { deployment: this.#start(request, planned), created: before === undefined };
  }

  /** Starts a nested deployment with the rights of the outer one. */
  startNested(
    outer: Deployment,
    resource: PlannedResource,
    inner: NestedDeployment,
  ): { child: Deployment; created: boolean } {
    const { access, subscriptions } = this.#manager;
    readMode(inner.mode, 'nested');
    access.require(outer.principal, `${deploymentType}/write`, resource.id);
    const scope = scopeOf(this.#manager, resource.id);
    subscriptions.require(scope.subscriptionId ?? '');
    if (scope.resourceGroup !== undefined) {
      subscriptions.requireGroup(scope.subscriptionId ?? '', scope.resourceGroup, true);
    }
    const before = this.find(resource.id);
    if (before !== undefined && isActive(before)) throw active(before);
    const request: DeploymentRequest = {
      id: resource.id,
      name: resource.name,
      scope,
      mode: 'Incremental',
      template: inner.template,
      parameters: inner.parameters,
      principal: outer.principal,
      apiVersion: resource.apiVersion,
      correlationId: outer.correlationId,
      base: outer.base,
      ...(scope.kind === 'subscription' && outer.location !== undefined
        ? { location: outer.location }
        : {}),
    };
    const { plan: planned } = this.validate(request);
    return { child: this.#start(request, planned), created: before === undefined };
  }

  /** Cancels a running deployment and its nested ones. @throws ArmError DeploymentCannotBeCancelled */
  cancel(deployment: Deployment): void {
    if (!isActive(deployment)) {
      throw new ArmError(
        409,
        'DeploymentCannotBeCancelled',
        `The deployment '${deployment.name}' cannot be cancelled because it is in the terminal state '${deployment.state}'.`,
      );
    }
    deployment.canceled = true;
    for (const { target } of deployment.operations) {
      const child = target === undefined ? undefined : this.find(target.id);
      if (child !== undefined && child !== deployment && isActive(child)) this.cancel(child);
    }
  }

  #draft(request: DeploymentRequest): Draft {
    return { ...request, started: this.#manager.now() };
  }

  #start(request: DeploymentRequest, planned: DeploymentPlan): Deployment {
    const { operations } = this.#manager;
    const deployment: Deployment = {
      ...request,
      operationId: operationName(this.#manager.newGuid()),
      templateHash: hashOf(request.template),
      shownParameters: { ...planned.parameters },
      state: 'Accepted',
      started: this.#manager.now(),
      operations: [],
      outputResources: [],
      dependencies: dependenciesOf(planned),
      providers: providersOf(planned),
      canceled: false,
      done: Promise.resolve(),
    };
    this.#byId.set(deployment.id.toLowerCase(), deployment);
    const operation = operations.run(
      deployment.id,
      async () => {
        await operations.pause(1);
        await runDeployment(this.#manager, deployment, planned);
      },
      deployment.operationId,
    );
    deployment.done = operation.done.then(() => {
      // Only a fault of the sandbox itself leaves a deployment behind that is not over.
      if (!isActive(deployment)) return;
      deployment.state = 'Failed';
      deployment.ended = this.#manager.now();
      if (operation.error !== undefined) deployment.error = operation.error;
    });
    return deployment;
  }
}

function active(deployment: Deployment): ArmError {
  return new ArmError(
    409,
    'DeploymentActive',
    `Unable to edit or replace deployment '${deployment.name}': previous deployment from ` +
      `'${deployment.started.toISOString()}' is still active (expiration time is ` +
      `'${new Date(deployment.started.getTime() + 7 * 24 * 60 * 60 * 1000).toISOString()}'). Please see ` +
      'https://aka.ms/arm-deploy for usage details.',
  );
}

/** Azure's operation names are 20 digits; ours too, from random ones. */
function operationName(guid: string): string {
  return BigInt(`0x${guid.replaceAll('-', '')}`)
    .toString()
    .slice(0, 20)
    .padStart(20, '0');
}

function hashOf(template: unknown): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(template) ?? '')
    .digest('hex');
  return BigInt(`0x${digest.slice(0, 16)}`).toString();
}

function shownResource(resource: PlannedResource): Json {
  return { id: resource.id, resourceType: resource.type, resourceName: resource.name };
}

function dependenciesOf(planned: DeploymentPlan): Json[] {
  const byKey = new Map(planned.resources.map((resource) => [resource.key, resource]));
  return planned.resources
    .filter((resource) => resource.dependsOn.length > 0 && !resource.existing)
    .map((resource) => ({
      dependsOn: resource.dependsOn
        .map((key) => byKey.get(key))
        .filter((other) => other !== undefined)
        .map(shownResource),
      ...shownResource(resource),
    }));
}

function providersOf(planned: DeploymentPlan): Json[] {
  const byNamespace = new Map<string, Json[]>();
  for (const { type } of planned.resources) {
    const slash = type.indexOf('/');
    const types = byNamespace.get(type.slice(0, slash)) ?? [];
    const resourceType = type.slice(slash + 1);
    if (!types.some((known) => asObject(known)['resourceType'] === resourceType)) {
      types.push({ resourceType, locations: [null] });
    }
    byNamespace.set(type.slice(0, slash), types);
  }
  return [...byNamespace].map(([namespace, resourceTypes]) => ({ namespace, resourceTypes }));
}
