import assert from 'node:assert/strict';
import { tokenSource } from '../../../tasks/lib/azure/credential.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { SignInServices, aad, clientId, failing, scope } from './sign-in-services.ts';

describe('azure/credential', () => {
  const services = new SignInServices();

  it('signs in with a secret, at the authority of the connection', async () => {
    const { token, expiresAt } = await services.credential('secret').token(scope);
    assert.equal(token, 'access-1');
    assert.ok(Math.abs(expiresAt - Date.now() - 3_600_000) < 60_000);
    assert.equal(services.signIns[0]?.get('client_secret'), 'a secret');
    assert.equal(services.signIns[0]?.get('client_id'), clientId);
    assert.equal(services.signIns[0]?.get('scope'), scope);
    assert.deepEqual(services.assertions, []);
  });

  it('signs in by federation, with a new assertion each time', async () => {
    const credential = services.credential('federation');
    await credential.token(scope);
    await credential.token(scope, undefined, { fresh: true });
    assert.deepEqual(
      services.signIns.map((form) => form.get('client_assertion')),
      ['assertion-1', 'assertion-2'],
    );
    assert.equal(
      services.signIns[0]?.get('client_assertion_type'),
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    assert.deepEqual(services.assertions[0], {
      url:
        '/oidc?from=job&api-version=7.1&' +
        'serviceConnectionId=33333333-3333-4333-8333-333333333333',
      authorization: 'Bearer job-token',
    });
  });

  it('keeps a token until five minutes before its end', async () => {
    let now = Date.now();
    const credential = services.credential('secret', () => now);
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 54 * 60_000;
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 2 * 60_000;
    assert.equal((await credential.token(scope)).token, 'access-2');
  });

  it('uses a token to its end when the sign-in service is away', async () => {
    let now = Date.now();
    const credential = services.credential('secret', () => now);
    await credential.token(scope);
    now += 57 * 60_000;
    services.refusal = { status: 400, body: { error: 'no answer of Entra' } };
    assert.equal((await credential.token(scope)).token, 'access-1');
    now += 4 * 60_000;
    assert.equal((await failing(credential.token(scope))).code, 'AUTH_FAILED');
    now -= 4 * 60_000;
    services.refusal = aad(7000222, 'Expired.');
    assert.equal((await failing(credential.token(scope))).code, 'AUTH_FAILED');
  });

  it('knows an Azure DevOps in trouble for a fault that passes', async () => {
    for (const [status, transient] of [
      [501, true],
      [403, false],
    ] as const) {
      services.assertionRefusal = { status, body: {} };
      const error = await failing(services.credential('federation').token(scope));
      assert.equal(error.transient, transient);
    }
  });

  it('signs in once for many who ask at once', async () => {
    const credential = services.credential('federation');
    const tokens = await Promise.all([1, 2, 3].map(() => credential.token(scope)));
    assert.deepEqual(new Set(tokens.map((token) => token.token)), new Set(['access-1']));
    assert.equal(services.assertions.length, 1);
  });

  it('signs in apart for each scope', async () => {
    const credential = services.credential('secret');
    await credential.token(scope);
    await credential.token('https://vault.example/.default');
    assert.deepEqual(
      services.signIns.map((form) => form.get('scope')),
      [scope, 'https://vault.example/.default'],
    );
  });

  it('shares one source for a connection', () => {
    const one = services.connection('secret');
    assert.equal(tokenSource(one, services.options()), tokenSource(one));
    assert.notEqual(
      tokenSource(one),
      tokenSource(services.connection('secret'), services.options()),
    );
  });

  it('stops waiting when told', async () => {
    const credential = services.credential('secret');
    const reason = new SpokelineError('CANCELLED', 'stop');
    await assert.rejects(credential.token(scope, AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const waiting = credential.token(scope, controller.signal);
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  });
});
