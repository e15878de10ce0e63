import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { finish, type Finished } from '../support/start.ts';
import { findTool } from '../support/tools.ts';

const makeImage = 'templates/examples/mission-critical/make-image.mjs';
/** User name that goes with a refresh token: https://learn.microsoft.com/azure/container-registry/container-registry-authentication */
const tokenUser = '00000000-0000-0000-0000-000000000000';

describe('skopeo and the registry of the sandbox', function () {
  this.timeout(180_000);
  let skopeo = '';
  let folder = '';
  let sandbox: RunningSandbox | undefined;
  let registry = '';
  let digest = '';

  before(async function () {
    skopeo = await findTool(this, 'skopeo');
    folder = await mkdtemp(join(tmpdir(), 'spokeline-skopeo-'));
    sandbox = await runSandbox();
    registry = sandbox.sandbox.info.registry;
    await mkdir(join(folder, 'certs'));
    await copyFile(sandbox.sandbox.info.ca, join(folder, 'certs', 'ca.crt'));
    const made = await finish(process.execPath, [makeImage, join(folder, 'image')]);
    assert.equal(made.code, 0, made.stderr);
    digest = /sha256:[0-9a-f]{64}/.exec(made.stdout)?.[0] ?? '';
    await writeAuth('auth.json', await refreshToken());
    await writeAuth('wrong.json', 'eyJhbGciOiJub25lIn0.e30.');
  });
  after(async () => {
    await sandbox?.stop();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  /** The token of an Entra identity, exchanged as `az acr login` does. */
  async function refreshToken(): Promise<string> {
    assert.ok(sandbox);
    const form = new URLSearchParams({
      grant_type: 'access_token',
      service: registry,
      tenant: sandbox.sandbox.info.tenantId,
      access_token: await sandbox.token('https://containerregistry.azure.net/.default'),
    });
    const answer = await sandbox.call('POST', `https://${registry}/oauth2/exchange`, {
      body: form.toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(answer.status, 200, answer.body);
    return (JSON.parse(answer.body) as { refresh_token: string }).refresh_token;
  }

  function writeAuth(name: string, password: string): Promise<void> {
    const auth = Buffer.from(`${tokenUser}:${password}`).toString('base64');
    return writeFile(join(folder, name), JSON.stringify({ auths: { [registry]: { auth } } }));
  }

  function run(command: string, auth: string, ...args: string[]): Promise<Finished> {
    const options = ['--insecure-policy', command, '--authfile', join(folder, auth)];
    // A home of its own: neither the user's logins nor his registries count.
    const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder };
    return finish(skopeo, [...options, ...args], { env });
  }

  const certificates = (): string => join(folder, 'certs');

  it('copies a layout in and back, with the same bytes', async () => {
    const there = `docker://${registry}/team/app:1.0`;
    const pushed = await run(
      'copy',
      'auth.json',
      '--dest-cert-dir',
      certificates(),
      `oci:${join(folder, 'image')}`,
      there,
    );
    assert.equal(pushed.code, 0, pushed.stderr);
    const content = sandbox?.sandbox.registry.content.repositories.get('team/app');
    assert.equal(content?.tags.get('1.0'), digest);

    const inspected = await run(
      'inspect',
      'auth.json',
      '--cert-dir',
      certificates(),
      '--format',
      '{{.Digest}}',
      there,
    );
    assert.equal(inspected.code, 0, inspected.stderr);
    assert.equal(inspected.stdout.trim(), digest);

    const pulled = await run(
      'copy',
      'auth.json',
      '--src-cert-dir',
      certificates(),
      there,
      `oci:${join(folder, 'back')}:1.0`,
    );
    assert.equal(pulled.code, 0, pulled.stderr);
    const index = JSON.parse(await readFile(join(folder, 'back', 'index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    assert.deepEqual(
      index.manifests.map((manifest) => manifest.digest),
      [digest],
    );
    const blobs = (layout: string) => readdir(join(folder, layout, 'blobs', 'sha256'));
    assert.deepEqual((await blobs('back')).sort(), (await blobs('image')).sort());
  });

  it('lists the tags that are there', async () => {
    const repository = `docker://${registry}/team/app`;
    const listed = await run('list-tags', 'auth.json', '--cert-dir', certificates(), repository);
    assert.equal(listed.code, 0, listed.stderr);
    assert.deepEqual((JSON.parse(listed.stdout) as { Tags: string[] }).Tags, ['1.0']);
  });

  it('is refused with a wrong token, and nothing is kept', async () => {
    const refused = await run(
      'copy',
      'wrong.json',
      '--dest-cert-dir',
      certificates(),
      `oci:${join(folder, 'image')}`,
      `docker://${registry}/team/other:1.0`,
    );
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /unauthorized|UNAUTHORIZED|invalid username\/password/);
    assert.equal(sandbox?.sandbox.registry.content.repositories.has('team/other'), false);
  });

  it('is refused where it does not trust the authority of the registry', async () => {
    const refused = await run(
      'inspect',
      'auth.json',
      '--cert-dir',
      folder,
      `docker://${registry}/team/app:1.0`,
    );
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /certificate signed by unknown authority/);
  });
});
