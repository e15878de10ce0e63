import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { blobFile, digestOf } from './layout-files.ts';
import { layers, mebibyte, PushWorld } from './push-world.ts';
import type { Intercept } from './registry-server.ts';

describe('push in trouble', function () {
  this.timeout(20_000);
  const world = new PushWorld();

  /** Answers the first `times` requests of a kind. */
  function trouble(
    method: string,
    where: RegExp,
    times: number,
    action: 'reset' | { status: number; code?: string; headers?: Record<string, string> },
  ): Intercept {
    let left = times;
    return (request, response) => {
      if (request.method !== method || !where.test(request.path) || left === 0) return undefined;
      left -= 1;
      if (action === 'reset') return 'reset';
      response.writeHead(action.status, {
        'content-type': 'application/json',
        ...action.headers,
      });
      const errors = [{ code: action.code ?? 'UNKNOWN', message: 'injected' }];
      response.end(method === 'HEAD' ? undefined : JSON.stringify({ errors }));
      return 'done';
    };
  }

  const upload = /\/blobs\/uploads\/./;
  const cases: [string, Intercept, RegExp | undefined][] = [
    ['429 on a HEAD', trouble('HEAD', /blobs/, 3, { status: 429 }), undefined],
    ['429 on a POST', trouble('POST', /uploads\/$/, 2, { status: 429 }), undefined],
    ['429 on the PUT of a layer', trouble('PUT', upload, 2, { status: 429 }), undefined],
    ['429 on a manifest', trouble('PUT', /manifests/, 2, { status: 429 }), undefined],
    ['503 on a HEAD', trouble('HEAD', /./, 2, { status: 503 }), undefined],
    ['503 on a POST', trouble('POST', /uploads\/$/, 2, { status: 503 }), undefined],
    ['500 on the PUT of a layer', trouble('PUT', upload, 1, { status: 500 }), /^PATCH/],
    ['429 on the token', trouble('POST', /oauth2/, 8, { status: 429 }), undefined],
    ['503 on the challenge', trouble('GET', /v2/, 2, { status: 503 }), undefined],
    ['a reset of the challenge', trouble('GET', /v2/, 1, 'reset'), undefined],
    ['a reset of a HEAD', trouble('HEAD', /./, 2, 'reset'), undefined],
    ['a reset of a POST', trouble('POST', /uploads\/$/, 1, 'reset'), undefined],
    ['a reset of the PUT of a layer', trouble('PUT', upload, 1, 'reset'), /^PATCH/],
    ['a reset of a chunk', trouble('PATCH', upload, 1, 'reset'), undefined],
    ['a reset of a manifest', trouble('PUT', /manifests/, 1, 'reset'), undefined],
    ['416 on a PUT', trouble('PUT', upload, 1, { status: 416, code: 'RANGE_INVALID' }), /^PATCH/],
    [
      '404 BLOB_UPLOAD_INVALID on a PUT',
      trouble('PUT', upload, 1, { status: 404, code: 'BLOB_UPLOAD_INVALID' }),
      /^PATCH/,
    ],
    [
      '404 BLOB_UPLOAD_UNKNOWN on a chunk',
      trouble('PATCH', upload, 2, { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }),
      undefined,
    ],
  ];
  for (const [title, intercept, used] of cases) {
    it(`goes on after ${title}`, async () => {
      const sent = layers(2 * mebibyte, 700);
      const root = await world.image(sent);
      const chunks = title.includes('chunk');
      const server = await world.start({ intercept, ...(chunks ? { maxPut: mebibyte } : {}) });
      await world.push();
      assert.equal(server.tags.get('1.0'), root.digest);
      for (const layer of sent) assert.deepEqual(server.blobs.get(digestOf(layer)), layer);
      if (used !== undefined) assert.ok(server.log.some((line) => used.test(line)));
    });
  }

  it('sends in chunks what is too big for one request, and remembers that', async () => {
    const sent = layers(9 * mebibyte, 9 * mebibyte + 1, 9 * mebibyte + 2);
    await world.image(sent);
    const { blobs, log } = await world.start({ maxPut: 5 * mebibyte });
    await world.push();
    for (const layer of sent) assert.ok(blobs.get(digestOf(layer))?.equals(layer));
    // Three chunks each; only those that were under way together may have tried a whole PUT.
    assert.equal(log.filter((line) => line.startsWith('PATCH')).length, 9);
    assert.ok(log.filter((line) => line.startsWith('PUT') && line.includes('uploads')).length <= 7);
  });

  it('sends chunks as big as the registry wants them, at least', async () => {
    const [layer] = layers(9 * mebibyte);
    assert.ok(layer);
    await world.image([layer]);
    const { blobs, log } = await world.start({ maxPut: mebibyte, minChunk: 5 * mebibyte });
    await world.push();
    assert.ok(blobs.get(digestOf(layer))?.equals(layer));
    assert.equal(log.filter((line) => line.startsWith('PATCH')).length, 2);
  });

  it('tells a blob that cannot be read from one that is wrong', async () => {
    const [layer] = layers(2 * mebibyte);
    assert.ok(layer);
    await world.image([layer]);
    const vanish: Intercept = ({ path, count }) => {
      if (path === '/oauth2/token' && count === 1) rmSync(blobFile(world.folder, digestOf(layer)));
      return undefined;
    };
    const { tags } = await world.start({ intercept: vanish });
    await assert.rejects(world.push(), {
      code: 'IMAGE_INVALID',
      message: /cannot be read: ENOENT/,
    });
    assert.equal(tags.size, 0);
  });

  const asking: [string, Parameters<typeof trouble>[0], RegExp, number][] = [
    ['all requests together', 'HEAD', /blobs/, 429],
    ['a token service that throttles', 'POST', /oauth2/, 429],
    ['a token service in trouble', 'POST', /oauth2/, 503],
  ];
  for (const [what, method, where, status] of asking) {
    it(`waits as long as Retry-After says: ${what}`, async () => {
      await world.image(layers(10, 20, 30));
      const headers = { 'retry-after': '7' };
      await world.start({ intercept: trouble(method, where, 1, { status, headers }) });
      await world.push();
      const { slept } = world.clock;
      assert.ok(
        slept.some((ms) => ms > 6000 && ms <= 7000),
        `slept ${slept.join(', ')}`,
      );
    });
  }

  it('gives up on throttling that does not end', async () => {
    await world.image(layers(10));
    const { tags } = await world.start({ intercept: trouble('PUT', upload, 1e9, { status: 429 }) });
    await assert.rejects(world.push(), {
      code: 'REGISTRY_REQUEST',
      message: /answered 429 to PUT/,
    });
    assert.equal(tags.size, 0);
  });

  it('gives up on resets that do not end, and no tag has moved', async () => {
    await world.image(layers(2 * mebibyte));
    const { tags } = await world.start({
      intercept: trouble('PATCH', upload, 1e9, 'reset'),
      maxPut: 1,
    });
    await assert.rejects(world.push(), { code: 'REGISTRY_REQUEST' });
    assert.equal(tags.size, 0);
  });

  it('renews a token that the registry no longer takes, and the refresh token too', async () => {
    const sent = layers(1000, 2 * mebibyte, 3 * mebibyte);
    const root = await world.image(sent);
    const server = await world.start();
    await world.push({}, (done) => {
      if (done === 1) server.revoke();
    });
    assert.equal(server.tags.get('1.0'), root.digest);
    assert.equal(world.exchanges, 2);
  });

  it('renews a token before it expires', async () => {
    await world.image(layers(10, 20, 30));
    const { log } = await world.start({ tokenLife: 600 });
    await world.push({}, (done) => {
      if (done === 4) world.clock.skip(6 * 60_000);
    });
    assert.equal(log.filter((line) => line === 'POST /oauth2/token').length, 2);
    assert.equal(log.filter((line) => line === 'POST /oauth2/exchange').length, 1);
  });

  it('reads the digest from the manifest when the registry has no header for it', async () => {
    await world.image(layers(10));
    await world.start({ noDigestHeader: true });
    await world.push();
    assert.equal((await world.push()).unchanged, true);
  });
});
