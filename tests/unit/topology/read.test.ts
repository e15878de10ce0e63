import assert from 'node:assert/strict';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { declaredNetworks, dialledPort } from '../../../tasks/lib/topology/model.ts';
import { readTopology } from '../../../tasks/lib/topology/read.ts';
import { topologySchema } from '../../../tasks/lib/topology/schema.ts';
import {
  base,
  documentFolder,
  loopbackOverlay,
  replaced,
  type DocumentFolder,
} from './documents.ts';

describe('topology/read', () => {
  let folder: DocumentFolder;
  before(async () => {
    folder = await documentFolder();
  });
  after(() => folder.remove());

  const problemsOf = (text: string, ...overlays: string[]) => folder.problemsOf(text, ...overlays);

  async function read(text: string, ...overlays: string[]) {
    assert.deepEqual(await problemsOf(text, ...overlays), []);
    const names = overlays.map((_, index) => join(folder.directory, `overlay${index + 1}.yml`));
    return readTopology(join(folder.directory, 'topology.yml'), names);
  }

  it('builds the model with every address planned', async () => {
    const topology = await read(base);
    const hubId =
      '/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/rg-hub' +
      '/providers/Microsoft.Network/virtualNetworks/vnet-hub';
    assert.deepEqual(topology.hub, {
      subscription: '00000000-0000-4000-8000-00000000000a',
      resourceGroup: 'rg-hub',
      region: 'westeurope',
      network: {
        id: hubId,
        name: 'vnet-hub',
        addressSpace: ['10.0.0.0/16'],
        subnets: {
          AzureFirewallSubnet: {
            name: 'AzureFirewallSubnet',
            prefix: '10.0.0.0/26',
            id: `${hubId}/subnets/AzureFirewallSubnet`,
          },
          agents: { name: 'agents', prefix: '10.0.0.64/27', id: `${hubId}/subnets/agents` },
          endpoints: {
            name: 'endpoints',
            prefix: '10.0.0.96/27',
            id: `${hubId}/subnets/endpoints`,
          },
        },
      },
      firewall: { privateAddress: '10.0.0.4' },
      dns: {
        subscription: '00000000-0000-4000-8000-00000000000a',
        resourceGroup: 'rg-dns',
        resolvers: ['168.63.129.16'],
        fallback: false,
      },
    });
    assert.deepEqual(topology.registry, {
      name: 'crspokelinemc',
      loginServer: 'crspokelinemc.azurecr.io',
      replicas: ['northeurope'],
    });
    assert.deepEqual(Object.keys(topology.stamps), ['weu', 'neu']);
    assert.equal(topology.stamps['weu']?.network.subnets['egress']?.prefix, '10.1.1.64/26');
    assert.deepEqual(topology.stamps['weu']?.parameters, { keyVaultName: 'kv-weu' });
    assert.deepEqual(topology.stamps['neu']?.parameters, {});
    assert.equal(topology.gates, join(folder.directory, 'gates.yml'));
    assert.equal(topology.loopback, false);
    assert.deepEqual(topology.ports, {});
  });

  it('is plain data that survives JSON, as templates get it', async () => {
    const topology = await read(base);
    assert.deepEqual(JSON.parse(JSON.stringify(topology)), topology);
  });

  it('moves to loopback by an overlay', async () => {
    const topology = await read(base, loopbackOverlay);
    assert.deepEqual(declaredNetworks(topology), [
      '127.10.0.0/16',
      '127.11.0.0/16',
      '127.12.0.0/16',
    ]);
    assert.equal(topology.hub.network.subnets['agents']?.prefix, '127.10.0.64/27');
    assert.equal(topology.hub.firewall?.privateAddress, '127.10.0.4');
    assert.deepEqual(topology.hub.dns.resolvers, ['127.0.0.1:10053']);
    assert.deepEqual(topology.ports, { 22: 10022, 443: 10443 });
    assert.equal(dialledPort(topology, 443), 10443);
    assert.equal(dialledPort(topology, 80), undefined);
  });

  it('dials declared ports as they are in Azure', async () => {
    assert.equal(dialledPort(await read(base), 80), 80);
  });

  it('lets an overlay without loopback change any value', async () => {
    const topology = await read(
      base,
      'hub: { region: northeurope, firewall: { privateAddress: 10.0.0.5 } }\ngates: other.yml\n',
      'stamps: { neu: { parameters: { a: [1] } } }\n',
    );
    assert.equal(topology.hub.region, 'northeurope');
    assert.equal(topology.hub.firewall?.privateAddress, '10.0.0.5');
    assert.deepEqual(topology.stamps['neu']?.parameters, { a: [1] });
  });

  it('takes the gates document from beside the file that names it', async () => {
    const folder2 = await documentFolder();
    try {
      const overlay = await folder2.write('o.yml', 'gates: own.yml\n');
      await folder.write('topology.yml', base);
      const topology = await readTopology(join(folder.directory, 'topology.yml'), [overlay]);
      assert.equal(topology.gates, join(folder2.directory, 'own.yml'));
    } finally {
      await folder2.remove();
    }
  });

  it('reads fixed subnets beside planned ones, and anchors', async () => {
    const text = replaced(
      base,
      'subnets: { application: /24, endpoints: /27 }',
      'subnets: { application: /24, endpoints: 10.2.0.0/27 }',
    );
    const topology = await read(
      replaced(
        replaced(
          text,
          'subscription: 00000000-0000-4000-8000-00000000000b',
          'subscription: &s 00000000-0000-4000-8000-00000000000b',
        ),
        'subscription: 00000000-0000-4000-8000-00000000000b',
        'subscription: *s',
      ),
    );
    assert.equal(topology.stamps['neu']?.network.subnets['application']?.prefix, '10.2.1.0/24');
    assert.equal(topology.stamps['neu']?.subscription, '00000000-0000-4000-8000-00000000000b');
    assert.deepEqual(Object.keys(topology.stamps['neu']?.network.subnets ?? {}), [
      'application',
      'endpoints',
    ]);
  });

  it('reports all problems of all files at once', async () => {
    const text = replaced(
      replaced(base, 'cloud: public', 'clout: public'),
      'role: primary',
      'role: main',
    );
    const problems = await problemsOf(text, 'hub: { region: "West Europe" }\n');
    assert.deepEqual(problems, [
      'overlay1.yml:1:8 hub.region is "West Europe"; allowed: a region in short form such as westeurope.',
      'topology.yml:18:5 stamps.weu.role is "main"; allowed: primary, secondary.',
      'topology.yml:2:1 clout is not a known key; did you mean "cloud"?',
    ]);
  });

  it('names a file that does not exist', async () => {
    const file = await folder.write('topology.yml', base);
    await assert.rejects(readTopology(file, [join(folder.directory, 'none.yml')]), (error) => {
      assert.ok(error instanceof SpokelineError);
      assert.equal(error.message, `One problem in the topology ${file}.`);
      assert.equal(error.details[0]?.message, 'The file cannot be read: it does not exist.');
      assert.equal(error.details[0]?.file, join(folder.directory, 'none.yml'));
      return true;
    });
  });

  it('takes an overlay on loopback that repeats a value', async () => {
    assert.deepEqual(await problemsOf(base, `${loopbackOverlay}name: mission-critical\n`), []);
  });

  it('is also a JSON schema, for editors', () => {
    const schema = toJsonSchema(topologySchema, { typeMode: 'input', ignoreActions: ['check'] });
    assert.deepEqual(schema.required, ['name', 'hub', 'stamps']);
    assert.equal(schema.additionalProperties, false);
    const hub = schema.properties?.['hub'];
    assert.ok(typeof hub === 'object');
    assert.deepEqual(hub.required, ['subscription', 'resourceGroup', 'region', 'network', 'dns']);
  });
});
