import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a topology of a hub and one stamp, both on loopback, and returns the inputs that name it. `port` is
 * dialled for 443, `more` has further ports.
 */
export async function writeTopology(
  folder: string,
  resolver: string,
  port: number,
  more: Readonly<Record<string, number>> = {},
): Promise<{ topology: string; overlays: string }> {
  const topology = join(folder, 'topology.yml');
  const overlays = join(folder, 'topology.sandbox.yml');
  await writeFile(
    topology,
    `name: shop
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets: { AzureFirewallSubnet: /26, agents: /27, endpoints: /27 }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
registry: { name: crtest }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-weu
    network:
      name: vnet-weu
      addressSpace: [10.1.0.0/16]
      subnets: { endpoints: /27 }
    parameters: { keyVaultName: kv-weu }
`,
  );
  await writeFile(
    overlays,
    `loopback: true
hub:
  network: { addressSpace: [127.110.0.0/16] }
  dns: { resolvers: ['${resolver}'] }
stamps: { weu: { network: { addressSpace: [127.111.0.0/16] } } }
ports: ${JSON.stringify({ '443': port, ...more })}
`,
  );
  return { topology, overlays };
}
