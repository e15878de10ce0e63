import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../sandbox/http/certificates.ts';
import type { Authority } from '../../../sandbox/http/certificates.ts';
import { systemClock } from '../../../tasks/lib/net/clock.ts';
import type { ImageSource } from '../../../tasks/lib/oci/image.ts';
import { RegistrySession } from '../../../tasks/lib/oci/session.ts';
import { readRegistry } from '../../../tasks/lib/oci/source/registry.ts';
import { SourceHosts } from '../../../tasks/lib/oci/source/source-hosts.ts';
import { everything } from '../../../tasks/lib/oci/source/wish.ts';
import { addBlob, addImage, addJson, digestOf, imageType, indexType } from './layout-files.ts';
import type { Named } from './layout-files.ts';
import { dataName, repository, serveLayout, sourceName } from './source-server.ts';
import type { SourceOptions, SourceServer } from './source-server.ts';

const big = randomBytes(300_000);

describe('an image in another registry', () => {
  let authority: Authority;
  let folder: string;
  let image: Named;
  let server: SourceServer;
  let hosts: SourceHosts;

  before(async () => {
    authority = await createAuthority(await mkdtemp(join(tmpdir(), 'source-ca-')));
  });
  after(() => rm(join(authority.caFile, '..'), { recursive: true }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'source-'));
    image = await addImage(folder, [big, Buffer.from('small')]);
  });
  afterEach(async () => {
    hosts.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function start(options: Partial<SourceOptions> = {}): Promise<void> {
    const certificate = await authority.issue([sourceName, dataName]);
    server = await serveLayout(folder, { certificate, ...options });
    server.tags.set('1.0', image.digest);
  }

  async function read(reference = '1.0', networks?: string[]): Promise<ImageSource> {
    const resolution = { chain: [], addresses: ['127.0.0.1'], source: 'system' };
    hosts = new SourceHosts({
      resolver: {
        resolve: (name) => Promise.resolve({ ...resolution, name }),
        witnesses: () => Promise.resolve([]),
      },
      target: server,
      connections: 4,
      ca: authority.caPem,
      ...(networks === undefined ? {} : { networks }),
    });
    const signal = AbortSignal.timeout(15_000);
    setMaxListeners(0, signal);
    const registry = await hosts.open(sourceName, signal);
    const session = new RegistrySession({
      http: registry.http,
      login: { accessToken: () => Promise.resolve({ authorization: 'Bearer source' }) },
      path: registry,
      scopes: [`repository:${repository}:pull`],
      clock: { ...systemClock, now: () => Date.now(), sleep: () => Promise.resolve() },
    });
    const where = { loginServer: sourceName, repository, reference };
    const reader = { session, follow: hosts.follow, close: () => hosts.close() };
    return readRegistry(where, everything, reader, signal);
  }

  async function contentOf(source: ImageSource, digest = digestOf(big)): Promise<Buffer> {
    const blob = source.blobs.get(digest);
    assert.ok(blob);
    return Buffer.concat((await blob.open().toArray()) as Buffer[]);
  }

  it('is read by tag or digest, its blobs not before they are wanted', async () => {
    await start();
    const source = await read();
    assert.equal(source.root.digest, image.digest);
    assert.deepEqual(source.from, { loginServer: sourceName, repository });
    assert.ok(!server.log.some((line) => line.includes('/blobs/')));
    assert.deepEqual(await contentOf(source), big);
    assert.equal((await read(image.digest)).root.digest, image.digest);
  });

  it('goes on where a broken connection stopped', async () => {
    await start({ cuts: 3 });
    assert.deepEqual(await contentOf(await read()), big);
    assert.deepEqual(server.ranges, [
      undefined,
      'bytes=150000-299999',
      'bytes=225000-299999',
      'bytes=262500-299999',
    ]);
  });

  it('goes on also where the registry heeds no range', async () => {
    await start({ cuts: 2, noRanges: true });
    assert.deepEqual(await contentOf(await read()), big);
  });

  it('gives up when a connection breaks off without a byte more, five times', async () => {
    await start({ cuts: 1000, noRanges: true });
    await assert.rejects(contentOf(await read()), {
      code: 'REGISTRY_REQUEST',
      message: new RegExp(
        `^Blob ${digestOf(big)} cannot be read from ${sourceName} beyond byte 150000 of 300000: `,
      ),
    });
  });

  it('is followed to another host without the credential', async () => {
    await start({ redirect: (digest) => `https://${dataName}/${digest}?signature=x` });
    assert.deepEqual(await contentOf(await read()), big);
    const elsewhere = server.log.filter((line) => line.includes(dataName));
    assert.deepEqual(elsewhere, [`${dataName} GET /${digestOf(big)}`]);
  });

  it('is read from a registry that only leads to another one', async () => {
    const about = await addImage(folder, [Buffer.from('sbom')], { subject: image });
    await start({ leads: true, referrersPage: 1, busy: 2 });
    const source = await read();
    assert.equal(source.root.digest, image.digest);
    assert.deepEqual(
      source.referrers.map(({ digest }) => digest),
      [about.digest],
    );
    assert.deepEqual(await contentOf(source), big);
    const elsewhere = server.log.filter((line) => line.includes(dataName));
    assert.ok(elsewhere.length > 4);
    assert.deepEqual(
      elsewhere.filter((line) => line.startsWith('+')),
      [],
    );
  });

  it('is not followed to plain http', async () => {
    await start({ redirect: (digest) => `http://${dataName}/${digest}` });
    await assert.rejects(contentOf(await read()), {
      code: 'REGISTRY_REQUEST',
      message: `${sourceName} sends clients to http://${dataName} for /v2/${repository}/blobs/${digestOf(big)}`,
    });
  });

  it('is not followed to what is no host of its networks', async () => {
    await start({ redirect: (digest) => `https://[2001:db8::1]/${digest}` });
    await assert.rejects(contentOf(await read()), {
      code: 'REGISTRY_REQUEST',
      message: '[2001:db8::1] is no host that an image can be read from',
    });
  });

  it('is not followed in a circle', async () => {
    await start({ redirect: (digest) => `/v2/${repository}/blobs/${digest}` });
    await assert.rejects(contentOf(await read()), {
      message: `${sourceName} redirects more than 5 times for /v2/${repository}/blobs/${digestOf(big)}`,
    });
  });

  it('has to be private only if that is asked for', async () => {
    await start();
    assert.equal((await read('1.0', ['127.0.0.0/8'])).root.digest, image.digest);
    await assert.rejects(read('1.0', ['10.0.0.0/8']), { code: 'REGISTRY_NOT_PRIVATE' });
  });

  it('is refused if it does not exist', async () => {
    await start();
    await assert.rejects(read('2.0'), {
      code: 'IMAGE_CONTENT_MISSING',
      message: `Image ${sourceName}/${repository}:2.0 does not exist; nothing was sent`,
    });
  });

  it('is refused if it has another digest than the one that was asked for', async () => {
    await start();
    const asked = `sha256:${'a'.repeat(64)}`;
    server.tags.set(asked, image.digest);
    await assert.rejects(read(asked), {
      code: 'IMAGE_DIGEST_MISMATCH',
      message: `Image ${sourceName}/${repository}@${asked}: ${asked} has other content: its digest is ${image.digest}`,
    });
  });

  it('is refused if it lacks a manifest that its index names', async () => {
    const missing = { mediaType: imageType, digest: digestOf(Buffer.from('no')), size: 2 };
    const manifests = [image, missing];
    image = await addJson(folder, indexType, { schemaVersion: 2, mediaType: indexType, manifests });
    await start();
    await assert.rejects(read(), {
      code: 'IMAGE_CONTENT_MISSING',
      message: `Image ${sourceName}/${repository}:1.0: ${missing.digest} is missing; ${image.digest} names it`,
    });
  });

  it('fails when it lacks a blob that its manifest names', async () => {
    await start({ lacking: digestOf(big) });
    await assert.rejects(contentOf(await read()), {
      code: 'IMAGE_CONTENT_MISSING',
      message: `${sourceName} has no blob ${digestOf(big)}, which its manifest names`,
    });
  });

  describe('with what is about it', () => {
    let about: Named[];
    beforeEach(async () => {
      about = [];
      const config = await addBlob(folder, 'application/vnd.oci.empty.v1+json', Buffer.from('{}'));
      for (const [artifactType, subject] of [
        ['application/spdx+json', image],
        ['application/vnd.example.signature', image],
        ['application/vnd.example.note', image],
      ] as const) {
        const layers = [config];
        const manifest = { schemaVersion: 2, mediaType: imageType, artifactType, config, layers };
        about.push(await addJson(folder, imageType, { ...manifest, subject }));
      }
      const [sbom] = about;
      const layers = [config];
      const manifest = { schemaVersion: 2, mediaType: imageType, config, layers, subject: sbom };
      about.push(await addJson(folder, imageType, manifest));
    });
    const digests = (named: readonly { digest: string }[]): string[] =>
      named.map(({ digest }) => digest).sort();

    it('finds it page by page, and what is about that', async () => {
      await start({ referrersPage: 2 });
      const { referrers, manifests } = await read();
      assert.deepEqual(digests(referrers), digests(about));
      assert.deepEqual(digests(manifests), [image.digest]);
    });

    const ways: [string, (path: string) => string][] = [
      ['by its query alone', (path) => path.slice(path.indexOf('?'))],
      ['on the host that has it', (path) => `https://${dataName}${path}`],
    ];
    for (const [how, nextPage] of ways) {
      it(`finds it where a page names the next one ${how}`, async () => {
        await start({ referrersPage: 2, nextPage });
        const { referrers } = await read();
        assert.deepEqual(digests(referrers), digests(about));
        const elsewhere = server.log.filter((line) => line.includes(dataName));
        assert.deepEqual(
          elsewhere,
          how.includes('host')
            ? [`${dataName} GET /v2/${repository}/referrers/${image.digest}`]
            : [],
        );
      });
    }

    it('refuses a chain that does not end', async () => {
      let last = about.at(-1);
      for (let length = 2; length < 9; length += 1) {
        last = await addImage(folder, [Buffer.from('again')], { subject: last });
      }
      await start({ referrersPage: 10 });
      await assert.rejects(read(), {
        code: 'IMAGE_TOO_LARGE',
        message: `${last?.digest ?? ''} is about what is about something, more than 8 times over`,
      });
    });

    it('finds it under tags where the registry has no list', async () => {
      const list = async (...manifests: Named[]): Promise<string> =>
        (await addJson(folder, indexType, { schemaVersion: 2, mediaType: indexType, manifests }))
          .digest;
      const lists = [await list(...about.slice(0, 3)), await list(...about.slice(3))];
      const signed = await addImage(folder, [Buffer.from('cosign')]);
      await start();
      const tag = image.digest.replace(':', '-');
      server.tags.set(tag, lists[0] ?? '');
      server.tags.set(about[0]?.digest.replace(':', '-') ?? '', lists[1] ?? '');
      server.tags.set(`${tag}.sig`, signed.digest);
      const { referrers } = await read();
      assert.deepEqual(digests(referrers), digests([...about, signed]));
      assert.deepEqual(
        referrers.filter((referrer) => referrer.tag !== undefined).map((r) => [r.digest, r.tag]),
        [[signed.digest, `${tag}.sig`]],
      );
    });
  });
});
