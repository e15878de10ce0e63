import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Break, Misbehaviour } from '../../sandbox/azure/registry/misbehaviour.ts';
import { finish } from '../support/start.ts';
import { findTool } from '../support/tools.ts';
import { addImage, finish as finishLayout } from '../unit/oci/layout-files.ts';
import type { Named } from '../unit/oci/layout-files.ts';
import { MisbehavingWorld } from './misbehaving-world.ts';

const mebibyte = 1024 * 1024;
const always = 1_000_000;

/** Every point at which a connection may break, for each kind of request of an upload in one piece. */
const inOnePiece: Break[] = [
  { method: 'POST', at: 'head' },
  { method: 'POST', at: 'done' },
  { method: 'PUT', path: '/uploads/', at: 'head' },
  { method: 'PUT', path: '/uploads/', at: 'body', afterBytes: 1 },
  { method: 'PUT', path: '/uploads/', at: 'body', afterBytes: 200_000, count: 2 },
  { method: 'PUT', path: '/uploads/', at: 'done', count: 2 },
  { method: 'PUT', path: '/uploads/', at: 'answer' },
  { method: 'PUT', path: '/manifests/', at: 'head' },
  { method: 'PUT', path: '/manifests/', at: 'body', afterBytes: 100 },
  { method: 'PUT', path: '/manifests/', at: 'done' },
  { method: 'PUT', path: '/manifests/', at: 'answer' },
];
const inChunks: Break[] = [
  { method: 'PATCH', at: 'head' },
  { method: 'PATCH', at: 'body', afterBytes: 3 * mebibyte },
  { method: 'PATCH', at: 'done' },
  { method: 'PATCH', at: 'answer' },
  { method: 'PUT', path: '/uploads/', at: 'done' },
];

const survived: readonly (readonly [string, Misbehaviour])[] = [
  ['nothing', {}],
  ['absolute Locations', { absoluteLocations: true }],
  ['416 on PUT', { put416: 3 }],
  ['uploads that are forgotten', { lostUploads: 3 }],
  ['413 above a size', { bodyLimit: 5 * mebibyte }],
  ['413 above the size of a usual chunk', { bodyLimit: mebibyte }],
  ['a storm of 429 without Retry-After', { throttle: { count: 3 } }],
  ['429 with Retry-After on PUT', { throttle: { count: 3, method: 'PUT', retryAfter: 1 } }],
  [
    'a replica that gets the manifest a moment before the layers',
    { replicaSplit: 'northeurope', replicationLag: { northeurope: 1 } },
  ],
  ['a slow reader', { slowReader: 1 }],
  ['a least length of chunks', { chunkMinLength: 5 * mebibyte, put416: always }],
  ['tokens that expire in the middle', { accessLifetime: 5, slowReader: 60 }],
  ...inOnePiece.map((rule) => [`a break: ${wordsOf(rule)}`, { breaks: [rule] }] as const),
  ...inChunks.map(
    (rule) => [`a break of chunks: ${wordsOf(rule)}`, { put416: always, breaks: [rule] }] as const,
  ),
  ...[inOnePiece[4], inChunks[1]].map(
    (rule) =>
      [
        `a break where uploads can go on: ${wordsOf(rule)}`,
        { resumable: true, ...(rule === undefined ? {} : { breaks: [rule] }) },
      ] as const,
  ),
];

const refused: readonly (readonly [string, Misbehaviour, string, RegExp])[] = [
  [
    'a replica that lacks the blobs',
    { replicaSplit: 'northeurope', replicationLag: { northeurope: always } },
    'REGISTRY_REQUEST',
    /MANIFEST_BLOB_UNKNOWN .*replicas of a geo-replicated registry/s,
  ],
  ['a wrong digest of a blob', { wrongDigests: 1 }, 'REGISTRY_REQUEST', /says that it stored/],
  [
    'a firewall that sees another address',
    { allowedClients: ['127.9.9.9'] },
    'REGISTRY_REQUEST',
    /The registry saw this agent as 127\.0\.0\.1 and its firewall refuses/,
  ],
  [
    'connections that always break',
    {
      breaks: [
        { at: 'head', method: 'PUT', count: always },
        { at: 'head', method: 'PATCH', count: always },
      ],
    },
    'REGISTRY_REQUEST',
    /Connection to 127\.110\.0\.101/,
  ],
  ['no body at all', { bodyLimit: 1 }, 'REGISTRY_REQUEST', /answered 413/],
];

function wordsOf(rule: Break | undefined): string {
  const { at = '', method = '', path = '', afterBytes } = rule ?? {};
  return `${method} ${path} at ${at}${afterBytes === undefined ? '' : ` ${afterBytes}`}`;
}

describe('the packaged push and a registry with', function () {
  this.timeout(180_000);
  let skopeo = '';
  let world: MisbehavingWorld;
  let image: Named;
  let blobs: string[];
  let source = '';

  before(async function () {
    skopeo = await findTool(this, 'skopeo');
    world = await MisbehavingWorld.open();
    source = join(world.folder, 'image');
    const layers = [randomBytes(6 * mebibyte), randomBytes(300_000), Buffer.from('small')];
    image = await addImage(source, layers);
    await finishLayout(source, image);
    const all = (await readdir(join(source, 'blobs', 'sha256'))).map((hex) => `sha256:${hex}`);
    blobs = all.filter((digest) => digest !== image.digest);
  });
  after(() => world?.close());

  for (const [title, misbehaviour] of survived) {
    it(`${title}: every byte comes back`, async () => {
      const { content } = await world.start(misbehaviour);
      const run = await world.push({ source, tags: '1.0' });
      assert.equal(run.result, 'Succeeded', run.output);
      assert.equal(content.repositories.get('team/app')?.tags.get('1.0'), image.digest);
      await assertPulled();
    });
  }

  for (const [title, misbehaviour, code, message] of refused) {
    it(`${title}: it fails, and no tag has moved`, async () => {
      const { content } = await world.start(misbehaviour);
      const run = await world.push({ source, tags: '1.0' });
      assert.equal(run.result, 'Failed', run.output);
      assert.deepEqual(new Set(run.codes), new Set([code]));
      assert.match(run.output, message);
      assert.equal(content.repositories.get('team/app')?.tags.size ?? 0, 0);
    });
  }

  async function assertPulled(): Promise<void> {
    const back = join(world.folder, 'back');
    await rm(back, { recursive: true, force: true });
    const from = `docker://${world.loginServer}/team/app:1.0`;
    // Without this skopeo compresses layers on their way into a layout.
    const options = ['--preserve-digests', ...(await world.pullOptions())];
    const args = ['--insecure-policy', 'copy', ...options, from, `oci:${back}:1.0`];
    const env = { PATH: process.env['PATH'], HOME: world.folder, TMPDIR: world.folder };
    const pulled = await finish(skopeo, args, { env });
    assert.equal(pulled.code, 0, pulled.stderr);
    const names = await readdir(join(source, 'blobs', 'sha256'));
    assert.deepEqual((await readdir(join(back, 'blobs', 'sha256'))).sort(), names.sort());
    for (const name of names) {
      const [sent, got] = await Promise.all(
        [source, back].map((folder) => readFile(join(folder, 'blobs', 'sha256', name))),
      );
      assert.ok(sent !== undefined && got?.equals(sent) === true, name);
    }
    // All of it came through the redirect, on which no credential went along.
    assert.deepEqual(
      world.pulls.map(({ line }) => /^GET \/blobs\/(\S+)\?link=/.exec(line)?.[1]).sort(),
      blobs.sort(),
    );
    for (const { headers } of world.pulls) {
      assert.deepEqual([headers.authorization, headers.cookie], [undefined, undefined]);
    }
  }
});
