import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImagePushWorld } from '../support/image-push-world.ts';
import { packagedCommand, readRun } from '../support/packaged-task.ts';
import type { TaskRun } from '../support/packaged-task.ts';
import { entriesOf, gzipped, tarOf } from '../unit/oci/archive-files.ts';
import { addImage, finish } from '../unit/oci/layout-files.ts';

const everySoOften = 20;

describe('the packaged ImagePush, cancelled', function () {
  this.timeout(180_000);
  /** Whether the moment has come, by what the task has written so far. */
  let isTime: (output: string) => boolean;
  const world = new ImagePushWorld((task, folder, inputs, environment) => {
    const { command, env } = packagedCommand(task, folder, inputs, environment);
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    const look = (): void => {
      if (!isTime(output)) return;
      clearInterval(looking);
      child.kill('SIGINT');
    };
    const looking = setInterval(look, everySoOften);
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      look();
    });
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
    return new Promise((resolve) => {
      child.once('close', (code) => {
        clearInterval(looking);
        resolve(readRun(code, output, errors));
      });
    });
  });
  let source: string;

  beforeEach(async () => {
    source = join(world.folder, 'image');
    const layers = [randomBytes(3_000_000), randomBytes(2_000_000), randomBytes(1000)];
    await finish(source, await addImage(source, layers));
  });

  function assertCancelled(run: TaskRun): void {
    assert.equal(run.result, 'Failed', run.output);
    assert.deepEqual(new Set(run.codes), new Set(['CANCELLED']), run.output);
  }

  const lines = (pattern: RegExp): string[] => world.requests.filter((line) => pattern.test(line));

  it('frees what it has begun to upload, and moves no tag', async () => {
    const registry = await world.startRegistry(undefined, undefined, 0, {
      misbehaviour: { slowReader: 200 },
    });
    // Three layers and the config: all uploads are open.
    isTime = () => lines(/^PUT .*\/uploads\//).length >= 4;
    assertCancelled(await world.push({ source, tags: '1.0' }));
    const there = registry.content.repositories.get('team/app');
    assert.equal(there?.tags.size ?? 0, 0);
    const opened = lines(/^POST .*\/uploads\//).length;
    const stored = there?.blobs.size ?? 0;
    const freed = lines(/^DELETE .*\/uploads\//).length;
    assert.ok(freed > 0 && freed >= opened - stored, `${freed} of ${opened}, ${stored} stored`);
  });

  it('does not wait out a back-off, nor sends anything after it', async () => {
    await world.startRegistry(undefined, undefined, 0, {
      misbehaviour: { throttle: { count: 1_000, retryAfter: 300 } },
    });
    isTime = (output) => output.includes('throttles; waiting 300 s');
    assertCancelled(await world.push({ source, tags: '1.0' }));
    assert.deepEqual(lines(/^(PUT|POST) \/v2/), []);
  });

  it('leaves nothing of an unpacked archive', async () => {
    // Once unpacked it has to wait.
    await world.startRegistry(undefined, undefined, 0, {
      misbehaviour: { throttle: { count: 1_000, retryAfter: 300 } },
    });
    const archive = join(world.folder, 'image.tar.gz');
    await writeFile(archive, gzipped(await tarOf(await entriesOf(source))));
    const before = await readdir(world.folder);
    isTime = (output) => output.includes('Unpacking ');
    assertCancelled(await world.push({ source: archive, tags: '1.0' }));
    const after = (await readdir(world.folder)).filter((name) => name !== '.taskkey');
    assert.deepEqual(after.sort(), before.sort());
    assert.deepEqual(lines(/^PUT \/v2\/team\/app\/manifests/), []);
  });
});
