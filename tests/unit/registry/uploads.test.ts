import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Answer, RunningRegistry } from './registry-client.ts';
import { dataHost, pushBlob, runRegistry, sha256 } from './registry-client.ts';

const name = 'app/web';
const bytes = Buffer.from('0123456789');
const digest = sha256(bytes);

describe('registry uploads', () => {
  let registry: RunningRegistry;
  let token: string;

  beforeEach(async () => {
    registry = await runRegistry({ misbehaviour: { bodyLimit: 1000 } });
    token = await registry.token('owner', `repository:${name}:*`, 'repository:other:*');
  });
  afterEach(() => registry.stop());

  async function open(): Promise<string> {
    const answer = await registry.call('POST', `/v2/${name}/blobs/uploads/`, { token });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers['range'], '0-0');
    return answer.headers.location ?? '';
  }

  function patch(url: string, body: Buffer, range?: string): Promise<Answer> {
    const headers: Record<string, string> = range === undefined ? {} : { 'Content-Range': range };
    return registry.call('PATCH', url, { token, body, headers });
  }

  function put(url: string, of = digest, body: Buffer = Buffer.alloc(0)): Promise<Answer> {
    return registry.call('PUT', `${url}&digest=${of}`, { token, body });
  }

  function codeOf(answer: Answer): string | undefined {
    return (answer.json() as { errors: { code: string }[] }).errors[0]?.code;
  }

  const head = (of = digest, at = name): Promise<Answer> =>
    registry.call('HEAD', `/v2/${at}/blobs/${of}`, { token });

  it('take a blob in one PUT', async () => {
    assert.equal((await head()).status, 404);
    const done = await put(await open(), digest, bytes);
    assert.equal(done.status, 201);
    assert.equal(done.headers['docker-content-digest'], digest);
    assert.equal(done.headers.location, `/v2/${name}/blobs/${digest}`);
    const found = await head();
    assert.equal(found.status, 200);
    assert.equal(found.headers['content-length'], '10');
    const read = await registry.call('GET', `/v2/${name}/blobs/${digest}`, { token });
    assert.deepEqual(read.body, bytes);
  });

  it('take a blob in chunks, each at a Location of its own', async () => {
    const first = await patch(await open(), bytes.subarray(0, 4), '0-3');
    assert.equal(first.status, 202);
    assert.equal(first.headers['range'], '0-3');
    const second = await patch(first.headers.location ?? '', bytes.subarray(4, 8), '4-7');
    assert.equal(second.headers['range'], '0-7');
    assert.notEqual(second.headers.location, first.headers.location);
    const done = await put(second.headers.location ?? '', digest, bytes.subarray(8));
    assert.equal(done.status, 201);
    assert.equal((await head()).status, 200);
  });

  it('take a PATCH without a range', async () => {
    const first = await patch(await open(), bytes);
    assert.equal((await put(first.headers.location ?? '')).status, 201);
  });

  it('refuse a replayed chunk with 404', async () => {
    const url = await open();
    assert.equal((await patch(url, bytes, '0-9')).status, 202);
    const replay = await patch(url, bytes, '0-9');
    assert.equal(replay.status, 404);
    assert.equal(codeOf(replay), 'BLOB_UPLOAD_INVALID');
  });

  for (const range of ['4-7', '1-9', 'bytes 0-9', 'bytes=0-9', '9-0', 'x']) {
    it(`refuse the range '${range}' with 416, and tell where to go on`, async () => {
      const answer = await patch(await open(), bytes, range);
      assert.equal(answer.status, 416);
      assert.equal(codeOf(answer), 'RANGE_INVALID');
      assert.equal(answer.headers['range'], '0-0');
      const next = await patch(answer.headers.location ?? '', bytes, '0-9');
      assert.equal(next.status, 202, 'the session goes on');
    });
  }

  it('refuse a body that does not fit its range', async () => {
    const answer = await patch(await open(), bytes, '0-4');
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer), 'SIZE_INVALID');
  });

  it('refuse a body above the limit with 413, whether it is announced or not', async () => {
    const big = randomBytes(5000);
    const announced = await put(await open(), sha256(big), big);
    assert.equal(announced.status, 413);
    const chunked = await registry.call('PATCH', await open(), {
      token,
      body: big,
      headers: { 'Transfer-Encoding': 'chunked' },
    });
    assert.equal(chunked.status, 413);
    assert.equal((await head(sha256(big))).status, 404);
  });

  it('refuse a digest that does not match, and forget the upload', async () => {
    const url = await open();
    const answer = await put(url, sha256('other'), bytes);
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer), 'DIGEST_INVALID');
    assert.equal((await head(sha256('other'))).status, 404);
    assert.equal((await put(url, digest, bytes)).status, 404);
  });

  for (const bad of ['', 'sha256:abc', `md5:${'0'.repeat(32)}`]) {
    it(`refuse '${bad}' as a digest`, async () => {
      const answer = await put(await open(), bad, bytes);
      assert.equal(answer.status, 400);
      assert.equal(codeOf(answer), 'DIGEST_INVALID');
    });
  }

  it('take sha512 digests', async () => {
    const { createHash } = await import('node:crypto');
    const long = `sha512:${createHash('sha512').update(bytes).digest('hex')}`;
    assert.equal((await put(await open(), long, bytes)).status, 201);
    assert.equal((await head(long)).status, 200);
  });

  it('tell their progress and can be cancelled', async () => {
    const first = await patch(await open(), bytes.subarray(0, 4), '0-3');
    const url = first.headers.location ?? '';
    const status = await registry.call('GET', url, { token });
    assert.equal(status.status, 204);
    assert.equal(status.headers['range'], '0-3');
    assert.equal(status.headers.location, url);
    assert.equal((await registry.call('DELETE', url, { token })).status, 204);
    assert.equal((await registry.call('GET', url, { token })).status, 404);
    assert.equal((await patch(url, bytes, '4-13')).status, 404);
  });

  it('belong to one repository', async () => {
    const url = (await open()).replace(name, 'other');
    assert.equal((await put(url, digest, bytes)).status, 404);
  });

  it('are saved by a mount from a repository that the token may pull', async () => {
    await pushBlob(registry, token, 'other', bytes);
    const url = `/v2/${name}/blobs/uploads/?mount=${digest}&from=other`;
    const mounted = await registry.call('POST', url, { token });
    assert.equal(mounted.status, 201);
    assert.equal(mounted.headers['docker-content-digest'], digest);
    assert.equal((await head()).status, 200);
  });

  it('start where a mount is not possible', async () => {
    await pushBlob(registry, token, 'other', bytes);
    const narrow = await registry.token('pusher', `repository:${name}:pull,push`);
    for (const query of [
      `mount=${digest}&from=other`,
      `mount=${sha256('missing')}&from=other`,
      `mount=${digest}`,
      `digest=${digest}`,
    ]) {
      const url = `/v2/${name}/blobs/uploads/?${query}`;
      const answer = await registry.call('POST', url, { token: narrow });
      assert.equal(answer.status, 202, query);
      const done = await registry.call('PUT', `${answer.headers.location ?? ''}&digest=${digest}`, {
        token: narrow,
        body: bytes,
      });
      assert.equal(done.status, 201, query);
    }
  });

  it('delete a blob from one repository and keep it in another', async () => {
    await pushBlob(registry, token, name, bytes);
    await pushBlob(registry, token, 'other', bytes);
    const remove = (): Promise<Answer> =>
      registry.call('DELETE', `/v2/${name}/blobs/${digest}`, { token });
    assert.equal((await remove()).status, 202);
    assert.equal((await remove()).status, 404);
    assert.equal((await head()).status, 404);
    assert.equal((await head(digest, 'other')).status, 200);
  });

  for (const bad of ['App/web', 'app//web', '-app', 'a'.repeat(256)]) {
    it(`refuse ${bad.slice(0, 10)} as a repository`, async () => {
      const answer = await registry.call('POST', `/v2/${bad}/blobs/uploads/`, { token });
      assert.equal(answer.status, 400);
      assert.equal(codeOf(answer), 'NAME_INVALID');
    });
  }
});

describe('registry capacity', () => {
  it('is bounded, and what is refused is given back', async () => {
    const registry = await runRegistry({ capacity: 100 });
    try {
      const token = await registry.token('owner', `repository:${name}:*`);
      await assert.rejects(
        pushBlob(registry, token, name, randomBytes(101)),
        /^Error: 507 .*the registry is bounded to 100 bytes/,
      );
      await pushBlob(registry, token, name, randomBytes(60));
      const second = await pushBlob(registry, token, name, randomBytes(40));
      await assert.rejects(pushBlob(registry, token, name, randomBytes(1)), /507/);
      await registry.call('DELETE', `/v2/${name}/blobs/${second}`, { token });
      await pushBlob(registry, token, name, randomBytes(40));
    } finally {
      await registry.stop();
    }
  });
});

describe('registry data hosts', () => {
  it('hand out blobs by signed links that the login server redirects to', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const registry = await runRegistry({
      replicas: () => [{ region: 'westeurope', dataHost }],
      now: () => now,
    });
    try {
      const token = await registry.token('pusher', `repository:${name}:pull,push`);
      await pushBlob(registry, token, name, bytes);
      const url = `/v2/${name}/blobs/${digest}`;
      const redirect = await registry.call('GET', url, { token });
      assert.equal(redirect.status, 307);
      const location = new URL(redirect.headers.location ?? '');
      assert.equal(location.host, dataHost);
      const link = location.pathname + location.search;
      assert.deepEqual((await registry.call('GET', link)).body, bytes);
      const head = await registry.call('HEAD', url, { token });
      assert.equal(head.status, 200, 'only downloads are redirected');
      const other = link.replace(digest, sha256('other'));
      assert.equal((await registry.call('GET', other)).status, 403);
      assert.equal((await registry.call('GET', location.pathname)).status, 403);
      now += 1201 * 1000;
      assert.equal((await registry.call('GET', link)).status, 403);
    } finally {
      await registry.stop();
    }
  });
});
