import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { finish } from '../support/start.ts';

const tasks = ['ImagePush', 'NetworkGate', 'PrivateDns', 'StampDeploy'];

describe('package', function () {
  this.timeout(120_000);

  it('holds one bundle a task, under 1.5 MB, and no node_modules', async () => {
    const packed = await finish('npx', ['tsx', 'scripts/package.ts']);
    assert.equal(packed.code, 0, packed.stderr);
    const vsix = readdirSync('dist').find((file) => file.endsWith('.vsix'));
    assert.ok(vsix);
    const files = Object.keys(unzipSync(readFileSync(`dist/${vsix}`)));
    assert.deepEqual(
      files.filter((file) => /node_modules|sandbox|\.map$|\.ts$/.test(file)),
      [],
    );
    for (const task of tasks) {
      const own = files.filter((f) => f.startsWith(`tasks/${task}/`) && !f.endsWith('/')).sort();
      const folder = `tasks/${task}/${task}V1`;
      // Code caches beside it, of which tests/bundle/start.test.ts tells.
      const wanted = ['icon.png', 'index.js', 'program.js', 'task.json'];
      assert.deepEqual(
        own.filter((file) => !file.endsWith('.cache')),
        wanted.map((name) => `${folder}/${name}`),
      );
      assert.ok(own.length > wanted.length);
      assert.ok(statSync(`dist/${folder}/program.js`).size < 1.5 * 1024 * 1024);
    }
    assert.ok(files.includes('overview.md') || files.includes('content/overview.md'), files.join());
  });
});
