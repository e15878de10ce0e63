/** A resource id taken apart. `provider` and `types` keep the spelling that they came with. */
export interface ResourceId {
  /** `/subscriptions/S/resourceGroups/R/providers/N/t/n`, without a slash at the end. */
  id: string;
  subscriptionId?: string;
  resourceGroup?: string;
  /** Namespace of the last `/providers/` part, for example `Microsoft.Network`. */
  provider: string;
  /** Type names below the namespace, outermost first. */
  types: string[];
  /** One name a type; one less if the path names a collection. */
  names: string[];
  /** What the last `/providers/` part hangs on: '', a subscription, a resource group or a resource. */
  scope: string;
}

/** The full type, for example `Microsoft.Network/virtualNetworks/subnets`. */
export function typeOf(id: ResourceId): string {
  return [id.provider, ...id.types].join('/');
}

/** The last name. */
export function nameOf(id: ResourceId): string {
  return id.names.at(-1) ?? '';
}

/** The names joined, as ARM prints the name of a child: `vnet/subnet`. */
export function fullName(id: ResourceId): string {
  return id.names.join('/');
}

/** Splits a path, collapsing doubled slashes (az sends them) and dropping the last one. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/**
 * Takes a path apart whose last `/providers/` part names a resource or a collection.
 * Subscription and group are undefined for ids above them; undefined for a path without a provider.
 */
export function parseId(path: string): ResourceId | undefined {
  const segments = segmentsOf(path);
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers');
  const provider = segments[at + 1];
  if (at < 0 || provider === undefined) return undefined;
  const types: string[] = [];
  const names: string[] = [];
  for (const [index, segment] of segments.slice(at + 2).entries()) {
    (index % 2 === 0 ? types : names).push(segment);
  }
  const scope = segments.slice(0, at);
  return {
    id: joined(segments),
    ...scopeParts(scope),
    provider,
    types,
    names,
    scope: joined(scope),
  };
}

/** Subscription and resource group at the start of a path. */
export function scopeParts(segments: readonly string[]): {
  subscriptionId?: string;
  resourceGroup?: string;
} {
  const [first, subscriptionId, third, resourceGroup] = segments;
  if (first?.toLowerCase() !== 'subscriptions' || subscriptionId === undefined) return {};
  if (third?.toLowerCase() !== 'resourcegroups' || resourceGroup === undefined) {
    return { subscriptionId };
  }
  return { subscriptionId, resourceGroup };
}

/** Id of the resource that a child belongs to; undefined for a resource that is no child. */
export function parentId(id: ResourceId): string | undefined {
  if (id.types.length < 2) return undefined;
  return joined(segmentsOf(id.id).slice(0, -2));
}

/** The same, for an id that is only text. */
export function parentOf(id: string): string {
  return joined(segmentsOf(id).slice(0, -2));
}

/** Last segment of an id. */
export function lastOf(id: string): string {
  return segmentsOf(id).at(-1) ?? '';
}

/** Type of the resource that an id names; undefined if it names none. */
export function typeOfId(id: string): string | undefined {
  const parsed = parseId(id);
  if (parsed === undefined || parsed.types.length === 0) return undefined;
  return parsed.types.length === parsed.names.length ? typeOf(parsed) : undefined;
}

/** `/subscriptions/S/resourceGroups/R` of an id; undefined above a group. */
export function groupIdOf(id: string): string | undefined {
  const { subscriptionId, resourceGroup } = scopeParts(segmentsOf(id));
  if (subscriptionId === undefined || resourceGroup === undefined) return undefined;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
}

/** True if `id` is the scope or lies below it. */
export function isWithin(id: string, scope: string): boolean {
  const inner = joined(segmentsOf(id)).toLowerCase();
  const outer = joined(segmentsOf(scope)).toLowerCase();
  return inner === outer || outer === '' || inner.startsWith(`${outer}/`);
}

function joined(segments: readonly string[]): string {
  return segments.map((segment) => `/${segment}`).join('');
}
