import { signIn } from './azure-cli.ts';
import type { Az } from './azure-cli.ts';
import { startEstate } from './estate-client.ts';
import type { Estate } from './estate-client.ts';
import { findProgram, interleaved } from './measure.ts';
import type { Bench, Outcome, Subject } from './measure.ts';
import { atScale } from './dns-scale.ts';
import { startTaskSubject } from './dns-task.ts';

const rounds = 5;
const endpoints = 50;
/** One command of az writes one record; so many are measured, the rest is multiplied. */
const sample = 3;
const command = 'az network private-dns record-set a add-record';
const scaled = `az private-dns add-record (${sample} scaled to ${endpoints})`;
const group = 'rg-dns';
const zone = 'privatelink.vaultcore.azure.net';

type Who = 'task' | 'unchanged' | 'az';

/** Registers the names of private endpoints: the task in one run against az, record by record. */
export async function dns(bench: Bench): Promise<Outcome> {
  const estate = await startEstate(bench);
  try {
    const program = await findProgram('az');
    const peerName = program === undefined ? 'az' : scaled;
    await prepareZone(estate);
    bench.progress(`${endpoints} vaults with private endpoints`);
    const task = await startTaskSubject(bench, estate, { endpoints, group, zone });
    const requests: Partial<Record<Who, number>> = {};
    const subjects: Partial<Record<Who, Subject>> = {
      task: async () => {
        await task.remove();
        await estate.requests();
        const seconds = await task.apply();
        requests.task = await estate.requests();
        await task.check();
        return seconds;
      },
    };
    const az = program === undefined ? undefined : await signIn(bench, program, estate.info);
    if (az !== undefined) {
      subjects.az = async (run) => {
        await estate.requests();
        const seconds = await addRecords(az, run);
        requests.az = ((await estate.requests()) / sample) * endpoints;
        return (seconds / sample) * endpoints;
      };
    }
    const title = `${endpoints} endpoints`;
    const times = await interleaved<Who>(bench, title, rounds, subjects);
    const unchanged = await interleaved<Who>(bench, `${title}, unchanged`, rounds, {
      unchanged: async () => {
        await estate.requests();
        const seconds = await task.apply();
        requests.unchanged = await estate.requests();
        return seconds;
      },
    });
    const scale = await atScale(bench, estate, az);
    const applied = `${title}, planned and applied`;
    const again = `${title}, nothing to do`;
    return {
      measurements: [
        { name: applied, unit: 's', ours: times.task, peer: times.az, peerName },
        { name: applied, unit: 'requests', ours: requests.task, peer: requests.az, peerName },
        { name: again, unit: 's', ours: unchanged.unchanged },
        { name: again, unit: 'requests', ours: requests.unchanged },
        ...scale,
      ],
      notes: [
        'dns: the task reads the endpoints, writes every record and reads the zone again, in one process; az is told ' +
          `each name and address; ${sample} of its commands are measured and multiplied to ${endpoints}.`,
        'dns: at a thousand endpoints the writes of the task hold the links of both networks with every zone; az is ' +
          'told records only, reads no endpoint, and refuses to add the same records again.',
      ],
    };
  } finally {
    await estate.stop();
  }
}

async function prepareZone(estate: Estate): Promise<void> {
  await estate.put(estate.group(group), '2021-04-01', { location: 'westeurope' });
  const id = `${estate.group(group)}/providers/Microsoft.Network/privateDnsZones/${zone}`;
  await estate.put(id, '2020-06-01', { location: 'global' });
}

/** Names of their own for each run, so that every record is a new one. */
async function addRecords(az: Az, run: number): Promise<number> {
  let seconds = 0;
  for (let index = 0; index < sample; index += 1) {
    const where = ['-g', group, '-z', zone, '-n', `az-${run}-${index}`];
    const words = command.split(' ').slice(1);
    seconds += await az(...words, ...where, '-a', `10.9.${run}.${index + 4}`);
  }
  return seconds;
}
