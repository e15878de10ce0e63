import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { addImage, addJson, blobFile, digestOf, finish, indexType } from './layout-files.ts';
import { layers, mebibyte, PushWorld } from './push-world.ts';
import type { Intercept } from './registry-server.ts';

describe('push', function () {
  this.timeout(20_000);
  const world = new PushWorld();

  it('sends blobs, then the manifest, and finds it by digest', async () => {
    const sent = layers(100, 3 * mebibyte, 0);
    const root = await world.image(sent);
    const { log, blobs, manifests, tags } = await world.start();
    const result = await world.push();
    assert.equal(result.digest, root.digest);
    assert.deepEqual(result.blobs, { uploaded: 4, skipped: 0, mounted: 0 });
    for (const layer of sent) assert.deepEqual(blobs.get(digestOf(layer)), layer);
    const stored = manifests.get(root.digest);
    assert.deepEqual(stored?.bytes, await readFile(blobFile(world.folder, root.digest)));
    assert.equal(stored?.type, root.mediaType);
    assert.deepEqual([...tags], [['1.0', root.digest]]);
    assert.deepEqual(log.slice(0, 4), [
      'HEAD /v2/team/app/manifests/1.0',
      'POST /oauth2/exchange',
      'POST /oauth2/token',
      'HEAD /v2/team/app/manifests/1.0',
    ]);
    assert.deepEqual(log.slice(-2), [
      'PUT /v2/team/app/manifests/1.0',
      `HEAD /v2/team/app/manifests/${root.digest}`,
    ]);
  });

  it('signs in once for all scopes, and hides every token', async () => {
    await world.image(layers(10, 20, 30));
    const { scopes } = await world.start();
    await world.push({ mountFrom: 'base/node' });
    assert.deepEqual(scopes, [['repository:team/app:pull,push', 'repository:base/node:pull']]);
    assert.equal(world.exchanges, 1);
    assert.deepEqual(
      world.masked.map((secret) => secret.split(/[-.]/)[0]),
      ['entra', 'refresh', 'head'],
    );
  });

  it('asks once after signing in when nothing has changed', async () => {
    await world.image(layers(10, mebibyte));
    const { log } = await world.start();
    await world.push();
    log.length = 0;
    const again = await world.push();
    assert.equal(again.unchanged, true);
    assert.equal(again.requests, 1);
    assert.deepEqual(again.blobs, { uploaded: 0, skipped: 3, mounted: 0 });
    assert.deepEqual(log.slice(3), ['HEAD /v2/team/app/manifests/1.0']);
  });

  it('only sets the tags that are new, and sends no blob for them', async () => {
    const root = await world.image(layers(10));
    const { log, tags } = await world.start();
    await world.push();
    log.length = 0;
    const again = await world.push({ tags: ['1.0', '1.1', 'stable'] });
    assert.equal(again.unchanged, false);
    assert.deepEqual([...tags.values()], [root.digest, root.digest, root.digest]);
    assert.ok(!log.some((line) => line.includes('/blobs/')));
    assert.ok(!log.includes('PUT /v2/team/app/manifests/1.0'));
  });

  it('pushes by digest without tags', async () => {
    const root = await world.image(layers(10));
    const { tags, manifests } = await world.start();
    const result = await world.push({ tags: [] });
    assert.equal(result.unchanged, false);
    assert.ok(manifests.has(root.digest));
    assert.equal(tags.size, 0);
    assert.equal((await world.push({ tags: [] })).unchanged, true);
  });

  it('skips blobs that are there', async () => {
    const [old, fresh] = layers(5000, 6000);
    assert.ok(old && fresh);
    await world.image([old, fresh]);
    const { blobs } = await world.start();
    blobs.set(digestOf(old), old);
    const result = await world.push();
    assert.deepEqual(result.blobs, { uploaded: 2, skipped: 1, mounted: 0 });
    assert.ok(result.bytesSent < 6000 + 500);
  });

  it('mounts from the base repository, and uploads what that lacks', async () => {
    const [base, own] = layers(5000, 6000);
    assert.ok(base && own);
    await world.image([base, own]);
    const mountable = new Map([['base/node', new Set([digestOf(base)])]]);
    const { log } = await world.start({ mountable });
    const result = await world.push({ mountFrom: 'base/node' });
    assert.deepEqual(result.blobs, { uploaded: 2, skipped: 0, mounted: 1 });
    // The 202 of a mount that did not happen is the upload.
    assert.equal(log.filter((line) => line.startsWith('POST /v2/')).length, 3);
  });

  it('goes on without mounting when that is refused', async () => {
    await world.image(layers(10, 20));
    const refuse: Intercept = ({ method, path }, response, message) => {
      if (method !== 'POST' || !path.startsWith('/v2/')) return undefined;
      if (message.url?.includes('mount=') !== true) return undefined;
      response.writeHead(403).end();
      return 'done';
    };
    await world.start({ intercept: refuse });
    const result = await world.push({ mountFrom: 'base/node' });
    assert.deepEqual(result.blobs, { uploaded: 3, skipped: 0, mounted: 0 });
  });

  it('sends the manifests of an index before it, and each shared blob once', async () => {
    const [shared, one, two] = layers(1000, 2000, 3000);
    assert.ok(shared && one && two);
    const amd = await addImage(world.folder, [shared, one]);
    const arm = await addImage(world.folder, [shared, two], { annotations: { arch: 'arm64' } });
    const root = await addJson(world.folder, indexType, {
      schemaVersion: 2,
      manifests: [amd, arm],
    });
    await finish(world.folder, root);
    const { log, manifests } = await world.start();
    const result = await world.push();
    assert.equal(result.digest, root.digest);
    assert.equal(manifests.size, 3);
    const puts = log.filter((line) => line.startsWith('PUT /v2/team/app/manifests/'));
    assert.deepEqual(
      puts.map((line) => line.split('/').at(-1)),
      [amd.digest, arm.digest, '1.0'],
    );
    const asked = log.filter((line) => line === `HEAD /v2/team/app/blobs/${digestOf(shared)}`);
    assert.equal(asked.length, 1);
  });

  describe('a blob that is not what its digest says', () => {
    for (const [title, size] of [
      ['in one block', 1000],
      ['in several blocks', 3 * mebibyte + 17],
    ] as const) {
      it(`is never committed: ${title}`, async () => {
        const [layer] = layers(size);
        assert.ok(layer);
        await world.image([layer]);
        const digest = digestOf(layer);
        const wrong = Buffer.from(layer);
        wrong.writeUInt8((wrong.readUInt8(10) + 1) % 256, 10);
        await writeFile(blobFile(world.folder, digest), wrong);
        let received = 0;
        const count: Intercept = ({ method, path }, _response, message) => {
          if (method === 'PUT' && path.includes('/uploads/')) {
            message.on('data', (part: Buffer) => (received += part.length));
          }
          return undefined;
        };
        const { blobs, manifests, tags } = await world.start({ intercept: count });
        await assert.rejects(world.push(), {
          code: 'IMAGE_DIGEST_MISMATCH',
          message: `Blob ${digest}: its content has ${digestOf(wrong)}`,
        });
        assert.ok(received < size + 200, `${received} bytes arrived`);
        assert.ok(!blobs.has(digest) && !blobs.has(digestOf(wrong)));
        assert.equal(manifests.size + tags.size, 0);
      });
    }

    it('is never committed in chunks', async () => {
      const [layer] = layers(9 * mebibyte);
      assert.ok(layer);
      await world.image([layer]);
      const digest = digestOf(layer);
      const wrong = Buffer.from(layer);
      wrong.writeUInt8((wrong.readUInt8(10) + 1) % 256, 10);
      // The file changes after the registry has refused it in one piece.
      let swapped: Promise<void> | undefined;
      const swap: Intercept = ({ method, path }) => {
        if (method === 'POST' && path.startsWith('/v2/')) {
          swapped ??= writeFile(blobFile(world.folder, digest), wrong);
        }
        return undefined;
      };
      const { blobs, tags, log } = await world.start({ intercept: swap, maxPut: mebibyte });
      await assert.rejects(world.push(), { code: 'IMAGE_DIGEST_MISMATCH' });
      await swapped;
      assert.ok(!blobs.has(digest) && !blobs.has(digestOf(wrong)));
      assert.equal(tags.size, 0);
      assert.ok(log.includes('DELETE /v2/team/app/blobs/uploads/ID'));
    });
  });
});
