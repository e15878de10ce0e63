import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceConnection } from '../../../tasks/lib/azure/connection.ts';
import { credentialFor, tokenSource } from '../../../tasks/lib/azure/credential.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import {
  createTestAuthority,
  listenTls,
  readBody,
  trustingClient,
  type TestAuthority,
  type TestServer,
} from '../../support/tls.ts';

const tenantId = '11111111-1111-4111-8111-111111111111';
const clientId = '22222222-2222-4222-8222-222222222222';
const scope = 'https://management.example/.default';

interface Refusal {
  status: number;
  body: unknown;
}

describe('azure/credential', () => {
  let authority: TestAuthority;
  let server: TestServer;
  let signIns: URLSearchParams[];
  let assertions: { url: string; authorization: string | undefined }[];
  let refusal: Refusal | undefined;
  let assertionRefusal: Refusal | undefined;
  let redirectAssertions: boolean;
  let redirectSignIns: boolean;
  let elsewhere: number;
  let lifetime: number;

  async function entra(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    const url = request.url ?? '';
    const body = await readBody(request);
    if (url.startsWith(`/${tenantId}/oauth2/v2.0/token`)) {
      signIns.push(new URLSearchParams(body));
      if (redirectSignIns) send(307, {}, { location: `${server.url}/elsewhere` });
      else if (refusal) send(refusal.status, refusal.body);
      else {
        send(200, {
          token_type: 'Bearer',
          expires_in: lifetime,
          access_token: `access-${signIns.length}`,
        });
      }
    } else if (url.startsWith('/oidc')) {
      assertions.push({ url, authorization: request.headers.authorization });
      if (redirectAssertions) send(302, {}, { location: `${server.url}/elsewhere` });
      else if (assertionRefusal) send(assertionRefusal.status, assertionRefusal.body);
      else send(200, { oidcToken: `assertion-${assertions.length}` });
    } else {
      elsewhere += 1;
      send(418, { message: `unexpected ${url}` });
    }
  }

  function connection(kind: 'secret' | 'federation'): ServiceConnection {
    const common = {
      id: '33333333-3333-4333-8333-333333333333',
      resourceManagerUrl: 'https://management.example',
      authorityUrl: server.url,
      audience: 'https://management.example',
      tenantId,
      clientId,
    };
    return kind === 'secret'
      ? { ...common, scheme: 'ServicePrincipal', secret: 'a secret' }
      : {
          ...common,
          scheme: 'WorkloadIdentityFederation',
          federation: { requestUri: `${server.url}/oidc?from=job`, accessToken: 'job-token' },
        };
  }

  before(async () => {
    authority = await createTestAuthority();
    const certificate = await authority.issue(['127.0.0.1']);
    server = await listenTls(certificate, (request, response) => void entra(request, response));
  });
  after(() => server.close());
  beforeEach(() => {
    signIns = [];
    assertions = [];
    refusal = undefined;
    assertionRefusal = undefined;
    redirectAssertions = false;
    redirectSignIns = false;
    elsewhere = 0;
    lifetime = 3600;
  });

  async function failing(run: Promise<unknown>): Promise<SpokelineError> {
    try {
      await run;
    } catch (error) {
      assert.ok(error instanceof SpokelineError, String(error));
      return error;
    }
    return assert.fail('it did not fail');
  }

  const options = () => ({ httpClient: trustingClient(authority.ca) });

  it('signs in with a secret, at the authority of the connection', async () => {
    const { token, expiresAt } = await credentialFor(connection('secret'), options()).token(scope);
    assert.equal(token, 'access-1');
    assert.ok(Math.abs(expiresAt - Date.now() - 3_600_000) < 60_000);
    assert.equal(signIns[0]?.get('client_secret'), 'a secret');
    assert.equal(signIns[0]?.get('client_id'), clientId);
    assert.equal(signIns[0]?.get('scope'), scope);
    assert.deepEqual(assertions, []);
  });

  it('signs in by federation, with a new assertion each time', async () => {
    const credential = credentialFor(connection('federation'), options());
    await credential.token(scope);
    await credential.token(scope, undefined, { fresh: true });
    assert.deepEqual(
      signIns.map((form) => form.get('client_assertion')),
      ['assertion-1', 'assertion-2'],
    );
    assert.equal(
      signIns[0]?.get('client_assertion_type'),
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    assert.deepEqual(assertions[0], {
      url:
        '/oidc?from=job&api-version=7.1&' +
        'serviceConnectionId=33333333-3333-4333-8333-333333333333',
      authorization: 'Bearer job-token',
    });
  });

  it('keeps a token until five minutes before its end', async () => {
    let now = Date.now();
    const credential = credentialFor(connection('secret'), { ...options(), now: () => now });
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 54 * 60_000;
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 2 * 60_000;
    assert.equal((await credential.token(scope)).token, 'access-2');
  });

  it('keeps a token of seconds for half of its life', async () => {
    let now = Date.now();
    lifetime = 4;
    const credential = credentialFor(connection('secret'), { ...options(), now: () => now });
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 1_900;
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 200;
    assert.equal((await credential.token(scope)).token, 'access-2');
  });

  it('uses a token to its end when the sign-in service is away', async () => {
    let now = Date.now();
    const credential = credentialFor(connection('secret'), { ...options(), now: () => now });
    await credential.token(scope);
    now += 57 * 60_000;
    refusal = { status: 400, body: { error: 'no answer of Entra' } };
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 4 * 60_000;
    assert.equal((await failing(credential.token(scope))).code, 'AUTH_FAILED');
    now -= 4 * 60_000;
    refusal = aad(7000222, 'Expired.');
    assert.equal((await failing(credential.token(scope))).code, 'AUTH_FAILED');
  });

  it('knows an Azure DevOps in trouble for a fault that passes', async () => {
    for (const [status, transient] of [
      [501, true],
      [403, false],
    ] as const) {
      assertionRefusal = { status, body: {} };
      const error = await failing(credentialFor(connection('federation'), options()).token(scope));
      assert.equal(error.transient, transient);
    }
  });

  it('signs in once for many who ask at once', async () => {
    const credential = credentialFor(connection('federation'), options());
    const tokens = await Promise.all([1, 2, 3].map(() => credential.token(scope)));
    assert.deepEqual(new Set(tokens.map((token) => token.token)), new Set(['access-1']));
    assert.equal(assertions.length, 1);
  });

  it('signs in apart for each scope', async () => {
    const credential = credentialFor(connection('secret'), options());
    await credential.token(scope);
    await credential.token('https://vault.example/.default');
    assert.deepEqual(
      signIns.map((form) => form.get('scope')),
      [scope, 'https://vault.example/.default'],
    );
  });

  it('shares one source for a connection', () => {
    const one = connection('secret');
    assert.equal(tokenSource(one, options()), tokenSource(one));
    assert.notEqual(tokenSource(one), tokenSource(connection('secret'), options()));
  });

  it('stops waiting when told', async () => {
    const credential = credentialFor(connection('secret'), options());
    const reason = new SpokelineError('CANCELLED', 'stop');
    await assert.rejects(credential.token(scope, AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const waiting = credential.token(scope, controller.signal);
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  });

  const correlation = '44444444-4444-4444-8444-444444444444';
  const aad = (code: number, text: string): Refusal => ({
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

  it('says the code of the sign-in service and what to do', async () => {
    refusal = aad(7000215, 'Invalid client secret provided.');
    const error = await failing(credentialFor(connection('secret'), options()).token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(
      error.message,
      `Signing in at ${server.host} as ${clientId} in tenant ${tenantId} failed: ` +
        'AADSTS7000215: Invalid client secret provided.',
    );
    assert.match(error.hint ?? '', /^The client secret is wrong/);
    assert.equal(error.correlationId, correlation);
    assert.equal(error.details[0]?.code, 'AADSTS7000215');
    assert.ok(!JSON.stringify(error).includes('a secret'));
  });

  it('says which part of a federation does not match', async () => {
    refusal = aad(700213, "No matching federated identity record found for subject 'sc://o/p/c'.");
    const error = await failing(credentialFor(connection('federation'), options()).token(scope));
    assert.match(error.message, /AADSTS700213: No matching .* subject 'sc:\/\/o\/p\/c'\.$/);
    assert.match(error.hint ?? '', /^No federated credential has this subject/);
  });

  it('tries again after a refusal', async () => {
    refusal = aad(7000222, 'Expired.');
    const credential = credentialFor(connection('secret'), options());
    assert.equal((await failing(credential.token(scope))).code, 'AUTH_FAILED');
    refusal = undefined;
    assert.equal((await credential.token(scope)).token, 'access-2');
  });

  it('says that the job token was refused', async () => {
    assertionRefusal = { status: 401, body: { message: 'TF400813: not authorized' } };
    const error = await failing(credentialFor(connection('federation'), options()).token(scope));
    assert.equal(
      error.message,
      `Azure DevOps (${server.host}) gave no assertion: status 401: TF400813: not authorized`,
    );
    assert.match(error.hint ?? '', /^The job token was refused/);
    assert.equal(signIns.length, 0);
  });

  it('says that the answer holds no assertion', async () => {
    assertionRefusal = { status: 200, body: { other: 1 } };
    const error = await failing(credentialFor(connection('federation'), options()).token(scope));
    assert.equal(
      error.message,
      `Azure DevOps (${server.host}) gave no assertion: an answer without an oidcToken`,
    );
  });

  it('does not carry the job token to where a redirect leads', async () => {
    redirectAssertions = true;
    const error = await failing(credentialFor(connection('federation'), options()).token(scope));
    assert.equal(error.message, `Azure DevOps (${server.host}) gave no assertion: status 302`);
    assert.equal(assertions.length, 1);
    assert.equal(elsewhere, 0);
  });

  it('does not carry the secret to where a redirect leads', async () => {
    redirectSignIns = true;
    const error = await failing(credentialFor(connection('secret'), options()).token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(elsewhere, 0);
  });

  it('names the host when the sign-in service cannot be reached', async () => {
    const unreachable = { ...connection('secret'), authorityUrl: 'https://127.0.0.1:1' };
    const error = await failing(credentialFor(unreachable, options()).token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(error.transient, true);
    assert.match(error.message, /^Signing in at 127\.0\.0\.1:1 as .* failed: .+/);
    assert.match(error.hint ?? '', /^Check that this agent reaches 127\.0\.0\.1:1/);
  });

  it('does not trust an authority that this process does not trust', async () => {
    const error = await failing(credentialFor(connection('secret')).token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(signIns.length, 0);
  });
});
