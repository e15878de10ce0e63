import { sameType, type Draft } from '../deployments/preflight.ts';
import { ArmError } from '../errors.ts';
import { asObject, asText, at, isObject, type Json } from '../json.ts';
import type { Manager } from '../manager.ts';
import { groupType } from '../subscriptions.ts';
import { shortCircuit } from '../template/partial/short-circuit.ts';
import { EngineError } from '../template/plan.ts';
import type {
  DeploymentPlan,
  NestedDeployment,
  PlannedOutput,
  PlannedResource,
} from '../template/types.ts';
import { planAhead } from './host.ts';
import type { Session } from './session.ts';

/** One resource of a template or of one nested in it. */
export interface Leaf {
  /** Place in the order of the templates. */
  position: number[];
  resource: PlannedResource;
  /** Body of the PUT, with tokens for what is not known; undefined if it cannot be made at all without that. */
  body: Json | undefined;
  /** Set if its id is not known: how its id is shown, and why nothing can be said. */
  unsupported?: { resourceId: string; reason: string };
}

/** The resources of a deployment in an order in which it could write them. */
export interface Expansion {
  leaves: Leaf[];
  /** About nested deployments that could not be looked into. */
  diagnostics: Json[];
}

interface Level {
  draft: Draft;
  plan: DeploymentPlan;
  position: number[];
  /** Where its template lies in the request, with a dot at the end. */
  path: string;
  /** Ids that hold in this plan only for its present tokens, by key. */
  unsure: ReadonlySet<string>;
}

/** Takes a template apart, nested templates included. @throws ArmError for what Azure refuses at validation */
export function expand(manager: Manager, draft: Draft, session: Session): Expansion {
  const found: Expansion = { leaves: [], diagnostics: [] };
  const plan = planAhead(manager, draft, session);
  walk(manager, session, found, {
    draft,
    plan,
    position: [],
    path: 'properties.template.',
    unsure: new Set(),
  });
  return found;
}

function walk(manager: Manager, session: Session, found: Expansion, level: Level): void {
  const { plan } = level;
  const children = new Map<string, () => Level | undefined>();
  for (const [index, resource] of plan.resources.entries()) {
    if (resource.existing || !resource.condition || resource.nested === undefined) continue;
    const child = once(() => nestedLevel(manager, session, found, level, resource, index));
    children.set(resource.key, child);
    session.outputs.set(
      resource.id.toLowerCase(),
      once(() => outputsOf(child()?.plan)),
    );
  }
  for (const [resource, index] of ordered(plan)) {
    if (resource.existing || !resource.condition) continue;
    const child = children.get(resource.key);
    if (child !== undefined) {
      const inner = child();
      if (inner !== undefined) walk(manager, session, found, inner);
      continue;
    }
    const leaf = leafOf(session, level, resource, index);
    if (sameType(resource.type, groupType)) remember(session, leaf);
    found.leaves.push(leaf);
  }
}

/** Resources with their place in the template, each after what it depends on. */
function ordered(plan: DeploymentPlan): [PlannedResource, number][] {
  const places = new Map(plan.resources.map((resource, index) => [resource.key, index]));
  const done = new Set<number>();
  const result: [PlannedResource, number][] = [];
  const visit = (index: number): void => {
    const resource = plan.resources[index];
    if (resource === undefined || done.has(index)) return;
    done.add(index);
    for (const key of resource.dependsOn) {
      const place = places.get(key);
      if (place !== undefined) visit(place);
    }
    result.push([resource, index]);
  };
  for (const index of plan.resources.keys()) visit(index);
  return result;
}

function leafOf(session: Session, level: Level, resource: PlannedResource, index: number): Leaf {
  const leaf: Leaf = {
    position: [...level.position, index],
    resource,
    body: bodyOf(resource),
  };
  if (!session.isUnknown(resource.id) && !level.unsure.has(resource.key)) return leaf;
  const place = `${level.path}${resource.path}`;
  leaf.unsupported = {
    resourceId: idText(session, level, resource),
    // Nobody tells lines here: the template arrives as parsed JSON.
    reason:
      `Changes to the resource declared at '${place}' on line 0 and column 0 cannot be analyzed because its ` +
      'resource ID or API version cannot be calculated until the deployment is under way. Please see ' +
      'https://aka.ms/WhatIfUnidentifiableResource for more guidance.',
  };
  return leaf;
}

function bodyOf(resource: PlannedResource): Json | undefined {
  try {
    return resource.body();
  } catch (error) {
    // Validation has passed: this can only be a function that fails on something not known yet.
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** The id as an expression, with the name as the template writes it. */
function idText(session: Session, level: Level, resource: PlannedResource): string {
  const declared = declaredAt(level.draft.template, resource.path);
  const written = asText(declared['name']) ?? resource.name;
  const name =
    written.startsWith('[') && written.endsWith(']') ? written.slice(1, -1) : `'${written}'`;
  const scope = resource.extensionScope ?? resource.scope.id;
  const where = String(session.shown(scope));
  return `[extensionResourceId('${where}', '${resource.type}', ${name})]`;
}

/** The declaration at 'resources[1]', 'resources.symbol' or below one of them. */
function declaredAt(template: unknown, path: string): Json {
  const dotted = path.replace(/\[(\d+)\]/g, '.$1');
  let here: unknown = template;
  for (const key of dotted.split('.')) {
    here = Array.isArray(here) ? (here as unknown[])[Number(key)] : at(here, key);
  }
  return asObject(here);
}

function remember(session: Session, { resource, body }: Leaf): void {
  const location = asText(body?.['location']);
  if (body === undefined || location === undefined) return;
  session.groups.set(resource.id.toLowerCase(), {
    id: resource.id,
    name: resource.name,
    location,
    ...(isObject(body['tags']) ? { tags: body['tags'] } : {}),
  });
}

/** A nested template with its parameters; undefined, with a diagnostic, if it needs more than is known. */
function nestedLevel(
  manager: Manager,
  session: Session,
  found: Expansion,
  outer: Level,
  resource: PlannedResource,
  index: number,
): Level | undefined {
  const place = {
    position: [...outer.position, index],
    path: `${outer.path}${resource.path}.properties.template.`,
  };
  try {
    const inner = resource.nested?.();
    if (inner === undefined) return undefined;
    const draft = draftOf(outer.draft, resource, inner);
    const plan = planAhead(manager, draft, session);
    if (!session.isUnknown(inner.parameters) && !session.isUnknown(inner.template)) {
      return { draft, plan, ...place, unsure: new Set() };
    }
    const varied = {
      ...draft,
      template: session.varied(inner.template),
      parameters: asObject(session.varied(inner.parameters)),
    };
    const unsure = differences(plan, planAhead(manager, varied, session));
    return { draft, plan, ...place, unsure };
  } catch (error) {
    const mayBe = error instanceof ArmError || error instanceof EngineError;
    if (!mayBe || !isLate(session, resource)) throw error;
    found.diagnostics.push({ ...shortCircuit(resource.id) });
    return undefined;
  }
}

function draftOf(outer: Draft, resource: PlannedResource, inner: NestedDeployment): Draft {
  return {
    id: resource.id,
    name: resource.name,
    scope: inner.scope,
    principal: outer.principal,
    base: outer.base,
    started: outer.started,
    template: inner.template,
    parameters: inner.parameters,
    ...(outer.location === undefined ? {} : { location: outer.location }),
  };
}

/** Keys of what has another id, or is there only in one of two plans that differ in nothing but tokens. */
function differences(one: DeploymentPlan, other: DeploymentPlan): Set<string> {
  if (one.resources.length !== other.resources.length) {
    throw new EngineError('InvalidTemplate', 'the number of resources is not known');
  }
  const differing = one.resources.filter(
    ({ id, condition }, index) =>
      other.resources[index]?.id !== id || other.resources[index]?.condition !== condition,
  );
  return new Set(differing.map(({ key }) => key));
}

/** Whether a nested deployment is given anything that is known only at run time. */
function isLate(session: Session, resource: PlannedResource): boolean {
  try {
    const inner = resource.nested?.();
    return session.isUnknown(inner?.parameters) || session.isUnknown(inner?.template);
  } catch (error) {
    if (error instanceof EngineError) return true;
    throw error;
  }
}

/** Outputs with tokens for what is not known; undefined if one of them cannot even be typed. */
function outputsOf(plan: DeploymentPlan | undefined): Record<string, PlannedOutput> | undefined {
  try {
    return plan?.outputs();
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** The function with its first result kept. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
