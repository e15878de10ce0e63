import { mkdtempSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateResultSchema, type GateResult } from '../../tasks/lib/gate/result.ts';
import * as v from 'valibot';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { runPackaged, type TaskRun } from '../support/packaged-task.ts';
import {
  connectionEnvironment,
  secretOf,
  type ConnectionIdentity,
} from '../support/service-connection.ts';

const stampSubscription = '00000000-0000-4000-8000-00000000000b';
const location = 'westeurope';
const versions = { group: '2025-04-01', network: '2024-05-01', zone: '2024-06-01' } as const;
const vaultVersion = '2023-07-01';
const vaultZone = 'privatelink.vaultcore.azure.net';

type Texts = Readonly<Record<string, string>>;
type Connection = 'azureSubscription' | 'hubConnection';

/** One check of each kind that asks Azure. */
export const stateChecks = `checks:
- { id: peering, each: stamp, kind: peering }
- { id: route, each: stamp, kind: route }
- { id: nsg, each: stamp, kind: nsg }
- { id: public-access, each: stamp, kind: public-access, target: kv-gate }
- { id: private-endpoint, each: stamp, kind: private-endpoint, target: kv-gate, group: vault }
- { id: dns-zone, each: stamp, kind: dns-zone, zone: ${vaultZone}, records: [kv-gate] }
- { id: address-plan, each: stamp, kind: address-plan, free: 26 }
- { id: reach, each: stamp, kind: reach }
`;

export interface GateRun extends TaskRun {
  /** Undefined when the gate came to no verdict. */
  readonly gate: GateResult | undefined;
  /** `status id code class` of what did not pass. */
  readonly off: readonly string[];
  read(file: string): Promise<string>;
}

/** A hub and a stamp in two subscriptions of a sandbox, as declared, and the packaged gate before them. */
export class GateEstate {
  readonly run: RunningSandbox;
  readonly folder: string;
  readonly groups: Readonly<Record<'hub' | 'zones' | 'stamp', string>>;

  private constructor(run: RunningSandbox, folder: string) {
    this.run = run;
    this.folder = folder;
    const { subscriptionId } = run.sandbox.info;
    const group = (subscription: string, name: string) =>
      `/subscriptions/${subscription}/resourceGroups/${name}`;
    this.groups = {
      hub: group(subscriptionId, 'rg-hub'),
      zones: group(subscriptionId, 'rg-dns'),
      stamp: group(stampSubscription, 'rg-weu'),
    };
  }

  static async start(): Promise<GateEstate> {
    const run = await runSandbox({
      agentAddress: '127.41.0.68',
      endpointPorts: { 443: 34443 },
      subscriptions: [{ id: stampSubscription, name: 'stamps' }],
    });
    const estate = new GateEstate(run, await mkdtemp(join(tmpdir(), 'gate-state-')));
    await estate.#deploy();
    await writeFile(estate.#file('topology.yml'), topologyOf(run.sandbox.info.subscriptionId));
    await writeFile(estate.#file('topology.sandbox.yml'), overlayOf(run.sandbox.info.dns));
    return estate;
  }

  id(place: keyof GateEstate['groups'], path: string): string {
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

  async #deploy(): Promise<void> {
    for (const id of Object.values(this.groups)) await this.put(id, {}, versions.group);
    await this.putGroup();
    await this.putRoutes('127.41.0.4');
    await this.put(this.hubNetwork, {
      properties: {
        addressSpace: { addressPrefixes: ['127.41.0.0/16'] },
        subnets: [{ name: 'agents', properties: { addressPrefix: '127.41.0.64/27' } }],
      },
    });
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

  /** An identity that may do these and nothing else. */
  identity(held: readonly (readonly [action: string, scope: string])[]): ConnectionIdentity {
    const { entra, arm } = this.run.sandbox;
    const clientSecret = 'of-the-gate-state-tests';
    const { clientId, objectId } = entra.addApplication({ name: 'gate', secret: clientSecret });
    for (const [action, scope] of held) arm.assignRole(objectId, { actions: [action] }, scope);
    return { clientId, clientSecret };
  }

  /** Runs the packaged gate, by default with the owner's identity on both connections. */
  async gate(
    checks: string,
    inputs: Texts = {},
    who: Partial<Record<Connection, ConnectionIdentity | null>> = {},
  ): Promise<GateRun> {
    const { info } = this.run.sandbox;
    const owner = { clientId: info.clientId, clientSecret: info.clientSecret };
    const temp = mkdtempSync(join(this.folder, 'temp-'));
    const results = join(temp, 'results');
    await writeFile(join(temp, 'gates.yml'), checks);
    const given: Record<string, string> = {
      evidence: 'state',
      topology: this.#file('topology.yml'),
      overlays: this.#file('topology.sandbox.yml'),
      gates: join(temp, 'gates.yml'),
      timeout: '0',
      resultsFolder: results,
    };
    const environment: Record<string, string> = {
      AGENT_TEMPDIRECTORY: temp,
      NODE_EXTRA_CA_CERTS: info.ca,
    };
    for (const input of ['azureSubscription', 'hubConnection'] as const) {
      const identity = who[input] === undefined ? owner : who[input];
      if (identity === null) continue;
      given[input] = `connection-${input}`;
      const own = input === 'azureSubscription' ? { subscriptionId: stampSubscription } : {};
      const connection = secretOf({ ...identity, ...own });
      Object.assign(environment, connectionEnvironment(given[input], info, connection));
    }
    const run = await runPackaged('NetworkGate', temp, { ...given, ...inputs }, environment);
    const read = (file: string) => readFile(join(results, file), 'utf8');
    const text = await read('gate.json').catch(() => undefined);
    const gate = text === undefined ? undefined : v.parse(gateResultSchema, JSON.parse(text));
    const off = (gate?.checks ?? [])
      .filter(({ status }) => status !== 'pass')
      .map((check) => `${check.status} ${check.id} ${check.code} ${check.class}`);
    return { ...run, gate, off, read };
  }

  async stop(): Promise<void> {
    await this.run.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.folder, name);
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

function topologyOf(subscription: string): string {
  return `name: shop
hub:
  subscription: ${subscription}
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { AzureFirewallSubnet: /26, agents: /27 } }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: ${stampSubscription}
    resourceGroup: rg-weu
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { endpoints: /27 } }
flows:
- { name: agents-to-vault, from: hub/agents, to: stamp/endpoints, ports: [443] }
- { name: no-ssh, from: hub/agents, to: stamp/endpoints, ports: [22], expect: forbidden }
`;
}

function overlayOf(dns: string): string {
  return `loopback: true
hub:
  network: { addressSpace: [127.41.0.0/16] }
  dns: { resolvers: ['${dns}'] }
stamps: { weu: { network: { addressSpace: [127.42.0.0/16] } } }
ports: { '443': 34443 }
`;
}
