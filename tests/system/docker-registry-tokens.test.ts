import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebianRegistry } from '../support/debian-registry.ts';
import { TokenService } from '../support/token-service.ts';
import { findTool } from '../support/tools.ts';
import { runPackaged, type TaskRun } from '../support/packaged-task.ts';
import {
  addImage,
  digestOf,
  finish as finishLayout,
  type Named,
} from '../unit/oci/layout-files.ts';

const connection = '00000000-0000-4000-8000-0000000000c4';
const user = { name: 'ada', password: 's3cret-of-ada' };
const layers = [randomBytes(300_000), randomBytes(70_000), Buffer.from('small')];

describe('the packaged push and a registry with a token service', function () {
  this.timeout(180_000);
  let folder = '';
  let registry: DebianRegistry;
  let tokens: TokenService;
  let image: Named;

  before(async function () {
    const program = await findTool(this, 'docker-registry');
    folder = await mkdtemp(join(tmpdir(), 'spokeline-tokens-'));
    tokens = await TokenService.start('127.60.0.7', user);
    registry = await DebianRegistry.start(program, folder, '127.60.0.6', { tokens: tokens.trust });
    image = await addImage(join(folder, 'image'), layers);
    await finishLayout(join(folder, 'image'), image);
    await writeFile(join(folder, 'both.pem'), `${registry.ca}\n${tokens.trust.bundle}`);
  });
  beforeEach(() => {
    tokens.requests.length = 0;
    registry.log = '';
  });
  after(async () => {
    await tokens?.stop();
    await registry?.stop();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  function push(
    repository: string,
    inputs: Record<string, string> = { tokenHosts: tokens.host },
    password = user.password,
  ): Promise<TaskRun> {
    const parameter = `ENDPOINT_AUTH_PARAMETER_${connection}`;
    const given = {
      containerRegistry: connection,
      networks: '127.60.0.0/16',
      source: join(folder, 'image'),
      repository,
      tags: '1.0',
      ...inputs,
    };
    return runPackaged('ImagePush', folder, given, {
      NODE_EXTRA_CA_CERTS: join(folder, 'both.pem'),
      [`ENDPOINT_URL_${connection}`]: `https://${registry.address}:${registry.port}`,
      [`ENDPOINT_AUTH_SCHEME_${connection}`]: 'UsernamePassword',
      [`ENDPOINT_AUTH_${connection}`]: '{"scheme":"UsernamePassword","parameters":{}}',
      [`ENDPOINT_DATA_${connection}_REGISTRYTYPE`]: 'Others',
      [`${parameter}_REGISTRY`]: `https://${registry.address}:${registry.port}/v2/`,
      [`${parameter}_USERNAME`]: user.name,
      [`${parameter}_PASSWORD`]: password,
    });
  }

  it('gets one token for all repositories from the declared service', async () => {
    const run = await push('team/app\nmirror/app');
    assert.equal(run.result, 'Succeeded', run.output);
    assert.deepEqual(
      tokens.requests.map(({ url }) => url.searchParams.getAll('scope')),
      [['repository:team/app:pull,push', 'repository:mirror/app:pull,push']],
    );
    for (const layer of layers) {
      assert.deepEqual(await readFile(registry.fileOf(digestOf(layer))), layer);
    }
    assert.deepEqual(await registry.brokenBlobs(), []);
    assert.equal(run.outputs['digest'], image.digest);
    assert.doesNotMatch(run.lines.join('\n'), /eyJ|s3cret-of-ada/);
  });

  it('copies inside the registry by the same service, and mounts', async () => {
    const own = `${registry.address}:${registry.port}`;
    const run = await push('team/copy', {
      tokenHosts: tokens.host,
      source: `docker://${own}/team/app:1.0`,
    });
    assert.equal(run.result, 'Succeeded', run.output);
    assert.equal(run.outputs['digest'], image.digest);
    assert.equal(run.outputs['mounted'], '4');
  });

  it('says that the service refuses the password, and sends it nowhere else', async () => {
    const run = await push('team/refused', undefined, 'wrong-password');
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_AUTH']));
    assert.ok(
      run.output.includes(`answered 401 to the request for a token at ${tokens.host}`),
      run.output,
    );
    assert.ok(tokens.requests.length > 0);
    assert.doesNotMatch(registry.log, /"(PUT|POST|PATCH) /);
  });

  it('gives no password to a service that is not declared', async () => {
    const run = await push('team/undeclared', {});
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_AUTH']));
    assert.ok(
      run.output.includes(
        `${registry.address}:${registry.port} sends its clients to https://${tokens.host} for tokens`,
      ),
      run.output,
    );
    assert.deepEqual(tokens.requests, []);
  });

  it('wants the service to be as private as the registry', async () => {
    const networks = `${registry.address}/32`;
    const run = await push('team/outside', { networks, tokenHosts: tokens.host });
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_NOT_PRIVATE']));
    assert.deepEqual(tokens.requests, []);
    assert.equal(registry.log, '');
  });
});
