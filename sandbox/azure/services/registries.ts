import type { Resource, ResourceReader } from '../arm/store.ts';
import { field, text } from '../network/fields.ts';
import type { Misbehaviour } from '../registry/misbehaviour.ts';
import type { Registry } from '../registry/registry.ts';
import { createRegistry } from '../registry/registry.ts';
import type { Replica } from '../registry/replicas.ts';
import { publicNames } from './names.ts';

export interface RegistriesOptions {
  /** Object id behind an Entra token for one of these audiences. */
  identify(token: string, audiences: readonly string[]): string | undefined;
  isAllowed(objectId: string, action: string, scope: string): boolean;
  /** Audiences of tokens for Azure Resource Manager, which registries take unless told not to. */
  armAudiences: readonly string[];
  /** Of every registry. */
  misbehaviour?: Misbehaviour;
}

const ownAudience = 'https://containerregistry.azure.net';

/** The content of every registry resource; it goes when the resource goes. */
export class Registries {
  readonly #byId = new Map<string, Registry>();
  readonly #store: ResourceReader;
  readonly #o: RegistriesOptions;

  constructor(store: ResourceReader, o: RegistriesOptions) {
    this.#store = store;
    this.#o = o;
    store.onChange(() => {
      for (const id of this.#byId.keys()) if (store.get(id) === undefined) this.#byId.delete(id);
    });
  }

  of(resource: Resource): Registry {
    const key = resource.id.toLowerCase();
    const known = this.#byId.get(key);
    if (known !== undefined) return known;
    const made = this.#create(resource);
    this.#byId.set(key, made);
    return made;
  }

  #create(resource: Resource): Registry {
    const { id } = resource;
    const current = (): Resource => this.#store.get(id) ?? resource;
    return createRegistry({
      loginServer: text(resource.properties, 'loginServer') ?? `${resource.name}.azurecr.io`,
      identify: (token) => {
        const policies = field(current().properties, 'policies');
        const armTokens = field(policies, 'azureADAuthenticationAsArmPolicy');
        const refused = text(armTokens, 'status')?.toLowerCase() === 'disabled';
        const audiences = refused ? [ownAudience] : [ownAudience, ...this.#o.armAudiences];
        return this.#o.identify(token, audiences);
      },
      isAllowed: (objectId, action) => this.#o.isAllowed(objectId, action, id),
      ...(this.#o.misbehaviour === undefined ? {} : { misbehaviour: this.#o.misbehaviour }),
      replicas: () => replicasOf(this.#store, current()),
    });
  }
}

/** The data hosts of a registry, its own region first. */
function replicasOf(store: ResourceReader, { id }: Resource): Replica[] {
  return publicNames(store).flatMap(({ name, resource }) => {
    const region = /\.([^.]+)\.data\./.exec(name)?.[1];
    return resource.id === id && region !== undefined ? [{ region, dataHost: name }] : [];
  });
}
