import { pinnedRegistry } from '../pinned-http.ts';
import type { PinnedRegistry } from '../pinned-http.ts';
import type { FollowLink } from './registry-reader.ts';

/** Finds the way to a host. @param port of the URL; 443 may be another one on loopback */
export type FindHost = (
  host: string,
  port: number,
  signal: AbortSignal,
) => Promise<{ readonly address: string; readonly port: number }>;

/**
 * Hosts that a registry keeps its content on. Each is resolved once, its certificate is checked
 * against its name, and no credential is sent to any.
 *
 * @param ca instead of the authorities that the process trusts, PEM
 */
export class LinkHosts {
  readonly #find: FindHost;
  readonly #connections: number;
  readonly #ca: string | undefined;
  readonly #hosts = new Map<string, Promise<PinnedRegistry>>();

  constructor(find: FindHost, connections: number, ca?: string) {
    this.#find = find;
    this.#connections = connections;
    this.#ca = ca;
  }

  readonly follow: FollowLink = async (url, headers, signal) => {
    const known = this.#hosts.get(url.host) ?? this.#open(url, signal);
    this.#hosts.set(url.host, known);
    const { http } = await known;
    const target = `${url.pathname}${url.search}`;
    return http({ method: 'GET', target, headers, streamed: true, signal });
  };

  close(): void {
    for (const host of this.#hosts.values()) {
      void host.then(
        ({ close }) => close(),
        () => undefined,
      );
    }
  }

  async #open(url: URL, signal: AbortSignal): Promise<PinnedRegistry> {
    try {
      const { address, port } = await this.#find(url.hostname, Number(url.port || 443), signal);
      const path = { loginServer: url.host, address, chain: [] };
      return pinnedRegistry(path, port, this.#connections, this.#ca);
    } catch (error) {
      // The next try looks again.
      this.#hosts.delete(url.host);
      throw error;
    }
  }
}
