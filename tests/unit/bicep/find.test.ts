import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bicepNotFound, findBicep, type FindOptions } from '../../../tasks/lib/bicep/find.ts';

describe('finding the Bicep CLI', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'spk-find-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function program(path: string, mode = 0o755): Promise<string> {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, mode);
    return file;
  }

  function options(more: Partial<FindOptions> = {}): FindOptions {
    return {
      path: undefined,
      version: undefined,
      toolsDirectory: join(root, 'tools'),
      environment: { PATH: `${join(root, 'one')}:${join(root, 'two')}`, HOME: join(root, 'home') },
      ...more,
    };
  }

  const cached = (version: string) => `tools/bicep/${version}/${arch()}/bicep`;
  const complete = (version: string) =>
    writeFile(join(root, `tools/bicep/${version}/${arch()}.complete`), '');

  it('prefers PATH, then ~/.azure/bin, then the newest whole version of the tool cache', async () => {
    await program(cached('0.9.1'));
    await complete('0.9.1');
    await program(cached('0.36.1'));
    await complete('0.36.1');
    await program(cached('0.40.0'));
    assert.deepEqual((await findBicep(options()))[0], {
      path: join(root, cached('0.36.1')),
      source: 'tool cache',
    });
    const home = await program('home/.azure/bin/bicep');
    assert.deepEqual((await findBicep(options()))[0], { path: home, source: '~/.azure/bin' });
    const onPath = await program('two/bicep');
    assert.deepEqual((await findBicep(options()))[0], { path: onPath, source: 'PATH' });
    await program('one/bicep', 0o644);
    assert.deepEqual((await findBicep(options()))[0], { path: onPath, source: 'PATH' });
  });

  it('takes a given path and nothing else', async () => {
    const own = await program('own/bicep');
    assert.equal((await findBicep(options({ path: own })))[0]?.path, own);
    assert.equal((await findBicep(options({ path: dirname(own) })))[0]?.path, own);
    await program('two/bicep');
    const wrong = join(root, 'missing');
    await assert.rejects(findBicep(options({ path: wrong })), {
      code: 'BICEP_NOT_FOUND',
      message: `bicepPath is ${wrong}, which is no program.`,
    });
  });

  it('takes a pinned version from the tool cache only when it is there', async () => {
    await program(cached('0.36.1'));
    await complete('0.36.1');
    assert.deepEqual(await findBicep(options({ version: '0.35.0' })), []);
    assert.equal((await findBicep(options({ version: '0.36.1' })))[0]?.source, 'tool cache');
  });

  it('names every place when there is none', async () => {
    assert.deepEqual(await findBicep(options()), []);
    const error = bicepNotFound(options());
    assert.equal(error.code, 'BICEP_NOT_FOUND');
    assert.equal(
      error.message,
      'No Bicep CLI was found on the PATH, in ~/.azure/bin, or in the tool cache ' +
        `(${join(root, 'tools')}), and bicepDownload is false.`,
    );
  });
});
