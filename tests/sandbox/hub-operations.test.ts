import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../sandbox/azure/bicep/compile.ts';
import { readTopology } from '../../tasks/lib/topology/read.ts';
import { hub, hubSubscription, stampSubscription, startWorld } from '../unit/arm/arm-world.ts';
import { at, type Shown } from '../unit/arm/templates.ts';

describe('sandbox arm: the hub template with operations', function () {
  this.timeout(180_000);

  it('makes its network and peers it from both sides, as for a stamp', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hub-operations-'));
    const world = await startWorld();
    try {
      const overlay = join(folder, 'operations.yml');
      await writeFile(
        overlay,
        `operations:
  subscription: ${hubSubscription}
  resourceGroup: rg-operations
  region: westeurope
  network: { name: vnet-operations, addressSpace: [10.9.0.0/16], subnets: { tools: /26 } }
`,
      );
      const file = 'templates/examples/mission-critical/topology.yml';
      const topology = await readTopology(file, [overlay]);
      const groupOf = (subscription: string, name: string): string =>
        `/subscriptions/${subscription}/resourceGroups/${name}`;
      const operations = groupOf(hubSubscription, 'rg-operations');
      for (const group of [
        operations,
        groupOf(hubSubscription, 'rg-dns'),
        groupOf(stampSubscription, 'rg-mc-weu'),
        groupOf(stampSubscription, 'rg-mc-neu'),
      ]) {
        await world.make(`${group}?api-version=2021-04-01`, { location: 'westeurope' });
      }
      const { template } = compile('templates/bicep/hub/main.bicep');
      assert.ok(template);
      const parameters = { hub: { value: topology.hub }, topology: { value: topology } };
      const path = at(hub, 'hub');
      const body = { properties: { mode: 'Incremental', template, parameters } };
      await world.follow(await world.ask('PUT', path, { body }));
      const { provisioningState, error } = await world.properties(path);
      assert.equal(provisioningState, 'Succeeded', JSON.stringify(error));

      const networks = '/providers/Microsoft.Network/virtualNetworks';
      for (const half of [
        `${hub}${networks}/vnet-hub/virtualNetworkPeerings/to-operations`,
        `${operations}${networks}/vnet-operations/virtualNetworkPeerings/to-vnet-hub`,
      ]) {
        const peering = await world.properties(`${half}?api-version=2024-05-01`);
        assert.equal(peering['peeringState'], 'Connected', half);
      }
      const endpoints = await world.properties(
        `${hub}/providers/Microsoft.Network/networkSecurityGroups/nsg-vnet-hub-endpoints?api-version=2024-05-01`,
      );
      const [allowed] = endpoints['securityRules'] as Shown[];
      const sources = (allowed?.['properties'] as Shown)['sourceAddressPrefixes'] as string[];
      assert.ok(sources.includes('10.9.0.0/16'), String(sources));
    } finally {
      await world.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
