import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAuthority } from '../../../sandbox/http/certificates.ts';
import { listenTls } from '../../../sandbox/http/tls-server.ts';
import type { RegistryOptions } from '../../../sandbox/azure/registry/registry.ts';
import { createRegistry } from '../../../sandbox/azure/registry/registry.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  json(): unknown;
}

export interface CallOptions {
  token?: string | undefined;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

export interface RunningRegistry {
  loginServer: string;
  call(method: string, url: string, o?: CallOptions): Promise<Answer>;
  /** An access token for scopes, through exchange and token endpoint. */
  token(identity: string, ...scopes: string[]): Promise<string>;
  refreshToken(identity: string): Promise<string>;
  stop(): Promise<void>;
}

export const sha256 = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Roles by identity; an Entra token here is `entra:<identity>`. */
const roles: Record<string, string[]> = {
  pusher: ['pull/read', 'push/write'],
  puller: ['pull/read'],
  owner: ['pull/read', 'push/write', 'artifacts/delete', 'read'],
};

/** Of the one replica that a test may have. */
export const dataHost = 'cr.westeurope.data.azurecr.io';

/** A registry behind its own TLS listener. */
export async function runRegistry(
  options: Partial<RegistryOptions> = {},
): Promise<RunningRegistry> {
  const directory = await mkdtemp(path.join(tmpdir(), 'registry-'));
  const authority = await createAuthority(directory);
  const started: { registry?: ReturnType<typeof createRegistry> } = {};
  const listener = await listenTls({
    host: '127.0.0.1',
    port: 0,
    certificate: await authority.issue(['localhost']),
    handler: (incoming, response) =>
      incoming.url?.startsWith('/blobs/') === true
        ? started.registry?.dataHandler(dataHost)(incoming, response)
        : started.registry?.handler(incoming, response),
    name: 'registry',
  });
  const loginServer = new URL(listener.url).host;
  started.registry = createRegistry({
    loginServer,
    identify: (token) => (token.startsWith('entra:') ? token.slice(6) : undefined),
    isAllowed: (objectId, action) =>
      roles[objectId]?.includes(action.replace('Microsoft.ContainerRegistry/registries/', '')) ===
      true,
    ...options,
  });
  const agent = new Agent({ ca: authority.caPem, keepAlive: true });

  function call(method: string, url: string, o: CallOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(url, listener.url),
        {
          method,
          agent,
          headers: {
            ...(o.token === undefined ? {} : { Authorization: `Bearer ${o.token}` }),
            ...(o.body === undefined || o.headers?.['Transfer-Encoding'] !== undefined
              ? {}
              : { 'Content-Length': Buffer.byteLength(o.body) }),
            ...o.headers,
          },
        },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const body = Buffer.concat(parts);
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body,
              json: () => JSON.parse(body.toString()) as unknown,
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(o.body);
    });
  }

  async function form(url: string, pairs: [string, string][]): Promise<Record<string, string>> {
    const answer = await call('POST', url, { body: new URLSearchParams(pairs).toString() });
    if (answer.status !== 200)
      throw new Error(`${String(answer.status)} ${answer.body.toString()}`);
    return answer.json() as Record<string, string>;
  }

  async function refreshToken(identity: string): Promise<string> {
    const answer = await form('/oauth2/exchange', [
      ['grant_type', 'access_token'],
      ['service', loginServer],
      ['access_token', `entra:${identity}`],
    ]);
    return answer['refresh_token'] ?? '';
  }

  return {
    loginServer,
    call,
    refreshToken,
    async token(identity, ...scopes) {
      const answer = await form('/oauth2/token', [
        ['grant_type', 'refresh_token'],
        ['service', loginServer],
        ['refresh_token', await refreshToken(identity)],
        ...scopes.map((scope): [string, string] => ['scope', scope]),
      ]);
      return answer['access_token'] ?? '';
    },
    async stop() {
      agent.destroy();
      await listener.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Pushes a blob in one PUT. */
export async function pushBlob(
  registry: RunningRegistry,
  token: string,
  name: string,
  bytes: Buffer,
): Promise<string> {
  const digest = sha256(bytes);
  const open = await registry.call('POST', `/v2/${name}/blobs/uploads/`, { token });
  const url = `${open.headers.location ?? ''}&digest=${digest}`;
  const done = await registry.call('PUT', url, { token, body: bytes });
  if (done.status !== 201) throw new Error(`${String(done.status)} ${done.body.toString()}`);
  return digest;
}

/** An image manifest with these blobs as config and layers. */
export function manifestOf(
  config: Buffer,
  layers: readonly Buffer[],
  more: Record<string, unknown> = {},
): Buffer {
  const describe = (bytes: Buffer, mediaType: string): Record<string, unknown> => ({
    mediaType,
    digest: sha256(bytes),
    size: bytes.length,
  });
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: describe(config, 'application/vnd.oci.image.config.v1+json'),
      layers: layers.map((layer) => describe(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')),
      ...more,
    }),
  );
}
