import assert from 'node:assert/strict';
import type { RegistryRequest, RegistryResponse } from '../../../tasks/lib/oci/http.ts';
import { passwordLogin } from '../../../tasks/lib/oci/password-login.ts';
import { fakeClock } from '../../support/clock.ts';
import { RegistrySession } from '../../../tasks/lib/oci/session.ts';

const loginServer = 'registry.example:5000';
const path = { loginServer, address: '10.0.0.4', chain: [] };
const basic = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
const password = { username: 'ada', password: 's3cret' };
const never = new AbortController().signal;

function answer(status: number, body: unknown = {}, headers = {}): RegistryResponse {
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}

interface Asked {
  readonly host: string;
  readonly request: RegistryRequest;
}

/** A registry that wants what its challenge says, and a token service on another host. */
function world(challenge: string, tokens: (request: RegistryRequest) => RegistryResponse) {
  const asked: Asked[] = [];
  const masked: string[] = [];
  const http = (request: RegistryRequest): Promise<RegistryResponse> => {
    asked.push({ host: loginServer, request });
    const known = request.headers?.['authorization'] !== undefined;
    return Promise.resolve(answer(known ? 200 : 401, {}, { 'www-authenticate': challenge }));
  };
  const tokenHttp = (request: RegistryRequest): Promise<RegistryResponse> => {
    asked.push({ host: 'login.example', request });
    return Promise.resolve(tokens(request));
  };
  const session = (given?: typeof password): RegistrySession =>
    new RegistrySession({
      http,
      path,
      scopes: ['repository:a:pull,push', 'repository:b:pull'],
      clock: fakeClock(),
      tokenHosts: ['login.example'],
      login: passwordLogin({
        http,
        path,
        tokenHosts: new Map([['login.example', tokenHttp]]),
        now: () => 0,
        mask: (secret) => masked.push(secret),
        ...(given === undefined ? {} : { password: given }),
      }),
    });
  return { asked, masked, session };
}

const request = { method: 'HEAD', target: '/v2/a/manifests/1', signal: never } as const;
const bearer = 'Bearer realm="https://login.example/token?x=1",service="reg"';

describe('oci password login', () => {
  it('gives the password to a registry that wants it, and to nobody else', async () => {
    const { asked, masked, session } = world('Basic realm="r"', () => answer(500));
    assert.equal((await session(password).send(request)).status, 200);
    assert.deepEqual(
      asked.map(({ host, request: { headers } }) => [host, headers?.['authorization']]),
      [
        [loginServer, undefined],
        [loginServer, basic],
      ],
    );
    assert.ok(masked.includes(basic.slice('Basic '.length)));
  });

  it('gets a token for all scopes in one request', async () => {
    const { asked, masked, session } = world(bearer, () => answer(200, { token: 'tok' }));
    assert.equal((await session(password).send(request)).status, 200);
    const [, tokenRequest, last] = asked;
    assert.equal(tokenRequest?.host, 'login.example');
    assert.equal(
      tokenRequest.request.target,
      '/token?x=1&service=reg&scope=repository%3Aa%3Apull%2Cpush&scope=repository%3Ab%3Apull',
    );
    assert.equal(tokenRequest.request.headers?.['authorization'], basic);
    assert.equal(last?.request.headers?.['authorization'], 'Bearer tok');
    assert.ok(masked.includes('tok'));
  });

  it('asks as nobody without a password', async () => {
    const { asked, session } = world(bearer, () => answer(200, { access_token: 'tok' }));
    assert.equal((await session().send(request)).status, 200);
    assert.equal(asked[1]?.request.headers?.['authorization'], undefined);
  });

  it('says that a password is missing', async () => {
    const { session } = world('Basic realm="r"', () => answer(500));
    await assert.rejects(session().send(request), {
      code: 'REGISTRY_AUTH',
      message: 'registry.example:5000 wants a user name and a password',
      hint: /containerRegistry/,
    });
  });

  for (const [said, reply, message] of [
    [
      'a refusal',
      answer(401, { errors: [{ code: 'UNAUTHORIZED', message: 'no' }] }),
      /UNAUTHORIZED no/,
    ],
    ['no token', answer(200, { other: 1 }), /without token or access_token/],
    ['no JSON', { ...answer(200), body: Buffer.from('<html>') }, /with something else/],
    ['another refusal', answer(404), /answered 404/],
  ] as const) {
    it(`fails on ${said} of the token service`, async () => {
      const { session } = world(bearer, () => reply);
      await assert.rejects(session(password).send(request), { code: 'REGISTRY_AUTH', message });
    });
  }
});
