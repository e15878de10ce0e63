import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadBicep } from '../../../tasks/lib/bicep/download.ts';
import { findBicep } from '../../../tasks/lib/bicep/find.ts';
import type { SpokelineError } from '../../../tasks/lib/errors.ts';

describe('downloading the Bicep CLI', () => {
  const realFetch = globalThis.fetch;
  const never = new AbortController().signal;
  let root: string;
  let asked: string[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'spk-get-'));
    asked = [];
  });
  afterEach(async () => {
    globalThis.fetch = realFetch;
    await rm(root, { recursive: true, force: true });
  });

  /** bicep-node and this task fetch from a fixed address, so the test answers in its place. */
  function serve(answers: Record<string, Response>): void {
    globalThis.fetch = (input) => {
      const url = input instanceof Request ? input.url : String(input);
      asked.push(url);
      const found = Object.entries(answers).find(([part]) => url.includes(part))?.[1];
      return Promise.resolve(found ?? new Response('', { status: 404 }));
    };
  }

  it('puts the newest one into the tool cache, where it is found the next time', async () => {
    serve({
      '/releases/latest': Response.json({ tag_name: 'v0.41.2' }),
      '/v0.41.2/bicep-': new Response('#!/bin/sh\n'),
    });
    const path = await downloadBicep(root, undefined, never);
    assert.equal(path, join(root, 'bicep', '0.41.2', arch(), 'bicep'));
    assert.equal(await readFile(path, 'utf8'), '#!/bin/sh\n');
    assert.equal((await stat(path)).mode & 0o777, 0o755);
    await access(join(root, 'bicep', '0.41.2', `${arch()}.complete`));
    assert.deepEqual(await readdir(join(root, 'bicep', '0.41.2', arch())), ['bicep']);
    const found = await findBicep({
      path: undefined,
      version: undefined,
      toolsDirectory: root,
      environment: {},
    });
    assert.deepEqual(found, { path, source: 'tool cache' });
  });

  it('asks for a pinned version without asking for the newest', async () => {
    serve({ '/v0.36.1/bicep-': new Response('x') });
    await downloadBicep(root, '0.36.1', never);
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? '', /\/v0\.36\.1\/bicep-/);
  });

  it('says where it may not write', async () => {
    serve({ '/v0.36.1/bicep-': new Response('x') });
    const file = join(root, 'file');
    await writeFile(file, '');
    await assert.rejects(downloadBicep(file, '0.36.1', never), (error: SpokelineError) => {
      assert.equal(error.code, 'BICEP_NOT_FOUND');
      assert.match(error.message, /^The Bicep CLI could not be stored: ENOTDIR/);
      assert.equal(error.hint, `Let the agent write ${file}, or put bicep on its PATH.`);
      return true;
    });
  });

  it('leaves nothing behind when it fails', async () => {
    serve({});
    await assert.rejects(
      downloadBicep(root, '9.9.9', never),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'BICEP_NOT_FOUND');
        assert.match(
          error.message,
          /^The Bicep CLI could not be downloaded: .*bicep-.* was answered with 404$/,
        );
        return true;
      },
    );
    assert.deepEqual(await readdir(root), []);
  });
});
