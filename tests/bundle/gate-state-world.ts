import { mkdtempSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/bench/free-port.ts';
import { gateResultSchema, type GateResult } from '../../tasks/lib/gate/result.ts';
import * as v from 'valibot';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { GateResources, stampSubscription, vaultZone } from './gate-state-resources.ts';
import { runPackaged, type TaskRun } from '../support/packaged-task.ts';
import {
  connectionEnvironment,
  secretOf,
  type ConnectionIdentity,
} from '../support/service-connection.ts';

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

/** The packaged gate before a hub and a stamp that are as declared. */
export class GateEstate extends GateResources {
  readonly folder: string;

  private constructor(run: RunningSandbox, folder: string) {
    super(run);
    this.folder = folder;
  }

  static async start(): Promise<GateEstate> {
    const port = await freePort('127.42.0.4');
    const run = await runSandbox({
      agentAddress: '127.41.0.68',
      endpointPorts: { 443: port },
      subscriptions: [{ id: stampSubscription, name: 'stamps' }],
    });
    const estate = new GateEstate(run, await mkdtemp(join(tmpdir(), 'gate-state-')));
    await estate.deploy();
    await writeFile(estate.#file('topology.yml'), topologyOf(run.sandbox.info.subscriptionId));
    await writeFile(estate.#file('topology.sandbox.yml'), overlayOf(run.sandbox.info.dns, port));
    return estate;
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

function overlayOf(dns: string, port: number): string {
  return `loopback: true
hub:
  network: { addressSpace: [127.41.0.0/16] }
  dns: { resolvers: ['${dns}'] }
stamps: { weu: { network: { addressSpace: [127.42.0.0/16] } } }
ports: { '443': ${port} }
`;
}
