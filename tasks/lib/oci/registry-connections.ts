import type { Resolver } from '../net/resolve.ts';
import type { RegistryHttp } from './http.ts';
import { pinnedRegistry } from './pinned-http.ts';
import type { PinnedRegistry } from './pinned-http.ts';
import { atOnce } from './pool.ts';
import { privatePaths } from './private-path.ts';
import type { PathEvidence } from './private-path.ts';
import { portFor } from './target.ts';
import type { RegistryTarget } from './target.ts';

/** A host whose address was judged, and the only way to it. */
export interface PinnedEndpoint extends PathEvidence {
  readonly http: RegistryHttp;
}

/** Connections of one run to the registry and the hosts that belong to it. */
export class RegistryConnections {
  readonly #resolver: Resolver;
  readonly #networks: readonly string[];
  readonly #target: Pick<RegistryTarget, 'port'>;
  readonly #opened: PinnedRegistry[] = [];

  constructor(
    resolver: Resolver,
    networks: readonly string[],
    target: Pick<RegistryTarget, 'port'>,
  ) {
    this.#resolver = resolver;
    this.#networks = networks;
    this.#target = target;
  }

  /**
   * Resolves all of these hosts once and pins their addresses; nothing is sent.
   *
   * @param concurrency of big blobs to the first one
   * @throws SpokelineError REGISTRY_NOT_PRIVATE for all that are outside the declared networks
   */
  async open(
    hosts: readonly [string, ...string[]],
    concurrency: number,
    signal: AbortSignal,
  ): Promise<[PinnedEndpoint, ...PinnedEndpoint[]]> {
    const paths = await privatePaths(hosts, this.#resolver, this.#networks, signal);
    const endpoints = paths.map((path) => {
      const port = portFor(path.loginServer, this.#target);
      const pinned = pinnedRegistry(path, port, atOnce(concurrency));
      this.#opened.push(pinned);
      return { ...path, http: pinned.http };
    });
    return endpoints as [PinnedEndpoint, ...PinnedEndpoint[]];
  }

  /** Ends the connections that are kept open. */
  close(): void {
    for (const pinned of this.#opened) pinned.close();
  }
}
