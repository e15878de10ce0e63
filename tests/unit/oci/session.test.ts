import assert from 'node:assert/strict';
import { fakeClock } from '../../support/clock.ts';
import type { ImageSource, Manifest } from '../../../tasks/lib/oci/image.ts';
import { mountSource } from '../../../tasks/lib/oci/mount.ts';
import { RegistrySession } from '../../../tasks/lib/oci/session.ts';

const loginServer = 'cr.azurecr.io';
const challenge = `Bearer realm="https://${loginServer}/oauth2/token",service="${loginServer}"`;

describe('oci session', () => {
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
});
