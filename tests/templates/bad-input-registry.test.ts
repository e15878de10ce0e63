import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import type { Registry } from '../../sandbox/azure/registry/registry.ts';
import { estate } from './bad-input-cases.ts';
import {
  BadInputWorld,
  countConnections,
  groups,
  type Done,
  type Step,
} from './bad-input-world.ts';

const zone = `${groups.hub}/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io`;
const registryId = (name: string): string =>
  `${groups.hub}/providers/Microsoft.ContainerRegistry/registries/${name}`;
const layer = 'sha256:c91fbbdc798948a0dded6749a713b296c7f86d7c365e6199f8ce2693bb20fa14';
const declared = '127.40.0.0/16, 127.41.0.0/16, 127.42.0.0/16';

describe('bad input on the way to the registry', function () {
  this.timeout(180_000);
  let running: BadInputWorld | undefined;
  let world: BadInputWorld;
  let resolver: string;

  before(async () => {
    running = await BadInputWorld.start();
    world = running;
    resolver = world.sandbox.sandbox.info.dns;
    const inputs = { azureSubscription: 'hub', target: 'hub', template: 'templates/hub.json' };
    await succeed({ task: 'StampDeploy@1', inputs: { ...inputs, ...estate } });
  });
  after(() => running?.stop());

  async function succeed(step: Step): Promise<Done> {
    const done = await world.run(step);
    assert.equal(done.result, 'Succeeded', done.lines.join('\n'));
    return done;
  }

  function push(inputs: Record<string, string> = {}, files: Step['files'] = {}): Promise<Done> {
    const usual = {
      azureSubscription: 'stamp',
      source: 'image',
      repository: 'team/app',
      tags: '1.0',
    };
    return world.run({ task: 'ImagePush@1', inputs: { ...usual, ...estate, ...inputs }, files });
  }

  function registry(name: string): Registry {
    const resource = world.sandbox.sandbox.arm.store.get(registryId(name));
    assert.ok(resource, `no registry ${name}`);
    return world.sandbox.sandbox.registries.of(resource);
  }

  async function writeRecord(name: string, address: string): Promise<void> {
    const properties = { ttl: 10, aRecords: [{ ipv4Address: address }] };
    await world.sandbox.put(`${zone}/A/${name}`, { properties }, '2024-06-01');
  }

  /** What REGISTRY_NOT_PRIVATE says: the agent's way and that of the declared resolver. */
  function assertNotPrivate(done: Done, message: string, way: string, hint: string): void {
    assert.equal(done.result, 'Failed', done.lines.join('\n'));
    assert.equal(done.code, 'REGISTRY_NOT_PRIVATE');
    const full = `##[error]REGISTRY_NOT_PRIVATE: ${message}; nothing was sent`;
    assert.ok(
      done.lines.some((line) => line.trim() === full),
      done.lines.join('\n'),
    );
    assert.deepEqual(done.errors, [`this agent: ${way}`, `resolver ${resolver}: ${way}`]);
    assert.equal(done.hint, hint);
    assert.deepEqual(done.requests, []);
    assert.deepEqual(done.run.outputs, {});
  }

  /** What every hint about a record ends with. */
  function look(name: string): string {
    const zoneName = 'privatelink.azurecr.io';
    return (
      ` Look with: az network private-dns link vnet list -g GROUP -z ${zoneName} -o table; ` +
      `az network private-dns record-set a show -g GROUP -z ${zoneName} -n ${name}`
    );
  }

  it('the record is missing in the linked zone', async () => {
    assertNotPrivate(
      await push(),
      'crbadinput.azurecr.io does not resolve (nxdomain)',
      'crbadinput.azurecr.io -> crbadinput.privatelink.azurecr.io -> nxdomain',
      'The zone privatelink.azurecr.io is linked but has no A record crbadinput: register the ' +
        `registry's private endpoint there (PrivateDns@1).${look('crbadinput')}`,
    );
    assert.equal(registry('crbadinput').content.repositories.size, 0);
  });

  it('nobody knows the registry', async () => {
    assertNotPrivate(
      await push({ registry: 'crnowhere' }),
      'crnowhere.azurecr.io does not resolve (nxdomain)',
      'crnowhere.azurecr.io -> nxdomain',
      "No zone knows the name: check the registry's name, link the zone privatelink.azurecr.io to the " +
        `agent's network and register the A record crnowhere (PrivateDns@1).${look('crnowhere')}`,
    );
  });

  it('the registry has a public address only', async () => {
    const body = { location: 'westeurope', sku: { name: 'Premium' }, properties: {} };
    await world.sandbox.put(registryId('crpublic'), body, '2023-07-01');
    const done = await push({ registry: 'crpublic' });
    const [address] = /203\.0\.113\.\d+/.exec(done.errors.join()) ?? [];
    assertNotPrivate(
      done,
      `crpublic.azurecr.io resolves to ${address}, outside the declared networks (${declared})`,
      `crpublic.azurecr.io -> ${address}`,
      'The name does not lead through privatelink.azurecr.io: the registry has no private endpoint, or a ' +
        `record of the public name hides it.${look('crpublic')}`,
    );
    assert.equal(registry('crpublic').content.repositories.size, 0);
  });

  it('the record leads outside the declared networks: no packet goes there', async () => {
    const elsewhere = await countConnections('127.99.0.1', world.port);
    try {
      await writeRecord('crbadinput', '127.99.0.1');
      const done = await push();
      assertNotPrivate(
        done,
        `crbadinput.azurecr.io resolves to 127.99.0.1, outside the declared networks (${declared})`,
        'crbadinput.azurecr.io -> crbadinput.privatelink.azurecr.io -> 127.99.0.1',
        'A private zone answered: the zone privatelink.azurecr.io is linked, but its A record crbadinput ' +
          "points to 127.99.0.1, which no declared network contains. It belongs to another network's private " +
          'endpoint, or to one that was deleted; or the network is missing in the declared ones ' +
          `(PrivateDns@1 corrects its own records).${look('crbadinput')}`,
      );
      assert.equal(elsewhere.seen, 0);
    } finally {
      await elsewhere.close();
      await world.sandbox.remove(`${zone}/A/crbadinput`, '2024-06-01');
    }
  });

  it('a gate finds a name that leads to the metadata service, and does not probe it', async () => {
    await writeRecord('metadata', '169.254.169.254');
    const gates = [
      'checks:',
      '- id: probe',
      '  kind: tcp',
      '  host: metadata.privatelink.azurecr.io',
      '  port: 443',
      '',
    ].join('\n');
    const inputs = { azureSubscription: 'stamp', timeout: '0', ...estate };
    const done = await world.run({
      task: 'NetworkGate@1',
      inputs,
      files: { 'gates.yml': gates },
    });
    assert.equal(done.result, 'Failed');
    assert.equal(done.code, 'GATE_FAILED');
    assert.deepEqual(done.codes, ['GATE_TARGET_FORBIDDEN']);
    assert.deepEqual(done.errors, [
      'probe [tcp metadata.privatelink.azurecr.io:443] GATE_TARGET_FORBIDDEN: expected ' +
        'metadata.privatelink.azurecr.io:443 accepts connections; observed ' +
        'metadata.privatelink.azurecr.io is 169.254.169.254; not probed. 169.254.169.254 serves the ' +
        'platform itself and is never probed.',
    ]);
  });

  describe('with its records', () => {
    before(async () => {
      const inputs = { azureSubscription: 'hub', action: 'apply', stamp: 'hub', ...estate };
      await succeed({ task: 'PrivateDns@1', inputs });
    });

    it('a blob that does not match its digest is not committed, and no tag appears', async () => {
      const blob = `image/blobs/sha256/${layer.slice('sha256:'.length)}`;
      const done = await push({}, { [blob]: (text) => text.replace('a layer', 'A layer') });
      assert.equal(done.result, 'Failed');
      assert.equal(done.code, 'IMAGE_DIGEST_MISMATCH');
      assert.deepEqual(done.errors, [
        `${layer}: ${blob}: its content has ` +
          'sha256:4f934a2f375c3f405ad0db61a3e67bcec0035e5023aec11c66428b073013ea98',
      ]);
      assert.equal(
        done.hint,
        'The upload was broken off before its end, so the registry has not kept the blob.',
      );
      const { repositories } = registry('crbadinput').content;
      const kept = repositories.get('team/app');
      assert.equal(kept?.blobs.has(layer) ?? false, false);
      assert.equal(kept?.manifests.size ?? 0, 0);
      assert.equal(kept?.tags.size ?? 0, 0);
      assert.deepEqual(done.run.outputs, {});
    });

    it('a blob that is shorter than stated is found before anything is sent', async () => {
      const blob = `image/blobs/sha256/${layer.slice('sha256:'.length)}`;
      const done = await push({}, { [blob]: 'a layer' });
      assert.equal(done.result, 'Failed');
      assert.equal(done.code, 'IMAGE_INVALID', done.lines.join('\n'));
      assert.deepEqual(done.errors, [
        `blobs/sha256/${layer.slice('sha256:'.length)} is 7 bytes; its descriptor in ` +
          'sha256:81a77fbf0c59b87473a4de9a56eb52640a17f22e5c7452bfc80c735fe1aa8988 says 16',
      ]);
      assert.ok(!done.lines.some((line) => line.includes('Private path:')));
    });

    it('an identity without AcrPush is refused, and the role is named', async () => {
      const done = await push({ azureSubscription: 'reader' });
      assert.equal(done.result, 'Failed');
      assert.equal(done.code, 'REGISTRY_AUTH');
      assert.match(done.hint ?? '', /give it AcrPush on crbadinput\.azurecr\.io/);
      assert.equal(registry('crbadinput').content.repositories.get('team/app')?.tags.size ?? 0, 0);
    });

    it('the same layout as it is gets in', async () => {
      const image = 'tests/fixtures/bad-input/image';
      const index = JSON.parse(await readFile(`${image}/index.json`, 'utf8')) as {
        manifests: { digest: string }[];
      };
      const done = await push();
      assert.equal(done.result, 'Succeeded', done.lines.join('\n'));
      const repository = registry('crbadinput').content.repositories.get('team/app');
      assert.equal(repository?.tags.get('1.0'), index.manifests[0]?.digest);
      const files = await readdir(`${image}/blobs/sha256`);
      assert.equal((repository?.blobs.size ?? 0) + (repository?.manifests.size ?? 0), files.length);
    });
  });
});
