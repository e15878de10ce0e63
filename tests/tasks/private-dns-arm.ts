import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceConnection } from '../../tasks/lib/azure/connection.ts';
import type { TransportOptions } from '../../tasks/lib/azure/arm-transport.ts';
import { createTestAuthority, listenTls, readBody, trustingClient } from '../support/tls.ts';

export const hubSubscription = '00000000-0000-4000-8000-00000000000a';
export const stampSubscription = '00000000-0000-4000-8000-00000000000b';

interface Stored {
  id: string;
  name: string;
  type?: string;
  etag?: string;
  tags?: Record<string, string>;
  location?: string;
  properties: Record<string, unknown>;
}

/** What meets the next matching request instead of the answer. */
export interface Interference {
  readonly method: string;
  readonly path: RegExp;
  readonly status?: number;
  readonly body?: unknown;
  readonly reset?: 'before' | 'after';
  /** Runs before the request is looked at: another writer. */
  readonly meanwhile?: () => void | Promise<void>;
}

export interface DnsArm {
  readonly connection: (role: 'hub' | 'stamp') => ServiceConnection;
  readonly transport: TransportOptions;
  /** Resources by id in lower case. */
  readonly resources: Map<string, Stored>;
  /** Writes that were carried out: `METHOD path`. */
  readonly writes: string[];
  /** Identity (token) and path of each request. */
  readonly requests: { token: string; method: string; path: string }[];
  interferences: Interference[];
  put(id: string, resource: Partial<Stored>): void;
  close(): Promise<void>;
}

/** Enough of Resource Manager for endpoints, interfaces, zones, A records and links, with etags. */
export async function startDnsArm(): Promise<DnsArm> {
  const authority = await createTestAuthority();
  const resources = new Map<string, Stored>();
  let etag = 0;
  const put = (id: string, resource: Partial<Stored>) => {
    const name = id.split('/').at(-1) ?? '';
    const [namespace = '', ...parts] = (id.split('/providers/')[1] ?? '').split('/');
    const type = [namespace, ...parts.filter((_part, n) => n % 2 === 0)].join('/');
    const stored = { id, name, type, properties: {}, ...resource, etag: `"e${(etag += 1)}"` };
    resources.set(id.toLowerCase(), stored);
  };
  const fake: DnsArm = {
    connection: (role) => ({
      id: role,
      scheme: 'ServicePrincipal',
      resourceManagerUrl: server.url,
      authorityUrl: server.url,
      audience: `${server.url}/${role}`,
      tenantId: 't',
      clientId: role,
      secret: 's',
      subscriptionId: role === 'hub' ? hubSubscription : stampSubscription,
    }),
    transport: {
      httpClient: trustingClient(authority.ca),
      tokens: {
        // The scope tells whose identity is meant.
        token: (scope) =>
          Promise.resolve({ token: scope.includes('/hub') ? 'hub' : 'stamp', expiresAt: Infinity }),
      },
    },
    resources,
    writes: [],
    requests: [],
    interferences: [],
    put,
    close: () => server.close(),
  };
  const server = await listenTls(
    await authority.issue(['127.0.0.1']),
    (request: IncomingMessage, response: ServerResponse) => void handle(fake, request, response),
  );
  return fake;
}

async function handle(
  fake: DnsArm,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'https://x').pathname);
  const method = request.method ?? '';
  const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
  fake.requests.push({ token, method, path });
  const text = await readBody(request);
  const index = fake.interferences.findIndex((i) => i.method === method && i.path.test(path));
  const [interference] = index < 0 ? [] : fake.interferences.splice(index, 1);
  await interference?.meanwhile?.();
  if (interference?.reset === 'before') {
    request.socket.destroy();
    return;
  }
  const { status, body } =
    interference?.status === undefined
      ? answer(fake, method, path, text, request.headers)
      : { status: interference.status, body: interference.body };
  if (interference?.reset === 'after') {
    request.socket.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

function answer(
  fake: DnsArm,
  method: string,
  path: string,
  text: string,
  headers: IncomingMessage['headers'],
): { status: number; body?: unknown } {
  const key = path.toLowerCase();
  const present = fake.resources.get(key);
  const isCollection =
    key.split('/providers/')[1]?.split('/').length === undefined
      ? false
      : (key.split('/providers/')[1] ?? '').split('/').length % 2 === 0;
  if (method === 'GET' && isCollection) {
    // All record sets of a zone: every type that stands where ALL does, but for links.
    const all = key.endsWith('/all');
    const start = all ? key.slice(0, -'all'.length) : `${key}/`;
    const depth = key.split('/').length + 1;
    const value = [...fake.resources.entries()]
      .filter(([id]) => id.startsWith(start) && id.split('/').length === depth)
      .filter(([id]) => !all || !id.includes('/virtualnetworklinks/'))
      .map(([, resource]) => resource);
    return { status: 200, body: { value } };
  }
  if (method === 'GET') {
    if (present !== undefined) return { status: 200, body: present };
    return { status: 404, body: { error: { code: 'ResourceNotFound', message: path } } };
  }
  const ifMatch = headers['if-match'];
  const failed =
    (headers['if-none-match'] === '*' && present !== undefined) ||
    (ifMatch !== undefined && ifMatch !== present?.etag);
  if (failed) {
    return { status: 412, body: { error: { code: 'PreconditionFailed', message: 'etag' } } };
  }
  fake.writes.push(`${method} ${path}`);
  if (method === 'DELETE') {
    fake.resources.delete(key);
    return { status: 200 };
  }
  fake.put(path, JSON.parse(text) as Partial<Stored>);
  return { status: present === undefined ? 201 : 200, body: fake.resources.get(key) };
}
