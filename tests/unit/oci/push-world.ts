import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../sandbox/http/certificates.ts';
import type { Authority } from '../../../sandbox/http/certificates.ts';
import { registryLogin } from '../../../tasks/lib/azure/registry-token.ts';
import type { Clock } from '../../../tasks/lib/net/clock.ts';
import { readLayout } from '../../../tasks/lib/oci/source/layout.ts';
import { pinnedRegistry } from '../../../tasks/lib/oci/pinned-http.ts';
import { pushImage } from '../../../tasks/lib/oci/push.ts';
import type { PushResult, PushTarget } from '../../../tasks/lib/oci/repository-push.ts';
import { RegistrySession } from '../../../tasks/lib/oci/session.ts';
import { addImage, finish } from './layout-files.ts';
import type { Named } from './layout-files.ts';
import { entraToken, startRegistry } from './registry-server.ts';
import type { RegistryOptions, TestRegistry } from './registry-server.ts';

export const name = 'crtest.azurecr.io';
export const mebibyte = 1024 * 1024;

/** Random bytes of these sizes. */
export function layers(...sizes: number[]): Buffer[] {
  return sizes.map((size) => randomBytes(size));
}

/** Sleeps take no time; the time they would have taken is kept. */
class QuickClock implements Clock {
  readonly slept: number[] = [];
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    this.slept.push(ms);
    this.#ahead += ms;
    return Promise.resolve();
  }

  skip(ms: number): void {
    this.#ahead += ms;
  }
}

/** A layout folder, a registry and an identity, new for each test of the suite that makes it. */
export class PushWorld {
  folder = '';
  clock = new QuickClock();
  /** Secrets that were hidden, in order. */
  masked: string[] = [];
  /** How often an Entra token was asked for. */
  exchanges = 0;
  #authority: Authority | undefined;
  #registry: TestRegistry | undefined;

  constructor() {
    before(async () => {
      this.#authority = await createAuthority(await mkdtemp(join(tmpdir(), 'push-ca-')));
    });
    after(() => rm(join(this.authority.caFile, '..'), { recursive: true }));
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'push-layout-'));
      this.clock = new QuickClock();
      this.masked = [];
      this.exchanges = 0;
    });
    afterEach(async () => {
      await this.#registry?.close();
      this.#registry = undefined;
      await rm(this.folder, { recursive: true });
    });
  }

  get authority(): Authority {
    assert.ok(this.#authority);
    return this.#authority;
  }

  async start(options: Partial<RegistryOptions> = {}): Promise<TestRegistry> {
    const certificate = await this.authority.issue([name]);
    this.#registry = await startRegistry({ name, certificate, ...options });
    return this.#registry;
  }

  /** Makes the folder an image of these layers. */
  async image(content: readonly Buffer[], more?: Record<string, unknown>): Promise<Named> {
    const root = await addImage(this.folder, content, more);
    await finish(this.folder, root);
    return root;
  }

  async push(
    target: Partial<PushTarget> = {},
    onBlob?: (done: number) => void,
  ): Promise<PushResult> {
    assert.ok(this.#registry);
    const path = { loginServer: name, address: '127.0.0.1', chain: [] };
    const pinned = pinnedRegistry(path, this.#registry.port, 16, this.authority.caPem);
    const login = registryLogin({
      tokens: {
        token: (scope) => {
          assert.equal(scope, 'https://containerregistry.azure.net/.default');
          this.exchanges += 1;
          return Promise.resolve({ token: entraToken, expiresAt: Date.now() + 3_600_000 });
        },
      },
      tenantId: 'tenant',
      http: pinned.http,
      path,
      mask: (secret) => this.masked.push(secret),
    });
    const scopes = ['repository:team/app:pull,push'];
    if (target.mountFrom !== undefined) scopes.push(`repository:${target.mountFrom}:pull`);
    const { clock } = this;
    const session = new RegistrySession({ http: pinned.http, login, path, scopes, clock });
    try {
      return await pushImage(
        await readLayout(this.folder),
        { repository: 'team/app', tags: ['1.0'], ...target },
        session,
        {
          concurrency: 4,
          signal: AbortSignal.timeout(15_000),
          onBlob: (_blob, _outcome, done) => onBlob?.(done),
        },
      );
    } finally {
      pinned.close();
    }
  }
}
