/** A resource as Azure or the Bicep CLI's snapshot describes it; shapes as in the REST API. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly location?: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Types of which the networks of an estate are made; anything else does not matter to reachability. */
const childLists: Readonly<Record<string, readonly [list: string, type: string][]>> = {
  'microsoft.network/virtualnetworks': [
    ['subnets', 'subnets'],
    ['virtualNetworkPeerings', 'virtualNetworkPeerings'],
  ],
  'microsoft.network/networksecuritygroups': [['securityRules', 'securityRules']],
  'microsoft.network/routetables': [['routes', 'routes']],
  'microsoft.network/loadbalancers': [['backendAddressPools', 'backendAddressPools']],
};

/**
 * Resources by id, with the children that a parent lists made resources of their own, so that it does not matter
 * in which of the two ways they are written.
 */
export class Resources {
  readonly #byId = new Map<string, Resource>();
  /** By type, and by the id of the parent with the last part of the type; made when asked, and anew after a change. */
  #index: ReadonlyMap<string, readonly Resource[]> | undefined;

  constructor(resources: readonly Resource[] = []) {
    for (const resource of resources) this.#put(resource);
  }

  get all(): readonly Resource[] {
    return [...this.#byId.values()];
  }

  get(id: string | undefined): Resource | undefined {
    return id === undefined ? undefined : this.#byId.get(id.toLowerCase());
  }

  ofType(type: string): readonly Resource[] {
    return this.#indexed().get(type.toLowerCase()) ?? [];
  }

  childrenOf(id: string, type: string): readonly Resource[] {
    return this.#indexed().get(`${id}/${type}`.toLowerCase()) ?? [];
  }

  #indexed(): ReadonlyMap<string, readonly Resource[]> {
    if (this.#index !== undefined) return this.#index;
    const index = new Map<string, Resource[]>();
    const add = (key: string, resource: Resource): void => {
      const known = index.get(key);
      if (known === undefined) index.set(key, [resource]);
      else known.push(resource);
    };
    for (const [id, resource] of this.#byId) {
      add(resource.type.toLowerCase(), resource);
      add(id.slice(0, id.lastIndexOf('/')), resource);
    }
    return (this.#index = index);
  }

  /**
   * Resources over the present ones. A list of children in a parent is the whole list, as in a PUT; where it is
   * missing the children stay.
   */
  deployed(predicted: readonly Resource[]): Resources {
    const after = new Resources(this.all);
    for (const resource of predicted) {
      for (const [list, type] of childLists[resource.type.toLowerCase()] ?? []) {
        if (!Array.isArray(resource.properties[list])) continue;
        for (const child of after.childrenOf(resource.id, type)) {
          after.#byId.delete(child.id.toLowerCase());
        }
        after.#index = undefined;
      }
    }
    for (const resource of predicted) after.#put(resource);
    return after;
  }

  #put(resource: Resource): void {
    this.#index = undefined;
    this.#byId.set(resource.id.toLowerCase(), resource);
    for (const [list, type] of childLists[resource.type.toLowerCase()] ?? []) {
      const children = resource.properties[list];
      if (!Array.isArray(children)) continue;
      for (const child of children as unknown[]) {
        const name = textAt(child, 'name');
        if (name === undefined) continue;
        const id = `${resource.id}/${type}/${name}`;
        const properties = objectAt(child, 'properties');
        this.#byId.set(id.toLowerCase(), { id, type: `${resource.type}/${type}`, properties });
      }
    }
  }
}

export function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

export function textAt(value: unknown, key: string): string | undefined {
  const found = valueAt(value, key);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = valueAt(value, key);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

export function textsAt(value: unknown, key: string): string[] {
  return listAt(value, key).filter((item): item is string => typeof item === 'string');
}

export function objectAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = valueAt(value, key);
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : {};
}

/** The `id` of a reference `{ "id": "..." }` at a key. */
export function idAt(value: unknown, key: string): string | undefined {
  return textAt(valueAt(value, key), 'id');
}

/** ARM has a singular and a plural property for many things; either may be used. */
export function bothAt(value: unknown, singular: string, plural: string): string[] {
  const one = textAt(value, singular);
  return [...(one === undefined ? [] : [one]), ...textsAt(value, plural)];
}

export function idsAt(value: unknown, key: string): string[] {
  return listAt(value, key).flatMap((item) => textAt(item, 'id') ?? []);
}

/** Whether a value is an expression that only a deployment answers: `[reference(...)]`. */
export function isUnresolved(value: unknown): boolean {
  return typeof value === 'string' && /^\[(?!\[)[\s\S]*\]$/.test(value);
}

/** Whether anything inside is such an expression. */
export function hasUnresolved(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnresolved);
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasUnresolved);
  return isUnresolved(value);
}

export function lastOf(id: string): string {
  return id.split('/').at(-1) ?? id;
}

/** `.../virtualNetworks/v/subnets/s` -> `.../virtualNetworks/v` */
export function parentOf(id: string): string {
  return id.split('/').slice(0, -2).join('/');
}

/** `.../providers/Microsoft.Network/virtualNetworks/v/subnets/s` -> `Microsoft.Network/virtualNetworks/subnets` */
export function typeOf(id: string): string {
  const [namespace = '', ...rest] = (id.split('/providers/').at(-1) ?? '').split('/');
  return [namespace, ...rest.filter((_, position) => position % 2 === 0)].join('/');
}
