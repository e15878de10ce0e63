import type { JsonObject, JsonValue } from '../../arm/template/json.ts';
import { shortCircuit } from '../../arm/template/partial/short-circuit.ts';
import type { ShortCircuit } from '../../arm/template/partial/short-circuit.ts';
import { EngineError, planDeployment } from '../../arm/template/plan.ts';
import type { DeploymentPlan, DeploymentScope, PlannedResource } from '../../arm/template/types.ts';
import type { World } from './world.ts';

/** What a deployment would make. */
export interface Prediction {
  resources: JsonValue[];
  diagnostics: ShortCircuit[];
  outputs: Record<string, JsonValue>;
}

interface Deployment {
  template: unknown;
  parameters: Record<string, unknown>;
  scope: DeploymentScope;
  name: string;
  id: string;
  root: boolean;
}

/** Takes a deployment apart, nested ones included. Throws EngineError for what no deployment would take. */
export function predict(
  world: World,
  kind: DeploymentScope['kind'],
  template: unknown,
  parameters: Record<string, unknown>,
): Prediction {
  const scope = world.scope(kind);
  const name = world.deploymentName;
  const base = scope.kind === 'tenant' ? '' : scope.id;
  const id = `${base}/providers/Microsoft.Resources/deployments/${name}`;
  const found: Prediction = { resources: [], diagnostics: [], outputs: {} };
  const plan = planOf(world, { template, parameters, scope, name, id, root: true });
  walk(world, found, plan);
  for (const [output, { value }] of Object.entries(plan.secureOutputs())) {
    const unknown = value !== undefined && world.partial.residues.isUnknown(value);
    // An output is one expression as soon as anything in it is.
    const whole = unknown
      ? world.partial.residues.token(world.partial.residues.expression(value))
      : value;
    found.outputs[output] = world.partial.residues.shown(whole ?? null);
  }
  return found;
}

function planOf(world: World, deployment: Deployment): DeploymentPlan {
  const { template, parameters, scope, name, id, root } = deployment;
  return planDeployment(template, parameters, world.host(scope, name, id, root));
}

function walk(world: World, found: Prediction, plan: DeploymentPlan): void {
  const children = new Map<string, () => DeploymentPlan>();
  for (const resource of plan.resources) {
    if (resource.existing || !resource.condition || resource.nested === undefined) continue;
    const child = once(() => nestedPlan(world, resource));
    children.set(resource.key, child);
    world.outputs.set(resource.id.toLowerCase(), () => outputsOf(child));
  }
  for (const resource of plan.resources) {
    if (resource.existing || !resource.condition) continue;
    const child = children.get(resource.key);
    if (child === undefined) {
      found.resources.push(shown(world, resource));
      continue;
    }
    try {
      walk(world, found, child());
    } catch (error) {
      if (!(error instanceof EngineError) || !isLate(world, resource)) throw error;
      found.diagnostics.push(shortCircuit(String(world.partial.residues.shown(resource.id))));
    }
  }
}

function nestedPlan(world: World, resource: PlannedResource): DeploymentPlan {
  const inner = resource.nested?.();
  if (inner === undefined) throw new Error(`${resource.id} is no nested deployment`);
  const { template, parameters, scope } = inner;
  const { name, id } = resource;
  const given = world.givenParameters(parameters);
  return planOf(world, { template, parameters: given, scope, name, id, root: false });
}

/** Outputs as far as they are known; undefined if one of them cannot be evaluated at all. */
function outputsOf(plan: () => DeploymentPlan): ReturnType<DeploymentPlan['outputs']> | undefined {
  try {
    return plan().outputs();
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** Whether a nested deployment is given anything that only a real deployment finds out. */
function isLate(world: World, resource: PlannedResource): boolean {
  const { parameters = {}, template = {} } = resource.nested?.() ?? {};
  return world.partial.residues.isUnknown(parameters) || world.partial.residues.isUnknown(template);
}

function shown(world: World, resource: PlannedResource): JsonObject {
  const { id, type, name, apiVersion } = resource;
  const { name: _name, type: _type, apiVersion: _version, ...rest } = resource.body();
  const { residues } = world.partial;
  return {
    id: residues.shown(id),
    type,
    name: residues.shown(name),
    apiVersion,
    ...(residues.shown(rest) as JsonObject),
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
