import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { downloadBicep, type FetchFile } from '../../../tasks/lib/bicep/download.ts';
import { findBicep } from '../../../tasks/lib/bicep/find.ts';
import type { SpokelineError } from '../../../tasks/lib/errors.ts';

describe('downloading the Bicep CLI', () => {
  const never = new AbortController().signal;
  let root: string;
  let asked: string[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'spk-get-'));
    asked = [];
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  function serve(answers: Record<string, string>): FetchFile {
    return (url) => {
      asked.push(url);
      const found = Object.entries(answers).find(([part]) => url.includes(part))?.[1];
      const status = found === undefined ? 404 : 200;
      return Promise.resolve({ status, body: Buffer.from(found ?? '') });
    };
  }

  const get = (
    answers: Record<string, string>,
    version?: string,
    checksum?: string,
    directory = root,
  ) => downloadBicep({ directory, version, checksum, fetchFile: serve(answers), signal: never });

  it('puts the newest one into the tool cache, where it is found the next time', async () => {
    const path = await get({
      '/releases/latest': JSON.stringify({ tag_name: 'v0.41.2' }),
      '/v0.41.2/bicep-': '#!/bin/sh\n',
    });
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
    assert.deepEqual(found, [{ path, source: 'tool cache' }]);
  });

  it('asks for a pinned version without asking for the newest', async () => {
    await get({ '/v0.36.1/bicep-': 'x' }, '0.36.1');
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? '', /\/v0\.36\.1\/bicep-/);
  });

  it('says where it may not write', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    await assert.rejects(
      get({ '/v0.36.1/bicep-': 'x' }, '0.36.1', undefined, file),
      (error: SpokelineError) => {
        assert.equal(error.code, 'BICEP_NOT_FOUND');
        assert.match(error.message, /^The Bicep CLI could not be stored: ENOTDIR/);
        assert.equal(error.hint, `Let the agent write ${file}, or put bicep on its PATH.`);
        return true;
      },
    );
  });

  it('keeps only the program that was wanted', async () => {
    const sum = (text: string) => createHash('sha256').update(text).digest('hex');
    const answers = { '/v0.36.1/bicep-': 'x' };
    await assert.rejects(get(answers, '0.36.1', sum('y')), (error: SpokelineError) => {
      assert.equal(error.code, 'BICEP_CHECKSUM');
      assert.match(error.message, new RegExp(`has the SHA-256 ${sum('x')}, but .* is ${sum('y')}`));
      return true;
    });
    assert.deepEqual(await readdir(root), []);
    await get(answers, '0.36.1', sum('x').toUpperCase());
  });

  it('does not take anything for the newest version', async () => {
    await assert.rejects(get({ '/releases/latest': '{"tag_name":"../x"}' }), {
      message:
        'The Bicep CLI could not be downloaded: https://downloads.bicep.azure.com/releases/latest names no version',
    });
  });

  it('leaves nothing behind when it fails', async () => {
    await assert.rejects(get({}, '9.9.9'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'BICEP_NOT_FOUND');
      assert.match(
        error.message,
        /^The Bicep CLI could not be downloaded: .*bicep-.* was answered with 404$/,
      );
      return true;
    });
    assert.deepEqual(await readdir(root), []);
  });
});
