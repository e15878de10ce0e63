import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseExact, writeExact } from '../../tasks/lib/net/exact-json.ts';
import type { FakeClock } from '../support/clock.ts';
import {
  createTestAuthority,
  listenTls,
  readBody,
  trustingClient,
  type TestServer,
} from '../support/tls.ts';
import type { HttpClient } from '@azure/core-rest-pipeline';

/** What meets a request instead of, or after, the normal answer. */
export interface Fault {
  readonly method: string;
  readonly path: RegExp;
  readonly times: number;
  /** Requests that pass first. */
  readonly skip?: number;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** The connection is reset: before the server has done anything, or after. */
  readonly reset?: 'before' | 'after';
}

export interface ScriptedOperation {
  readonly type: string;
  readonly name: string;
  /** Milliseconds after the start of the deployment. */
  readonly from: number;
  readonly to: number;
  readonly error?: unknown;
  readonly nested?: readonly ScriptedOperation[];
}

export interface Script {
  /** Milliseconds that a deployment takes. */
  readonly takes: number;
  readonly operations?: readonly ScriptedOperation[];
  readonly outputs?: Record<string, unknown>;
  readonly error?: unknown;
  readonly validation?: { status: number; body: unknown };
}

interface Stored {
  readonly tags: Record<string, string>;
  readonly since: number;
  readonly correlationId: string;
  readonly body: { properties: Record<string, unknown> };
  cancelledAt?: number;
}

export interface ArmFake {
  readonly url: string;
  readonly httpClient: HttpClient;
  /** `METHOD path` of each request that arrived, reset ones included. */
  readonly requests: string[];
  readonly deployments: Map<string, Stored>;
  /** Deployments that were really begun. */
  begun: number;
  script: Script;
  /** Answer to what-if, without a wait. */
  whatIf: unknown;
  faults: Fault[];
  /** Tokens that are answered with 401. */
  readonly withdrawn: Set<string>;
  /** Milliseconds from the first use of a token to the time when it is answered with 401. */
  tokenLifetime: number;
  /** First use of each token. */
  readonly tokens: Map<string, number>;
  close(): Promise<void>;
}

/** Resource Manager on loopback, in the time of the test's clock: enough to deploy, and to be difficult. */
export async function startArm(clock: FakeClock): Promise<ArmFake> {
  const authority = await createTestAuthority();
  const fake: ArmFake = {
    url: '',
    httpClient: trustingClient(authority.ca),
    requests: [],
    deployments: new Map(),
    begun: 0,
    script: { takes: 0 },
    whatIf: undefined,
    faults: [],
    withdrawn: new Set(),
    tokenLifetime: Infinity,
    tokens: new Map(),
    close: () => Promise.resolve(),
  };
  const server: TestServer = await listenTls(
    await authority.issue(['127.0.0.1']),
    (request: IncomingMessage, response: ServerResponse) =>
      void handle(fake, clock, server.url, request, response),
  );
  return Object.assign(fake, { url: server.url, close: () => server.close() });
}

function send(response: ServerResponse, status: number, body?: unknown, headers = {}): void {
  const ids = { 'x-ms-correlation-request-id': 'c0ffee00-0000-4000-8000-000000000001' };
  const type = { 'content-type': 'application/json' };
  response.writeHead(status, { ...ids, ...type, ...headers });
  response.end(body === undefined ? '' : writeExact(body));
}

async function handle(
  fake: ArmFake,
  clock: FakeClock,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? '';
  const path = decodeURIComponent(new URL(request.url ?? '/', url).pathname);
  fake.requests.push(`${method} ${path}`);
  const text = await readBody(request);
  const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
  const since = fake.tokens.get(token) ?? clock.now();
  fake.tokens.set(token, since);
  const expired = clock.now() - since > fake.tokenLifetime;
  if (token === '' || expired || fake.withdrawn.has(token)) {
    send(response, 401, { error: { code: 'ExpiredAuthenticationToken', message: 'expired' } });
    return;
  }
  const fault = nextFault(fake, method, path);
  if (fault?.reset === 'before') {
    request.socket.destroy();
    return;
  }
  if (fault?.status !== undefined) {
    const body = fault.body ?? { error: { code: 'Injected', message: 'injected' } };
    send(response, fault.status, body, fault.headers);
    return;
  }
  if (fault?.reset === 'after') {
    answer(fake, clock, url, method, path, text, undefined);
    request.socket.destroy();
    return;
  }
  answer(fake, clock, url, method, path, text, response);
}

function nextFault(fake: ArmFake, method: string, path: string): Fault | undefined {
  const index = fake.faults.findIndex(
    (f) => f.method === method && f.path.test(path) && f.times > 0,
  );
  const fault = fake.faults[index];
  if (fault === undefined) return undefined;
  if ((fault.skip ?? 0) > 0) {
    fake.faults[index] = { ...fault, skip: (fault.skip ?? 0) - 1 };
    return undefined;
  }
  fake.faults[index] = { ...fault, times: fault.times - 1 };
  return fault;
}

function answer(
  fake: ArmFake,
  clock: FakeClock,
  url: string,
  method: string,
  path: string,
  text: string,
  response: ServerResponse | undefined,
): void {
  const reply = (status: number, body?: unknown, headers = {}) => {
    if (response !== undefined) send(response, status, body, headers);
  };
  const nested = /\/deployments\/([^/]+)\/operations$/i.exec(path)?.[1];
  const [, name = '', action] = /\/deployments\/([^/]+)(?:\/([^/]+))?$/i.exec(path) ?? [];
  const stored = fake.deployments.get(name);
  const { script } = fake;
  if (method === 'POST' && action === 'validate') {
    const { status, body } = script.validation ?? { status: 200, body: { properties: {} } };
    reply(status, body);
  } else if (method === 'POST' && action === 'whatIf') {
    reply(200, fake.whatIf);
  } else if (method === 'PUT') {
    if (stored !== undefined && stateOf(fake, stored, clock) === 'Running') {
      const message = `Unable to edit or replace deployment '${name}': previous deployment is still active.`;
      reply(409, { error: { code: 'DeploymentActive', message } });
      return;
    }
    fake.begun += 1;
    const body = parseExact(text) as Stored['body'] & { tags?: Record<string, string> };
    fake.deployments.set(name, {
      tags: body.tags ?? {},
      since: clock.now(),
      correlationId: 'c0ffee00-0000-4000-8000-000000000001',
      body,
    });
    reply(
      201,
      { id: path, name, properties: { provisioningState: 'Accepted' } },
      {
        'azure-asyncoperation': `${url}${path}/operationStatuses/1?api-version=2025-03-01`,
      },
    );
  } else if (nested !== undefined) {
    const operations = operationsOf(fake, nested);
    if (operations === undefined) notFound(reply, name);
    else reply(200, { value: operations.flatMap((o) => shown(path, o, fake, clock)) });
  } else if (stored === undefined) {
    notFound(reply, name);
  } else if (method === 'POST' && action === 'cancel') {
    stored.cancelledAt = clock.now();
    reply(204);
  } else if (method === 'GET') {
    const state = stateOf(fake, stored, clock);
    reply(200, {
      id: path,
      name,
      tags: stored.tags,
      properties: {
        provisioningState: state,
        correlationId: stored.correlationId,
        ...(state === 'Succeeded' ? { outputs: script.outputs ?? {} } : {}),
        ...(state === 'Failed' ? { error: script.error } : {}),
      },
    });
  } else {
    reply(405, { error: { code: 'MethodNotAllowed', message: method } });
  }
}

function notFound(reply: (status: number, body: unknown) => void, name: string): void {
  const message = `Deployment '${name}' could not be found.`;
  reply(404, { error: { code: 'DeploymentNotFound', message } });
}

function stateOf(fake: ArmFake, stored: Stored, clock: FakeClock): string {
  if (stored.cancelledAt !== undefined) return 'Canceled';
  if (clock.now() - stored.since < fake.script.takes) return 'Running';
  return fake.script.error === undefined ? 'Succeeded' : 'Failed';
}

function operationsOf(fake: ArmFake, name: string): readonly ScriptedOperation[] | undefined {
  if (fake.deployments.has(name)) return fake.script.operations ?? [];
  return nestedIn(fake.script.operations ?? [], name);
}

function nestedIn(
  operations: readonly ScriptedOperation[],
  name: string,
): readonly ScriptedOperation[] | undefined {
  for (const { name: own, nested = [] } of operations) {
    const found = own === name ? nested : nestedIn(nested, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shown(path: string, o: ScriptedOperation, fake: ArmFake, clock: FakeClock): unknown[] {
  const [stored] = fake.deployments.values();
  const age = clock.now() - (stored?.since ?? 0);
  if (age < o.from) return [];
  const ended = age >= o.to;
  const state = !ended ? 'Running' : o.error === undefined ? 'Succeeded' : 'Failed';
  const group = path.replace(/^(.*\/resourcegroups\/[^/]+).*$/i, '$1').replace('groups', 'Groups');
  return [
    {
      id: `${path}/${o.name}`,
      operationId: o.name,
      properties: {
        provisioningOperation: 'Create',
        provisioningState: state,
        ...(ended ? { duration: `PT${(o.to - o.from) / 1000}S` } : {}),
        ...(ended && o.error !== undefined
          ? { statusCode: 'Conflict', statusMessage: { error: o.error } }
          : {}),
        targetResource: {
          id: `${group}/providers/${o.type}/${o.name}`,
          resourceType: o.type,
          resourceName: o.name,
        },
      },
    },
  ];
}
