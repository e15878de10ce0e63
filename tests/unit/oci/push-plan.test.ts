import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Budget } from '../../../tasks/lib/oci/budget.ts';
import { nearestTag } from '../../../tasks/lib/oci/relative.ts';
import { UploadWays } from '../../../tasks/lib/oci/upload-ways.ts';
import { digestOf } from './layout-files.ts';
import { SandboxRegistryWorld } from './sandbox-registry-world.ts';

const mebibyte = 1024 * 1024;

describe('push plan', function () {
  this.timeout(20_000);
  const world = new SandboxRegistryWorld();
  const count = (pattern: RegExp): number =>
    world.lines.filter((line) => pattern.test(line)).length;

  it('asks for no blob of a repository that the registry does not know', async () => {
    await world.start();
    await world.image(
      'new',
      Array.from({ length: 40 }, () => randomBytes(100)),
    );
    const result = await world.push('new');
    assert.equal(result.blobs.uploaded, 41);
    assert.equal(count(/^HEAD .*\/blobs\//), 0);
    assert.equal(count(/^GET \/v2\/team\/app\/tags\/list$/), 1);
    assert.ok(result.requests <= 88, `${result.requests} requests`);
  });

  it('asks only for blobs that no relative of the image names', async () => {
    await world.start();
    const layers = Array.from({ length: 7 }, () => randomBytes(1000));
    await world.image('before', [...layers, randomBytes(1000)]);
    await world.image('after', [...layers, randomBytes(1000)]);
    await world.push('before', { tags: ['1.0.9'] });
    world.arrived.length = 0;
    const result = await world.push('after', { tags: ['1.0.10'] });
    assert.deepEqual(result.blobs, { uploaded: 2, skipped: 7, mounted: 0 });
    assert.equal(result.bytesSent < 3000, true);
    assert.equal(count(/^HEAD .*\/blobs\//), 2);
    assert.ok(count(/^\w+ \/v2\//) <= 14, world.lines.join('\n'));
  });

  it('takes what a moving tag names for the nearest relative', async () => {
    await world.start();
    const layers = Array.from({ length: 4 }, () => randomBytes(100));
    await world.image('before', layers);
    await world.image('after', [...layers, randomBytes(100)]);
    await world.push('before', { tags: ['main'] });
    world.arrived.length = 0;
    const result = await world.push('after', { tags: ['main'] });
    assert.equal(result.blobs.skipped, 4);
    assert.equal(count(/tags\/list/), 0);
  });

  it('sends what a relative names but the registry has lost', async () => {
    const { content } = await world.start();
    const layers = Array.from({ length: 4 }, () => randomBytes(100));
    await world.image('before', layers);
    const after = await world.image('after', [...layers, randomBytes(100)]);
    await world.push('before');
    content.dropBlob('team/app', digestOf(layers[0] ?? Buffer.alloc(0)));
    const result = await world.push('after', { tags: ['1.1'] });
    assert.deepEqual(result.blobs, { uploaded: 3, skipped: 3, mounted: 0 });
    assert.equal(content.repositories.get('team/app')?.tags.get('1.1'), after.digest);
  });

  it('mounts in a second repository what it sent to the first', async () => {
    const { content } = await world.start();
    const image = await world.image('image', [randomBytes(100), randomBytes(200)]);
    await world.push('image');
    world.arrived.length = 0;
    const result = await world.push('image', { repository: 'mirror/app', mountFrom: 'team/app' });
    assert.deepEqual(result.blobs, { uploaded: 0, skipped: 0, mounted: 3 });
    assert.equal(count(/^(PUT|PATCH) .*\/uploads\//), 0);
    assert.equal(content.repositories.get('mirror/app')?.tags.get('1.0'), image.digest);
  });

  it('does not move a tag that was promised not to move', async () => {
    const { content } = await world.start();
    const first = await world.image('first', [randomBytes(100)]);
    const second = await world.image('second', [randomBytes(100)]);
    await world.push('first');
    world.arrived.length = 0;
    await assert.rejects(world.push('second', { tags: ['1.1', '1.0'], immutable: true }), {
      code: 'REGISTRY_TAG_EXISTS',
      message: `team/app:1.0 is ${first.digest}, not ${second.digest}; nothing was sent`,
    });
    assert.equal(count(/^(POST|PUT) \/v2\//), 0);
    assert.deepEqual(
      [...(content.repositories.get('team/app')?.tags ?? [])],
      [['1.0', first.digest]],
    );
    const again = await world.push('first', { immutable: true });
    assert.equal(again.unchanged, true);
  });

  it('sees a tag that somebody made while it was uploading', async () => {
    const { content } = await world.start();
    await world.image('first', [randomBytes(100)]);
    await world.image('second', [randomBytes(100)]);
    await world.push('first', { tags: ['other'] });
    const repository = content.repositories.get('team/app');
    const blobs = repository?.blobs;
    assert.ok(repository !== undefined && blobs !== undefined);
    const add = blobs.add.bind(blobs);
    blobs.add = (digest) => {
      repository.tags.set('1.0', repository.tags.get('other') ?? '');
      return add(digest);
    };
    await assert.rejects(world.push('second', { immutable: true }), {
      code: 'REGISTRY_TAG_EXISTS',
    });
    assert.equal(repository.tags.get('1.0'), repository.tags.get('other'));
  });

  it('goes on with an upload where the registry says that it is', async () => {
    const breaks = [
      { method: 'PUT', path: '/uploads/', at: 'body', afterBytes: 3_000_000 } as const,
    ];
    const { content } = await world.start({ misbehaviour: { resumable: true, breaks } });
    const layer = randomBytes(9 * mebibyte);
    await world.image('image', [layer]);
    await world.push('image');
    assert.deepEqual(content.blob('team/app', digestOf(layer))?.size, layer.length);
    const ranges = world.arrived.flatMap(({ headers }) => headers['content-range'] ?? []);
    assert.equal(ranges.length, 2);
    assert.match(ranges[0] ?? '', /^[1-9]\d+-\d+$/);
    // One upload for each blob: none was begun anew.
    assert.equal(count(/^POST .*\/uploads\//), 2);
  });

  it('frees the uploads of a push that is called off, and writes no manifest', async () => {
    const { content } = await world.start({ misbehaviour: { slowReader: 5 } });
    await world.image('image', [randomBytes(4 * mebibyte), randomBytes(4 * mebibyte)]);
    const stop = new AbortController();
    const pushing = world.push('image', {}, stop.signal);
    const sending = (): boolean => count(/^PUT .*\/uploads\/ID$/) >= 2;
    while (!sending()) await new Promise((done) => setImmediate(done));
    stop.abort(new Error('called off'));
    await assert.rejects(pushing, /called off/);
    assert.ok(count(/^DELETE .*\/uploads\/ID$/) >= 2, world.lines.join('\n'));
    assert.equal(count(/^PUT .*\/manifests\//), 0);
    assert.equal(content.repositories.get('team/app')?.tags.size ?? 0, 0);
  });

  it('frees an upload that broke off', async () => {
    const breaks = [{ method: 'PUT', path: '/uploads/', at: 'done' } as const];
    await world.start({ misbehaviour: { breaks, put416: 1 } });
    await world.image('image', [randomBytes(100)]);
    await world.push('image');
    assert.ok(count(/^DELETE .*\/uploads\/ID$/) > 0);
  });
});

describe('nearest tag', () => {
  for (const [tags, wanted, expected] of [
    [[], '1.0', undefined],
    [['1.0'], '1.0', undefined],
    [['1.2', '1.10', '1.9'], '1.11', '1.10'],
    [['main-7', 'v1', 'main-9', 'main-10'], 'main-11', 'main-10'],
    [['20261124.3', '20261124.12', '20261125.1'], '20261125.2', '20261125.1'],
    [['2.0', '3.0'], '1.0', '2.0'],
    [['bad tag', '../x'], '1.0', undefined],
    [['1.2', '1.10'], '\uffff', '1.10'],
    [['1.0-rc2', '1.0-rc10', '1.0'], '1.1', '1.0-rc10'],
    [['007', '7', 'build'], '8', '7'],
  ] as const) {
    it(`of ${JSON.stringify(tags)} to ${wanted} is ${expected}`, () =>
      assert.equal(nearestTag(tags, wanted), expected));
  }
});

describe('upload ways', () => {
  it('chunks from the smaller of two sizes that broke off', () => {
    const ways = new UploadWays();
    ways.brokeOff(50 * mebibyte);
    assert.equal(ways.needsChunks(60 * mebibyte), false);
    ways.brokeOff(30 * mebibyte);
    assert.deepEqual([ways.needsChunks(30 * mebibyte), ways.needsChunks(mebibyte)], [true, false]);
  });

  it('makes chunks smaller, but not below what the registry asks for', () => {
    const ways = new UploadWays();
    assert.equal(ways.chunkFor(0), 4 * mebibyte);
    assert.equal(ways.chunkFor(10 * mebibyte), 10 * mebibyte);
    assert.equal(ways.shrink(4 * mebibyte, 0), true);
    assert.equal(ways.chunkFor(0), mebibyte);
    assert.equal(ways.shrink(mebibyte, 512 * 1024), false);
    assert.equal(ways.shrink(256 * 1024, 0), false);
  });
});

describe('budget', () => {
  it('serves in the order of asking, and never more than there is', async () => {
    const budget = new Budget(10);
    const never = new AbortController().signal;
    const order: string[] = [];
    let release = (): void => undefined;
    const first = budget.spend(8, never, () => new Promise<void>((done) => (release = done)));
    const second = budget.spend(100, never, () => Promise.resolve(order.push('all')));
    const third = budget.spend(1, never, () => Promise.resolve(order.push('one')));
    await new Promise((done) => setImmediate(done));
    assert.deepEqual(order, []);
    release();
    await Promise.all([first, second, third]);
    assert.deepEqual(order, ['all', 'one']);
  });

  it('lets those behind one who gave up go on', async () => {
    const budget = new Budget(10);
    const never = new AbortController().signal;
    const stop = new AbortController();
    let release = (): void => undefined;
    const first = budget.spend(8, never, () => new Promise<void>((done) => (release = done)));
    const second = budget.spend(5, stop.signal, () => Promise.resolve());
    const third = budget.spend(2, never, () => Promise.resolve('done'));
    stop.abort(new Error('stop'));
    await assert.rejects(second, /stop/);
    assert.equal(await third, 'done');
    release();
    await first;
  });
});
