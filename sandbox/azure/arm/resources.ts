import { invalidId } from './canonical-id.ts';
import { ArmError, notFound, parentNotFound } from './errors.ts';
import { refuseBusy, refuseLocked, requireRegistered, requireScope } from './guards.ts';
import { checkConditions } from './conditions.ts';
import { fullName, lastOf, nameOf, parentId, typeOf, type ResourceId } from './ids.ts';
import { asObject, type Json } from './json.ts';
import { locationOf } from './locations.ts';
import type { Manager } from './manager.ts';
import type { Operation } from './operations.ts';
import { requireLinked } from './rbac/tenants.ts';
import type { Principal } from './server.ts';
import type { Resource } from './store.ts';
import { readTags } from './subscriptions.ts';
import type { TypeDefinition, WriteContext } from './types/definition.ts';
import { checkBody } from './types/properties.ts';
import { checkVersion } from './types/registry.ts';

/** One PUT, from a client or from a deployment. */
export interface WriteRequest {
  id: ResourceId;
  body: unknown;
  apiVersion: string;
  principal: Principal;
  query?: URLSearchParams;
  ifMatch?: string;
  ifNoneMatch?: string;
}

export interface WriteResult {
  definition: TypeDefinition;
  resource: Resource;
  created: boolean;
  operation?: Operation;
}

/** A checked write that has not happened yet. */
interface Prepared {
  definition: TypeDefinition;
  context: WriteContext;
}

/** The one way to read, write and delete resources, whoever asks. */
export class Resources {
  readonly #manager: Manager;

  constructor(manager: Manager) {
    this.#manager = manager;
  }

  /** All checks of a write that need no state of the resource's own type; what ARM's preflight does. */
  check(request: WriteRequest): Prepared {
    const { access, store, subscriptions } = this.#manager;
    const { id, principal, apiVersion } = request;
    const definition = this.#manager.types.require(typeOf(id));
    checkVersion(definition, apiVersion, asObject(request.body)['location']);
    if (definition.writable === false) {
      throw new ArmError(
        405,
        'OperationNotAllowed',
        `Resources of type '${definition.type}' are managed by the service and cannot be written.`,
      );
    }
    if (id.names.length !== id.types.length) throw invalidId(id.id);
    if (id.subscriptionId !== undefined) subscriptions.require(id.subscriptionId);
    access.require(principal, `${definition.type}/write`, id.id);
    definition.checkName?.(nameOf(id));
    const existing = store.get(id.id);
    const body = checkBody(definition.model, request.body ?? {});
    const context: WriteContext = {
      manager: this.#manager,
      id,
      principal,
      apiVersion,
      query: request.query ?? new URLSearchParams(),
      existing,
      body,
      properties: asObject(body['properties']),
      location: locationOf(definition, request.body, existing, id),
    };
    const links = definition.links?.(context) ?? [];
    requireLinked(this.#manager, principal, `${definition.type}/write`, id.id, links);
    return { definition, context };
  }

  /** Creates or replaces a resource. The result's operation, if any, ends when it is provisioned. */
  write(request: WriteRequest): WriteResult {
    const { store, subscriptions, operations } = this.#manager;
    const { id } = request;
    const prepared = this.check(request);
    const { definition, context } = prepared;
    const { existing } = context;
    if (id.subscriptionId !== undefined) {
      requireRegistered(this.#manager, id.subscriptionId, id.provider);
      if (id.resourceGroup !== undefined) {
        subscriptions.requireGroup(id.subscriptionId, id.resourceGroup, true);
      }
    }
    const parent = parentId(id);
    if (parent !== undefined && store.get(parent) === undefined)
      throw parentNotFound(lastOf(parent));
    if (definition.extension === true) requireScope(this.#manager, id);
    // A read-only lock also keeps role assignments out; only locks themselves stay free to come and go.
    // https://github.com/Azure/enterprise-azure-policy-as-code/issues/661
    if (definition.forbids === undefined) refuseLocked(this.#manager, id.id, 'write');
    checkConditions(existing, request);
    refuseBusy(this.#manager, definition, id.id);

    const written = definition.write(context);
    const state = definition.busyState?.[existing === undefined ? 'create' : 'update'];
    const slow = definition.answer !== 'sync';
    const stateProperty = definition.stateProperty ?? 'provisioningState';
    const final = { ...written.properties };
    if (slow || definition.busyState !== undefined) final['provisioningState'] = 'Succeeded';
    const resource = this.#envelope(definition, context, request.body, final);
    if (!slow || state === undefined || state === 'Succeeded') {
      store.put(resource);
      written.after?.(resource);
      return { definition, resource, created: existing === undefined };
    }
    const finalState = asObject(resource.properties)[stateProperty];
    resource.properties['provisioningState'] = state;
    if (definition.stateProperty !== undefined) resource.properties[stateProperty] = 'InProgress';
    store.put(resource);
    written.after?.(resource);
    const operation = operations.start(id.id, () => {
      const now = store.get(id.id);
      if (now === undefined) return;
      const properties: Json = { ...now.properties, provisioningState: 'Succeeded' };
      if (definition.stateProperty !== undefined) properties[stateProperty] = finalState;
      store.put({ ...now, properties });
    });
    return { definition, resource, created: existing === undefined, operation };
  }

  /** Deletes a resource and what is below it; undefined if there is none. */
  remove(request: Omit<WriteRequest, 'body'>): { operation?: Operation } | undefined {
    const { access, store, operations } = this.#manager;
    const { id, principal, apiVersion } = request;
    const definition = this.#manager.types.require(typeOf(id));
    checkVersion(definition, apiVersion, undefined);
    this.#requireSubscription(id);
    access.require(principal, `${definition.type}/delete`, id.id);
    this.#requireContainer(id);
    const resource = store.get(id.id);
    if (resource === undefined) return undefined;
    if (definition.writable === false) {
      throw new ArmError(
        409,
        'OperationNotAllowed',
        `Resource ${resource.id} is managed by the service and cannot be deleted.`,
      );
    }
    if (definition.forbids === undefined) refuseLocked(this.#manager, resource.id, 'delete');
    checkConditions(resource, request);
    refuseBusy(this.#manager, definition, resource.id);
    definition.remove?.({ manager: this.#manager, resource, principal });
    if (definition.deletes === 'sync') {
      this.#erase(definition, resource, principal);
      return {};
    }
    store.put({
      ...resource,
      properties: { ...resource.properties, provisioningState: 'Deleting' },
    });
    const operation = operations.start(resource.id, () => {
      this.#erase(definition, store.get(resource.id) ?? resource, principal);
    });
    return { operation };
  }

  /** Deletes everything below a group, dependants first; returns what refused, with its reason. */
  removeAll(groupId: string, principal: Principal): { id: string; error: ArmError }[] {
    const { store } = this.#manager;
    for (;;) {
      const refused: { id: string; error: ArmError }[] = [];
      let progress = false;
      for (const resource of store.under(groupId).reverse()) {
        const definition = this.#manager.types.require(resource.type);
        if (store.get(resource.id) === undefined || definition.writable === false) continue;
        try {
          refuseLocked(this.#manager, resource.id, 'delete');
          definition.remove?.({ manager: this.#manager, resource, principal });
          this.#erase(definition, resource, principal);
          progress = true;
        } catch (error) {
          if (!(error instanceof ArmError)) throw error;
          refused.push({ id: resource.id, error });
        }
      }
      if (refused.length === 0 || !progress) return refused;
    }
  }

  /** @throws ArmError 403, 404 */
  get(id: ResourceId, apiVersion: string, principal: Principal): Resource {
    const definition = this.#manager.types.require(typeOf(id));
    checkVersion(definition, apiVersion, undefined);
    this.#requireSubscription(id);
    this.#manager.access.require(principal, `${definition.type}/read`, id.id);
    this.#requireContainer(id);
    const resource = this.#manager.store.get(id.id);
    if (resource !== undefined) return resource;
    const parent = parentId(id);
    if (parent !== undefined && this.#manager.store.get(parent) === undefined) {
      throw parentNotFound(lastOf(parent));
    }
    throw notFound(definition.type, fullName(id), id.resourceGroup);
  }

  /** The resource as a GET shows it. */
  show(resource: Resource): Json {
    const definition = this.#manager.types.require(resource.type);
    const { id, name, type, location, tags, kind, sku, identity, zones, etag } = resource;
    const shown: Json = { id, name, type };
    if (location !== undefined) shown['location'] = location;
    if (definition.location !== 'none') shown['tags'] = tags ?? {};
    if (kind !== undefined) shown['kind'] = kind;
    if (sku !== undefined) shown['sku'] = sku;
    if (identity !== undefined) shown['identity'] = identity;
    if (zones !== undefined) shown['zones'] = zones;
    if (etag !== undefined) shown['etag'] = etag;
    shown['properties'] = definition.read?.(resource, this.#manager) ?? resource.properties;
    return shown;
  }

  /** Runs a POST action such as listKeys. @throws ArmError 403, 404 */
  act(
    id: ResourceId,
    action: NonNullable<TypeDefinition['actions']>[string],
    apiVersion: string,
    body: unknown,
    principal: Principal,
  ): unknown {
    checkVersion(this.#manager.types.require(typeOf(id)), apiVersion, undefined);
    this.#manager.access.require(principal, action.action, id.id);
    const resource = this.#manager.store.get(id.id);
    if (resource === undefined) throw notFound(typeOf(id), fullName(id), id.resourceGroup);
    // Every POST counts as a write: a read-only lock keeps the keys of a storage account secret.
    // https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
    refuseLocked(this.#manager, resource.id, 'write');
    return action.run({
      manager: this.#manager,
      resource,
      principal,
      apiVersion,
      body: asObject(body),
    });
  }

  #envelope(
    definition: TypeDefinition,
    context: WriteContext,
    given: unknown,
    properties: Json,
  ): Resource {
    const { id, existing, body, apiVersion, location } = context;
    const resource: Resource = {
      id: existing?.id ?? id.id,
      name: nameOf(id),
      type: definition.type,
      apiVersion,
      properties,
    };
    if (location !== undefined) resource.location = location;
    const tags = readTags(asObject(given)['tags']);
    if (tags !== undefined && definition.location !== 'none') resource.tags = tags;
    if (typeof body['kind'] === 'string') resource.kind = body['kind'];
    if (body['sku'] !== undefined) resource.sku = asObject(body['sku']);
    if (body['identity'] !== undefined) resource.identity = asObject(body['identity']);
    if (Array.isArray(body['zones'])) resource.zones = body['zones'].map(String);
    if (definition.etag !== undefined) {
      const guid = this.#manager.newGuid();
      resource.etag = definition.etag === 'weak' ? `W/"${guid}"` : guid;
    }
    if (definition.extension === true) resource.scope = id.scope === '' ? '/' : id.scope;
    return resource;
  }

  #erase(definition: TypeDefinition, resource: Resource, principal: Principal): void {
    const { store } = this.#manager;
    for (const below of store.under(resource.id)) store.remove(below.id);
    store.remove(resource.id);
    definition.removed?.({ manager: this.#manager, resource, principal });
  }

  #requireSubscription({ subscriptionId }: ResourceId): void {
    if (subscriptionId !== undefined) this.#manager.subscriptions.require(subscriptionId);
  }

  #requireContainer({ subscriptionId, resourceGroup }: ResourceId): void {
    if (subscriptionId === undefined || resourceGroup === undefined) return;
    this.#manager.subscriptions.requireGroup(subscriptionId, resourceGroup);
  }
}
