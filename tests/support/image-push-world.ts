import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEntra } from '../../sandbox/azure/entra/entra.ts';
import type { Entra } from '../../sandbox/azure/entra/entra.ts';
import { createRegistry } from '../../sandbox/azure/registry/registry.ts';
import type { Registry, RegistryOptions } from '../../sandbox/azure/registry/registry.ts';
import { createAuthority } from '../../sandbox/http/certificates.ts';
import type { Authority } from '../../sandbox/http/certificates.ts';
import { listenTls } from '../../sandbox/http/tls-server.ts';
import type { TlsListener } from '../../sandbox/http/tls-server.ts';
import { writeTopology } from './loopback-topology.ts';
import { startNameServer, type NameServer } from './name-server.ts';
import { runPackaged, type TaskRun } from './packaged-task.ts';
import { connectionEnvironment, secretOf } from './service-connection.ts';

const tenantId = '00000000-0000-4000-8000-0000000000ff';
const connection = '00000000-0000-4000-8000-0000000000c1';
export const loginServer = 'crtest.azurecr.io';
export const clientSecret = 'a-client-secret';
/** Inside the networks of the topology. */
const privateAddress = '127.110.0.101';

export interface RegistryServer extends Registry {
  readonly port: number;
}

/** An estate on loopback around the task: identity, names, topology, and registries of the sandbox. */
export class ImagePushWorld {
  folder = '';
  /** Whether the identity has rights on registries. */
  allowed = true;
  /** Method and path of all that came to login servers. */
  readonly requests: string[] = [];
  /** Headers of all that came to data endpoints. */
  readonly pulls: IncomingHttpHeaders[] = [];
  readonly #run: typeof runPackaged;
  readonly #listeners: TlsListener[] = [];
  #authority: Authority | undefined;
  #entra: Entra | undefined;
  #names: NameServer | undefined;
  #clientId = '';

  /** @param run how the task is run */
  constructor(run = runPackaged) {
    this.#run = run;
    before(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'image-push-world-'));
      this.#authority = await createAuthority(folder);
      this.#entra = await startEntra({ authority: this.#authority, tenantId, port: 0 });
      const { clientId } = this.#entra.addApplication({ name: 'stamp', secret: clientSecret });
      this.#clientId = clientId;
      this.#names = await startNameServer();
    });
    after(async () => {
      await this.entra.close();
      await this.#names?.close();
      await rm(join(this.authority.caFile, '..'), { recursive: true });
    });
    beforeEach(async () => {
      this.allowed = true;
      this.requests.length = 0;
      this.pulls.length = 0;
      this.folder = await mkdtemp(join(tmpdir(), 'image-push-'));
    });
    afterEach(async () => {
      for (const listener of this.#listeners.splice(0)) await listener.close();
      this.names.clear();
      await rm(this.folder, { recursive: true });
    });
  }

  get authority(): Authority {
    if (this.#authority === undefined) throw new Error('before its time');
    return this.#authority;
  }

  get entra(): Entra {
    if (this.#entra === undefined) throw new Error('before its time');
    return this.#entra;
  }

  /** Names to their aliases and addresses. */
  get names(): Map<string, readonly string[]> {
    if (this.#names === undefined) throw new Error('before its time');
    return this.#names.names;
  }

  /** Names that were asked for, in order. */
  get asked(): string[] {
    return this.#names?.asked ?? [];
  }

  /**
   * A registry that resolves into the declared networks, or elsewhere.
   *
   * @param port that the others listen on, on another address; a free one for the first
   */
  async startRegistry(
    name = loginServer,
    address = privateAddress,
    port = 0,
    options: Partial<RegistryOptions> = {},
  ): Promise<RegistryServer> {
    const registry = createRegistry({
      loginServer: name,
      identify: (token) =>
        this.entra.verify(token, ['https://containerregistry.azure.net'])?.objectId,
      isAllowed: () => this.allowed,
      ...options,
    });
    const listener = await listenTls({
      host: address,
      port,
      certificate: await this.authority.issue([name]),
      handler: (request, response) => {
        this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
        return registry.handler(request, response);
      },
      name: 'registry',
    });
    this.#listeners.push(listener);
    this.names.set(name, [name.replace('.azurecr.io', '.privatelink.azurecr.io'), address]);
    if (port === 0) await this.mapPort(listener.port);
    return { ...registry, port: listener.port };
  }

  /** A data endpoint of a registry, with its name. */
  async startDataEndpoint(registry: RegistryServer, name: string, address: string): Promise<void> {
    const listener = await listenTls({
      host: address,
      port: registry.port,
      certificate: await this.authority.issue([name]),
      handler: (request, response) => {
        this.pulls.push(request.headers);
        return registry.dataHandler(name)(request, response);
      },
      name: 'data',
    });
    this.#listeners.push(listener);
    this.names.set(name, [address]);
  }

  /** Says in the topology which port stands for 443. */
  async mapPort(port: number): Promise<void> {
    await mkdir(join(this.folder, 'estate'), { recursive: true });
    await writeTopology(join(this.folder, 'estate'), this.#names?.server ?? '', port);
  }

  /** Runs the task with the identity and the topology; inputs may replace any of it. */
  push(inputs: Record<string, string>): Promise<TaskRun> {
    const given = {
      azureSubscription: connection,
      repository: 'team/app',
      topology: join(this.folder, 'estate', 'topology.yml'),
      overlays: join(this.folder, 'estate', 'topology.sandbox.yml'),
      ...inputs,
    };
    const target = {
      arm: 'https://localhost:1/',
      authority: this.entra.authorityUrl,
      ca: this.authority.caFile,
      tenantId,
    };
    const environment = connectionEnvironment(
      connection,
      target,
      secretOf({ clientId: this.#clientId, clientSecret }),
    );
    return this.#run('ImagePush', this.folder, given, environment);
  }

  /** The id of the service connection of the identity. */
  get connection(): string {
    return connection;
  }
}
