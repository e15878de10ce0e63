import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createArmClient, type ArmClient } from '../../../tasks/lib/azure/arm-client.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import { fakeContext, nowhere } from '../../support/host.ts';
import {
  createTestAuthority,
  listenTls,
  readBody,
  trustingClient,
  type TestAuthority,
  type TestServer,
} from '../../support/tls.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One answer; `reset` breaks the connection. */
export type Answer =
  { status: number; headers?: Record<string, string>; body?: unknown; text?: string } | 'reset';

export const group = '/subscriptions/s/resourceGroups/g';
export const zone = `${group}/providers/Microsoft.Network/privateDnsZones/z`;

/** A Resource Manager that gives prepared answers in order, and a client of it. Fresh for each test. */
export interface FakeArm {
  /** A function decides at the time of the request. */
  answers: (Answer | ((host: string) => Answer))[];
  readonly seen: Seen[];
  /** How many of the next sign-ins get no answer. */
  brokenSignIns: number;
  /** `kept` or `fresh` for each token that was asked for. */
  readonly tokens: string[];
  readonly clock: FakeClock;
  arm: ArmClient;
  readonly server: TestServer;
  client(signal?: AbortSignal): ArmClient;
  /** Starts another server, for a test that closed this one. */
  start(): Promise<void>;
}

/** Registers the hooks of the surrounding `describe`. */
export function useFakeArm(): FakeArm {
  let authority: TestAuthority;
  let server: TestServer;
  let clock: FakeClock;
  let seen: Seen[] = [];
  let tokens: string[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: await readBody(request) });
    const next = fake.answers.shift();
    if (next === undefined) {
      response.writeHead(500).end('no answer was prepared');
      return;
    }
    const given = typeof next === 'function' ? next(server.host) : next;
    if (given === 'reset') {
      request.socket.destroy();
      return;
    }
    response.writeHead(given.status, {
      'content-type': 'application/json',
      'x-ms-correlation-request-id': 'corr-1',
      ...given.headers,
    });
    response.end(given.text ?? (given.body === undefined ? '' : JSON.stringify(given.body)));
  }

  const client = (signal?: AbortSignal) =>
    createArmClient(
      {
        id: 'c',
        scheme: 'ServicePrincipal',
        resourceManagerUrl: server.url,
        authorityUrl: 'https://127.0.0.1:1',
        audience: 'https://management.example/',
        tenantId: 't',
        clientId: 'i',
        secret: 's',
      },
      fakeContext(nowhere, { clock, ...(signal ? { signal } : {}) }),
      {
        httpClient: trustingClient(authority.ca),
        tokens: {
          token: (scope, _signal, options) => {
            assert.equal(scope, 'https://management.example/.default');
            if (fake.brokenSignIns > 0) {
              fake.brokenSignIns -= 1;
              const error = new SpokelineError('AUTH_FAILED', 'no answer', { transient: true });
              return Promise.reject(error);
            }
            tokens.push(options?.fresh ? 'fresh' : 'kept');
            return Promise.resolve({ token: `token-${tokens.length}`, expiresAt: 0 });
          },
        },
      },
    );
  const start = async () => {
    const certificate = await authority.issue(['127.0.0.1']);
    server = await listenTls(certificate, (request, response) => void answer(request, response));
  };
  let arm: ArmClient;
  const fake: FakeArm = {
    answers: [],
    brokenSignIns: 0,
    get seen() {
      return seen;
    },
    get tokens() {
      return tokens;
    },
    get clock() {
      return clock;
    },
    get server() {
      return server;
    },
    get arm() {
      return arm;
    },
    set arm(other) {
      arm = other;
    },
    client,
    start,
  };

  before(async () => {
    authority = await createTestAuthority();
    await start();
  });
  after(() => server.close());
  beforeEach(() => {
    seen = [];
    tokens = [];
    fake.answers = [];
    fake.brokenSignIns = 0;
    clock = fakeClock();
    arm = client();
  });
  return fake;
}

/** The error that a call ends with. */
export async function failing(run: Promise<unknown>): Promise<SpokelineError> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error;
  }
  return assert.fail('it did not fail');
}
