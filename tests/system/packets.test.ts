import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matrix } from '../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../tasks/lib/reach/read/estate.ts';
import { Resources } from '../../tasks/lib/reach/read/resource.ts';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { finish } from '../support/start.ts';
import { findTool } from '../support/tools.ts';
import type { ArmResource } from './packets-compile.ts';
import type { Ground, Scenario } from './packets-ground.ts';

const version = '2024-05-01';
const machines = { agent: '10.0.2.4', fw: '10.0.1.4', a: '10.1.1.4', b: '10.2.1.4' };

/** Ports of the machines, and what answers there where the way is open. */
const gates = `checks:
  - { id: a-443, kind: tcp, host: ${machines.a}, port: 443 }
  - { id: a-445, kind: tcp, host: ${machines.a}, port: 445 }
  - { id: a-22, kind: tcp, host: ${machines.a}, port: 22 }
  - { id: b-443, kind: tcp, host: ${machines.b}, port: 443 }
  - { id: b-445, kind: tcp, host: ${machines.b}, port: 445 }
  - { id: b-22, kind: tcp, host: ${machines.b}, port: 22 }
  - { id: a-444, kind: tls, name: a.example.net, port: 444 }
  - { id: a-22-denied, kind: denied, host: ${machines.a}, port: 22, control: { host: ${machines.a}, port: 443 } }
  - { id: a-444-reset, kind: denied, host: a.example.net, port: 444, state: reset, control: { host: ${machines.a}, port: 443 } }
`;

describe('packets: a hub, a firewall and two spokes in network namespaces', function () {
  this.timeout(180_000);
  let folder: string;
  let world: RunningSandbox;
  let group: string;
  let scenarios: Scenario[];
  let verdicts: Map<string, Record<string, string>>;

  const idOf = (path: string): string => `${group}/providers/Microsoft.Network/${path}`;
  const put = (path: string, properties: object): Promise<unknown> =>
    world.put(idOf(path), { location: 'westeurope', properties }, version);
  const allow = (name: string, priority: number, source: string, ports: string[]): object => ({
    name,
    properties: {
      ...{ priority, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' },
      ...{ sourceAddressPrefix: source, sourcePortRange: '*' },
      ...{ destinationAddressPrefix: '*', destinationPortRanges: ports },
    },
  });
  const denyAll = {
    name: 'deny-all',
    properties: {
      ...{ priority: 4096, direction: 'Inbound', access: 'Deny', protocol: '*' },
      ...{ sourceAddressPrefix: '*', sourcePortRange: '*' },
      ...{ destinationAddressPrefix: '*', destinationPortRange: '*' },
    },
  };
  const toFirewall = (name: string, addressPrefix: string): object => ({
    name,
    properties: { addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress: machines.fw },
  });
  const peer = (from: string, to: string): Promise<unknown> =>
    put(`virtualNetworks/${from}/virtualNetworkPeerings/${to}`, {
      remoteVirtualNetwork: { id: idOf(`virtualNetworks/${to}`) },
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
    });

  /** The sandbox knows no firewalls yet, so this one is written as Resource Manager would show it. */
  const firewall = (): ArmResource => ({
    id: idOf('azureFirewalls/fw'),
    type: 'Microsoft.Network/azureFirewalls',
    properties: {
      ipConfigurations: [
        {
          name: 'fw',
          properties: {
            privateIPAddress: machines.fw,
            subnet: { id: idOf('virtualNetworks/hub/subnets/AzureFirewallSubnet') },
          },
        },
      ],
      networkRuleCollections: [
        {
          name: 'agents',
          properties: {
            priority: 100,
            action: { type: 'Allow' },
            rules: [
              {
                name: 'to-b',
                protocols: ['TCP'],
                sourceAddresses: ['10.0.2.0/27'],
                destinationAddresses: ['10.2.1.0/24'],
                destinationPorts: ['443', '445'],
              },
            ],
          },
        },
      ],
    },
  });

  async function deploy(): Promise<void> {
    await put('routeTables/agents', { routes: [toFirewall('to-b', '10.2.0.0/16')] });
    await put('routeTables/b', { routes: [toFirewall('to-agents', '10.0.2.0/27')] });
    await put('networkSecurityGroups/a', {
      securityRules: [allow('agents', 100, '10.0.2.0/27', ['443', '444-445']), denyAll],
    });
    await put('networkSecurityGroups/b', {
      securityRules: [allow('agents', 100, '10.0.2.0/27', ['443', '445']), denyAll],
    });
    const network = (
      name: string,
      space: string,
      subnets: Record<string, object>,
    ): Promise<unknown> =>
      put(`virtualNetworks/${name}`, {
        addressSpace: { addressPrefixes: [space] },
        subnets: Object.entries(subnets).map(([subnet, properties]) => ({
          name: subnet,
          properties,
        })),
      });
    const ref = (path: string): object => ({ id: idOf(path) });
    await network('hub', '10.0.0.0/16', {
      AzureFirewallSubnet: { addressPrefix: '10.0.1.0/26' },
      agents: { addressPrefix: '10.0.2.0/27', routeTable: ref('routeTables/agents') },
    });
    for (const [name, octet] of Object.entries({ a: 1, b: 2 })) {
      await network(name, `10.${octet}.0.0/16`, {
        apps: {
          addressPrefix: `10.${octet}.1.0/24`,
          networkSecurityGroup: ref(`networkSecurityGroups/${name}`),
          ...(name === 'b' ? { routeTable: ref('routeTables/b') } : {}),
        },
      });
      await peer('hub', name);
      await peer(name, 'hub');
    }
  }

  /** What Resource Manager shows now. */
  async function take(name: string): Promise<void> {
    const { arm } = world.sandbox.info;
    const headers = { Authorization: `Bearer ${await world.token(`${arm}/.default`)}` };
    const resources: ArmResource[] = [];
    for (const type of ['virtualNetworks', 'networkSecurityGroups', 'routeTables']) {
      const answer = await world.call('GET', `${arm}${idOf(type)}?api-version=${version}`, {
        headers,
      });
      resources.push(...(JSON.parse(answer.body) as { value: ArmResource[] }).value);
    }
    scenarios.push({ name, resources });
  }

  before(async function () {
    await findTool(this, 'unshare');
    await findTool(this, 'ip');
    await findTool(this, 'nft');
    folder = await mkdtemp(join(tmpdir(), 'spokeline-packets-'));
    world = await runSandbox();
    group = `/subscriptions/${world.sandbox.info.subscriptionId}/resourceGroups/rg-packets`;
    await world.put(group, { location: 'westeurope' }, '2021-04-01');
    scenarios = [];
    await deploy();
    await take('declared');
    await put('networkSecurityGroups/a', {
      securityRules: [allow('agents', 100, '10.0.1.0/26', ['443', '444-445']), denyAll],
    });
    await take('wrong-rule');
    await deploy();
    await put('routeTables/agents', { routes: [] });
    await take('missing-route');
    await deploy();
    await world.remove(idOf('virtualNetworks/hub/virtualNetworkPeerings/a'), version);
    await take('half-a-peering');

    const ground: Ground = { scenarios, machines, firewall: firewall(), gates };
    await writeFile(join(folder, 'scenarios.json'), JSON.stringify(ground));
    await writeFile(join(folder, 'hosts'), `127.0.0.1 localhost\n${machines.a} a.example.net\n`);
    const script = `set -e
mount -t tmpfs tmpfs /run
mkdir /run/netns
mount --bind "$1/hosts" /etc/hosts
exec "$2" --import tsx tests/system/packets-ground.ts "$1"`;
    const args = ['-rUnm', 'sh', '-c', script, 'sh', folder, process.execPath];
    const { code, stdout, stderr } = await finish('unshare', args);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    verdicts = new Map();
    for (const { name } of scenarios) {
      const report = await readFile(join(folder, `${name}.json`), 'utf8');
      verdicts.set(name, JSON.parse(report) as Record<string, string>);
    }
  });

  after(async () => {
    await world?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const open = {
    'a-443': 'pass OK',
    'a-445': 'fail TCP_REFUSED',
    'a-22': 'fail TCP_TIMEOUT',
    'b-443': 'pass OK',
    'b-445': 'fail TCP_REFUSED',
    'b-22': 'fail TCP_TIMEOUT',
    'a-444': 'fail TCP_RESET',
    'a-22-denied': 'pass OK',
    'a-444-reset': 'pass OK',
  };
  const aIsShut = {
    ...{ 'a-443': 'fail TCP_TIMEOUT', 'a-445': 'fail TCP_TIMEOUT', 'a-444': 'fail TCP_TIMEOUT' },
    'a-22-denied': 'unknown DENIED_UNPROVEN',
    'a-444-reset': 'unknown DENIED_UNPROVEN',
  };

  it('tells answered, refused, reset and dropped apart', () => {
    assert.deepEqual(verdicts.get('declared'), open);
  });

  it('sees a wrong rule, and nothing else', () => {
    assert.deepEqual(verdicts.get('wrong-rule'), { ...open, ...aIsShut });
  });

  it('sees a missing route: the reply comes back over a firewall that never saw the question', () => {
    assert.deepEqual(verdicts.get('missing-route'), {
      ...open,
      ...{ 'b-443': 'fail TCP_TIMEOUT', 'b-445': 'fail TCP_TIMEOUT' },
    });
  });

  it('sees half a peering', () => {
    assert.deepEqual(verdicts.get('half-a-peering'), { ...open, ...aIsShut });
  });

  it('agrees with the matrix of the same resources in every case', () => {
    for (const { name, resources } of scenarios) {
      const matrix = new Matrix(readEstate(new Resources([...resources, firewall()])));
      for (const [check, verdict] of Object.entries(verdicts.get(name) ?? {})) {
        const [, machine, port] = /^([ab])-(\d+)$/.exec(check) ?? [];
        if (machine === undefined) continue;
        const to = machines[machine as 'a' | 'b'];
        const { result, by } = matrix.outcome(machines.agent, to, 'tcp', Number(port));
        const seen = verdict === 'fail TCP_TIMEOUT' ? 'dropped' : 'allowed';
        assert.equal(result, seen, `${name}: ${check} was ${verdict}; the matrix says ${by}`);
      }
    }
  });
});
