/** One resource as Azure Resource Manager keeps it; `properties` hold the computed ones too. */
export interface Resource {
  /** Full id in canonical case. */
  id: string;
  name: string;
  /** Canonical, for example `Microsoft.Network/virtualNetworks/subnets`. */
  type: string;
  /** Version of the last write. */
  apiVersion: string;
  location?: string;
  tags?: Record<string, string>;
  kind?: string;
  sku?: Record<string, unknown>;
  identity?: Record<string, unknown>;
  zones?: string[];
  etag?: string;
  /** Id of the resource, group or subscription that an extension resource belongs to. */
  scope?: string;
  properties: Record<string, unknown>;
}

/** What the rest of the sandbox may do with the store: look. Ids compare case-blind. */
export interface ResourceReader {
  get(id: string): Resource | undefined;
  /** Resources of a type, in order of creation; `underId` keeps those below that id. */
  list(type: string, underId?: string): Resource[];
  /** Called after every change; the result ends the subscription. */
  onChange(listener: () => void): () => void;
}

/** The resources of all subscriptions, in memory. */
export class Store implements ResourceReader {
  readonly #byId = new Map<string, Resource>();
  readonly #byType = new Map<string, Map<string, Resource>>();
  readonly #listeners = new Set<() => void>();

  get(id: string): Resource | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  list(type: string, underId?: string): Resource[] {
    const all = [...(this.#byType.get(type.toLowerCase())?.values() ?? [])];
    if (underId === undefined) return all;
    const prefix = below(underId);
    return all.filter((resource) => resource.id.toLowerCase().startsWith(prefix));
  }

  /** Everything below an id, whatever its type, in order of creation. */
  under(id: string): Resource[] {
    const prefix = below(id);
    const found: Resource[] = [];
    for (const [key, resource] of this.#byId) if (key.startsWith(prefix)) found.push(resource);
    return found;
  }

  /** Writes a resource, new or existing, and tells the listeners. */
  put(resource: Resource): Resource {
    const key = resource.id.toLowerCase();
    this.#byId.set(key, resource);
    const typeKey = resource.type.toLowerCase();
    const ofType = this.#byType.get(typeKey) ?? new Map<string, Resource>();
    ofType.set(key, resource);
    this.#byType.set(typeKey, ofType);
    this.#changed();
    return resource;
  }

  /** Removes one resource and nothing below it; false if there is none. */
  remove(id: string): boolean {
    const key = id.toLowerCase();
    const resource = this.#byId.get(key);
    if (resource === undefined) return false;
    this.#byId.delete(key);
    this.#byType.get(resource.type.toLowerCase())?.delete(key);
    this.#changed();
    return true;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function below(id: string): string {
  const key = id.toLowerCase();
  return key.endsWith('/') ? key : `${key}/`;
}
