import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArm, type Arm, type ArmOptions } from '../../../sandbox/azure/arm/server.ts';
import { createAuthority, type Authority } from '../../../sandbox/http/certificates.ts';
import { listenTls } from '../../../sandbox/http/tls-server.ts';

export const tenantId = '11111111-1111-4111-8111-111111111111';
export const hubSubscription = '00000000-0000-4000-8000-00000000000a';
export const stampSubscription = '00000000-0000-4000-8000-00000000000b';
export const hub = `/subscriptions/${hubSubscription}/resourceGroups/rg-hub`;
export const stamp = `/subscriptions/${stampSubscription}/resourceGroups/rg-stamp`;

/** Object ids double as tokens; the client id is the object id with a `c` in front. */
export const owner = '10000000-0000-4000-8000-000000000001';
export const guest = '10000000-0000-4000-8000-000000000002';
export const stranger = '10000000-0000-4000-8000-000000000003';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: IncomingHttpHeaders;
}

export interface Asking {
  body?: unknown;
  /** Sent as it is. */
  raw?: string;
  /** Object id; '' sends no token. */
  as?: string;
  headers?: Record<string, string>;
}

export interface World {
  arm: Arm;
  url: string;
  /** PEM of the authority that the server's certificate comes from. */
  ca: string;
  ask(method: string, path: string, asking?: Asking): Promise<Answer>;
  /** PUT and wait until it is provisioned; throws if that is refused. */
  make(path: string, body: unknown, as?: string): Promise<Record<string, unknown>>;
  /** `properties` of a GET; throws if that is refused. */
  properties(path: string): Promise<Record<string, unknown>>;
  /** A request that must be refused, as `status code: message`. */
  refused(method: string, path: string, body?: unknown, as?: string): Promise<string>;
  /** GET until it is provisioned. */
  settled(path: string, as?: string): Promise<Record<string, unknown>>;
  /** DELETE and wait until it is gone; throws if that is refused. */
  drop(path: string, as?: string): Promise<void>;
  /** Polls `Azure-AsyncOperation`, `Location` or a deployment to the end. */
  follow(answer: Answer, as?: string): Promise<Answer>;
  stop(): Promise<void>;
}

let shared: { authority: Authority; certificate: { cert: string; key: string } } | undefined;

/** A resource manager over TLS on loopback, with an owner of both subscriptions and two empty groups. */
export async function startWorld(options: Partial<ArmOptions> = {}): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'spokeline-arm-'));
  if (shared === undefined) {
    const authority = await createAuthority(directory);
    shared = { authority, certificate: await authority.issue(['localhost', '127.0.0.1']) };
  }
  const arm = createArm({
    tenantId,
    subscriptions: [
      { id: hubSubscription, name: 'hub' },
      { id: stampSubscription, name: 'stamps' },
    ],
    authenticate: (token) =>
      [owner, guest, stranger].includes(token)
        ? { objectId: token, clientId: `c${token}` }
        : undefined,
    pace: 2,
    retryAfter: 0,
    ...options,
  });
  const listener = await listenTls({
    host: '127.0.0.1',
    port: 0,
    certificate: shared.certificate,
    handler: arm.handler,
    name: 'arm',
  });
  const url = `https://127.0.0.1:${String(listener.port)}`;
  const agent = new Agent({ keepAlive: true, ca: shared.authority.caPem });
  for (const id of [hubSubscription, stampSubscription]) {
    arm.assignRole(owner, 'Owner', `/subscriptions/${id}`);
  }

  const ask = (method: string, path: string, asking: Asking = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const text = asking.raw ?? (asking.body === undefined ? '' : JSON.stringify(asking.body));
      const as = asking.as ?? owner;
      const target = path.startsWith('https:') ? path : `${url}${path}`;
      const call = request(
        target,
        {
          method,
          agent,
          headers: {
            ...(as === '' ? {} : { Authorization: `Bearer ${as}` }),
            'Content-Length': Buffer.byteLength(text),
            ...asking.headers,
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const content = Buffer.concat(parts).toString('utf8');
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: content === '' ? {} : (JSON.parse(content) as Record<string, unknown>),
            });
          });
        },
      );
      call.on('error', reject);
      call.end(text);
    });

  const follow = async (answer: Answer, as?: string): Promise<Answer> => {
    const who = as === undefined ? {} : { as };
    const status = answer.headers['azure-asyncoperation'];
    const location = answer.headers.location;
    if (typeof status === 'string') {
      for (;;) {
        const now = await ask('GET', status, who);
        const state = String(now.body['status']);
        if (!['InProgress', 'Running', 'Accepted'].includes(state)) return now;
      }
    }
    if (location === undefined) return answer;
    for (;;) {
      const now = await ask('GET', location, who);
      if (now.status !== 202) return now;
    }
  };

  const refused = (method: string, path: string, answer: Answer): Error =>
    new Error(`${method} ${path}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);

  const world: World = {
    arm,
    url,
    ca: shared.authority.caPem,
    ask,
    follow,
    async make(path, body, as) {
      const who = as === undefined ? {} : { as };
      const first = await ask('PUT', path, { body, ...who });
      if (first.status >= 400) throw refused('PUT', path, first);
      const last = await follow(first, as);
      if (last.status >= 400 || last.body['status'] === 'Failed') throw refused('PUT', path, last);
      return world.settled(path, as);
    },
    async properties(path) {
      const answer = await ask('GET', path);
      if (answer.status !== 200) throw refused('GET', path, answer);
      return answer.body['properties'] as Record<string, unknown>;
    },
    async refused(method, path, body, as = owner) {
      const answer = await ask(method, path, { as, ...(body === undefined ? {} : { body }) });
      if (answer.status < 400) throw new Error(`${method} ${path} was accepted`);
      const { code, message } = errorOf(answer);
      return `${String(answer.status)} ${code}: ${message}`;
    },
    async settled(path, as) {
      for (;;) {
        const { body: made } = await ask('GET', path, as === undefined ? {} : { as });
        const properties = made['properties'] as Record<string, unknown> | undefined;
        const state = properties?.['provisioningState'] ?? 'Succeeded';
        if (state === 'Succeeded') return made;
      }
    },
    async drop(path, as) {
      const first = await ask('DELETE', path, as === undefined ? {} : { as });
      if (first.status >= 400) throw refused('DELETE', path, first);
      const last = await follow(first, as);
      if (last.status >= 400 || last.body['status'] === 'Failed')
        throw refused('DELETE', path, last);
    },
    async stop() {
      arm.stop();
      agent.destroy();
      await listener.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  for (const group of [hub, stamp]) {
    await world.make(`${group}?api-version=2021-04-01`, { location: 'westeurope' });
  }
  return world;
}

/** `error` of a refusal. */
export function errorOf(answer: Answer): { code: string; message: string; details?: unknown[] } {
  return answer.body['error'] as { code: string; message: string; details?: unknown[] };
}

export const network = '2024-05-01';

/** Path of a Microsoft.Network resource with its api-version. */
export function net(group: string, path: string, version = network): string {
  return `${group}/providers/Microsoft.Network/${path}?api-version=${version}`;
}

export function dns(group: string, path: string, version = '2024-06-01'): string {
  return net(group, `privateDnsZones/${path}`, version);
}

export function vaultPath(group: string, name: string): string {
  return `${group}/providers/Microsoft.KeyVault/vaults/${name}?api-version=2023-07-01`;
}

export function vaultBody(): Record<string, unknown> {
  return {
    location: 'westeurope',
    properties: {
      tenantId,
      sku: { family: 'A', name: 'standard' },
      enableRbacAuthorization: true,
    },
  };
}

/** Id of a virtual network. */
export const vnetId = (group: string, name: string): string =>
  `${group}/providers/Microsoft.Network/virtualNetworks/${name}`;

/** The body of a virtual network, with subnets by name. */
export function networkBody(
  prefix: string,
  subnets?: Record<string, string>,
): Record<string, unknown> {
  return {
    location: 'westeurope',
    properties: {
      addressSpace: { addressPrefixes: [prefix] },
      ...(subnets === undefined
        ? {}
        : {
            subnets: Object.entries(subnets).map(([name, addressPrefix]) => ({
              name,
              properties: { addressPrefix },
            })),
          }),
    },
  };
}
