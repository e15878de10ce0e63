import { refuseLocked } from './guards.ts';
import { ArmError, groupNotFound, invalidContent } from './errors.ts';
import { isWithin } from './ids.ts';
import { asObject, isObject, type Json } from './json.ts';
import { checkLocation } from './locations.ts';
import type { Manager } from './manager.ts';
import type { Operation } from './operations.ts';
import type { Principal } from './server.ts';
import type { Resource } from './store.ts';
import { checkBody } from './types/properties.ts';

export const groupType = 'Microsoft.Resources/resourceGroups';
export const groupVersions = [
  '2025-04-01',
  '2025-03-01',
  '2024-11-01',
  '2024-07-01',
  '2024-03-01',
  '2023-07-01',
  '2022-09-01',
  '2021-04-01',
  '2021-01-01',
  '2020-10-01',
  '2020-06-01',
  '2019-10-01',
  '2019-05-01',
  '2018-05-01',
];

export interface Subscription {
  subscriptionId: string;
  displayName: string;
  tenantId: string;
  id: string;
}

/** Subscriptions, their resource groups, and which providers they have registered. */
export class Subscriptions {
  readonly #manager: Manager;
  readonly #byId = new Map<string, Subscription>();
  readonly #unregistered = new Set<string>();

  constructor(manager: Manager) {
    this.#manager = manager;
    for (const { id, name, tenantId = manager.tenantId } of manager.options.subscriptions) {
      this.#byId.set(id.toLowerCase(), {
        subscriptionId: id,
        displayName: name,
        tenantId,
        id: `/subscriptions/${id}`,
      });
    }
  }

  get(id: string): Subscription | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** @throws ArmError SubscriptionNotFound */
  require(id: string): Subscription {
    const subscription = this.get(id);
    if (subscription !== undefined) return subscription;
    throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);
  }

  /** Those in which the principal may read anything at all, as the service lists them. */
  visibleTo(principal: Principal): Subscription[] {
    const assignments = this.#manager.store
      .list('Microsoft.Authorization/roleAssignments')
      .filter((held) => held.properties['principalId'] === principal.objectId);
    return [...this.#byId.values()].filter((subscription) =>
      assignments.some(({ properties: { scope } }) => {
        return typeof scope === 'string' && (scope === '/' || isWithin(scope, subscription.id));
      }),
    );
  }

  /** Registered unless a client said otherwise: the sandbox starts with all it knows. */
  isRegistered(subscriptionId: string, namespace: string): boolean {
    return !this.#unregistered.has(`${subscriptionId}/${namespace}`.toLowerCase());
  }

  register(subscriptionId: string, namespace: string, registered: boolean): void {
    const key = `${subscriptionId}/${namespace}`.toLowerCase();
    if (registered) this.#unregistered.delete(key);
    else this.#unregistered.add(key);
  }

  group(subscriptionId: string, name: string): Resource | undefined {
    return this.#manager.store.get(`/subscriptions/${subscriptionId}/resourceGroups/${name}`);
  }

  /** @throws ArmError ResourceGroupNotFound, or ResourceGroupBeingDeleted for a write */
  requireGroup(subscriptionId: string, name: string, write = false): Resource {
    const group = this.group(subscriptionId, name);
    if (group === undefined) throw groupNotFound(name);
    if (write && group.properties['provisioningState'] === 'Deleting') {
      throw new ArmError(
        409,
        'ResourceGroupBeingDeleted',
        `The resource group '${group.name}' is in deprovisioning state and cannot perform this operation.`,
      );
    }
    return group;
  }

  groups(subscriptionId: string): Resource[] {
    return this.#manager.store.list(groupType, `/subscriptions/${subscriptionId}`);
  }

  /** Creates or updates a group. @throws ArmError for a bad name or location */
  writeGroup(
    subscriptionId: string,
    name: string,
    body: unknown,
    apiVersion: string,
  ): { group: Resource; created: boolean } {
    if (!/^[-\w._()]{1,90}$/u.test(name) || name.endsWith('.')) {
      throw new ArmError(
        400,
        'InvalidResourceGroup',
        `The provided resource group name '${name}' has these invalid characters. The name can only be a ` +
          "letter, digit, '-', '.', '(', ')' or '_', has at most 90 characters, and does not end with a period.",
      );
    }
    checkBody('resources.ResourceGroup', body);
    const given = asObject(body);
    const existing = this.group(subscriptionId, name);
    if (existing !== undefined) this.requireGroup(subscriptionId, name, true);
    const location = checkLocation(given['location'], 'regional', groupType);
    if (existing !== undefined && existing.location !== location) {
      throw new ArmError(
        409,
        'InvalidResourceGroupLocation',
        `Invalid resource group location '${location}'. The Resource group already exists in location ` +
          `'${existing.location ?? ''}'.`,
      );
    }
    const group: Resource = {
      id: existing?.id ?? `${this.require(subscriptionId).id}/resourceGroups/${name}`,
      name: existing?.name ?? name,
      type: groupType,
      apiVersion,
      location,
      properties: { provisioningState: 'Succeeded' },
    };
    const tags = readTags(given['tags']);
    if (tags !== undefined) group.tags = tags;
    this.#manager.store.put(group);
    return { group, created: existing === undefined };
  }

  /** PATCH: only the tags can change. */
  tagGroup(group: Resource, body: unknown): Resource {
    checkBody('resources.ResourceGroup', { location: group.location, ...asObject(body) });
    const tags = readTags(asObject(body)['tags']);
    const { tags: before, ...rest } = group;
    const kept = tags ?? before;
    return this.#manager.store.put({ ...rest, ...(kept === undefined ? {} : { tags: kept }) });
  }

  /**
   * Deletes a group with all that is in it, in an order that the types accept.
   * What refuses to go stops the rest, as in Azure: the group stays, with what could not be deleted.
   */
  removeGroup(group: Resource, principal: Principal): Operation {
    const { store, operations, resources, deployments, stacks } = this.#manager;
    refuseLocked(this.#manager, group.id, 'delete');
    store.put({ ...group, properties: { provisioningState: 'Deleting' } });
    return operations.start(group.id, () => {
      const refused = resources.removeAll(group.id, principal);
      if (refused.length === 0) {
        deployments.forget(group.id);
        stacks.forget(group.id);
        store.remove(group.id);
        return;
      }
      store.put(group);
      const ids = refused.map((failure) => failure.id).join(', ');
      throw new ArmError(
        409,
        'ResourceGroupDeletionBlocked',
        `Deletion of resource group '${group.name}' failed as resources with identifiers '${ids}' could not ` +
          'be deleted. The provisioning state of the resource group will be rolled back. The tracking Id is ' +
          `'${this.#manager.newGuid()}'. Please check audit logs for more details.`,
        {
          details: refused.map(({ id, error }) => ({
            code: '',
            target: id,
            message: JSON.stringify({ error: error.body }),
          })),
        },
      );
    });
  }

  /** A group as a GET shows it. */
  showGroup(group: Resource): Json {
    const { id, name, type, location, tags, properties } = group;
    return { id, name, type, location, ...(tags === undefined ? {} : { tags }), properties };
  }

  /** Namespaces that the sandbox serves, in canonical spelling. */
  namespaces(): string[] {
    return [
      ...new Set(this.#manager.types.known().map((type) => type.slice(0, type.indexOf('/')))),
    ].sort();
  }
}

/** Tags of a body. @throws ArmError if they are no map of strings */
export function readTags(tags: unknown): Record<string, string> | undefined {
  if (tags === undefined || tags === null) return undefined;
  if (!isObject(tags)) throw invalidContent("Error converting value to an object. Path 'tags'");
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => {
      if (typeof value === 'object' && value !== null) {
        throw invalidContent(`Error converting value to a string. Path 'tags.${key}'`);
      }
      return [key, value === null ? '' : String(value)];
    }),
  );
}
