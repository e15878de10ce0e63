import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readTopology } from '../../tasks/lib/topology/read.ts';
import { signIn } from './azure-cli.ts';
import { startEstate } from './estate-client.ts';
import type { Estate } from './estate-client.ts';
import { lostTime } from './lost-time.ts';
import { findProgram, interleaved, runProgram } from './measure.ts';
import type { Bench, Outcome, Subject } from './measure.ts';
import { runTask } from './task-process.ts';

const rounds = 5;
const command = 'az deployment group create';
const template = resolve('templates', 'bicep', 'stamp', 'main.bicep');
const compiler = resolve('dist', 'sandbox', 'bicep');

type Who = 'task' | 'az';

/** The task against az: the stamp template as a whole, then what is lost after Azure has finished. */
export async function deploy(bench: Bench): Promise<Outcome> {
  const whole = await stampTemplate(bench);
  const ends = await lostTime(bench);
  return {
    measurements: [...whole.measurements, ...ends.measurements],
    notes: [...whole.notes, ...ends.notes],
  };
}

/** Deploys the stamp template into a new resource group of the sandbox. */
async function stampTemplate(bench: Bench): Promise<Outcome> {
  const estate = await startEstate(bench);
  try {
    const program = await findProgram('az');
    const peerName = program === undefined ? 'az' : command;
    const requests: Partial<Record<Who, number>> = {};
    const counted = async (who: Who, run: () => Promise<number>): Promise<number> => {
      await estate.requests();
      const seconds = await run();
      requests[who] = await estate.requests();
      return seconds;
    };
    const subjects: Partial<Record<Who, Subject>> = {
      task: async (run) => {
        const { topology, group } = await prepare(bench, estate, `task${run}`);
        const inputs = { target: 'stamp', stamp: 'weu', template, topology, bicepPath: compiler };
        const seconds = await counted('task', () =>
          runTask(bench, 'StampDeploy', estate.connection, inputs),
        );
        await checkDeployed(estate, group, `kv-bench-task${run}`);
        return seconds;
      },
    };
    if (program !== undefined) {
      bench.progress('az signs in');
      const az = await signIn(bench, program, estate.info);
      const compiled = await compile(bench);
      subjects.az = async (run) => {
        const { group, parameters } = await prepare(bench, estate, `az${run}`);
        const files = ['--template-file', compiled, '--parameters', `@${parameters}`];
        const seconds = await counted('az', () =>
          az(...command.split(' ').slice(1), '-g', group, '-n', 'bench', ...files),
        );
        await checkDeployed(estate, group, `kv-bench-az${run}`);
        return seconds;
      };
    }
    const times = await interleaved<Who>(bench, 'stamp template', rounds, subjects);
    const name = 'stamp template';
    return {
      measurements: [
        { name, unit: 's', ours: times.task, peer: times.az, peerName },
        { name, unit: 'requests', ours: requests.task, peer: requests.az, peerName },
      ],
      notes: [
        'deploy: whole processes, each into a new resource group; the task compiles the Bicep and fetches its token, ' +
          'az is signed in and gets the compiled template. In the sandbox a resource takes milliseconds.',
      ],
    };
  } finally {
    await estate.stop();
  }
}

interface Prepared {
  readonly group: string;
  readonly topology: string;
  /** File of the template's parameters. */
  readonly parameters: string;
}

/** What a landing zone hands over: a resource group with an empty network, here one for each run. */
async function prepare({ folder }: Bench, estate: Estate, run: string): Promise<Prepared> {
  const group = `rg-bench-${run}`;
  const topology = join(folder, `${run}.yml`);
  await writeFile(topology, topologyText(estate.info.subscriptionId, group, run));
  await estate.put(estate.group(group), '2021-04-01', { location: 'westeurope' });
  const model = await readTopology(topology, []);
  const stamp = model.stamps['weu'];
  if (stamp === undefined) throw new Error('the topology has no stamp weu');
  await estate.put(stamp.network.id, '2024-05-01', {
    location: stamp.region,
    properties: { addressSpace: { addressPrefixes: stamp.network.addressSpace } },
  });
  const parameters = join(folder, `${run}.parameters.json`);
  const values = { hub: { value: model.hub }, stamp: { value: stamp } };
  await writeFile(parameters, JSON.stringify(values));
  return { group, topology, parameters };
}

async function checkDeployed(estate: Estate, group: string, vault: string): Promise<void> {
  const id = `${estate.group(group)}/providers/Microsoft.KeyVault/vaults/${vault}`;
  await estate.get(id, '2023-07-01');
}

async function compile({ folder, signal }: Bench): Promise<string> {
  const file = join(folder, 'stamp.json');
  const args = ['build', template, '--outfile', file];
  const { code, errors } = await runProgram(compiler, args, { signal });
  if (code !== 0) throw new Error(`bicep build: ${errors}`);
  return file;
}

function topologyText(subscription: string, group: string, run: string): string {
  return `name: bench
cloud: public
hub:
  subscription: ${subscription}
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets: { AzureFirewallSubnet: /26, agents: /27, endpoints: /27 }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: ${subscription}
    resourceGroup: ${group}
    network:
      name: vnet-weu
      addressSpace: [10.1.0.0/16]
      subnets: { application: /24, ingress: /26, egress: /26, endpoints: /27 }
    parameters: { keyVaultName: kv-bench-${run}, storageName: stbench${run} }
`;
}
