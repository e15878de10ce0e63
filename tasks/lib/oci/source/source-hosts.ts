import { isIP } from 'node:net';
import { SpokelineError } from '../../errors.ts';
import type { Resolver } from '../../net/resolve.ts';
import type { RegistryPath } from '../failure.ts';
import { pinnedRegistry } from '../pinned-http.ts';
import type { PinnedRegistry } from '../pinned-http.ts';
import { privatePaths } from '../private-path.ts';
import { hostPort } from '../registry-name.ts';
import { portFor } from '../target.ts';
import type { RegistryTarget } from '../target.ts';
import type { FollowLink } from './registry-reader.ts';

export interface SourceHostsOptions {
  readonly resolver: Resolver;
  readonly target: Pick<RegistryTarget, 'port'>;
  /** Networks that hosts have to be in; undefined: any address will do. */
  readonly networks?: readonly string[];
  /** At once, to each host. */
  readonly connections: number;
  /** Instead of the authorities that the process trusts, PEM. */
  readonly ca?: string;
}

/** A host, resolved once for all connections to it. */
export interface SourceHost extends RegistryPath, PinnedRegistry {}

/**
 * Hosts that an image is read from: a registry, its token service, and where it keeps content. Each
 * is resolved once, and its certificate is checked against its name.
 */
export class SourceHosts {
  readonly #options: SourceHostsOptions;
  readonly #hosts = new Map<string, Promise<SourceHost>>();

  constructor(options: SourceHostsOptions) {
    this.#options = options;
  }

  /**
   * @param server host, with its port if that is not 443
   * @param networks that this host has to be in, whatever holds for others
   * @throws SpokelineError REGISTRY_REQUEST if it does not resolve, REGISTRY_NOT_PRIVATE
   */
  async open(
    server: string,
    signal: AbortSignal,
    networks = this.#options.networks,
  ): Promise<SourceHost> {
    const known = this.#hosts.get(server) ?? this.#open(server, signal, networks);
    this.#hosts.set(server, known);
    try {
      return await known;
    } catch (error) {
      // The next try looks again.
      this.#hosts.delete(server);
      throw error;
    }
  }

  /** Follows a link without any credential. */
  readonly follow: FollowLink = async (url, wanted, signal) => {
    const { http } = await this.open(url.host, signal);
    const target = `${url.pathname}${url.search}`;
    return http({ method: 'GET', target, ...wanted, signal });
  };

  close(): void {
    for (const host of this.#hosts.values()) {
      void host.then(
        ({ close }) => close(),
        () => undefined,
      );
    }
  }

  async #open(
    server: string,
    signal: AbortSignal,
    networks: readonly string[] | undefined,
  ): Promise<SourceHost> {
    const { target, connections, ca } = this.#options;
    const path = await this.#path(server, signal, networks);
    return { ...path, ...pinnedRegistry(path, portFor(server, target), connections, ca) };
  }

  async #path(
    server: string,
    signal: AbortSignal,
    networks: readonly string[] | undefined,
  ): Promise<RegistryPath> {
    const { resolver } = this.#options;
    const place = hostPort(server);
    if (place === undefined) {
      const message = `${server} is no host that an image can be read from`;
      throw new SpokelineError('REGISTRY_REQUEST', message);
    }
    if (networks !== undefined) {
      const [path] = await privatePaths([server], resolver, networks, signal);
      if (path !== undefined) return path;
    }
    const name = place.host;
    if (isIP(name) !== 0) return { loginServer: server, address: name, chain: [] };
    const { addresses, error } = await resolver.resolve(name, signal);
    const [address] = addresses;
    if (address !== undefined) return { loginServer: server, address, chain: [] };
    throw new SpokelineError(
      'REGISTRY_REQUEST',
      `${server}, which the image is read from, does not resolve (${error ?? 'no address'})`,
      {
        hint: 'Check the name, and whether this agent can resolve names outside its own networks.',
      },
    );
  }
}
