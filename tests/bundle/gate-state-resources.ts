import { type RunningSandbox } from '../sandbox/sandbox-client.ts';

export const stampSubscription = '00000000-0000-4000-8000-00000000000b';
const location = 'westeurope';
const versions = { group: '2025-04-01', network: '2024-05-01', zone: '2024-06-01' } as const;
const vaultVersion = '2023-07-01';
export const vaultZone = 'privatelink.vaultcore.azure.net';

/** The resources of a hub and a stamp in two subscriptions of a sandbox: made as declared, and changed one by one. */
export class GateResources {
  readonly run: RunningSandbox;
  readonly groups: Readonly<Record<'hub' | 'zones' | 'stamp', string>>;

  constructor(run: RunningSandbox) {
    this.run = run;
    const { subscriptionId } = run.sandbox.info;
    const group = (subscription: string, name: string) =>
      `/subscriptions/${subscription}/resourceGroups/${name}`;
    this.groups = {
      hub: group(subscriptionId, 'rg-hub'),
      zones: group(subscriptionId, 'rg-dns'),
      stamp: group(stampSubscription, 'rg-weu'),
    };
  }

  id(place: keyof GateResources['groups'], path: string): string {
    return `${this.groups[place]}/providers/${path}`;
  }

  put(id: string, body: object, version: string = versions.network): Promise<unknown> {
    return this.run.put(id, { location, ...body }, version);
  }

  get hubNetwork(): string {
    return this.id('hub', 'Microsoft.Network/virtualNetworks/vnet-hub');
  }
  get stampNetwork(): string {
    return this.id('stamp', 'Microsoft.Network/virtualNetworks/vnet-weu');
  }
  get vault(): string {
    return this.id('stamp', 'Microsoft.KeyVault/vaults/kv-gate');
  }
  get zone(): string {
    return this.id('zones', `Microsoft.Network/privateDnsZones/${vaultZone}`);
  }

  async deploy(): Promise<void> {
    for (const id of Object.values(this.groups)) await this.put(id, {}, versions.group);
    await this.putGroup();
    await this.putRoutes('127.41.0.4');
    await this.put(this.hubNetwork, {
      properties: { addressSpace: { addressPrefixes: ['127.41.0.0/16'] } },
    });
    await this.putAgents({});
    await this.put(this.stampNetwork, {
      properties: { addressSpace: { addressPrefixes: ['127.42.0.0/16'] } },
    });
    await this.putSubnet({});
    await this.putPeering('hub');
    await this.putPeering('stamp');
    await this.putVault('Disabled');
    await this.putEndpoint('pe-kv-gate');
    await this.put(this.zone, { location: 'global' }, versions.zone);
    await this.putLink();
    await this.putRecord('127.42.0.4');
  }

  endpoint(name: string): string {
    return this.id('stamp', `Microsoft.Network/privateEndpoints/${name}`);
  }

  putEndpoint(name: string): Promise<unknown> {
    const connection = { privateLinkServiceId: this.vault, groupIds: ['vault'] };
    return this.put(this.endpoint(name), {
      properties: {
        subnet: { id: `${this.stampNetwork}/subnets/endpoints` },
        privateLinkServiceConnections: [{ name, properties: connection }],
      },
    });
  }

  /** The stamp's security group, with further rules before those that it needs. */
  putGroup(...rules: readonly object[]): Promise<unknown> {
    return this.put(this.id('stamp', 'Microsoft.Network/networkSecurityGroups/nsg-weu'), {
      properties: {
        securityRules: [
          ...rules,
          rule('allow-agents', 200, 'Allow', '127.41.0.64/27', '443'),
          rule('deny-inbound', 4096, 'Deny', '*', '*'),
        ],
      },
    });
  }

  putRoutes(nextHopIpAddress: string): Promise<unknown> {
    const properties = { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance' };
    return this.put(this.id('stamp', 'Microsoft.Network/routeTables/rt-weu'), {
      properties: {
        routes: [{ name: 'default', properties: { ...properties, nextHopIpAddress } }],
      },
    });
  }

  putSubnet(change: object): Promise<unknown> {
    return this.put(`${this.stampNetwork}/subnets/endpoints`, {
      properties: {
        addressPrefix: '127.42.0.0/27',
        networkSecurityGroup: {
          id: this.id('stamp', 'Microsoft.Network/networkSecurityGroups/nsg-weu'),
        },
        routeTable: { id: this.id('stamp', 'Microsoft.Network/routeTables/rt-weu') },
        privateEndpointNetworkPolicies: 'Enabled',
        ...change,
      },
    });
  }

  /** The hub's subnet for agents, which has no group unless the change gives it one. */
  putAgents(change: object): Promise<unknown> {
    return this.put(`${this.hubNetwork}/subnets/agents`, {
      properties: { addressPrefix: '127.41.0.64/27', ...change },
    });
  }

  putPeering(side: 'hub' | 'stamp'): Promise<unknown> {
    const [from, to] =
      side === 'hub' ? [this.hubNetwork, this.stampNetwork] : [this.stampNetwork, this.hubNetwork];
    return this.put(`${from}/virtualNetworkPeerings/other`, {
      properties: {
        remoteVirtualNetwork: { id: to },
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: true,
      },
    });
  }

  putVault(publicNetworkAccess: string): Promise<unknown> {
    const sku = { family: 'A', name: 'standard' };
    const { tenantId } = this.run.sandbox.info;
    const properties = { tenantId, sku, enableRbacAuthorization: true, publicNetworkAccess };
    return this.put(this.vault, { properties }, vaultVersion);
  }

  putLink(): Promise<unknown> {
    const properties = { virtualNetwork: { id: this.hubNetwork }, registrationEnabled: false };
    const id = `${this.zone}/virtualNetworkLinks/hub`;
    return this.put(id, { location: 'global', properties }, versions.zone);
  }

  putRecord(ipv4Address: string): Promise<unknown> {
    const properties = { ttl: 60, aRecords: [{ ipv4Address }] };
    return this.run.put(`${this.zone}/A/kv-gate`, { properties }, versions.zone);
  }

  remove(id: string, version: string = versions.network): Promise<void> {
    return this.run.remove(id, id.includes('privateDnsZones') ? versions.zone : version);
  }
}

export function rule(
  name: string,
  priority: number,
  access: string,
  sourceAddressPrefix: string,
  destinationPortRange: string,
): object {
  const properties = { priority, access, direction: 'Inbound', protocol: 'Tcp' };
  const ends = { sourceAddressPrefix, sourcePortRange: '*', destinationAddressPrefix: '*' };
  return { name, properties: { ...properties, ...ends, destinationPortRange } };
}
