import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../tasks/lib/net/clock.ts';
import { readLayout } from '../../tasks/lib/oci/source/layout.ts';
import { pinnedRegistry } from '../../tasks/lib/oci/pinned-http.ts';
import { pushImage } from '../../tasks/lib/oci/push.ts';
import type { PushResult } from '../../tasks/lib/oci/repository-push.ts';
import { RegistrySession } from '../../tasks/lib/oci/session.ts';
import { DebianRegistry } from '../support/debian-registry.ts';
import { finish, type Finished } from '../support/start.ts';
import { findTool } from '../support/tools.ts';
import {
  addImage,
  blobFile,
  digestOf as blobDigest,
  finish as finishLayout,
  type Named,
} from '../unit/oci/layout-files.ts';

const address = '127.60.0.4';
const loginServer = 'registry.example.net';
const repository = 'team/app';

describe('our push and the registry of the distribution project', function () {
  this.timeout(180_000);
  let skopeo = '';
  let folder = '';
  let registry: DebianRegistry;
  let image: Named;

  before(async function () {
    const program = await findTool(this, 'docker-registry');
    skopeo = await findTool(this, 'skopeo');
    folder = await mkdtemp(join(tmpdir(), 'spokeline-distribution-'));
    registry = await DebianRegistry.start(program, folder, address, { name: loginServer });
    // More than one chunk, and small ones.
    const layers = [randomBytes(9 * 1024 * 1024), randomBytes(70_000), Buffer.from('small')];
    image = await addImage(join(folder, 'image'), layers);
    await finishLayout(join(folder, 'image'), image);
  });
  after(async () => {
    await registry?.stop();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  /** Pushes the layout of a folder; the session is a new one each time. */
  async function push(
    tags: readonly string[],
    { layout = 'image', to = repository } = {},
  ): Promise<PushResult> {
    const path = { loginServer, address, chain: [] };
    const pinned = pinnedRegistry(path, registry.port, 8, registry.ca);
    const session = new RegistrySession({
      http: pinned.http,
      login: { accessToken: () => Promise.reject(new Error('this registry wants no login')) },
      path,
      scopes: [`repository:${to}:pull,push`],
      clock: systemClock,
    });
    try {
      const options = { concurrency: 4, signal: AbortSignal.timeout(30_000) };
      const read = await readLayout(join(folder, layout));
      return await pushImage(read, { repository: to, tags }, session, options);
    } finally {
      pinned.close();
    }
  }

  function runSkopeo(command: string, source: string, ...args: string[]): Promise<Finished> {
    // A home of its own: neither the user's logins nor his registries count.
    const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder };
    const certificates = command === 'copy' ? '--src-cert-dir' : '--cert-dir';
    const where = [
      certificates,
      registry.certificates,
      `docker://${address}:${registry.port}/${source}`,
    ];
    return finish(skopeo, ['--insecure-policy', command, ...where, ...args], { env });
  }

  async function digestOf(tag: string): Promise<string> {
    const source = `${repository}:${tag}`;
    const { code, stdout, stderr } = await runSkopeo('inspect', source, '--format', '{{.Digest}}');
    assert.equal(code, 0, stderr);
    return stdout.trim();
  }

  /** Requests that begin, continue or end the upload of a blob. */
  const uploads = (): number =>
    registry.log.match(/"(?:POST|PATCH|PUT) [^"]*\/blobs\/uploads\//g)?.length ?? 0;

  it('takes the image, and skopeo sees the same digest', async () => {
    const pushed = await push(['1.0']);
    assert.equal(pushed.digest, image.digest);
    assert.deepEqual(pushed.blobs, { uploaded: 4, skipped: 0, mounted: 0 });
    assert.equal(await digestOf('1.0'), image.digest);
  });

  it('gives back every byte of it', async () => {
    const target = `oci:${join(folder, 'back')}:1.0`;
    // Without this skopeo compresses layers on their way into a layout.
    const copied = await runSkopeo('copy', `${repository}:1.0`, '--preserve-digests', target);
    assert.equal(copied.code, 0, copied.stderr);
    const [ours, theirs] = await Promise.all([
      readLayout(join(folder, 'image')),
      readLayout(join(folder, 'back')),
    ]);
    assert.equal(theirs.root.digest, ours.root.digest);
    assert.deepEqual([...theirs.blobs.keys()].sort(), [...ours.blobs.keys()].sort());
  });

  it('is sent no blob the second time', async () => {
    const before = uploads();
    assert.ok(before > 0, registry.log);
    const again = await push(['1.0']);
    assert.equal(again.unchanged, true);
    assert.equal(again.bytesSent, 0);
    const tagged = await push(['1.0', '1.0.1']);
    assert.equal(tagged.unchanged, false);
    assert.equal(tagged.bytesSent, 0);
    assert.equal(tagged.blobs.uploaded, 0);
    assert.equal(uploads(), before);
    assert.equal(await digestOf('1.0.1'), image.digest);
  });

  it('keeps nothing of a blob that does not match its digest', async () => {
    const layers = [randomBytes(3 * 1024 * 1024)];
    const [layer = Buffer.alloc(0)] = layers;
    const wrong = await addImage(join(folder, 'wrong'), layers);
    await finishLayout(join(folder, 'wrong'), wrong);
    const digest = blobDigest(layer);
    layer.write('another content', 1_000_000);
    await writeFile(blobFile(join(folder, 'wrong'), digest), layer);
    await assert.rejects(push(['1.0'], { layout: 'wrong', to: 'team/wrong' }), {
      code: 'IMAGE_DIGEST_MISMATCH',
    });
    const inspected = await runSkopeo('inspect', 'team/wrong:1.0');
    assert.equal(inspected.code, 1, inspected.stdout);
    assert.match(inspected.stderr, /manifest unknown|name unknown/);
    assert.equal(existsSync(registry.fileOf(digest)), false);
    assert.equal(existsSync(registry.fileOf(image.digest)), true);
  });
});
