import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { RegistryOptions } from '../../sandbox/azure/registry/registry.ts';
import { startDevops, type Devops } from '../../sandbox/devops/devops.ts';
import { ImagePushWorld, loginServer, type RegistryServer } from '../support/image-push-world.ts';
import { runPackaged, type TaskRun } from '../support/packaged-task.ts';
import { addImage, finish, type Named } from '../unit/oci/layout-files.ts';

const connectionName = 'hub-push';
const actions = 'Microsoft.ContainerRegistry/registries/';

describe('the packaged ImagePush, signed in by the federation of the pipeline', function () {
  this.timeout(180_000);
  /** What the agent tells of the job and its connection. */
  let federation: Record<string, string>;
  const world = new ImagePushWorld((task, folder, inputs, environment) =>
    runPackaged(task, folder, inputs, { ...environment, ...federation }),
  );
  let devops: Devops;
  let image: Named;
  let registry: RegistryServer;
  let allowed: string[];

  before(async () => {
    devops = await startDevops({ authority: world.authority, port: 0 });
    world.entra.trustIssuer(devops.issuer, devops.publicJwk);
  });
  after(() => devops?.close());
  beforeEach(async () => {
    allowed = ['pull/read', 'push/write'];
    const subject = devops.subjectOf(connectionName);
    const federated = [{ issuer: devops.issuer, subject }];
    signInAs(world.entra.addApplication({ name: 'pusher', federated }).clientId);
    const layers = [1_000_000, 1_000, 100].map((size) => randomBytes(size));
    image = await addImage(join(world.folder, 'image'), layers);
    await finish(join(world.folder, 'image'), image);
  });

  function signInAs(clientId: string): void {
    const id = world.connection;
    const job = devops.registerJob([{ id, name: connectionName }]);
    federation = {
      SYSTEM_OIDCREQUESTURI: job.oidcRequestUri,
      ENDPOINT_AUTH_SYSTEMVSSCONNECTION: '{"scheme":"OAuth","parameters":{}}',
      ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: job.accessToken,
      [`ENDPOINT_AUTH_SCHEME_${id}`]: 'WorkloadIdentityFederation',
      [`ENDPOINT_AUTH_${id}`]: '{"scheme":"WorkloadIdentityFederation","parameters":{}}',
      [`ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALID`]: clientId,
      [`ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALKEY`]: '',
    };
  }

  async function push(misbehaviour: RegistryOptions['misbehaviour'] = {}): Promise<TaskRun> {
    registry = await world.startRegistry(undefined, undefined, 0, {
      isAllowed: (_objectId, action) => allowed.includes(action.replace(actions, '')),
      misbehaviour,
    });
    const source = join(world.folder, 'image');
    return world.push({ source, repository: 'team/app\nmirror/app', tags: '1.0' });
  }

  const logins = (): string[] => world.requests.filter((line) => line.includes('/oauth2/'));

  function assertPushed(run: TaskRun): void {
    assert.equal(run.result, 'Succeeded', run.output);
    for (const name of ['team/app', 'mirror/app']) {
      assert.equal(registry.content.repositories.get(name)?.tags.get('1.0'), image.digest);
    }
    assert.ok(!run.lines.join('\n').includes('eyJ'), run.output);
  }

  function assertRefused(run: TaskRun, code: string, ...texts: string[]): void {
    assert.equal(run.result, 'Failed', run.output);
    assert.deepEqual(new Set(run.codes), new Set([code]), run.output);
    for (const text of texts) assert.ok(run.output.includes(text), run.output);
    assert.equal(registry.content.repositories.size, 0);
  }

  it('exchanges its token once, and gets one for all repositories', async () => {
    assertPushed(await push());
    assert.deepEqual(logins(), ['POST /oauth2/exchange', 'POST /oauth2/token']);
  });

  it('gets another token when the registry takes the first one back in the middle', async () => {
    assertPushed(await push({ revokeAfter: 6 }));
    assert.deepEqual(logins(), [
      'POST /oauth2/exchange',
      'POST /oauth2/token',
      'POST /oauth2/token',
    ]);
  });

  it('goes on with tokens that live shorter than a layer takes', async () => {
    // A megabyte comes in at least 16 pieces: more than three seconds.
    assertPushed(await push({ accessLifetime: 3, slowReader: 200 }));
    assert.ok(logins().length > 2, logins().join('\n'));
    assert.equal(logins().filter((line) => line.includes('exchange')).length, 1);
  });

  it('names an identity that may pull but not push', async () => {
    allowed = ['pull/read'];
    const hint = `give it AcrPush on ${loginServer}`;
    assertRefused(await push(), 'REGISTRY_AUTH', 'with a fresh token: UNAUTHORIZED', hint);
  });

  it('names an identity without any role on the registry', async () => {
    allowed = [];
    const what = 'answered 401 to the exchange of the Entra token: UNAUTHORIZED';
    assertRefused(await push(), 'REGISTRY_AUTH', what, `give it AcrPush on ${loginServer}`);
  });

  it('names an application that does not trust the connection', async () => {
    signInAs(world.entra.addApplication({ name: 'without federation' }).clientId);
    const hint = 'No federated credential matches; compare issuer and subject of the connection';
    assertRefused(await push(), 'AADSTS70021', 'AUTH_FAILED: Signing in at ', hint);
    assert.deepEqual(logins(), []);
  });

  it('names a job that gets no token for its connection', async () => {
    federation['ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN'] = 'of another job';
    assertRefused(await push(), 'AUTH_FAILED');
    assert.deepEqual(logins(), []);
  });
});
