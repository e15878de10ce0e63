/**
 * Runs inside namespaces of its own, where this process is root: machines with real private addresses around one
 * router that routes and filters as compiled, and the gate in the agent's namespace. Takes a folder with
 * `scenarios.json`, and writes `<scenario>.json` with the verdicts.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateResult } from '../../tasks/lib/gate/result.ts';
import { runPackaged } from '../support/packaged-task.ts';
import { DeployedEstate, firewallRules, type ArmResource } from './packets-compile.ts';

export interface Scenario {
  readonly name: string;
  /** As Resource Manager shows them. */
  readonly resources: readonly ArmResource[];
}

export interface Ground {
  readonly scenarios: readonly Scenario[];
  /** Name and address of each machine; `agent` runs the gate, `fw` is the firewall. */
  readonly machines: Readonly<Record<string, string>>;
  readonly firewall: ArmResource;
  readonly gates: string;
}

/** The address of the router on every link: Azure's first hop, which machines see as their gateway. */
const router = '169.254.0.1';

function sh(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${stderr} ${error?.message ?? ''}`);
}

const ip = (...args: string[]): void => sh('ip', ...args);

async function kernel(name: string, value: string, inside?: string): Promise<void> {
  if (inside === undefined) await writeFile(`/proc/sys/net/ipv4/${name}`, value);
  else sh('ip', 'netns', 'exec', inside, 'sh', '-c', `echo ${value} > /proc/sys/net/ipv4/${name}`);
}

async function wire(machines: Ground['machines']): Promise<void> {
  ip('link', 'set', 'lo', 'up');
  await kernel('ip_forward', '1');
  await kernel('conf/all/rp_filter', '0');
  await kernel('conf/default/rp_filter', '0');
  await kernel('conf/all/send_redirects', '0');
  let table = 100;
  for (const [name, address] of Object.entries(machines)) {
    table += 1;
    ip('netns', 'add', name);
    ip('link', 'add', `v-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('addr', 'add', `${router}/32`, 'dev', `v-${name}`);
    ip('link', 'set', `v-${name}`, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'addr', 'add', `${address}/32`, 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    ip('-n', name, 'route', 'add', router, 'dev', 'eth0');
    ip('-n', name, 'route', 'add', 'default', 'via', router);
    ip('rule', 'add', 'iif', `v-${name}`, 'lookup', String(table));
  }
  await kernel('ip_forward', '1', 'fw');
  await kernel('conf/all/send_redirects', '0', 'fw');
  await kernel('conf/eth0/send_redirects', '0', 'fw');
}

/** Sets the router's tables and filters to what the resources say. */
async function apply(
  folder: string,
  { scenarios, machines }: Ground,
  position: number,
): Promise<void> {
  const estate = new DeployedEstate(scenarios[position]?.resources ?? []);
  const chains: string[] = [];
  const jumps: string[] = [];
  let table = 100;
  for (const [name, address] of Object.entries(machines)) {
    table += 1;
    const subnet = estate.subnetOf(address);
    spawnSync('ip', ['route', 'flush', 'table', String(table)]);
    for (const [other, target] of Object.entries(machines)) {
      if (other === name) continue;
      const way = estate.wayFrom(subnet, target);
      const to = ['table', String(table)];
      if (way === 'nowhere') ip('route', 'add', 'blackhole', `${target}/32`, ...to);
      else if (way === 'deliver') ip('route', 'add', `${target}/32`, 'dev', `v-${other}`, ...to);
      else {
        const [appliance] = Object.entries(machines).find(([, own]) => own === way.over) ?? [];
        if (appliance === undefined) throw new Error(`${way.over} is no machine`);
        ip(
          'route',
          'add',
          `${target}/32`,
          'via',
          way.over,
          'dev',
          `v-${appliance}`,
          'onlink',
          ...to,
        );
      }
    }
    ip('route', 'add', 'blackhole', 'default', 'table', String(table));
    for (const [direction, word, from] of [
      ['Outbound', 'iifname', 'out'],
      ['Inbound', 'oifname', 'in'],
    ] as const) {
      const rules = estate.filterOf(subnet, direction);
      if (rules.length === 0) continue;
      chains.push(`chain ${from}_${name} { ${rules.join('; ')}; }`);
      jumps.push(`${word} "v-${name}" jump ${from}_${name}`);
    }
  }
  await nft(folder, 'router', [
    ...chains,
    `chain forward { type filter hook forward priority 0; policy accept; ct state established accept; ${jumps.join('; ')}; }`,
  ]);
}

async function nft(folder: string, name: string, chains: string[], inside?: string): Promise<void> {
  const file = join(folder, `${name}.nft`);
  await writeFile(file, `flush ruleset\ntable ip azure {\n${chains.join('\n')}\n}\n`);
  if (inside === undefined) sh('nft', '-f', file);
  else sh('ip', 'netns', 'exec', inside, 'nft', '-f', file);
}

/** 443 answers, 444 resets what it has accepted; on any other port nothing listens. */
const listener = `const { createServer } = require('node:net');
createServer((s) => s.on('error', () => {}).end()).listen(443, '0.0.0.0', () =>
  createServer((s) => s.resetAndDestroy()).listen(444, '0.0.0.0', () => console.log('ready')));
process.stdin.resume().on('end', () => process.exit());`;

async function listen(name: string): Promise<ChildProcess> {
  const child = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', listener], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function main(folder: string): Promise<void> {
  const ground = JSON.parse(await readFile(join(folder, 'scenarios.json'), 'utf8')) as Ground;
  await wire(ground.machines);
  await nft(
    folder,
    'fw',
    [
      `chain forward { type filter hook forward priority 0; policy drop; ct state established accept; ct state invalid drop; ${firewallRules(ground.firewall).join('; ')}; }`,
    ],
    'fw',
  );
  const gates = join(folder, 'gates.yml');
  await writeFile(gates, ground.gates);
  const servers = [await listen('a'), await listen('b')];
  try {
    for (const [position, { name }] of ground.scenarios.entries()) {
      await apply(folder, ground, position);
      const results = join(folder, 'results', name);
      await mkdir(results, { recursive: true });
      const inputs = { gates, networks: '10.0.0.0/8', timeout: '0', resultsFolder: results };
      const run = await runPackaged('NetworkGate', folder, inputs, {}, (command) => [
        ...['ip', 'netns', 'exec', 'agent'],
        ...command,
      ]);
      const report = await readFile(join(results, 'gate.json'), 'utf8').catch(() => {
        throw new Error(run.output);
      });
      const { checks } = JSON.parse(report) as GateResult;
      const seen = checks.map(({ id, status, code }) => [id, `${status} ${code}`]);
      await writeFile(join(folder, `${name}.json`), JSON.stringify(Object.fromEntries(seen)));
    }
  } finally {
    for (const server of servers) {
      const ended = once(server, 'exit');
      server.stdin?.end();
      await ended;
    }
  }
}

const [folder] = process.argv.slice(2);
if (folder !== undefined && process.argv[1]?.endsWith('packets-ground.ts') === true)
  await main(folder);
