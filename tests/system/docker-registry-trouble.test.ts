import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebianRegistry } from '../support/debian-registry.ts';
import { findTool } from '../support/tools.ts';
import { runPackaged, type TaskRun } from '../support/packaged-task.ts';
import { addImage, finish as finishLayout, type Named } from '../unit/oci/layout-files.ts';

const mebibyte = 1024 * 1024;
const connection = '00000000-0000-4000-8000-0000000000c3';
const user = { name: 'ada', password: 's3cret' };
/** bcrypt of the password, at the least cost. */
const htpasswd = 'ada:$2b$04$wYCIIJhAMh9J/iX3.N4nlu356dBfHTMVm7ySDbfkrcCLIdMOxjVay\n';

describe('the packaged push and the registry of the distribution project', function () {
  this.timeout(180_000);
  let folder = '';
  let registry: DebianRegistry;
  let image: Named;
  let proxy: Server;
  /** Cuts a connection after so many bytes to the registry, this often. */
  let cut = { after: Infinity, times: 0 };

  before(async function () {
    const program = await findTool(this, 'docker-registry');
    folder = await mkdtemp(join(tmpdir(), 'spokeline-trouble-'));
    registry = await DebianRegistry.start(program, folder, '127.60.0.5', { htpasswd });
    image = await addImage(join(folder, 'image'), [randomBytes(6 * mebibyte), randomBytes(70_000)]);
    await finishLayout(join(folder, 'image'), image);
    proxy = createServer((client) => forward(client));
    await once(proxy.listen(0, '127.60.0.5'), 'listening');
  });
  after(async () => {
    proxy?.close();
    await registry?.stop();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  function forward(client: Socket): void {
    const upstream = connect(registry.port, registry.address);
    let sent = 0;
    client.on('data', (part) => {
      sent += part.length;
      if (cut.times > 0 && sent > cut.after) {
        cut = { ...cut, times: cut.times - 1 };
        upstream.resetAndDestroy();
        client.resetAndDestroy();
        return;
      }
      upstream.write(part);
    });
    upstream.on('data', (part) => client.write(part));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }

  function push(repository: string, password = user.password): Promise<TaskRun> {
    const { port } = proxy.address() as AddressInfo;
    const parameter = `ENDPOINT_AUTH_PARAMETER_${connection}`;
    const inputs = {
      containerRegistry: connection,
      networks: '127.60.0.0/16',
      source: join(folder, 'image'),
      repository,
      tags: '1.0',
    };
    return runPackaged('ImagePush', folder, inputs, {
      NODE_EXTRA_CA_CERTS: registry.caFile,
      [`ENDPOINT_URL_${connection}`]: `https://${registry.address}:${port}`,
      [`ENDPOINT_AUTH_SCHEME_${connection}`]: 'UsernamePassword',
      [`ENDPOINT_AUTH_${connection}`]: '{"scheme":"UsernamePassword","parameters":{}}',
      [`ENDPOINT_DATA_${connection}_REGISTRYTYPE`]: 'Others',
      [`${parameter}_REGISTRY`]: `https://${registry.address}:${port}/v2/`,
      [`${parameter}_USERNAME`]: user.name,
      [`${parameter}_PASSWORD`]: password,
    });
  }

  it('signs in with user and password', async () => {
    cut = { after: Infinity, times: 0 };
    const run = await push('team/login');
    assert.equal(run.result, 'Succeeded', run.output);
    assert.equal(await registry.digestOf('team/login', '1.0', user), image.digest);
    const shown = run.output.split('\n').filter((line) => !line.includes('task.setsecret'));
    assert.ok(!shown.join('\n').includes(user.password));
  });

  it('says that the password is wrong', async () => {
    cut = { after: Infinity, times: 0 };
    const run = await push('team/refused', 'wrong-password');
    assert.equal(run.result, 'Failed');
    assert.deepEqual(new Set(run.codes), new Set(['REGISTRY_AUTH']));
    assert.equal(await registry.digestOf('team/refused', '1.0', user), undefined);
  });

  for (const after of [0, 1, 300, 1500, 5000, 80_000, mebibyte, 6 * mebibyte]) {
    it(`survives connections that are cut after ${after} bytes`, async () => {
      cut = { after, times: 3 };
      const repository = `team/cut-${after}`;
      const run = await push(repository);
      assert.equal(run.result, 'Succeeded', run.output);
      assert.equal(await registry.digestOf(repository, '1.0', user), image.digest);
      assert.deepEqual(await registry.brokenBlobs(), []);
    });
  }
});
