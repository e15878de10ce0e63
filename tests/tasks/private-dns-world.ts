import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inputs } from '../../tasks/PrivateDns/PrivateDnsV1/inputs.ts';
import { run } from '../../tasks/PrivateDns/PrivateDnsV1/task.ts';
import { fakeContext, type RecordedContext } from '../support/host.ts';
import { hubSubscription, stampSubscription, startDnsArm, type DnsArm } from './private-dns-arm.ts';

const topology = `
name: shop
cloud: public
hub:
  subscription: ${hubSubscription}
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { AzureFirewallSubnet: /26, agents: /27, endpoints: /27 } }
  dns: { resourceGroup: rg-dns, resolvers: [10.0.0.53], fallback: true }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: ${stampSubscription}
    resourceGroup: rg-weu
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { application: /24, ingress: /26, egress: /26, endpoints: /27 } }
  neu:
    role: secondary
    region: northeurope
    subscription: ${stampSubscription}
    resourceGroup: rg-neu
    network: { name: vnet-neu, addressSpace: [10.2.0.0/16], subnets: { application: /24, ingress: /26, egress: /26, endpoints: /27 } }
`;

export const group = (subscription: string, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/${name}/providers/Microsoft.Network`;
const zones = `${group(hubSubscription, 'rg-dns')}/privateDnsZones`;
export const vaultZone = `${zones}/privatelink.vaultcore.azure.net`;

export interface VaultOptions {
  readonly endpoint?: string;
  readonly name?: string;
  readonly status?: string;
}

/** A hub and the stamps weu and neu, each with the endpoint of a vault, in front of a fake Resource Manager. */
export interface DnsWorld {
  readonly arm: DnsArm;
  readonly context: RecordedContext;
  /** Puts the endpoint of a stamp's vault: `pe` of `kv-<stamp>` if nothing else is said. */
  vault(stamp: string, address: string, more?: VaultOptions): void;
  /** Runs the task for both stamps. */
  act(action: Inputs['action'], more?: Partial<Inputs>): Promise<void>;
  /** What the zone of vaults holds under a name. */
  record(name: string): { readonly properties: Record<string, unknown> } | undefined;
  stop(): Promise<void>;
}

export async function startDnsWorld(): Promise<DnsWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'spk-dns-'));
  await writeFile(join(directory, 'topology.yml'), topology);
  const arm = await startDnsArm();
  const context = fakeContext(directory);
  function vault(
    stamp: string,
    address: string,
    { endpoint = 'pe', name = `kv-${stamp}`, status = 'Approved' }: VaultOptions = {},
  ): void {
    const base = group(stampSubscription, `rg-${stamp}`);
    arm.put(`${base}/networkInterfaces/nic-${endpoint}`, {
      properties: {
        ipConfigurations: [
          {
            properties: {
              privateIPAddress: address,
              privateLinkConnectionProperties: {
                groupId: 'vault',
                requiredMemberName: 'default',
                fqdns: [`${name}.vault.azure.net`],
              },
            },
          },
        ],
      },
    });
    const target = `/subscriptions/${stampSubscription}/resourceGroups/rg-${stamp}/providers/Microsoft.KeyVault/vaults/${name}`;
    arm.put(`${base}/privateEndpoints/${endpoint}`, {
      location: 'westeurope',
      properties: {
        networkInterfaces: [{ id: `${base}/networkInterfaces/nic-${endpoint}` }],
        privateLinkServiceConnections: [
          {
            properties: {
              privateLinkServiceId: target,
              groupIds: ['vault'],
              privateLinkServiceConnectionState: { status },
            },
          },
        ],
      },
    });
  }

  function act(action: Inputs['action'], more: Partial<Inputs> = {}): Promise<void> {
    const given: Inputs = {
      azureSubscription: arm.connection('stamp'),
      hubConnection: arm.connection('hub'),
      action,
      topology: join(directory, 'topology.yml'),
      overlays: [],
      stamp: 'primary,secondary',
      resourceGroup: undefined,
      endpoints: [],
      endpointTags: [],
      pending: 'fail',
      zonesSubscription: undefined,
      zonesResourceGroup: undefined,
      linkNetworks: [],
      mode: 'records',
      links: undefined,
      records: undefined,
      zones: undefined,
      adopt: false,
      policyWait: 0,
      owner: undefined,
      resolvers: [],
      networks: [],
      ttl: 10,
      timeout: 0,
      interval: 5,
      ...more,
    };
    return run(given, context, arm.transport);
  }

  arm.put(vaultZone, {});
  const hubNetwork = { id: `${group(hubSubscription, 'rg-hub')}/virtualNetworks/vnet-hub` };
  arm.put(`${vaultZone}/virtualNetworkLinks/vnet-hub`, {
    properties: { virtualNetwork: hubNetwork, registrationEnabled: false },
  });
  vault('weu', '10.1.1.132');
  vault('neu', '10.2.1.132');
  return {
    arm,
    context,
    vault,
    act,
    record: (name) => arm.resources.get(`${vaultZone}/A/${name}`.toLowerCase()),
    async stop() {
      await arm.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
