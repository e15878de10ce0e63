import assert from 'node:assert/strict';
import type { RunningEntra } from './entra-client.ts';
import { claimsOf, runEntra, start, tenant } from './entra-client.ts';

describe('Entra', () => {
  let run: RunningEntra;

  before(async () => {
    run = await runEntra();
  });
  after(() => run.stop());
  beforeEach(() => {
    run.clock.now = start;
  });

  it('describes itself, and its keys verify its tokens', async () => {
    const { body } = await run.call('GET', `/${tenant}/v2.0/.well-known/openid-configuration`);
    const home = `${run.entra.authorityUrl}/${tenant}`;
    assert.equal(body['issuer'], `${home}/v2.0`);
    assert.equal(body['token_endpoint'], `${home}/oauth2/v2.0/token`);
    assert.equal(body['jwks_uri'], `${home}/discovery/v2.0/keys`);
    const keys = await run.call('GET', `/${tenant}/discovery/v2.0/keys`);
    const token = await run.tokenFor(run.secretForm());
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
      kid: string;
    };
    assert.deepEqual(
      (keys.body['keys'] as { kid: string; kty: string }[]).map(({ kid, kty }) => [kid, kty]),
      [[header.kid, 'RSA']],
    );
  });

  it('names only itself in instance discovery', async () => {
    const { body } = await run.call('GET', '/common/discovery/instance?api-version=1.1');
    const { host } = new URL(run.entra.authorityUrl);
    const metadata = [{ preferred_network: host, preferred_cache: host, aliases: [host] }];
    assert.deepEqual(body['metadata'], metadata);
  });

  it('gives a token for a secret', async () => {
    const token = await run.tokenFor(run.secretForm());
    const claims = claimsOf(token);
    const seconds = start / 1000;
    assert.deepEqual(
      { ...claims, uti: 'any' },
      {
        aud: 'https://management.azure.com',
        iss: `https://sts.windows.net/${tenant}/`,
        iat: seconds,
        nbf: seconds,
        exp: seconds + 3600,
        appid: run.client.clientId,
        appidacr: '1',
        app_displayname: 'with a secret',
        idtyp: 'app',
        oid: run.client.objectId,
        sub: run.client.objectId,
        tid: tenant,
        uti: 'any',
        ver: '1.0',
      },
    );
    assert.deepEqual(run.entra.verify(token, ['https://management.azure.com/']), {
      objectId: run.client.objectId,
      clientId: run.client.clientId,
    });
  });

  it('gives a token for a federated assertion', async () => {
    const token = await run.tokenFor(run.federatedForm(run.assertion()));
    assert.equal(claimsOf(token)['appidacr'], '2');
    assert.equal(
      run.entra.verify(token, ['https://management.azure.com'])?.objectId,
      run.federated.objectId,
    );
  });

  it('keeps the slash that a resource ends with', async () => {
    const scope = 'https://management.core.windows.net//.default';
    const token = await run.tokenFor({ ...run.secretForm(), scope });
    assert.equal(claimsOf(token)['aud'], 'https://management.core.windows.net/');
  });

  it('speaks the older protocol and the one of AD FS', async () => {
    const { scope: _scope, ...form } = run.secretForm();
    const resource = 'https://vault.azure.net';
    for (const home of [`/${tenant}/oauth2/token`, '/adfs/oauth2/token']) {
      const { status, body } = await run.call('POST', home, { ...form, resource });
      assert.equal(status, 200);
      assert.equal(body['resource'], resource);
      assert.equal(body['expires_on'], String(start / 1000 + 3600));
      assert.equal(claimsOf(String(body['access_token']))['aud'], resource);
    }
    const { body } = await run.call('GET', '/adfs/.well-known/openid-configuration');
    assert.equal(body['token_endpoint'], `${run.entra.authorityUrl}/adfs/oauth2/token`);
  });

  it('takes resources that are added, with or without a slash', async () => {
    run.entra.addResource('https://localhost:10001/');
    const token = await run.tokenFor({
      ...run.secretForm(),
      scope: 'https://localhost:10001/.default',
    });
    assert.ok(run.entra.verify(token, ['https://localhost:10001']));
  });

  it('makes up a secret where none is given, and refuses a client id twice', () => {
    const made = run.entra.addApplication({ name: 'other' });
    assert.equal(made.secret?.length, 40);
    assert.throws(() => run.entra.addApplication({ name: 'again', clientId: made.clientId }), {
      message: `the tenant has an application ${made.clientId} already`,
    });
  });

  describe('verification', () => {
    it('is for one audience', async () => {
      const token = await run.tokenFor(run.secretForm());
      assert.equal(run.entra.verify(token, ['https://vault.azure.net']), undefined);
    });

    it('ends with the lifetime, and five minutes for clocks', async () => {
      const token = await run.tokenFor(run.secretForm());
      run.clock.now = start + (3600 + 299) * 1000;
      assert.ok(run.entra.verify(token, ['https://management.azure.com']));
      run.clock.now = start + (3600 + 301) * 1000;
      assert.equal(run.entra.verify(token, ['https://management.azure.com']), undefined);
    });

    it('refuses what others signed, and what nobody signed', async () => {
      const token = await run.tokenFor(run.secretForm());
      const claims = claimsOf(token);
      const forged = run.pipelines.sign(claims);
      const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1] ?? ''}.`;
      for (const bad of [forged, none, token.slice(0, -6) + 'AAAAAA', '', 'a.b.c', 'a.b']) {
        assert.equal(run.entra.verify(bad, ['https://management.azure.com']), undefined, bad);
      }
    });
  });
});
