import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceConnection } from '../../../tasks/lib/azure/connection.ts';
import { credentialFor, type TokenSource } from '../../../tasks/lib/azure/credential.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import {
  createTestAuthority,
  listenTls,
  readBody,
  trustingClient,
  type TestAuthority,
  type TestServer,
} from '../../support/tls.ts';

export const tenantId = '11111111-1111-4111-8111-111111111111';
export const clientId = '22222222-2222-4222-8222-222222222222';
export const scope = 'https://management.example/.default';

/** An answer that is no token. */
export interface Refusal {
  status: number;
  body: unknown;
}

/** The correlation id of Entra's refusals. */
export const correlation = '44444444-4444-4444-8444-444444444444';

/** A refusal as Entra writes it. */
export const aad = (code: number, text: string): Refusal => ({
  status: 401,
  body: {
    error: 'invalid_client',
    error_description:
      `AADSTS${code}: ${text} Trace ID: 55555555-5555-4555-8555-555555555555 ` +
      `Correlation ID: ${correlation} Timestamp: 2026-11-21 10:00:00Z`,
    error_codes: [code],
    correlation_id: correlation,
  },
});

/** The sign-in service and the assertion service of Azure DevOps on one server of loopback, for one describe. */
export class SignInServices {
  signIns: URLSearchParams[] = [];
  assertions: { url: string; authorization: string | undefined }[] = [];
  refusal: Refusal | undefined;
  assertionRefusal: Refusal | undefined;
  redirectSignIns = false;
  redirectAssertions = false;
  /** Requests to where a redirect leads. */
  elsewhere = 0;
  #authority: TestAuthority | undefined;
  #server: TestServer | undefined;

  constructor() {
    before(async () => {
      this.#authority = await createTestAuthority();
      const certificate = await this.#authority.issue(['127.0.0.1']);
      this.#server = await listenTls(
        certificate,
        (request, response) => void this.#answer(request, response),
      );
    });
    after(() => this.server.close());
    beforeEach(() => {
      this.signIns = [];
      this.assertions = [];
      this.refusal = undefined;
      this.assertionRefusal = undefined;
      this.redirectSignIns = false;
      this.redirectAssertions = false;
      this.elsewhere = 0;
    });
  }

  get server(): TestServer {
    if (this.#server === undefined) throw new Error('before its time');
    return this.#server;
  }

  options() {
    return { httpClient: trustingClient(this.#authority?.ca ?? '') };
  }

  /** A credential of the connection, that trusts the server. */
  credential(kind: 'secret' | 'federation', now: () => number = Date.now): TokenSource {
    return credentialFor(this.connection(kind), { ...this.options(), now });
  }

  connection(kind: 'secret' | 'federation'): ServiceConnection {
    const common = {
      id: '33333333-3333-4333-8333-333333333333',
      resourceManagerUrl: 'https://management.example',
      authorityUrl: this.server.url,
      audience: 'https://management.example',
      tenantId,
      clientId,
    };
    return kind === 'secret'
      ? { ...common, scheme: 'ServicePrincipal', secret: 'a secret' }
      : {
          ...common,
          scheme: 'WorkloadIdentityFederation',
          federation: { requestUri: `${this.server.url}/oidc?from=job`, accessToken: 'job-token' },
        };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    const away = { location: `${this.server.url}/elsewhere` };
    const url = request.url ?? '';
    const body = await readBody(request);
    if (url.startsWith(`/${tenantId}/oauth2/v2.0/token`)) {
      this.signIns.push(new URLSearchParams(body));
      if (this.redirectSignIns) send(307, {}, away);
      else if (this.refusal) send(this.refusal.status, this.refusal.body);
      else {
        const token = `access-${this.signIns.length}`;
        send(200, { token_type: 'Bearer', expires_in: 3600, access_token: token });
      }
    } else if (url.startsWith('/oidc')) {
      this.assertions.push({ url, authorization: request.headers.authorization });
      if (this.redirectAssertions) send(302, {}, away);
      else if (this.assertionRefusal)
        send(this.assertionRefusal.status, this.assertionRefusal.body);
      else send(200, { oidcToken: `assertion-${this.assertions.length}` });
    } else {
      this.elsewhere += 1;
      send(418, { message: `unexpected ${url}` });
    }
  }
}

/** The error of a run that must fail. */
export async function failing(run: Promise<unknown>): Promise<SpokelineError> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error;
  }
  return assert.fail('it did not fail');
}
