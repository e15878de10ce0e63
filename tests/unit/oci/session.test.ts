import assert from 'node:assert/strict';
import { fakeClock } from '../../support/clock.ts';
import type { ImageSource, Manifest } from '../../../tasks/lib/oci/image.ts';
import { mountSource } from '../../../tasks/lib/oci/mount.ts';
import { RegistrySession } from '../../../tasks/lib/oci/session.ts';
import type { SessionOptions } from '../../../tasks/lib/oci/session.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';

const loginServer = 'cr.azurecr.io';
const challenge = `Bearer realm="https://${loginServer}/oauth2/token",service="${loginServer}"`;

describe('oci session', () => {
  /** Answers requests in turn with these statuses, a request without the newest token with 401. */
  function session(
    answers: readonly { status: number; headers?: Record<string, string> }[],
    given: Partial<SessionOptions> & Pick<SessionOptions, 'clock'>,
  ) {
    const left = [...answers];
    return new RegistrySession({
      path: { loginServer, address: '127.0.0.1', chain: [] },
      scopes: ['repository:app:pull,push'],
      http: ({ headers }) => {
        const next =
          headers?.['authorization'] === undefined
            ? { status: 401 }
            : (left.shift() ?? { status: 200 });
        const told: Record<string, string> =
          next.status === 401 ? { 'www-authenticate': challenge } : {};
        return Promise.resolve({
          status: next.status,
          headers: { ...told, ...next.headers },
          body: Buffer.alloc(0),
        });
      },
      login: { accessToken: () => Promise.resolve({ authorization: 'Bearer t' }) },
      ...given,
    });
  }
  const get = { method: 'GET', target: '/v2/app/tags/list' } as const;
  const never = new AbortController().signal;

  it('does without scopes for which it gets no token', async () => {
    const asked: string[][] = [];
    const extraScopes = ['repository:base:pull'];
    const pushing = session([], {
      clock: fakeClock(),
      extraScopes,
      login: {
        accessToken: (_challenge, scopes) => {
          asked.push([...scopes]);
          return scopes.length > 1
            ? Promise.reject(new SpokelineError('REGISTRY_AUTH', 'no right to base'))
            : Promise.resolve({ authorization: 'Bearer t' });
        },
      },
    });
    assert.equal((await pushing.send({ ...get, signal: never })).status, 200);
    const own = ['repository:app:pull,push'];
    assert.deepEqual(asked, [[...own, ...extraScopes], own]);
  });

  it('fails when it gets no token for what it needs', async () => {
    const fault = new SpokelineError('REGISTRY_AUTH', 'no right to app');
    const login = { accessToken: () => Promise.reject(fault) };
    for (const extraScopes of [[], ['repository:base:pull']]) {
      const pushing = session([], { clock: fakeClock(), extraScopes, login });
      await assert.rejects(pushing.send({ ...get, signal: never }), fault);
    }
  });

  it('waits as long as a registry in trouble asks for', async () => {
    const clock = fakeClock();
    const answers = [{ status: 503, headers: { 'retry-after': '40' } }];
    const told: number[] = [];
    const pushing = session(answers, { clock, onThrottled: (ms) => told.push(ms) });
    assert.equal((await pushing.send({ ...get, signal: never }, { repeat: true })).status, 200);
    assert.deepEqual(told, [40_000]);
    const slept = clock.sleeps.reduce((sum, ms) => sum + ms, 0);
    assert.ok(Math.round(slept) >= 40_000, String(slept));
  });

  it('renews a token that ran out while it was throttled, whatever happened before', async () => {
    const answers = [401, 429, 401, 200].map((status) => ({ status }));
    const pushing = session(answers, { clock: fakeClock() });
    assert.equal((await pushing.send({ ...get, signal: never })).status, 200);
    const twice = session([{ status: 401 }, { status: 401 }], { clock: fakeClock() });
    await assert.rejects(twice.send({ ...get, signal: never }), { code: 'REGISTRY_AUTH' });
  });

  it('gives a request its own renewal when the one it waited for was called off', async () => {
    const clock = fakeClock();
    let logins = 0;
    const session = new RegistrySession({
      path: { loginServer, address: '127.0.0.1', chain: [] },
      scopes: [],
      clock,
      http: ({ headers }) =>
        Promise.resolve({
          status: headers?.['authorization'] === undefined ? 401 : 200,
          headers: { 'www-authenticate': challenge },
          body: Buffer.alloc(0),
        }),
      login: {
        accessToken: (_challenge, _scopes, signal) => {
          logins += 1;
          if (logins > 1) return Promise.resolve({ authorization: 'Bearer t' });
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
        },
      },
    });
    const first = new AbortController();
    const second = new AbortController();
    const target = '/v2/team/app/manifests/1';
    const calledOff = session.send({ method: 'DELETE', target, signal: first.signal });
    const waiting = session.send({ method: 'GET', target, signal: second.signal });
    while (logins === 0) await new Promise((resolve) => setImmediate(resolve));
    first.abort(new Error('called off'));
    await assert.rejects(calledOff, { message: 'called off' });
    assert.equal((await waiting).status, 200);
    assert.equal(logins, 2);
  });
});

describe('oci mount source', () => {
  function layout(base: string): ImageSource {
    const annotations = { 'org.opencontainers.image.base.name': base };
    const root: Manifest = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${'0'.repeat(64)}`,
      size: 2,
      bytes: Buffer.from('{}'),
      manifests: [],
      blobs: [],
      annotations,
    };
    const close = () => Promise.resolve();
    return { root, manifests: [root], referrers: [], blobs: new Map(), close };
  }
  for (const [base, found] of [
    [`${loginServer}/base/node:20`, 'base/node'],
    [`CR.azurecr.io/base/node@sha256:${'0'.repeat(64)}`, 'base/node'],
    ['docker.io/library/node:20', undefined],
    [`${loginServer}/team/app:1`, undefined],
    [`${loginServer}/`, undefined],
    // Each would ask the registry for a token with rights of the image's choice.
    [`${loginServer}/other:pull,push,delete repository:x:1`, undefined],
    [`${loginServer}/a/../catalog:*/x`, undefined],
  ] as const) {
    it(`of ${JSON.stringify(base)} is ${found ?? 'none'}`, () =>
      assert.equal(mountSource(layout(base), loginServer, 'team/app'), found));
  }
  it('is in the registry that a regional endpoint is of', () => {
    const regional = 'cr.westeurope.geo.azurecr.io';
    assert.equal(mountSource(layout(`${loginServer}/base:1`), regional, 'team/app'), 'base');
  });
});
