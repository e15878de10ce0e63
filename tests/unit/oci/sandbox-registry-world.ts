import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '../../../sandbox/azure/registry/registry.ts';
import type { Registry, RegistryOptions } from '../../../sandbox/azure/registry/registry.ts';
import { createAuthority } from '../../../sandbox/http/certificates.ts';
import type { Authority } from '../../../sandbox/http/certificates.ts';
import { listenTls } from '../../../sandbox/http/tls-server.ts';
import type { Handler, TlsListener } from '../../../sandbox/http/tls-server.ts';
import { registryLogin } from '../../../tasks/lib/azure/registry-token.ts';
import { systemClock } from '../../../tasks/lib/net/clock.ts';
import type { ImageSource } from '../../../tasks/lib/oci/image.ts';
import { pinnedRegistry } from '../../../tasks/lib/oci/pinned-http.ts';
import type { PinnedRegistry } from '../../../tasks/lib/oci/pinned-http.ts';
import { pushImage } from '../../../tasks/lib/oci/push.ts';
import type { PushResult, PushTarget } from '../../../tasks/lib/oci/repository-push.ts';
import type { DataEndpoint } from '../../../tasks/lib/oci/replica-check.ts';
import { RegistrySession } from '../../../tasks/lib/oci/session.ts';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import { addImage, finish } from './layout-files.ts';
import type { Named } from './layout-files.ts';

export const loginServer = 'crtest.azurecr.io';
const everyName = [loginServer, '*.westeurope.data.azurecr.io', '*.northeurope.data.azurecr.io'];

/** A request as it came in; uploads' ids left out. */
export interface Arrived {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
}

/** A registry of the sandbox on loopback, and our push inside this process. */
export class SandboxRegistryWorld {
  folder = '';
  readonly arrived: Arrived[] = [];
  registry: Registry | undefined;
  #authority: Authority | undefined;
  readonly #listeners: TlsListener[] = [];
  readonly #pinned: PinnedRegistry[] = [];
  #port = 0;

  constructor() {
    before(async () => {
      this.#authority = await createAuthority(await mkdtemp(join(tmpdir(), 'push-ca-')));
    });
    after(() => rm(join(this.authority.caFile, '..'), { recursive: true }));
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'push-plan-'));
      this.arrived.length = 0;
    });
    afterEach(async () => {
      for (const pinned of this.#pinned.splice(0)) pinned.close();
      for (const listener of this.#listeners.splice(0)) await listener.close();
      await rm(this.folder, { recursive: true });
    });
  }

  get authority(): Authority {
    assert.ok(this.#authority);
    return this.#authority;
  }

  get lines(): string[] {
    return this.arrived.map(({ line }) => line);
  }

  async start(options: Partial<RegistryOptions> = {}): Promise<Registry> {
    const registry = createRegistry({
      loginServer,
      identify: () => 'pusher',
      isAllowed: () => true,
      ...options,
    });
    this.registry = registry;
    this.#port = await this.listen(registry.handler, [loginServer]);
    return registry;
  }

  /** A TLS server whose requests are kept. @returns its port */
  async listen(handler: Handler, names: readonly string[] = everyName): Promise<number> {
    const listener = await listenTls({
      host: '127.0.0.1',
      port: 0,
      certificate: await this.authority.issue(names),
      handler: (request, response) => {
        const { method = '', url = '', headers } = request;
        const path = url.replace(/\?.*$/, '').replace(/\/uploads\/[^/]+$/, '/uploads/ID');
        this.arrived.push({ line: `${method} ${path}`, headers });
        return handler(request, response);
      },
      name: 'registry',
    });
    this.#listeners.push(listener);
    return listener.port;
  }

  /** A layout in a folder of its own. */
  async image(name: string, layers: readonly Buffer[]): Promise<Named> {
    const root = await addImage(join(this.folder, name), layers);
    await finish(join(this.folder, name), root);
    return root;
  }

  source(name: string): Promise<ImageSource> {
    return readLayout(join(this.folder, name));
  }

  session(...scopes: string[]): RegistrySession {
    const path = { loginServer, address: '127.0.0.1', chain: [] };
    const { http } = this.#pin(loginServer, this.#port);
    const login = registryLogin({
      tokens: { token: () => Promise.resolve({ token: 'entra', expiresAt: Date.now() + 3.6e6 }) },
      tenantId: 'tenant',
      http,
      path,
      mask: () => undefined,
    });
    return new RegistrySession({ http, login, path, scopes, clock: systemClock });
  }

  dataEndpoint(name: string, port: number): DataEndpoint {
    const { http } = this.#pin(name, port);
    return { loginServer: name, address: '127.0.0.1', chain: [], http };
  }

  #pin(name: string, port: number): PinnedRegistry {
    const path = { loginServer: name, address: '127.0.0.1', chain: [] };
    const pinned = pinnedRegistry(path, port, 8, this.authority.caPem);
    this.#pinned.push(pinned);
    return pinned;
  }

  async push(
    name: string,
    target: Partial<PushTarget> = {},
    signal = AbortSignal.timeout(20_000),
  ): Promise<PushResult> {
    const { repository = 'team/app', mountFrom } = target;
    const scopes = [`repository:${repository}:pull,push`];
    if (mountFrom !== undefined) scopes.push(`repository:${mountFrom}:pull`);
    return pushImage(
      await this.source(name),
      { repository, tags: ['1.0'], ...target },
      this.session(...scopes),
      { concurrency: 4, signal },
    );
  }
}
