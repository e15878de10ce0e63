import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registry } from '../../sandbox/azure/registry/registry.ts';
import { freePort } from '../../scripts/bench/free-port.ts';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import {
  agentAddress,
  deployEndpoint,
  deployNetworks,
  deployZone,
  versions,
  type Ids,
} from '../sandbox/sandbox-estate.ts';
import { issuesOf, type TaskRun } from '../support/packaged-task.ts';
import { runConnected, secretOf } from '../support/service-connection.ts';
import { addImage, finish } from '../unit/oci/layout-files.ts';

const west = 'crgeo.westeurope.data.azurecr.io';
const north = 'crgeo.northeurope.data.azurecr.io';
const zone = 'privatelink.azurecr.io';
const overHour = 4000;

interface Evidence {
  replicas: { endpoint: string; address: string; result: string; status: number }[];
}

describe('the packaged ImagePush and a geo-replicated registry', function () {
  this.timeout(180_000);
  let run: RunningSandbox;
  let ids: Ids;
  let registry: Registry;
  let folder: string;
  let count = 0;
  /** Seconds by region; the registry looks at it with each request. */
  const replicationLag: Record<string, number> = {};

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spokeline-replicas-'));
    const port = await freePort('127.0.0.1');
    run = await runSandbox({
      agentAddress,
      endpointPorts: { 443: port },
      misbehaviour: { replicationLag },
    });
    ids = await deployNetworks(run);
    const id = ids.groupOf('Microsoft.ContainerRegistry/registries', 'crgeo');
    const body = { location: 'westeurope', sku: { name: 'Premium' }, properties: {} };
    await run.put(id, body, versions.registry);
    await deployZone(run, ids, zone, await deployEndpoint(run, ids, id, 'registry'));
    const replica = { location: 'northeurope', properties: {} };
    await run.put(`${id}/replications/northeurope`, replica, versions.registry);
    await run.sandbox.network.settled();
    const resource = run.sandbox.arm.store.get(id);
    assert.ok(resource);
    registry = run.sandbox.registries.of(resource);
    await writeTopology(port);
  });
  afterEach(() => {
    for (const region of Object.keys(replicationLag)) delete replicationLag[region];
  });
  after(async () => {
    await run?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function writeTopology(port: number): Promise<void> {
    await writeFile(
      join(folder, 'topology.yml'),
      `name: geo
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { agents: /27 } }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
registry: { name: crgeo, replicas: [northeurope] }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-weu
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { endpoints: /27 } }
`,
    );
    await writeFile(
      join(folder, 'sandbox.yml'),
      `loopback: true
hub:
  network: { addressSpace: [127.31.0.0/16] }
  dns: { resolvers: ['${run.sandbox.info.dns}'] }
stamps: { weu: { network: { addressSpace: [127.32.0.0/16] } } }
ports: { '443': ${port} }
`,
    );
  }

  /** Pushes an image of its own. */
  async function push(): Promise<TaskRun> {
    count += 1;
    const source = join(folder, `image-${count}`);
    const layers = [
      Buffer.alloc(100_000, `layer ${count}`),
      Buffer.alloc(200_000, `more ${count}`),
    ];
    await finish(source, await addImage(source, layers));
    const { clientId, clientSecret } = run.sandbox.info;
    const connection = secretOf({ clientId, clientSecret });
    const inputs = {
      topology: join(folder, 'topology.yml'),
      overlays: join(folder, 'sandbox.yml'),
      source,
      repository: `app${count}`,
      tags: '1.0',
      verifyReplicas: 'true',
    };
    return runConnected('ImagePush', folder, run.sandbox.info, connection, inputs);
  }

  function evidenceOf({ outputs }: TaskRun): Evidence {
    return JSON.parse(outputs['evidence'] ?? '{}') as Evidence;
  }

  function pushed(): boolean {
    return registry.content.repositories.get(`app${count}`)?.tags.has('1.0') === true;
  }

  const recordId = (): string =>
    `${ids.groupOf('Microsoft.Network/privateDnsZones', zone)}/A/crgeo.northeurope.data`;

  it('pulls from both data endpoints, each at its own private address', async () => {
    const done = await push();
    assert.equal(done.result, 'Succeeded', done.output);
    const { replicas } = evidenceOf(done);
    assert.deepEqual(
      replicas.map(({ endpoint, result, status }) => [endpoint, result, status]),
      [
        [west, 'pulled', 206],
        [north, 'pulled', 206],
      ],
    );
    const addresses = new Set(replicas.map(({ address }) => address));
    assert.equal(addresses.size, 2);
    for (const address of addresses) assert.match(address, /^127\.32\.0\.\d+$/);
    assert.deepEqual(done.issues, []);
  });

  it('tells that one of them does not have the image yet', async () => {
    replicationLag['northeurope'] = overHour;
    const done = await push();
    assert.equal(done.result, 'Succeeded', done.output);
    const { replicas } = evidenceOf(done);
    assert.deepEqual(
      replicas.map(({ endpoint, result, status }) => [endpoint, result, status]),
      [
        [west, 'pulled', 206],
        [north, 'reached', 404],
      ],
    );
    const address = replicas[1]?.address ?? '';
    assert.deepEqual(issuesOf(done).split('\n'), [
      `REGISTRY_REPLICA_BEHIND: ${north} (${address}) answered 404 for the layer: it is reachable, but may ` +
        'lack the image still',
    ]);
  });

  it('names the record that is missing, and sends nothing', async () => {
    const before = run.sandbox.arm.store.get(recordId());
    assert.ok(before);
    await run.remove(recordId(), versions.zone);
    try {
      const done = await push();
      assert.equal(done.result, 'Failed', done.output);
      const way = `${north} -> crgeo.northeurope.data.privatelink.azurecr.io -> nxdomain`;
      assert.deepEqual(issuesOf(done).split('\n'), [
        `REGISTRY_NOT_PRIVATE: this agent: ${way}`,
        `REGISTRY_NOT_PRIVATE: resolver ${run.sandbox.info.dns}: ${way}`,
      ]);
      assert.ok(done.output.includes(`${north} does not resolve (nxdomain); nothing was sent`));
      assert.match(
        done.output,
        /The zone privatelink\.azurecr\.io is linked but has no A record crgeo\.northeurope\.data/,
      );
      assert.equal(pushed(), false);
    } finally {
      await run.put(recordId(), { properties: before.properties }, versions.zone);
    }
  });

  it('says that a replica cannot be reached, and sends nothing', async () => {
    const { aRecords } = run.sandbox.arm.store.get(recordId())?.properties ?? {};
    const [{ ipv4Address = '' } = {}] = aRecords as { ipv4Address?: string }[];
    const group = ids.groupOf('Microsoft.Network/networkSecurityGroups', 'nsg');
    const subnet = `${ids.spoke}/subnets/endpoints`;
    const plain = { addressPrefix: '127.32.0.0/27' };
    const rule = {
      name: 'deny-north',
      properties: {
        priority: 100,
        direction: 'Inbound',
        access: 'Deny',
        protocol: '*',
        sourceAddressPrefix: '*',
        sourcePortRange: '*',
        destinationAddressPrefix: ipv4Address,
        destinationPortRange: '*',
      },
    };
    const rules = { location: 'westeurope', properties: { securityRules: [rule] } };
    await run.put(group, rules, versions.network);
    const guarded = {
      ...plain,
      privateEndpointNetworkPolicies: 'Enabled',
      networkSecurityGroup: { id: group },
    };
    await run.put(subnet, { properties: guarded }, versions.network);
    await run.sandbox.network.settled();
    try {
      const done = await push();
      assert.equal(done.result, 'Failed', done.output);
      assert.equal(
        issuesOf(done).split('\n')[0],
        `REGISTRY_REPLICA: REGISTRY_REPLICA: ${north} (${ipv4Address}) cannot be reached: timeout; nothing was sent`,
      );
      assert.match(done.output, /Packets are dropped on the way/);
      assert.equal(pushed(), false);
    } finally {
      await run.put(subnet, { properties: plain }, versions.network);
      await run.sandbox.network.settled();
    }
  });

  it('finds out that the record of one leads to another', async () => {
    const before = run.sandbox.arm.store.get(recordId());
    const other = recordId().replace('northeurope', 'westeurope');
    const aRecords = run.sandbox.arm.store.get(other)?.properties['aRecords'];
    await run.put(recordId(), { properties: { ttl: 10, aRecords } }, versions.zone);
    try {
      const done = await push();
      assert.equal(done.result, 'Failed', done.output);
      assert.match(
        issuesOf(done),
        /^REGISTRY_REPLICA: REGISTRY_REPLICA: A layer cannot be pulled from crgeo\.northeurope\.data\.azurecr\.io: /,
      );
      assert.match(done.output, /does not show a trusted certificate of crgeo\.northeurope\.data/);
    } finally {
      await run.put(recordId(), { properties: before?.properties }, versions.zone);
    }
  });
});
