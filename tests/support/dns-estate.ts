import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxOptions } from '../../sandbox/azure/sandbox.ts';
import { resolveAt } from '../../tasks/lib/net/resolve.ts';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { packagedCommand, runPackaged, type TaskRun } from './packaged-task.ts';
import { connectionEnvironment, secretOf, type ConnectionIdentity } from './service-connection.ts';

export const stampSubscription = '00000000-0000-4000-8000-00000000000b';
export const vaultZone = 'privatelink.vaultcore.azure.net';
export const versions = { group: '2025-04-01', network: '2024-05-01', zone: '2024-06-01' } as const;
const location = 'westeurope';
const vaultVersion = '2023-07-01';

/** Where a network is. Operations is there, and in the topology only if the options say so. */
export type Place = 'hub' | 'operations' | 'stamp';

/** A hub and a stamp in two subscriptions of a sandbox, and the packaged PrivateDns task in front of them. */
export interface DnsEstate {
  readonly run: RunningSandbox;
  readonly folder: string;
  /** Ids of the resource groups. */
  readonly groups: Readonly<Record<Place | 'zones', string>>;
  readonly zone: string;
  readonly networks: Readonly<Record<Place, string>>;
  /** May do everything in both subscriptions. */
  readonly owner: ConnectionIdentity;
  /** Makes a vault in the stamp's group. @returns its id */
  vault(name: string): Promise<string>;
  /** Makes an endpoint, in the stamp's group if nothing else is said. @returns its id */
  endpoint(name: string, target: string, more?: EndpointOptions): Promise<string>;
  /** Runs the task with the estate's topology. */
  act(
    action: string,
    inputs?: Readonly<Record<string, string>>,
    connections?: Readonly<Record<string, ConnectionIdentity>>,
  ): Promise<TaskRun>;
  /** What `act` would run, for a test that ends it itself. */
  command(
    action: string,
    inputs?: Readonly<Record<string, string>>,
  ): ReturnType<typeof packagedCommand>;
  /** Requests to Resource Manager during a run: method and path. */
  requests(run: () => Promise<unknown>): Promise<string[]>;
  /** Addresses of a name in the sandbox's DNS, or why there are none. */
  ask(name: string): Promise<string>;
  stop(): Promise<void>;
}

export interface EndpointOptions {
  readonly groupId?: string;
  readonly manual?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly at?: Place;
}

export interface DnsEstateOptions {
  /** Further lines of the topology: for the stamp `weu`, indented by four, and for the hub, by two. */
  readonly stamp?: string;
  readonly hub?: string;
  /** Whether the topology has the operations network. */
  readonly operations?: boolean;
  readonly guests?: SandboxOptions['guests'];
}

export async function startDnsEstate(more: DnsEstateOptions = {}): Promise<DnsEstate> {
  const run = await runSandbox({
    agentAddress: '127.31.0.68',
    endpointPorts: {},
    subscriptions: [{ id: stampSubscription, name: 'stamps' }],
    ...(more.guests === undefined ? {} : { guests: more.guests }),
  });
  const folder = await mkdtemp(join(tmpdir(), 'dns-estate-'));
  const { info } = run.sandbox;
  const groupOf = (subscription: string, name: string): string =>
    `/subscriptions/${subscription}/resourceGroups/${name}`;
  const groups = {
    hub: groupOf(info.subscriptionId, 'rg-hub'),
    operations: groupOf(info.subscriptionId, 'rg-operations'),
    zones: groupOf(info.subscriptionId, 'rg-dns'),
    stamp: groupOf(stampSubscription, 'rg-weu'),
  };
  const zone = `${groups.zones}/providers/Microsoft.Network/privateDnsZones/${vaultZone}`;
  const networkOf = (group: string, name: string): string =>
    `${group}/providers/Microsoft.Network/virtualNetworks/${name}`;
  const networks = {
    hub: networkOf(groups.hub, 'vnet-hub'),
    operations: networkOf(groups.operations, 'vnet-operations'),
    stamp: networkOf(groups.stamp, 'vnet-weu'),
  };
  for (const group of Object.values(groups)) await run.put(group, { location }, versions.group);
  for (const [id, prefix] of [
    [networks.hub, '127.31'],
    [networks.stamp, '127.32'],
    [networks.operations, '127.33'],
  ] as const) {
    const properties = {
      addressSpace: { addressPrefixes: [`${prefix}.0.0/16`] },
      subnets: [{ name: 'endpoints', properties: { addressPrefix: `${prefix}.1.0/24` } }],
    };
    await run.put(id, { location, properties }, versions.network);
  }
  await run.put(zone, { location: 'global' }, versions.zone);
  const hubLink = { virtualNetwork: { id: networks.hub }, registrationEnabled: false };
  await run.put(
    `${zone}/virtualNetworkLinks/hub`,
    { location: 'global', properties: hubLink },
    versions.zone,
  );
  const files = await writeTopology(folder, info.subscriptionId, [info.dns], more);
  const owner = { clientId: info.clientId, clientSecret: info.clientSecret };
  const identities = {
    azureSubscription: { ...owner, subscriptionId: stampSubscription },
    hubConnection: owner,
  };
  const usual = { stamp: 'weu', timeout: '0', interval: '1', ...files };
  /** Inputs and environment of a step. */
  function step(
    action: string,
    inputs: Readonly<Record<string, string>> = {},
    connections: Readonly<Record<string, ConnectionIdentity>> = {},
  ): [Record<string, string>, Record<string, string>] {
    const given: Record<string, string> = { action, ...usual };
    // The agent's library keeps a key of the run there, so that two runs at once need one each.
    const environment = { AGENT_TEMPDIRECTORY: mkdtempSync(join(folder, 'temp-')) };
    for (const [input, identity] of Object.entries({ ...identities, ...connections })) {
      given[input] = `connection-${input}`;
      Object.assign(environment, connectionEnvironment(given[input], info, secretOf(identity)));
    }
    return [{ ...given, ...inputs }, environment];
  }
  return {
    run,
    folder,
    groups,
    zone,
    networks,
    owner,
    async vault(name) {
      const id = `${groups.stamp}/providers/Microsoft.KeyVault/vaults/${name}`;
      const sku = { family: 'A', name: 'standard' };
      const properties = { tenantId: info.tenantId, sku, enableRbacAuthorization: true };
      await run.put(id, { location, properties }, vaultVersion);
      return id;
    },
    async endpoint(name, target, { groupId = 'vault', manual, tags, at = 'stamp' } = {}) {
      const id = `${groups[at]}/providers/Microsoft.Network/privateEndpoints/${name}`;
      const connection = {
        privateLinkServiceId: target,
        groupIds: groupId === '' ? [] : [groupId],
      };
      const list =
        manual === undefined
          ? { privateLinkServiceConnections: [{ name, properties: connection }] }
          : {
              manualPrivateLinkServiceConnections: [
                { name, properties: { ...connection, requestMessage: manual } },
              ],
            };
      const properties = { subnet: { id: `${networks[at]}/subnets/endpoints` }, ...list };
      await run.put(id, { location, tags: tags ?? {}, properties }, versions.network);
      return id;
    },
    act: (...asked) => runPackaged('PrivateDns', folder, ...step(...asked)),
    command: (...asked) => packagedCommand('PrivateDns', folder, ...step(...asked)),
    async requests(during) {
      const { activity } = run.sandbox.arm;
      const before = activity.length;
      await during();
      return activity.slice(before).map(({ method, path }) => `${method} ${path}`);
    },
    async ask(name) {
      const { error, addresses } = await resolveAt(
        info.dns,
        name,
        AbortSignal.timeout(5_000),
        5_000,
      );
      return error ?? addresses.join(' ');
    },
    async stop() {
      await run.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeTopology(
  folder: string,
  hubSubscription: string,
  resolvers: readonly string[],
  more: DnsEstateOptions,
): Promise<{ topology: string; overlays: string }> {
  const topology = join(folder, 'topology.yml');
  const overlays = join(folder, 'topology.sandbox.yml');
  await writeFile(
    topology,
    `name: shop
hub:
  subscription: ${hubSubscription}
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { endpoints: /24 } }
  dns: { resourceGroup: rg-dns, resolvers: [10.0.0.4] }
${more.hub ?? ''}${more.operations === true ? operationsOf(hubSubscription) : ''}
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: ${stampSubscription}
    resourceGroup: rg-weu
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { endpoints: /24 } }
${more.stamp ?? ''}
`,
  );
  await writeFile(
    overlays,
    `loopback: true
hub:
  network: { addressSpace: [127.31.0.0/16] }
  dns: { resolvers: [${resolvers.map((server) => `'${server}'`).join(', ')}] }
stamps: { weu: { network: { addressSpace: [127.32.0.0/16] } } }
${more.operations === true ? 'operations: { network: { addressSpace: [127.33.0.0/16] } }' : ''}
`,
  );
  return { topology, overlays };
}

function operationsOf(subscription: string): string {
  return `
operations:
  subscription: ${subscription}
  resourceGroup: rg-operations
  region: westeurope
  network: { name: vnet-operations, addressSpace: [10.2.0.0/16], subnets: { endpoints: /24 } }
`;
}
