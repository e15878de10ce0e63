import type { ResourceReader } from '../arm/store.ts';
import { text } from '../network/fields.ts';
import type { Handler } from '../../http/tls-server.ts';
import { sendJson } from '../../http/json-body.ts';
import type { Registries } from './registries.ts';

/** Opens a server on a free port of this machine; @returns its URL, `https://localhost:P` */
export type Listen = (name: string, port: number, handler: Handler) => Promise<string>;

/** How many registries may be made in one go, each by its own login server. */
const spares = 8;

/**
 * Login servers of registries that cannot have private endpoints (Basic, Standard). In Azure everybody reaches
 * them over the internet, which this machine's loopback stands in for: `localhost:P`, a port each. A client
 * outside the private networks, such as `az acr login`, needs no DNS of the sandbox for it.
 */
export class PublicRegistries {
  readonly #listen: Listen;
  readonly #free: string[] = [];
  readonly #taken = new Map<string, string>();
  #attached: { store: ResourceReader; registries: Registries } | undefined;

  private constructor(listen: Listen) {
    this.#listen = listen;
  }

  /** The ports are opened ahead, because a registry's login server is part of the answer to its PUT. */
  static async open(listen: Listen): Promise<PublicRegistries> {
    const made = new PublicRegistries(listen);
    await Promise.all(Array.from({ length: spares }, () => made.#open()));
    return made;
  }

  attach(store: ResourceReader, registries: Registries): void {
    this.#attached = { store, registries };
  }

  /**
   * The login server of a registry, the same as long as the sandbox lives.
   * @throws Error if more registries were made than there are open ports
   */
  loginServer(registryName: string): string {
    const key = registryName.toLowerCase();
    const known = this.#taken.get(key);
    if (known !== undefined) return known;
    const host = this.#free.pop();
    if (host === undefined) {
      throw new Error(
        `the sandbox has no login server for registry '${registryName}': it has ${String(spares)} for ` +
          'registries that are Basic or Standard',
      );
    }
    this.#taken.set(key, host);
    return host;
  }

  async #open(): Promise<void> {
    const own: { host?: string } = {};
    const url = await this.#listen('registry', 0, (request, response) => {
      const resource = this.#attached?.store
        .list('Microsoft.ContainerRegistry/registries')
        .find(({ properties }) => text(properties, 'loginServer') === own.host);
      if (resource !== undefined) {
        return this.#attached?.registries.of(resource).handler(request, response);
      }
      request.resume();
      sendJson(response, 404, {
        errors: [
          { code: 'NAME_UNKNOWN', message: `no registry has the login server ${own.host ?? ''}` },
        ],
      });
    });
    own.host = new URL(url).host;
    this.#free.push(own.host);
  }
}
