import type { Estate } from './estate-client.ts';
import type { Bench } from './measure.ts';
import { runTask } from './task-process.ts';

export interface DnsTask {
  /** @returns seconds */
  apply(): Promise<number>;
  /** Takes all records away again. */
  remove(): Promise<void>;
  /** @throws Error unless every name has a record */
  check(): Promise<void>;
}

export interface DnsWorld {
  readonly endpoints: number;
  /** Resource group of the zone. */
  readonly group: string;
  readonly zone: string;
}

const stampGroup = 'rg-endpoints';
const location = 'westeurope';

/** Deploys vaults with a private endpoint each, for PrivateDns to register. */
export async function startTaskSubject(
  bench: Bench,
  estate: Estate,
  { endpoints, group, zone }: DnsWorld,
): Promise<DnsTask> {
  const base = estate.group(stampGroup);
  await estate.put(base, '2021-04-01', { location });
  const network = `${base}/providers/Microsoft.Network/virtualNetworks/vnet`;
  await estate.put(network, '2024-05-01', {
    location,
    properties: {
      addressSpace: { addressPrefixes: ['10.5.0.0/16'] },
      subnets: [{ name: 'endpoints', properties: { addressPrefix: '10.5.0.0/24' } }],
    },
  });
  const names = Array.from({ length: endpoints }, (_, index) => `kv-bench-${index}`);
  for (const name of names) {
    bench.signal.throwIfAborted();
    await makeEndpoint(estate, base, `${network}/subnets/endpoints`, name);
  }
  const run = (action: string): Promise<number> =>
    runTask(bench, 'PrivateDns', estate.connection, {
      action,
      resourceGroup: stampGroup,
      zonesResourceGroup: group,
      owner: 'bench/weu',
    });
  const zoneId = `${estate.group(group)}/providers/Microsoft.Network/privateDnsZones/${zone}`;
  return {
    apply: () => run('apply'),
    remove: async () => {
      await run('remove');
    },
    check: async () => {
      for (const name of names) await estate.get(`${zoneId}/A/${name}`, '2020-06-01');
    },
  };
}

async function makeEndpoint(
  estate: Estate,
  base: string,
  subnet: string,
  name: string,
): Promise<void> {
  const vault = `${base}/providers/Microsoft.KeyVault/vaults/${name}`;
  await estate.put(vault, '2023-07-01', {
    location,
    properties: {
      tenantId: estate.info.tenantId,
      sku: { family: 'A', name: 'standard' },
      enableRbacAuthorization: true,
    },
  });
  const connection = { privateLinkServiceId: vault, groupIds: ['vault'] };
  await estate.put(
    `${base}/providers/Microsoft.Network/privateEndpoints/pe-${name}`,
    '2024-05-01',
    {
      location,
      properties: {
        subnet: { id: subnet },
        privateLinkServiceConnections: [{ name, properties: connection }],
      },
    },
  );
}
