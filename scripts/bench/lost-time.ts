import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signIn } from './azure-cli.ts';
import { startEstate, type Estate } from './estate-client.ts';
import { signInToPoll } from './fixed-poll.ts';
import { findProgram, median } from './measure.ts';
import type { Bench, Outcome } from './measure.ts';
import { atMost } from './row.ts';
import type { Measurement } from './row.ts';
import { runTask } from './task-process.ts';

const rounds = 3;
const command = 'az deployment group create';

/** A duration, with resources one after the other that take as long. */
interface Length {
  readonly seconds: number;
  /** Milliseconds that each resource takes. */
  readonly pace: number;
  /** Seconds that the task may lose. */
  readonly goal: number;
}

const lengths: readonly Length[] = [
  { seconds: 0, pace: 1_000, goal: 1 },
  { seconds: 5, pace: 1_000, goal: 1 },
  { seconds: 60, pace: 1_000, goal: 2 },
];
const longest: Length = { seconds: 600, pace: 10_000, goal: 4 };

/** One client that deploys `template` under the name `bench` into a group and comes back when it saw the end. */
type Client = (group: string, template: Record<string, unknown>, file: string) => Promise<void>;

interface Figures {
  readonly lost: number[];
  readonly requests: number[];
}

/**
 * How long each client goes on after Resource Manager has finished a deployment, and how many requests about it
 * were sent. All in real time; the clients of a round run side by side, except where nothing takes time.
 */
export async function lostTime(bench: Bench): Promise<Outcome> {
  const measurements: Measurement[] = [];
  const program = await findProgram('az');
  for (const length of bench.long ? [...lengths, longest] : lengths) {
    const estate = await startEstate(bench, length.pace);
    const poll = await signInToPoll(estate.connection, bench.signal);
    try {
      const clients: Record<string, Client> = {
        ours: async (group, _template, file) => {
          const inputs = { template: file, resourceGroup: group, deploymentName: 'bench' };
          await runTask(bench, 'StampDeploy', estate.connection, inputs);
        },
        'fixed 2 s poll': (group, template) => poll.deploy(idOf(estate, group), template, 2_000),
        'fixed 15 s poll': (group, template) => poll.deploy(idOf(estate, group), template, 15_000),
      };
      if (program !== undefined) {
        const az = await signIn(bench, program, estate.info);
        clients[command] = async (group, _template, file) => {
          await az(...command.split(' ').slice(1), '-g', group, '-n', 'bench', '-f', file);
        };
      }
      const figures = await measure(bench, estate, length, clients);
      measurements.push(...rowsOf(length, figures));
    } finally {
      poll.stop();
      await estate.stop();
    }
  }
  return {
    measurements,
    notes: [
      'deploy: lost is from the time of the end that Resource Manager keeps to the end of the client; a fixed poll asks ' +
        'for the deployment and its operations, the first time right after the PUT, in a process that runs already. All ' +
        'ask first whether the template is valid, one request. az obeys the Retry-After of 1 s that the sandbox sends; without one it waits 30 s.',
    ],
  };
}

function idOf(estate: Estate, group: string): string {
  return `${estate.group(group)}/providers/Microsoft.Resources/deployments/bench`;
}

async function measure(
  bench: Bench,
  estate: Estate,
  length: Length,
  clients: Readonly<Record<string, Client>>,
): Promise<Record<string, Figures>> {
  const template = templateOf(length);
  const file = join(bench.folder, `length-${length.seconds}.json`);
  await writeFile(file, JSON.stringify(template));
  const names = Object.keys(clients);
  const figures = Object.fromEntries(
    names.map((name): [string, Figures] => [name, { lost: [], requests: [] }]),
  );
  const count = length.seconds > 100 ? 1 : rounds;
  for (let round = 1; round <= count; round += 1) {
    bench.progress(`${length.seconds} s: round ${round} of ${count}`);
    const groups = names.map((_name, n) => `rg-length-${length.seconds}-${round}-${n}`);
    for (const group of groups) {
      await estate.put(estate.group(group), '2021-04-01', { location: 'westeurope' });
    }
    const seen: number[] = [];
    const run = async (name: string, n: number): Promise<void> => {
      bench.signal.throwIfAborted();
      await clients[name]?.(groups[n] ?? '', template, file);
      seen[n] = Date.now();
    };
    if (length.seconds > 0) await Promise.all(names.map(run));
    else for (const [n, name] of names.entries()) await run(name, n);
    for (const [n, name] of names.entries()) {
      const group = groups[n] ?? '';
      figures[name]?.requests.push(await estate.requestsFor(`${group}/`));
      const { properties } = (await estate.get(idOf(estate, group), '2025-04-01')) as {
        properties: { timestamp: string };
      };
      figures[name]?.lost.push(((seen[n] ?? NaN) - Date.parse(properties.timestamp)) / 1000);
    }
  }
  return figures;
}

/** Security groups one after the other: each takes the sandbox's pace. */
function templateOf({ seconds, pace }: Length): Record<string, unknown> {
  const copies = Math.round((seconds * 1000) / pace);
  const group = {
    type: 'Microsoft.Network/networkSecurityGroups',
    apiVersion: '2024-05-01',
    name: "[format('nsg-{0}', copyIndex())]",
    location: 'westeurope',
    copy: { name: 'one-after-the-other', count: copies, mode: 'serial', batchSize: 1 },
    properties: {},
  };
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: copies === 0 ? [] : [group],
  };
}

function rowsOf(
  { seconds, goal }: Length,
  { ours, ...peers }: Readonly<Record<string, Figures>>,
): Measurement[] {
  const all: Record<string, Figures | undefined> = { [command]: undefined, ...peers };
  return Object.entries(all).flatMap(([peerName, peer]): Measurement[] => {
    const of = (name: string, unit: 's' | 'requests', key: keyof Figures): Measurement => ({
      name: `${name}, ${seconds} s deployment`,
      unit,
      ours: ours === undefined ? undefined : median(ours[key]),
      peer: peer === undefined ? undefined : median(peer[key]),
      peerName,
    });
    return [
      { ...of('lost after the end', 's', 'lost'), goal: atMost('ours', goal) },
      of('requests', 'requests', 'requests'),
    ];
  });
}
