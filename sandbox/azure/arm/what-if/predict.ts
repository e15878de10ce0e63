import { canonicalId } from '../canonical-id.ts';
import type { DeploymentRequest } from '../deployments/deployments.ts';
import { deletable, leftovers } from '../deployments/leftovers.ts';
import { sameType } from '../deployments/preflight.ts';
import { ArmError } from '../errors.ts';
import { asObject, isObject, sameId, type Json } from '../json.ts';
import type { Manager } from '../manager.ts';
import type { Principal } from '../server.ts';
import type { Resource } from '../store.ts';
import { groupType } from '../subscriptions.ts';
import { checkBody, readOnlyPart } from '../types/properties.ts';
import { deltaOf, type PropertyChange } from './delta.ts';
import type { Expansion, Leaf } from './expand.ts';
import { withNoise } from './noise.ts';
import {
  filled,
  groupPayload,
  listed,
  marked,
  overlaid,
  payloadOf,
  plannedPayload,
} from './payload.ts';
import type { ResultFormat } from './request.ts';
import type { Session } from './session.ts';
import { shadowOf } from './shadow.ts';

/** https://learn.microsoft.com/rest/api/resources/deployments/what-if#changetype */
export type ChangeType =
  'Create' | 'Delete' | 'Ignore' | 'Deploy' | 'NoChange' | 'Modify' | 'Unsupported';

/** What a deployment would do to one resource. */
export interface Change {
  resourceId: string;
  changeType: ChangeType;
  unsupportedReason?: string;
  before?: Json;
  after?: Json;
  delta?: PropertyChange[];
}

/** What a deployment would do: its resources in the template's order, then those that it does not name. */
export function predict(
  manager: Manager,
  request: DeploymentRequest,
  expansion: Expansion,
  session: Session,
  format: ResultFormat,
): Change[] {
  const expected = writeAll(manager, request.principal, expansion, session);
  const named = [...expansion.leaves]
    .sort((left, right) => comparePositions(left.position, right.position))
    .map((leaf) => changeOf(manager, session, leaf, expected.get(leaf)));
  const changes = [...named, ...unnamed(manager, request, expansion)];
  return format === 'ResourceIdOnly' ? changes.map(withoutPayload) : changes;
}

function comparePositions(left: readonly number[], right: readonly number[]): number {
  for (const [index, place] of left.entries()) {
    const difference = place - (right[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/**
 * Without payloads nothing is compared: what exists is deployed, with or without changes.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if#change-types
 */
function withoutPayload({ resourceId, changeType, unsupportedReason }: Change): Change {
  const compared = changeType === 'NoChange' || changeType === 'Modify';
  return {
    resourceId,
    changeType: compared ? 'Deploy' : changeType,
    ...(unsupportedReason === undefined ? {} : { unsupportedReason }),
  };
}

function unsupportedChange(
  session: Session,
  { resource, body }: Leaf,
  { resourceId, reason }: { resourceId: string; reason: string },
): Change {
  const { name: _name, type: _type, apiVersion: _version, ...rest } = body ?? {};
  const { apiVersion, type } = resource;
  return {
    resourceId,
    changeType: 'Unsupported',
    unsupportedReason: reason,
    after: { apiVersion, id: resourceId, type, ...asObject(session.shown(rest)) },
  };
}

/**
 * Writes all resources where nobody sees it, each after what it depends on; what is refused is tried again when
 * the others are there. @returns how each is shown right after its own write; none for what stays refused
 */
function writeAll(
  manager: Manager,
  principal: Principal,
  { leaves }: Expansion,
  session: Session,
): Map<Leaf, Json> {
  const shadow = shadowOf(manager);
  const expected = new Map<Leaf, Json>();
  let waiting = leaves.filter(({ unsupported }) => unsupported === undefined);
  for (;;) {
    const refused = waiting.filter((leaf) => {
      const written = tryWrite(manager, shadow, principal, session, leaf);
      if (written !== undefined) expected.set(leaf, written);
      return written === undefined;
    });
    if (refused.length === 0 || refused.length === waiting.length) return expected;
    waiting = refused;
  }
}

function tryWrite(
  manager: Manager,
  shadow: Manager,
  principal: Principal,
  session: Session,
  { resource, body }: Leaf,
): Json | undefined {
  const { apiVersion, name } = resource;
  if (body === undefined) return undefined;
  try {
    if (sameType(resource.type, groupType)) {
      const subscriptionId = resource.id.split('/')[2] ?? '';
      const { group } = shadow.subscriptions.writeGroup(subscriptionId, name, body, apiVersion);
      return groupPayload(group, apiVersion);
    }
    const id = canonicalId(shadow, resource.id);
    const present = manager.store.get(id.id);
    const shown = present === undefined ? {} : manager.resources.show(present);
    const whole = filled(body, shown, (text) => session.isUnknown(text));
    const { resource: written } = shadow.resources.write({
      id,
      body: whole,
      apiVersion,
      principal,
    });
    return payloadOf(shadow, shadow.store.get(written.id) ?? written, apiVersion);
  } catch (error) {
    // It may refer to something that what-if could not make up; that is for the deployment to find out.
    if (error instanceof ArmError) return undefined;
    throw error;
  }
}

function changeOf(
  manager: Manager,
  session: Session,
  leaf: Leaf,
  written: Json | undefined,
): Change {
  const { resource, body, unsupported } = leaf;
  if (unsupported !== undefined) return unsupportedChange(session, leaf, unsupported);
  if (sameType(resource.type, groupType)) return groupChange(manager, leaf, written);
  const { apiVersion } = resource;
  const id = canonicalId(manager, resource.id);
  const definition = manager.types.require(resource.type);
  const present = manager.store.get(id.id);
  if (body === undefined) return unpredictable(manager, id.id, present, apiVersion);
  const isUnknown = (text: string): boolean => session.isUnknown(text);
  if (present === undefined) {
    const after = session.shown(
      plannedPayload(id.id, definition.type, id.names.at(-1) ?? '', apiVersion, body),
    );
    return { resourceId: id.id, changeType: 'Create', after: asObject(after) };
  }
  const before = payloadOf(manager, present, apiVersion);
  const expected = written ?? overlaid(before, known(definition.model, body));
  const shown = manager.resources.show(present);
  const sides = withNoise(definition.type, { before, after: expected }, shown, body);
  const after = asObject(session.shown(marked(sides.after, contents(body), isUnknown)));
  return compared(id.id, sides.before, after, ignored(definition.model, body));
}

/** A body whose name, type and version are said elsewhere. */
function contents({ name: _name, type: _type, apiVersion: _version, ...rest }: Json): Json {
  return rest;
}

/** The body in the type's spelling; as it is if the type would refuse it. */
function known(model: string, body: Json): Json {
  const { location, tags } = body;
  try {
    const checked = checkBody(model, contents(body));
    return {
      ...(location === undefined ? {} : { location: plainLocation(String(location)) }),
      ...(isObject(tags) ? { tags } : {}),
      ...checked,
    };
  } catch (error) {
    if (error instanceof ArmError) return contents(body);
    throw error;
  }
}

/** The name of a region, as `West Europe` or as `westeurope`. */
function plainLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}

/** What the template sets and the service does not take over. */
function ignored(model: string, body: Json): PropertyChange[] {
  return readOnlyPart(model, body).map(({ path, value }) => ({
    path,
    propertyChangeType: 'NoEffect',
    after: value,
  }));
}

function compared(
  resourceId: string,
  before: Json,
  after: Json,
  noEffect: PropertyChange[],
): Change {
  // Resources have no version; a difference in it is none: https://github.com/Azure/arm-template-whatif/issues/27
  // Tags are compared one by one even where there were none (PostDeploymentWhatIfOnResourceGroup.json of
  // azure-rest-api-specs).
  const tagged = (side: Json): Json => ({ tags: {}, ...side });
  const changes = deltaOf(tagged(before), tagged(after));
  const delta = [...changes, ...noEffect];
  return {
    resourceId,
    changeType: changes.length === 0 ? 'NoChange' : 'Modify',
    before,
    after,
    delta,
  };
}

/** The body needs something that only the deployment itself knows: all that is known is that it is deployed. */
function unpredictable(
  manager: Manager,
  resourceId: string,
  present: Resource | undefined,
  apiVersion: string,
): Change {
  if (present === undefined) return { resourceId, changeType: 'Create' };
  return { resourceId, changeType: 'Deploy', before: payloadOf(manager, present, apiVersion) };
}

function groupChange(
  manager: Manager,
  { resource, body = {} }: Leaf,
  written: Json | undefined,
): Change {
  const { id, name, apiVersion } = resource;
  const present = manager.store.get(id);
  if (present === undefined) {
    return {
      resourceId: id,
      changeType: 'Create',
      after: plannedPayload(id, groupType, name, apiVersion, body),
    };
  }
  const before = groupPayload(present, apiVersion);
  const after = written ?? overlaid(before, contents(body));
  return compared(present.id, before, after, ignored('resources.ResourceGroup', body));
}

/** What the groups of a deployment hold besides; Complete mode deletes that in its own group. */
function unnamed(manager: Manager, request: DeploymentRequest, expansion: Expansion): Change[] {
  const { scope, mode, principal } = request;
  const groups = new Set(scope.kind === 'resourceGroup' ? [scope.id.toLowerCase()] : []);
  const named = new Set<string>();
  for (const { resource, unsupported } of expansion.leaves) {
    if (unsupported === undefined) named.add(resource.id.toLowerCase());
    if (resource.scope.kind === 'resourceGroup') groups.add(resource.scope.id.toLowerCase());
  }
  return [...groups].flatMap((group) => {
    const found = leftovers(manager, group, named, principal);
    const goes = new Set(
      mode === 'Complete' && sameId(group, scope.id) ? deletable(manager, found) : [],
    );
    return found.map((resource): Change => {
      const { id: resourceId, apiVersion } = resource;
      if (goes.has(resource)) {
        const before = payloadOf(manager, resource, apiVersion);
        return { resourceId, changeType: 'Delete', before };
      }
      const before = listed(resource);
      return { resourceId, changeType: 'Ignore', before, after: before };
    });
  });
}
