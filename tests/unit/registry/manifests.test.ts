import assert from 'node:assert/strict';
import type { Answer, RunningRegistry } from './registry-client.ts';
import { manifestOf, pushBlob, runRegistry, sha256 } from './registry-client.ts';

const name = 'app/web';
const ociType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const config = Buffer.from('{"architecture":"amd64"}');
const layer = Buffer.from('layer');
const image = manifestOf(config, [layer]);
const digest = sha256(image);

describe('registry manifests', () => {
  let registry: RunningRegistry;
  let token: string;

  beforeEach(async () => {
    registry = await runRegistry();
    token = await registry.token('owner', `repository:${name}:*`, 'repository:other:*');
    await pushBlob(registry, token, name, config);
    await pushBlob(registry, token, name, layer);
  });
  afterEach(() => registry.stop());

  function put(reference: string, body: Buffer, type = ociType, at = name): Promise<Answer> {
    const headers = { 'Content-Type': type };
    return registry.call('PUT', `/v2/${at}/manifests/${reference}`, { token, body, headers });
  }

  function call(method: string, reference: string, accept?: string): Promise<Answer> {
    const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept };
    return registry.call(method, `/v2/${name}/manifests/${reference}`, { token, headers });
  }

  function errorOf(answer: Answer): { code: string; message: string } | undefined {
    return (answer.json() as { errors: { code: string; message: string }[] }).errors[0];
  }

  it('are kept byte for byte, by tag and digest', async () => {
    const stored = await put('v1', image);
    assert.equal(stored.status, 201);
    assert.equal(stored.headers['docker-content-digest'], digest);
    assert.equal(stored.headers.location, `/v2/${name}/manifests/${digest}`);
    for (const reference of ['v1', digest]) {
      const read = await call('GET', reference);
      assert.deepEqual(read.body, image);
      assert.equal(read.headers['content-type'], ociType);
      assert.equal(read.headers['docker-content-digest'], digest);
      const head = await call('HEAD', reference);
      assert.equal(head.headers['content-length'], String(image.length));
      assert.equal(head.body.length, 0);
    }
  });

  it('move a tag, and keep what it named before', async () => {
    await put('v1', image);
    const other = manifestOf(config, [layer], { annotations: { a: 'b' } });
    await put('v1', other);
    assert.equal((await call('HEAD', 'v1')).headers['docker-content-digest'], sha256(other));
    assert.equal((await call('HEAD', digest)).status, 200);
  });

  it('take tags beside a digest', async () => {
    const answer = await put(`${digest}?tag=v1&tag=v2`, image);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['oci-tag'], 'v1, v2');
    assert.equal((await call('HEAD', 'v2')).status, 200);
  });

  it('list tags by pages', async () => {
    for (const tag of ['c', 'a', 'b']) await put(tag, image);
    const url = `/v2/${name}/tags/list`;
    const all = await registry.call('GET', url, { token });
    assert.deepEqual(all.json(), { name, tags: ['a', 'b', 'c'] });
    const first = await registry.call('GET', `${url}?n=2`, { token });
    assert.deepEqual(first.json(), { name, tags: ['a', 'b'] });
    assert.equal(first.headers['link'], `<${url}?last=b&n=2>; rel="next"`);
    const rest = await registry.call('GET', `${url}?n=2&last=b`, { token });
    assert.deepEqual(rest.json(), { name, tags: ['c'] });
    assert.equal(rest.headers['link'], undefined);
    const unknown = await registry.call('GET', '/v2/other/tags/list', { token });
    assert.equal(errorOf(unknown)?.code, 'NAME_UNKNOWN');
  });

  it('make an index of images that are there', async () => {
    const index = (of: string): Buffer =>
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: indexType,
          manifests: [{ mediaType: ociType, digest: of, size: image.length }],
        }),
      );
    const early = await put('multi', index(digest), indexType);
    assert.equal(early.status, 400);
    assert.equal(errorOf(early)?.code, 'MANIFEST_BLOB_UNKNOWN');
    await put(digest, image);
    assert.equal((await put('multi', index(digest), indexType)).status, 201);
  });

  it('tell who refers to them', async () => {
    await put('v1', image);
    const subject = { mediaType: ociType, digest, size: image.length };
    const signature = manifestOf(config, [layer], {
      subject,
      artifactType: 'application/vnd.example.signature',
      annotations: { by: 'us' },
    });
    const stored = await put(sha256(signature), signature);
    assert.equal(stored.headers['oci-subject'], digest);
    const url = `/v2/${name}/referrers/${digest}`;
    const found = await registry.call('GET', url, { token });
    assert.equal(found.headers['content-type'], indexType);
    const expected = {
      mediaType: ociType,
      digest: sha256(signature),
      size: signature.length,
      artifactType: 'application/vnd.example.signature',
      annotations: { by: 'us' },
    };
    assert.deepEqual((found.json() as { manifests: unknown[] }).manifests, [expected]);
    const none = await registry.call('GET', `${url}?artifactType=other`, { token });
    assert.deepEqual((none.json() as { manifests: unknown[] }).manifests, []);
    assert.equal(none.headers['oci-filters-applied'], 'artifactType');
  });

  it('are removed by tag or by digest', async () => {
    await put('v1', image);
    await put('v2', image);
    assert.equal((await call('DELETE', 'v1')).status, 202);
    assert.equal((await call('HEAD', 'v1')).status, 404);
    assert.equal((await call('HEAD', 'v2')).status, 200);
    assert.equal((await call('DELETE', digest)).status, 202);
    assert.equal((await call('HEAD', 'v2')).status, 404);
    assert.equal((await call('DELETE', digest)).status, 404);
  });

  it('are hidden from clients that do not accept their type', async () => {
    await put('v1', image);
    const old = await call('GET', 'v1', 'application/vnd.docker.distribution.manifest.v2+json');
    assert.equal(old.status, 404);
    assert.equal(
      errorOf(old)?.message,
      'OCI manifest found, but accept header does not support OCI manifests',
    );
    for (const accept of [ociType, '*/*', `text/plain, ${ociType};q=0.5`]) {
      assert.equal((await call('GET', 'v1', accept)).status, 200, accept);
    }
  });

  type Row = [
    name: string,
    reference: string,
    body: Buffer,
    type: string,
    code: string,
    message: RegExp,
  ];
  const changed = (more: Record<string, unknown>): Buffer => manifestOf(config, [layer], more);
  const rows: Row[] = [
    ['no JSON', 'v1', Buffer.from('x'), ociType, 'MANIFEST_INVALID', /the manifest is not JSON/],
    [
      'a list',
      'v1',
      Buffer.from('[]'),
      ociType,
      'MANIFEST_INVALID',
      /the manifest is not an object/,
    ],
    [
      'another type than it says',
      'v1',
      image,
      'application/vnd.docker.distribution.manifest.v2+json',
      'MANIFEST_INVALID',
      /the content type is 'application\/vnd\.docker.*', the manifest says 'application\/vnd\.oci/,
    ],
    ['no type', 'v1', image, '', 'MANIFEST_INVALID', /the media type '' is not supported/],
    [
      'schema 1',
      'v1',
      changed({ schemaVersion: 1 }),
      ociType,
      'MANIFEST_INVALID',
      /schemaVersion must be 2/,
    ],
    [
      'no layers',
      'v1',
      changed({ layers: null }),
      ociType,
      'MANIFEST_INVALID',
      /layers must be a list/,
    ],
    [
      'no config',
      'v1',
      changed({ config: null }),
      ociType,
      'MANIFEST_INVALID',
      /a descriptor is missing/,
    ],
    [
      'a blob that is missing',
      'v1',
      manifestOf(config, [Buffer.from('missing')]),
      ociType,
      'MANIFEST_BLOB_UNKNOWN',
      /blob unknown to registry/,
    ],
    [
      'a blob of another size',
      'v1',
      Buffer.from(image.toString().replace('"size":5', '"size":6')),
      ociType,
      'MANIFEST_INVALID',
      /has 5 bytes, the manifest says 6/,
    ],
    [
      'another digest',
      sha256('other'),
      image,
      ociType,
      'DIGEST_INVALID',
      /provided digest did not match uploaded content/,
    ],
    ['a bad tag', '-v1', image, ociType, 'TAG_INVALID', /invalid tag name/],
  ];
  for (const [title, reference, body, type, code, message] of rows) {
    it(`are refused with ${title}`, async () => {
      const answer = await put(reference, body, type);
      assert.equal(answer.status, 400);
      assert.equal(errorOf(answer)?.code, code);
      assert.match(errorOf(answer)?.message ?? '', message);
      assert.equal((await call('HEAD', 'v1')).status, 404, 'nothing was stored');
    });
  }

  it('are refused above 4 MiB', async () => {
    const answer = await put('v1', changed({ annotations: { a: 'x'.repeat(4 * 1024 * 1024) } }));
    assert.equal(answer.status, 413);
  });

  it('need their blobs in their own repository', async () => {
    const answer = await put('v1', image, ociType, 'other');
    assert.equal(errorOf(answer)?.code, 'MANIFEST_BLOB_UNKNOWN');
  });

  it('are named when they are missing', async () => {
    await put('v1', image);
    const answer = await call('GET', 'v9');
    assert.equal(answer.status, 404);
    assert.deepEqual(errorOf(answer), {
      code: 'MANIFEST_UNKNOWN',
      message: 'manifest tagged by "v9" is not found',
      detail: { Tag: 'v9' },
    });
  });

  for (const [method, url] of [
    ['POST', `/v2/${name}/manifests/v1`],
    ['PUT', `/v2/${name}/blobs/${digest}`],
    ['GET', `/v2/${name}/tags/other`],
  ] as const) {
    it(`do not offer ${method} ${url.slice(0, 30)}`, async () => {
      const answer = await registry.call(method, url, { token });
      assert.equal(answer.status, 405);
      assert.equal(errorOf(answer)?.code, 'UNSUPPORTED');
    });
  }
});
