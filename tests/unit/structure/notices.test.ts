import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { noticesOf } from '../../../scripts/notices.ts';

describe('licences in a package', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spokeline-notices-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function install(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const own = join(folder, 'node_modules', name);
    await mkdir(own, { recursive: true });
    const manifest = JSON.stringify({ name, version: '1.2.3', license: 'MIT' });
    await writeFile(join(own, 'package.json'), manifest);
    for (const [file, text] of Object.entries(files)) await writeFile(join(own, file), text);
    return own;
  }

  function bundle(files: Readonly<Record<string, number>>): Metafile {
    const inputs = Object.fromEntries(
      Object.entries(files).map(([file, bytesInOutput]) => [file, { bytesInOutput }]),
    );
    return { inputs: {}, outputs: { 'x.js': { bytes: 1, inputs, imports: [], exports: [] } } };
  }

  it('are those of what is in the bundle, each once and with its notice', async () => {
    const scoped = await install('@a/b', { 'license.md': 'Take it.\n', NOTICE: 'By A.' });
    const unused = await install('unused', {});
    const text = await noticesOf(
      bundle({
        'tasks/a.ts': 9,
        [`${scoped}/a.js`]: 1,
        [`${scoped}/b.js`]: 2,
        [`${unused}/a.js`]: 0,
      }),
    );
    assert.equal(
      text,
      `This task contains the following packages.

@a/b 1.2.3 (MIT)
================
By A.
Take it.
`,
    );
  });

  it('stop the build where one is missing', async () => {
    const own = await install('bare', { 'NOTICE.txt': 'By B.' });
    await assert.rejects(noticesOf(bundle({ [`${own}/a.js`]: 1 })), {
      message: `bare 1.2.3 (MIT) has no text of its licence in ${own}`,
    });
  });
});
