import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEntra } from '../../sandbox/azure/entra/entra.ts';
import type { Entra } from '../../sandbox/azure/entra/entra.ts';
import type { Misbehaviour } from '../../sandbox/azure/registry/misbehaviour.ts';
import { createRegistry } from '../../sandbox/azure/registry/registry.ts';
import type { Registry } from '../../sandbox/azure/registry/registry.ts';
import { createAuthority } from '../../sandbox/http/certificates.ts';
import type { Authority } from '../../sandbox/http/certificates.ts';
import { listenTls } from '../../sandbox/http/tls-server.ts';
import type { Handler, TlsListener } from '../../sandbox/http/tls-server.ts';
import { readText, request } from '../../tasks/lib/net/http.ts';
import { runPackaged } from '../support/packaged-task.ts';
import type { TaskRun } from '../support/packaged-task.ts';

const tenantId = '00000000-0000-4000-8000-0000000000ff';
const connection = '00000000-0000-4000-8000-0000000000c2';
const secret = 'a-client-secret';
const address = '127.110.0.101';
const replicas = [
  { region: 'westeurope', host: '127.110.0.102' },
  { region: 'northeurope', host: '127.110.0.103' },
];
/** User name that goes with a refresh token: https://learn.microsoft.com/azure/container-registry/container-registry-authentication */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** A request to a data host. */
export interface Pull {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
}

/** Identity and certificates for registries that misbehave, one after the other. */
export class MisbehavingWorld {
  readonly folder: string;
  readonly #authority: Authority;
  readonly #entra: Entra;
  readonly #clientId: string;
  #listener: TlsListener | undefined;
  #dataHosts: { region: string; listener: TlsListener }[] = [];
  /** What came to the data hosts since the registry was started. */
  readonly pulls: Pull[] = [];
  registry: Registry | undefined;

  private constructor(folder: string, authority: Authority, entra: Entra) {
    this.folder = folder;
    this.#authority = authority;
    this.#entra = entra;
    this.#clientId = entra.addApplication({ name: 'pusher', secret }).clientId;
  }

  static async open(): Promise<MisbehavingWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'spokeline-misbehaving-'));
    const authority = await createAuthority(folder);
    const entra = await startEntra({ authority, tenantId, port: 0 });
    await mkdir(join(folder, 'certs'));
    await writeFile(join(folder, 'certs', 'ca.crt'), authority.caPem);
    return new MisbehavingWorld(folder, authority, entra);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#entra.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Login server: an address, as skopeo resolves names by itself. */
  get loginServer(): string {
    return `${address}:${this.#listener?.port ?? 0}`;
  }

  /** Starts an empty registry of two replicas in the place of the last one. */
  async start(misbehaviour: Misbehaviour): Promise<Registry> {
    await this.stop();
    this.#listener = await this.#listen(address, (request, response) =>
      this.registry?.handler(request, response),
    );
    for (const { region, host } of replicas) {
      const listener = await this.#listen(host, (request, response) => {
        const { method = '', url = '', headers } = request;
        this.pulls.push({ line: `${method} ${url}`, headers });
        return this.registry?.dataHandler(headers.host ?? '')(request, response);
      });
      this.#dataHosts.push({ region, listener });
    }
    this.registry = createRegistry({
      loginServer: this.loginServer,
      replicas: () =>
        this.#dataHosts.map(({ region, listener }) => ({
          region,
          dataHost: new URL(listener.url).host,
        })),
      identify: (token) =>
        this.#entra.verify(token, ['https://containerregistry.azure.net'])?.objectId,
      isAllowed: () => true,
      misbehaviour,
    });
    return this.registry;
  }

  async stop(): Promise<void> {
    for (const { listener } of this.#dataHosts.splice(0)) await listener.close();
    await this.#listener?.close();
    this.#listener = undefined;
    this.pulls.length = 0;
  }

  async #listen(host: string, handler: Handler): Promise<TlsListener> {
    const certificate = await this.#authority.issue([host]);
    return listenTls({ host, port: 0, certificate, handler, name: 'registry' });
  }

  /** The packaged task, with a docker-registry connection of the type Azure Container Registry. */
  push(inputs: Record<string, string>): Promise<TaskRun> {
    const parameter = `ENDPOINT_AUTH_PARAMETER_${connection}`;
    return runPackaged(
      'ImagePush',
      this.folder,
      {
        containerRegistry: connection,
        networks: '127.110.0.0/16',
        repository: 'team/app',
        ...inputs,
      },
      {
        NODE_EXTRA_CA_CERTS: this.#authority.caFile,
        [`ENDPOINT_URL_${connection}`]: `https://${this.loginServer}`,
        [`ENDPOINT_AUTH_SCHEME_${connection}`]: 'ServicePrincipal',
        [`ENDPOINT_AUTH_${connection}`]: '{"scheme":"ServicePrincipal","parameters":{}}',
        [`ENDPOINT_DATA_${connection}_REGISTRYTYPE`]: 'ACR',
        [`ENDPOINT_DATA_${connection}_ENVIRONMENTAUTHORITYURL`]: this.#entra.authorityUrl,
        [`${parameter}_LOGINSERVER`]: this.loginServer,
        [`${parameter}_TENANTID`]: tenantId,
        [`${parameter}_SERVICEPRINCIPALID`]: this.#clientId,
        [`${parameter}_SERVICEPRINCIPALKEY`]: secret,
      },
    );
  }

  /** What skopeo needs to pull from the registry. */
  async pullOptions(): Promise<string[]> {
    const entra = await this.#post(`${this.#entra.authorityUrl}/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: this.#clientId,
      client_secret: secret,
      scope: 'https://containerregistry.azure.net/.default',
    });
    const { refresh_token: password } = await this.#post(
      `https://${this.loginServer}/oauth2/exchange`,
      {
        grant_type: 'access_token',
        service: this.loginServer,
        tenant: tenantId,
        access_token: entra['access_token'] ?? '',
      },
    );
    const auth = Buffer.from(`${tokenUser}:${password ?? ''}`).toString('base64');
    const authFile = join(this.folder, 'auth.json');
    await writeFile(authFile, JSON.stringify({ auths: { [this.loginServer]: { auth } } }));
    return ['--authfile', authFile, '--src-cert-dir', join(this.folder, 'certs')];
  }

  async #post(url: string, form: Record<string, string>): Promise<Record<string, string>> {
    const { hostname } = new URL(url);
    const response = await request({
      url,
      address: hostname === 'localhost' ? '127.0.0.1' : hostname,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      signal: AbortSignal.timeout(10_000),
      timeoutMs: 10_000,
      ca: this.#authority.caPem,
    });
    return JSON.parse(await readText(response)) as Record<string, string>;
  }
}
