import { Store } from '../../../sandbox/azure/arm/store.ts';
import type { Resource } from '../../../sandbox/azure/arm/store.ts';

const group = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg';
export const idOf = (type: string, name: string): string => {
  const [provider = '', ...types] = type.split('/');
  const names = name.split('/');
  return `${group}/providers/${provider}/${types.map((t, i) => `${t}/${names[i] ?? ''}`).join('/')}`;
};

/** Writes one resource as the resource manager keeps it. */
export function put(
  store: Store,
  type: string,
  name: string,
  properties: Record<string, unknown>,
  location = 'westeurope',
): Resource {
  return store.put({
    id: idOf(type, name),
    name: name.split('/').at(-1) ?? '',
    type,
    apiVersion: '2024-01-01',
    location,
    properties,
  });
}

/** A hub with an agent (127.21.0.4) and a spoke with one endpoint (127.22.0.4) of the vault kv. */
export function storedEstate(): Store {
  const store = new Store();
  const network = 'Microsoft.Network/virtualNetworks';
  for (const [name, prefix] of [
    ['hub', '127.21.0.0/16'],
    ['spoke', '127.22.0.0/16'],
  ] as const) {
    put(store, network, name, { addressSpace: { addressPrefixes: [prefix] } });
  }
  put(store, `${network}/subnets`, 'hub/agents', { addressPrefix: '127.21.0.0/24' });
  putEndpointSubnet(store, {});
  putPeering(store, 'hub', 'spoke', 'Connected');
  putPeering(store, 'spoke', 'hub', 'Connected');
  put(store, 'Microsoft.KeyVault/vaults', 'kv', { tenantId: 't' });
  putEndpoint(store, 'kv', '127.22.0.4', 'Approved');
  return store;
}

export function putEndpointSubnet(store: Store, properties: Record<string, unknown>): void {
  put(store, 'Microsoft.Network/virtualNetworks/subnets', 'spoke/endpoints', {
    addressPrefix: '127.22.0.0/24',
    ...properties,
  });
}

export function putPeering(store: Store, from: string, to: string, peeringState: string): void {
  put(store, 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings', `${from}/to-${to}`, {
    remoteVirtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks', to) },
    peeringState,
    allowVirtualNetworkAccess: true,
  });
}

/** A private endpoint of a vault, with its interface. */
export function putEndpoint(store: Store, vault: string, address: string, status: string): void {
  const subnet = { id: idOf('Microsoft.Network/virtualNetworks/subnets', 'spoke/endpoints') };
  const endpointId = idOf('Microsoft.Network/privateEndpoints', `pe-${vault}`);
  const card = put(store, 'Microsoft.Network/networkInterfaces', `pe-${vault}.nic`, {
    privateEndpoint: { id: endpointId },
    ipConfigurations: [
      {
        name: 'one',
        properties: {
          privateIPAddress: address,
          subnet,
          privateLinkConnectionProperties: {
            groupId: 'vault',
            requiredMemberName: 'default',
            fqdns: [`${vault}.vault.azure.net`],
          },
        },
      },
    ],
  });
  put(store, 'Microsoft.Network/privateEndpoints', `pe-${vault}`, {
    subnet,
    networkInterfaces: [{ id: card.id }],
    privateLinkServiceConnections: [
      {
        name: 'one',
        properties: {
          privateLinkServiceId: idOf('Microsoft.KeyVault/vaults', vault),
          groupIds: ['vault'],
          privateLinkServiceConnectionState: { status },
        },
      },
    ],
  });
}

export function putGroup(store: Store, rules: Record<string, unknown>[]): { id: string } {
  const { id } = put(store, 'Microsoft.Network/networkSecurityGroups', 'nsg', {
    securityRules: rules.map((properties, index) => ({ name: `rule${String(index)}`, properties })),
  });
  return { id };
}

export const denyAllIn = {
  priority: 100,
  direction: 'Inbound',
  access: 'Deny',
  protocol: '*',
  sourceAddressPrefix: '*',
  destinationAddressPrefix: '*',
  sourcePortRange: '*',
  destinationPortRange: '*',
};
