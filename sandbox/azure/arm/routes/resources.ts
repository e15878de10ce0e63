import { canonicalId } from '../canonical-id.ts';
import { pollHeaders, type Call, type Reply } from '../call.ts';
import { ArmError, notFound, parentNotFound } from '../errors.ts';
import {
  fullName,
  lastOf,
  nameOf,
  parseId,
  scopeParts,
  segmentsOf,
  typeOf,
  type ResourceId,
} from '../ids.ts';
import { asObject, isObject, type Json } from '../json.ts';
import type { Resource } from '../store.ts';
import type { TypeDefinition } from '../types/definition.ts';
import { showLinkResources, linkGroups } from '../types/private-link/services.ts';
import { writablePart } from '../types/properties.ts';
import { checkVersion } from '../types/registry.ts';
import { wrongMethod } from './dispatch.ts';
import { listAuthorization } from './authorization-lists.ts';
import { paged, recordSetsOf } from './record-lists.ts';

/** Every path that names a resource, a collection of a type, or an action on a resource. */
export function resourceRoute(call: Call): Reply {
  const raw = parseId(call.path);
  if (raw === undefined || raw.types.length === 0) throw unknownPath(call);
  if (raw.types.length === raw.names.length) return onResource(call, raw);
  if (call.method === 'POST') return onAction(call, raw);
  if (call.method !== 'GET') throw wrongMethod(call);
  return onCollection(call, raw);
}

function unknownPath(call: Call): ArmError {
  const { subscriptionId } = scopeParts(call.segments);
  if (subscriptionId !== undefined) call.manager.subscriptions.require(subscriptionId);
  return new ArmError(
    404,
    'InvalidRequestUri',
    `The request URI '${call.path}' is not known here.`,
  );
}

function onResource(call: Call, raw: ResourceId): Reply {
  const { resources } = call.manager;
  const id = canonicalId(call.manager, call.path);
  const definition = call.manager.types.require(typeOf(id));
  switch (call.method) {
    case 'GET': {
      const found = find(call, id);
      const followed = definition.answer === 'resource' && isBusy(found);
      const headers: Record<string, string> = followed
        ? { 'Retry-After': String(call.manager.retryAfter) }
        : {};
      return { status: 200, body: resources.show(found), headers };
    }
    case 'HEAD':
      find(call, id);
      return { status: 204 };
    case 'PUT':
      return put(call, id, call.body);
    case 'PATCH':
      return put(call, id, patched(call, id, definition));
    case 'DELETE':
      return remove(call, id, definition);
    default:
      throw raw.id === '' ? unknownPath(call) : wrongMethod(call);
  }
}

/**
 * Whether a client that follows the state has to ask again. Without Retry-After the az CLI waits 30 s before it
 * does.
 */
function isBusy({ properties }: Resource): boolean {
  const state = properties['provisioningState'];
  return state !== undefined && state !== 'Succeeded';
}

/** Roles are the same wherever one asks for them, so their scope does not matter. */
function find(call: Call, id: ResourceId): Resource {
  const role =
    id.types[0] === 'roleDefinitions' ? call.manager.access.definition(nameOf(id)) : undefined;
  if (role === undefined) return call.manager.resources.get(id, call.apiVersion, call.principal);
  call.manager.access.require(call.principal, `${role.type}/read`, id.id);
  return { ...role, id: id.id };
}

function put(call: Call, id: ResourceId, body: unknown): Reply {
  const { manager, principal, apiVersion, query } = call;
  const { resource, created, operation, definition } = manager.resources.write({
    id,
    body,
    apiVersion,
    principal,
    query,
    ...(call.ifMatch === undefined ? {} : { ifMatch: call.ifMatch }),
    ...(call.ifNoneMatch === undefined ? {} : { ifNoneMatch: call.ifNoneMatch }),
  });
  const shown = manager.resources.show(resource);
  const status = created ? 201 : 200;
  if (operation === undefined) return { status, body: shown };
  switch (definition.answer) {
    case 'accepted':
      return {
        status: 202,
        body: {},
        headers: pollHeaders(call, operation, { asyncOperation: true, location: true }),
      };
    case 'location':
      return created
        ? { status: 202, headers: pollHeaders(call, operation, { location: true }) }
        : { status, body: shown };
    case 'async':
      return {
        status,
        body: shown,
        headers: pollHeaders(call, operation, { asyncOperation: true }),
      };
    case 'resource':
      return { status, body: shown, headers: pollHeaders(call, operation, {}) };
    case 'sync':
      return { status, body: shown };
  }
}

/** The body that a PATCH amounts to. */
function patched(call: Call, id: ResourceId, definition: TypeDefinition): Json {
  if (definition.patch === undefined) throw wrongMethod(call);
  const { store, resources, access } = call.manager;
  access.require(call.principal, `${definition.type}/write`, id.id);
  const before = store.get(id.id);
  if (before === undefined) throw notFound(definition.type, fullName(id), id.resourceGroup);
  const given = asObject(call.body);
  if (definition.patch === 'tags') {
    const other = Object.keys(given).find((key) => key.toLowerCase() !== 'tags');
    if (other !== undefined) {
      throw new ArmError(
        400,
        'InvalidRequestContent',
        `The request content was invalid and could not be deserialized: 'Could not find member '${other}' on ` +
          "object of type 'TagsObject'. A PATCH of this type changes tags only.'.",
      );
    }
  }
  const { location, tags, kind, sku, identity, properties } = resources.show(before);
  const present = writablePart(definition.model, { kind, sku, identity, properties });
  return merge({ location, tags, ...present }, given);
}

function merge(before: Json, given: Json): Json {
  const result: Json = {};
  for (const [key, value] of Object.entries(before)) if (value !== undefined) result[key] = value;
  for (const [key, value] of Object.entries(given)) {
    const old = result[key];
    // Tags and metadata are replaced as a whole, objects of properties are merged.
    result[key] =
      isObject(value) && isObject(old) && key !== 'tags' && key !== 'metadata'
        ? merge(old, value)
        : value;
  }
  return result;
}

function remove(call: Call, id: ResourceId, definition: TypeDefinition): Reply {
  const { manager, principal, apiVersion } = call;
  const before = manager.store.get(id.id);
  const removed = manager.resources.remove({
    id,
    apiVersion,
    principal,
    ...(call.ifMatch === undefined ? {} : { ifMatch: call.ifMatch }),
  });
  if (removed === undefined) return { status: 204 };
  if (removed.operation === undefined) {
    // Of what is deleted at once only these come back: https://learn.microsoft.com/rest/api/authorization/role-assignments/delete
    const comesBack = /\/role(Assignments|Definitions)$/.test(definition.type);
    return comesBack && before !== undefined
      ? { status: 200, body: manager.resources.show(before) }
      : { status: 200 };
  }
  return {
    status: 202,
    headers: pollHeaders(call, removed.operation, {
      asyncOperation: definition.answer !== 'location',
      location: true,
    }),
  };
}

function onAction(call: Call, raw: ResourceId): Reply {
  const { manager, principal, apiVersion } = call;
  const id = canonicalId(manager, `/${segmentsOf(raw.id).slice(0, -1).join('/')}`);
  const definition = call.manager.types.require(typeOf(id));
  const name = raw.types.at(-1) ?? '';
  const action = definition.actions?.[name.toLowerCase()];
  if (action === undefined) throw unknownAction(definition, name);
  return { status: 200, body: manager.resources.act(id, action, apiVersion, call.body, principal) };
}

function unknownAction(definition: TypeDefinition, name: string): ArmError {
  const known = Object.values(definition.actions ?? {}).map(({ action }) => action);
  return new ArmError(
    404,
    'InvalidResourceType',
    `The action '${name}' is not known for resource type '${definition.type}'. Known: '${known.join(', ')}'.`,
  );
}

function onCollection(call: Call, raw: ResourceId): Reply {
  const last = raw.types.at(-1)?.toLowerCase();
  if (last === 'privatelinkresources' && raw.types.length > 1) return linkResources(call, raw);
  if (last === 'all' || last === 'recordsets') {
    const sets = recordSetsOf(call, raw);
    if (sets !== undefined) return sets;
  }
  const { access, store } = call.manager;
  const id = canonicalId(call.manager, call.path);
  const definition = call.manager.types.require(typeOf(id));
  checkVersion(definition, call.apiVersion, undefined);
  if (definition.extension === true) return listAuthorization(call, id, definition);
  const parent = id.names.length > 0 ? `/${segmentsOf(id.id).slice(0, -1).join('/')}` : id.scope;
  access.require(call.principal, `${definition.type}/read`, parent);
  if (id.subscriptionId !== undefined) {
    call.manager.subscriptions.require(id.subscriptionId);
    if (id.resourceGroup !== undefined) {
      call.manager.subscriptions.requireGroup(id.subscriptionId, id.resourceGroup);
    }
  }
  if (id.names.length > 0 && store.get(parent) === undefined) throw parentNotFound(lastOf(parent));
  return paged(call, store.list(definition.type, parent));
}

function linkResources(call: Call, raw: ResourceId): Reply {
  const { resources, store } = call.manager;
  const id = canonicalId(call.manager, `/${segmentsOf(raw.id).slice(0, -1).join('/')}`);
  const resource = resources.get(id, call.apiVersion, call.principal);
  if (!linkGroups(resource, store).some(({ groupId }) => groupId !== '')) {
    throw new ArmError(
      404,
      'InvalidResourceType',
      `The resource type '${resource.type}/privateLinkResources' is not known.`,
    );
  }
  call.manager.access.require(
    call.principal,
    `${resource.type}/privateLinkResources/read`,
    resource.id,
  );
  return { status: 200, body: showLinkResources(resource, store) };
}
