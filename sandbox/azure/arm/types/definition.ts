import type { ResourceId } from '../ids.ts';
import type { Json } from '../json.ts';
import type { Manager } from '../manager.ts';
import type { Link } from '../rbac/access.ts';
import type { Principal } from '../server.ts';
import type { Resource } from '../store.ts';

/** A write that has passed authorisation, existence of its parents, and the property table. */
export interface WriteContext {
  manager: Manager;
  id: ResourceId;
  principal: Principal;
  apiVersion: string;
  query: URLSearchParams;
  /** The resource as it was before. */
  existing: Resource | undefined;
  /** Only properties that the type knows, in their canonical spelling, without the read-only ones. */
  body: Json;
  /** `body.properties`. */
  properties: Json;
  /** Group's region, canonical spelling of the body's location, or 'global'. */
  location: string | undefined;
}

export interface RemoveContext {
  manager: Manager;
  principal: Principal;
  resource: Resource;
}

/** What a type's write computes; the manager adds id, name, type, tags and the rest of the envelope. */
export interface Written {
  properties: Json;
  /** Side effects, once the resource itself is in the store. */
  after?: (resource: Resource) => void;
}

/**
 * How a PUT is answered while the work goes on.
 * - `sync`: 200 or 201, done.
 * - `async`: 200 or 201 with the resource and `Azure-AsyncOperation` (Microsoft.Network and most others).
 * - `accepted`: 202 with `Azure-AsyncOperation` and `Location`, no resource (private DNS).
 * - `location`: 202 with `Location` alone (storage).
 * - `resource`: 200 or 201; the client polls `properties.provisioningState` (key vault).
 */
export type Answer = 'sync' | 'async' | 'accepted' | 'location' | 'resource';

export interface ActionContext {
  manager: Manager;
  resource: Resource;
  principal: Principal;
  apiVersion: string;
  body: Json;
}

/** Everything that is particular to one resource type. */
export interface TypeDefinition {
  /** Canonical spelling, for example `Microsoft.Network/virtualNetworks/subnets`. */
  type: string;
  /** Model in the property tables, for example `network.Subnet`. */
  model: string;
  /** Newest first. */
  apiVersions: readonly string[];
  /** `regional`: needed in the body; `global`: must be 'global'; `none`: no location at all. */
  location: 'regional' | 'global' | 'none';
  answer: Answer;
  /** How a DELETE is answered: 200 at once, or 202 and an operation. */
  deletes: 'sync' | 'async';
  /** provisioningState while a write or delete goes on. */
  busyState?: { create: string; update: string };
  /** Property that holds that state; `provisioningState` without it. */
  stateProperty?: string;
  /** ETag format: quoted weak (`W/"…"`), plain GUID, or none. */
  etag?: 'weak' | 'plain';
  /** How PATCH works: only tags, or a merge with what is there; not allowed without it. */
  patch?: 'tags' | 'merge';
  /** Extension types may hang on any scope. */
  extension?: boolean;
  /** @throws ArmError for a name that the type does not take */
  checkName?(name: string): void;
  /** Id whose other writers exclude this one (a network for its subnets); the resource itself without it. */
  busyId?(id: string): string;
  /** Rights on other resources that the body names. */
  links?(context: WriteContext): Link[];
  write(context: WriteContext): Written;
  /** Checks that it may go, and undoes what it did elsewhere. The manager removes it and all below it. */
  remove?(context: RemoveContext): void;
  /** Side effects once it is gone. */
  removed?(context: RemoveContext): void;
  /** Properties as a GET shows them; the stored ones without it. */
  read?(resource: Resource, manager: Manager): Json;
  /** Whether a resource of this type, such as a lock, keeps anybody from writing or deleting another one. */
  forbids?(resource: Resource, id: string, verb: 'write' | 'delete'): boolean;
  /** False: the service manages it, a client cannot write or delete it. */
  writable?: false;
  /** POST actions by name in lower case. */
  actions?: Record<string, { action: string; run(context: ActionContext): unknown }>;
}
