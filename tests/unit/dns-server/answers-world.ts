import { Store } from '../../../sandbox/azure/arm/store.ts';
import type { DnsAnswer } from '../../../sandbox/azure/dns/answer.ts';
import { answerQuery } from '../../../sandbox/azure/dns/answer.ts';
import { documentationAddress } from '../../../sandbox/azure/dns/names.ts';
import { idOf, put } from '../network/stored-estate.ts';

export const zoneType = 'Microsoft.Network/privateDnsZones';
export const vaultZone = 'privatelink.vaultcore.azure.net';
export const kv = 'kv.vault.azure.net';
export const kvLink = 'kv.privatelink.vaultcore.azure.net';

/** A hub with the agent, an unlinked spoke, a vault, a storage account and a registry. */
export function world(): Store {
  const store = new Store();
  for (const [name, prefix] of [
    ['hub', '10.0.0.0/16'],
    ['spoke', '10.1.0.0/16'],
  ] as const) {
    put(store, 'Microsoft.Network/virtualNetworks', name, {
      addressSpace: { addressPrefixes: [prefix] },
    });
  }
  put(store, 'Microsoft.KeyVault/vaults', 'kv', {});
  put(store, 'Microsoft.Storage/storageAccounts', 'stspk', {});
  put(store, 'Microsoft.ContainerRegistry/registries', 'cr', { loginServer: 'cr.azurecr.io' });
  return store;
}

export function zone(
  store: Store,
  name: string,
  linkedTo: string[],
  more: Record<string, unknown> = {},
): void {
  put(store, zoneType, name, {});
  for (const network of linkedTo) {
    put(store, `${zoneType}/virtualNetworkLinks`, `${name}/${network}`, {
      virtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks', network) },
      registrationEnabled: false,
      ...more,
    });
  }
}

export function record(
  store: Store,
  zoneName: string,
  label: string,
  ttl: number,
  ...addresses: string[]
): void {
  put(store, `${zoneType}/A`, `${zoneName}/${label}`, {
    ttl,
    aRecords: addresses.map((ipv4Address) => ({ ipv4Address })),
  });
}

export function endpoint(
  store: Store,
  type: string,
  name: string,
  groupId: string,
  status = 'Approved',
): void {
  put(store, 'Microsoft.Network/privateEndpoints', `pe-${name}-${groupId}`, {
    privateLinkServiceConnections: [
      {
        properties: {
          privateLinkServiceId: idOf(type, name),
          groupIds: [groupId],
          privateLinkServiceConnectionState: { status },
        },
      },
    ],
  });
}

export function ask(store: Store, name: string, type = 'A', agentAddress = '10.0.0.68'): DnsAnswer {
  const o = { agentAddress, serverAddress: '127.0.0.1', publicAddress: documentationAddress };
  return answerQuery(store, o, name, type);
}

/** The answer as one line: code, then each record. */
export function line(answer: DnsAnswer): string {
  const records = answer.records.map((r) => `${r.type} ${String(r.data)} ${String(r.ttl)}`);
  return [answer.code, ...records].join('; ');
}
