import assert from 'node:assert/strict';
import type { RunningRegistry } from './registry-client.ts';
import { pushBlob, runRegistry, sha256 } from './registry-client.ts';

const pushScope = 'repository:app/web:pull,push';

describe('registry tokens', () => {
  let registry: RunningRegistry;
  let now: number;

  before(async () => {
    registry = await runRegistry({ now: () => now });
  });
  after(() => registry.stop());
  beforeEach(() => {
    now = Date.parse('2026-01-01T00:00:00Z');
  });

  function post(url: string, form: Record<string, string>): ReturnType<RunningRegistry['call']> {
    return registry.call('POST', url, { body: new URLSearchParams(form).toString() });
  }

  it('challenges whoever comes without one', async () => {
    const { status, headers, json } = await registry.call('GET', '/v2/');
    const { loginServer } = registry;
    assert.equal(status, 401);
    assert.equal(
      headers['www-authenticate'],
      `Bearer realm="https://${loginServer}/oauth2/token",service="${loginServer}"`,
    );
    assert.equal(headers['docker-distribution-api-version'], 'registry/2.0');
    assert.match(headers['x-ms-correlation-request-id'] as string, /^[0-9a-f-]{36}$/);
    const { errors } = json() as { errors: { code: string }[] };
    assert.equal(errors[0]?.code, 'UNAUTHORIZED');
  });

  it('names the scope that a route needs', async () => {
    const upload = await registry.call('POST', '/v2/app/web/blobs/uploads/');
    assert.match(
      upload.headers['www-authenticate'] ?? '',
      /,scope="repository:app\/web:pull,push"$/,
    );
    const pull = await registry.call('GET', '/v2/app/web/manifests/v1');
    assert.match(pull.headers['www-authenticate'] ?? '', /,scope="repository:app\/web:pull"$/);
  });

  it('come from an exchange and a scope', async () => {
    const token = await registry.token('pusher', pushScope);
    assert.equal((await registry.call('GET', '/v2/', { token })).status, 200);
    const upload = await registry.call('POST', '/v2/app/web/blobs/uploads/', { token });
    assert.equal(upload.status, 202);
  });

  it('are good for their repository only', async () => {
    const token = await registry.token('pusher', pushScope);
    const other = await registry.call('POST', '/v2/app/other/blobs/uploads/', { token });
    assert.equal(other.status, 401);
    assert.match(other.headers['www-authenticate'] ?? '', /error="insufficient_scope"$/);
  });

  it('carry no more than the roles give', async () => {
    const token = await registry.token('puller', pushScope);
    const upload = await registry.call('POST', '/v2/app/web/blobs/uploads/', { token });
    assert.equal(upload.status, 401);
    const head = await registry.call('HEAD', `/v2/app/web/blobs/${sha256('x')}`, { token });
    assert.equal(head.status, 404);
  });

  it('may be asked for several scopes at once, in one parameter or in more', async () => {
    const token = await registry.token(
      'pusher',
      `repository:a:push,pull repository:b:pull`,
      pushScope,
    );
    assert.equal((await registry.call('POST', '/v2/a/blobs/uploads/', { token })).status, 202);
    assert.equal((await registry.call('POST', '/v2/b/blobs/uploads/', { token })).status, 401);
    assert.equal(
      (await registry.call('POST', '/v2/app/web/blobs/uploads/', { token })).status,
      202,
    );
  });

  it('expire: access tokens after 75 minutes, refresh tokens after three hours', async () => {
    const token = await registry.token('pusher', pushScope);
    const refresh_token = await registry.refreshToken('pusher');
    const form = { grant_type: 'refresh_token', service: registry.loginServer, refresh_token };
    now += 4501 * 1000;
    const late = await registry.call('GET', '/v2/', { token });
    assert.equal(late.status, 401);
    assert.match(late.headers['www-authenticate'] ?? '', /error="invalid_token"$/);
    assert.equal((await post('/oauth2/token', form)).status, 200);
    now += (10_801 - 4501) * 1000;
    const refused = await post('/oauth2/token', form);
    assert.equal(refused.status, 401);
    assert.match(refused.body.toString(), /the refresh token is not valid here, or has expired/);
  });

  it('are never taken in place of each other', async () => {
    const refresh = await registry.refreshToken('pusher');
    assert.equal((await registry.call('GET', '/v2/', { token: refresh })).status, 401);
    const access = await registry.token('pusher', pushScope);
    const form = {
      grant_type: 'refresh_token',
      service: registry.loginServer,
      refresh_token: access,
    };
    assert.equal((await post('/oauth2/token', form)).status, 401);
  });

  it('of another registry are worth nothing', async () => {
    const other = await runRegistry();
    try {
      const token = await other.token('pusher', pushScope);
      assert.equal((await registry.call('GET', '/v2/', { token })).status, 401);
    } finally {
      await other.stop();
    }
  });

  it('can be had with the password form of the refresh token', async () => {
    const password = await registry.refreshToken('pusher');
    const { loginServer } = registry;
    const user = '00000000-0000-0000-0000-000000000000';
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    const query = new URLSearchParams({ service: loginServer, scope: pushScope }).toString();
    const got = await registry.call('GET', `/oauth2/token?${query}`, {
      headers: { Authorization: `Basic ${basic}` },
    });
    const { access_token: token } = got.json() as { access_token: string };
    assert.equal((await registry.call('GET', '/v2/', { token })).status, 200);
    const posted = await post('/oauth2/token', {
      grant_type: 'password',
      service: loginServer,
      username: user,
      password,
      scope: pushScope,
    });
    assert.equal(posted.status, 200);
  });

  type Row = [
    name: string,
    url: string,
    form: () => Record<string, string>,
    status: number,
    text: RegExp,
  ];
  const rows: Row[] = [
    [
      'an identity without a role',
      '/oauth2/exchange',
      () => ({
        grant_type: 'access_token',
        service: registry.loginServer,
        access_token: 'entra:x',
      }),
      401,
      /the identity has no role on this registry/,
    ],
    [
      'a token that is not from Entra',
      '/oauth2/exchange',
      () => ({ grant_type: 'access_token', service: registry.loginServer, access_token: 'x' }),
      401,
      /UNAUTHORIZED/,
    ],
    [
      'another service',
      '/oauth2/exchange',
      () => ({
        grant_type: 'access_token',
        service: 'other.azurecr.io',
        access_token: 'entra:pusher',
      }),
      400,
      /the service is 'other\.azurecr\.io', this registry is 'localhost:/,
    ],
    [
      'another exchange',
      '/oauth2/exchange',
      () => ({ grant_type: 'password', service: registry.loginServer }),
      400,
      /grant_type 'password' is not supported/,
    ],
    [
      'another grant',
      '/oauth2/token',
      () => ({ grant_type: 'client_credentials', service: registry.loginServer }),
      400,
      /grant_type 'client_credentials' is not supported/,
    ],
    [
      'the admin user',
      '/oauth2/token',
      () => ({
        grant_type: 'password',
        service: registry.loginServer,
        username: 'admin',
        password: 'x',
      }),
      401,
      /the admin user is disabled/,
    ],
  ];
  for (const [name, url, form, status, text] of rows) {
    it(`are not given for ${name}`, async () => {
      const answer = await post(url, form());
      assert.equal(answer.status, status);
      assert.match(answer.body.toString(), text);
    });
  }

  it('are not given for text that is no scope', async () => {
    await assert.rejects(registry.token('pusher', 'everything'), /'everything' is not a scope/);
  });

  it('are not given to nobody', async () => {
    const query = new URLSearchParams({ service: registry.loginServer }).toString();
    const answer = await registry.call('GET', `/oauth2/token?${query}`);
    assert.equal(answer.status, 401);
    assert.match(answer.body.toString(), /anonymous pull is disabled/);
  });

  it('open the catalogue to those with the right', async () => {
    const owner = await registry.token('owner', pushScope, 'registry:catalog:*');
    await pushBlob(registry, owner, 'app/web', Buffer.from('catalogued'));
    const listed = await registry.call('GET', '/v2/_catalog', { token: owner });
    assert.deepEqual(listed.json(), { repositories: ['app/web'] });
    const puller = await registry.token('puller', 'registry:catalog:*');
    assert.equal((await registry.call('GET', '/v2/_catalog', { token: puller })).status, 401);
  });
});
