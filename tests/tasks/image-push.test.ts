import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEntra } from '../../sandbox/azure/entra/entra.ts';
import type { Entra } from '../../sandbox/azure/entra/entra.ts';
import { createRegistry } from '../../sandbox/azure/registry/registry.ts';
import type { Registry } from '../../sandbox/azure/registry/registry.ts';
import { createAuthority } from '../../sandbox/http/certificates.ts';
import type { Authority } from '../../sandbox/http/certificates.ts';
import { listenTls } from '../../sandbox/http/tls-server.ts';
import type { TlsListener } from '../../sandbox/http/tls-server.ts';
import { addImage, blobFile, digestOf, finish } from '../unit/oci/layout-files.ts';
import type { Named } from '../unit/oci/layout-files.ts';
import { runMain, startNameServer, writeTopology } from './network-gate-world.ts';
import type { NameServer, TaskRun } from './network-gate-world.ts';

const tenantId = '00000000-0000-4000-8000-0000000000ff';
const connection = '00000000-0000-4000-8000-0000000000c1';
const loginServer = 'crtest.azurecr.io';
const secret = 'a-client-secret';
const layer = Buffer.alloc(3_000_000, 'layer');

describe('ImagePush as a process', function () {
  this.timeout(30_000);
  let folder: string;
  let authority: Authority;
  let entra: Entra;
  let registry: Registry;
  let listener: TlsListener;
  let names: NameServer;
  let image: Named;
  let allowed: boolean;
  let paths: { topology: string; overlays: string };
  let clientId: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'image-push-'));
    authority = await createAuthority(folder);
    entra = await startEntra({ authority, tenantId, port: 0 });
    ({ clientId } = entra.addApplication({ name: 'stamp', secret }));
    names = await startNameServer();
  });
  after(async () => {
    await entra.close();
    await names.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    allowed = true;
    registry = createRegistry({
      loginServer,
      identify: (token) => entra.verify(token, ['https://containerregistry.azure.net'])?.objectId,
      isAllowed: () => allowed,
    });
    listener = await listenTls({
      host: '127.110.0.101',
      port: 0,
      certificate: await authority.issue([loginServer]),
      handler: registry.handler,
      name: 'registry',
    });
    names.names.clear();
    names.names.set(loginServer, ['crtest.privatelink.azurecr.io', '127.110.0.101']);
    paths = await writeTopology(folder, names.server, listener.port);
    image = await addImage(join(folder, 'image'), [layer, Buffer.from('small')]);
    await finish(join(folder, 'image'), image);
  });
  afterEach(() => listener.close());

  function push(inputs: Record<string, string> = {}): Promise<TaskRun> {
    return runMain(
      'ImagePush',
      folder,
      {
        azureSubscription: connection,
        source: join(folder, 'image'),
        repository: 'team/app',
        tags: '1.0\n1.0.1',
        ...paths,
        ...inputs,
      },
      {
        NODE_EXTRA_CA_CERTS: authority.caFile,
        [`ENDPOINT_URL_${connection}`]: 'https://localhost:1/',
        [`ENDPOINT_AUTH_SCHEME_${connection}`]: 'ServicePrincipal',
        [`ENDPOINT_AUTH_${connection}`]: JSON.stringify({
          scheme: 'ServicePrincipal',
          parameters: {},
        }),
        [`ENDPOINT_AUTH_PARAMETER_${connection}_TENANTID`]: tenantId,
        [`ENDPOINT_AUTH_PARAMETER_${connection}_SERVICEPRINCIPALID`]: clientId,
        [`ENDPOINT_AUTH_PARAMETER_${connection}_SERVICEPRINCIPALKEY`]: secret,
        [`ENDPOINT_DATA_${connection}_ENVIRONMENTAUTHORITYURL`]: entra.authorityUrl,
        [`ENDPOINT_DATA_${connection}_ENVIRONMENT`]: 'AzureCloud',
      },
    );
  }

  it('pushes, sets its outputs, shows no secret, and has nothing to do the second time', async () => {
    const first = await push();
    assert.equal(first.result, 'Succeeded', first.output);
    assert.equal(first.exitCode, 0);
    const repository = registry.content.repositories.get('team/app');
    assert.deepEqual(
      [...(repository?.tags ?? [])],
      [
        ['1.0', image.digest],
        ['1.0.1', image.digest],
      ],
    );
    assert.equal(first.outputs['digest'], image.digest);
    assert.equal(first.outputs['reference'], `${loginServer}/team/app@${image.digest}`);
    const evidence = JSON.parse(first.outputs['evidence'] ?? '') as Record<string, unknown>;
    assert.equal(evidence['address'], '127.110.0.101');
    assert.deepEqual(evidence['chain'], ['crtest.privatelink.azurecr.io']);
    assert.deepEqual(evidence['blobs'], { uploaded: 3, skipped: 0, mounted: 0 });
    const visible = first.output
      .split('\n')
      .filter((line) => !line.startsWith('##vso[task.setsecret]'))
      .join('\n');
    assert.ok(!visible.includes(secret) && !visible.includes('eyJ'));

    const second = await push();
    assert.equal(second.result, 'Succeeded', second.output);
    const again = JSON.parse(second.outputs['evidence'] ?? '') as Record<string, unknown>;
    assert.deepEqual([again['unchanged'], again['bytes'], again['requests']], [true, 0, 2]);
  });

  it('refuses a registry outside the declared networks before it sends anything', async () => {
    names.names.set(loginServer, ['crtest.privatelink.azurecr.io', '203.0.113.9']);
    const { result, issues, output, outputs } = await push();
    assert.equal(result, 'Failed');
    assert.deepEqual(new Set(issues), new Set(['REGISTRY_NOT_PRIVATE']));
    assert.match(
      output,
      /crtest\.azurecr\.io -> crtest\.privatelink\.azurecr\.io -> 203\.0\.113\.9/,
    );
    assert.match(output, /What to do: .*zone privatelink\.azurecr\.io is not linked/);
    assert.deepEqual(outputs, {});
    assert.equal(registry.content.repositories.size, 0);
  });

  it('refuses a blob with other content, and the registry keeps nothing of it', async () => {
    const wrong = Buffer.from(layer);
    wrong.write('X', 100);
    await writeFile(blobFile(join(folder, 'image'), digestOf(layer)), wrong);
    const { result, issues } = await push();
    assert.equal(result, 'Failed');
    assert.deepEqual(issues, ['IMAGE_DIGEST_MISMATCH']);
    const repository = registry.content.repositories.get('team/app');
    assert.ok(repository === undefined || !repository.blobs.has(digestOf(layer)));
    assert.equal(repository?.tags.size ?? 0, 0);
  });

  it('fails for an identity without rights, naming the role', async () => {
    allowed = false;
    const { result, issues, output } = await push();
    assert.equal(result, 'Failed');
    assert.deepEqual(new Set(issues), new Set(['REGISTRY_AUTH']));
    assert.match(output, /AcrPush on crtest\.azurecr\.io/);
  });

  it('reports all problems of its inputs at once', async () => {
    const { result, output, issues } = await push({
      repository: 'Team',
      tags: 'a,-b,a',
      networks: '10.0.0.0/33',
      registry: 'https://x',
    });
    assert.equal(result, 'Failed');
    assert.deepEqual(new Set(issues), new Set(['INPUT_INVALID']));
    for (const text of [
      'Input "repository" has "Team", which must be lower case.',
      'Input "tags" has "-b", which must be up to 128 letters',
      'Input "tags" has "a", which is given twice.',
      'Input "registry" must be the name of a registry or its login server.',
      'Input "networks" cannot stand beside topology.',
      'Input "networks" has "10.0.0.0/33": "/33" is no length',
    ]) {
      assert.ok(output.includes(text), text);
    }
  });
});
