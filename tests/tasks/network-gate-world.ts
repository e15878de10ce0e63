import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { decode, encode } from 'dns-packet';
import type { Answer, Packet } from 'dns-packet';

/** A DNS server on loopback over a table: a name to its aliases and addresses, in order. */
export interface NameServer {
  readonly server: string;
  readonly names: Map<string, readonly string[]>;
  /** Names that were asked for and are not in the table, in order. */
  readonly missed: string[];
  /** Called after each of them was answered. */
  onMissing: (name: string) => void;
  close(): Promise<void>;
}

export async function startNameServer(): Promise<NameServer> {
  const names = new Map<string, readonly string[]>();
  const missed: string[] = [];
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address() as AddressInfo;
  const server: NameServer = {
    server: `127.0.0.1:${port}`,
    names,
    missed,
    onMissing: () => undefined,
    close: () => new Promise((done) => socket.close(() => done())),
  };
  socket.on('message', (message, from) => {
    const query = decode(message);
    const name = (query.questions?.[0]?.name ?? '').toLowerCase();
    const way = names.get(name);
    const answers: Answer[] = [];
    let owner = name;
    for (const step of way ?? []) {
      const type = /^[\d.]+$/.test(step) ? 'A' : 'CNAME';
      answers.push({ name: owner, type, ttl: 10, data: step });
      if (type === 'CNAME') owner = step;
    }
    const answer: Packet = {
      id: query.id ?? 0,
      type: 'response',
      flags: way === undefined ? 3 : 0,
      questions: query.questions ?? [],
      answers,
    };
    socket.send(encode(answer), from.port, from.address);
    if (way !== undefined) return;
    missed.push(name);
    server.onMissing(name);
  });
  return server;
}

/**
 * Writes a topology of a hub and one stamp, both on loopback, and returns the inputs that name it. `port` is
 * dialled for 443, `more` has further ports.
 */
export async function writeTopology(
  folder: string,
  resolver: string,
  port: number,
  more: Readonly<Record<string, number>> = {},
): Promise<{ topology: string; overlays: string }> {
  const topology = join(folder, 'topology.yml');
  const overlays = join(folder, 'topology.sandbox.yml');
  await writeFile(
    topology,
    `name: shop
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets: { AzureFirewallSubnet: /26, agents: /27, endpoints: /27 }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
registry: { name: crtest }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-weu
    network:
      name: vnet-weu
      addressSpace: [10.1.0.0/16]
      subnets: { endpoints: /27 }
    parameters: { keyVaultName: kv-weu }
`,
  );
  await writeFile(
    overlays,
    `loopback: true
hub:
  network: { addressSpace: [127.110.0.0/16] }
  dns: { resolvers: ['${resolver}'] }
stamps: { weu: { network: { addressSpace: [127.111.0.0/16] } } }
ports: ${JSON.stringify({ '443': port, ...more })}
`,
  );
  return { topology, overlays };
}

export interface TaskRun {
  readonly result: string;
  /** All of standard output. */
  readonly output: string;
  /** Codes of the issues. */
  readonly issues: string[];
  readonly outputs: Record<string, string>;
  readonly exitCode: number | null;
}

/**
 * Runs a task's own main.ts as the agent would: a process of its own, inputs in the environment.
 */
export function runMain(
  task: string,
  folder: string,
  inputs: Record<string, string>,
  environment: Record<string, string> = {},
): Promise<TaskRun> {
  const main = resolve('tasks', task, `${task}V1`, 'main.ts');
  return runProgram([process.execPath, '--import', 'tsx', main], folder, inputs, environment);
}

/** As `runMain`, but what the agent gets: the packaged task; wrapped in another command if one is given. */
export function runPackaged(
  task: string,
  folder: string,
  inputs: Record<string, string>,
  environment: Record<string, string> = {},
  wrap: (command: string[]) => string[] = (command) => command,
): Promise<TaskRun> {
  const bundle = resolve('dist', 'tasks', task, `${task}V1`, 'index.js');
  return runProgram(wrap([process.execPath, bundle]), folder, inputs, environment);
}

async function runProgram(
  program: readonly string[],
  folder: string,
  inputs: Record<string, string>,
  environment: Record<string, string>,
): Promise<TaskRun> {
  const given = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const [command = '', ...args] = program;
  const child = spawn(command, args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      AGENT_TEMPDIRECTORY: folder,
      SYSTEM_DEFAULTWORKINGDIRECTORY: folder,
      TF_BUILD: 'True',
      ...(Object.fromEntries(given) as Record<string, string>),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exitCode = await new Promise<number | null>((done) => child.on('close', done));
  const lines = output.split('\n');
  const outputs: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] =
      /^##vso\[task\.setvariable variable=([^;]+);.*?\](.*)$/.exec(line) ?? [];
    if (name !== undefined) outputs[name] = unescape(value ?? '');
  }
  return {
    result: /##vso\[task\.complete result=(\w+);/.exec(output)?.[1] ?? 'none',
    output,
    issues: lines.flatMap(
      (line) => /^##vso\[task\.logissue [^\]]*code=(\w+)/.exec(line)?.[1] ?? [],
    ),
    outputs,
    exitCode,
  };
}

function unescape(text: string): string {
  return text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']')
    .replaceAll('%AZP25', '%');
}
