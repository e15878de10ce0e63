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
    const packaged = unzipSync(readFileSync(`dist/${vsix}`));
    const files = Object.keys(packaged);
    assert.deepEqual(
      files.filter((file) => /node_modules|sandbox|\.map$|\.ts$/.test(file)),
      [],
    );
    for (const task of tasks) {
      const own = files.filter((f) => f.startsWith(`tasks/${task}/`) && !f.endsWith('/')).sort();
      const folder = `tasks/${task}/${task}V1`;
      // Code caches beside it, of which tests/bundle/start.test.ts tells.
      const wanted = ['NOTICES.txt', 'icon.png', 'index.js', 'program.js', 'task.json'];
      assert.deepEqual(
        own.filter((file) => !file.endsWith('.cache')),
        wanted.map((name) => `${folder}/${name}`),
      );
      assert.ok(own.length > wanted.length);
      assert.ok(statSync(`dist/${folder}/program.js`).size < 1.5 * 1024 * 1024);
      assert.match(
        Buffer.from(packaged[`${folder}/NOTICES.txt`] ?? []).toString(),
        /^azure-pipelines-task-lib \d+\.\d+\.\d+ \(MIT\)\n=+\n[^=]*Permission is hereby granted/m,
      );
    }
    const shown = ['LICENSE', 'images/icon.png', 'images/network.png', 'overview.md'];
    assert.deepEqual(
      files
        .filter((file) => !/^tasks\/|\/$|vs[io]xmanifest|vsomanifest|Content_Types/.test(file))
        .sort(),
      shown,
    );
  });
});
