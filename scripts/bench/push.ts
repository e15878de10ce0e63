import { join } from 'node:path';
import { writeImage } from './image.ts';
import type { Image } from './image.ts';
import { findProgram, interleaved } from './measure.ts';
import type { Bench, Outcome, Subject } from './measure.ts';
import { libraryClient, signIn, skopeoClient, taskClient } from './push-clients.ts';
import type { Client } from './push-clients.ts';
import type { PushServer, Seen } from './push-server.ts';
import { atMost } from './row.ts';
import type { Measurement } from './row.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

const rounds = 7;
const peerName = 'skopeo';

type Who = 'task' | 'library' | 'skopeo';
type Clients = Partial<Record<Who, Client>>;

interface Case {
  readonly id: string;
  readonly title: string;
  readonly layers: number;
  readonly bytes: number;
  /** Upper bounds of our time divided by skopeo's. */
  readonly task: number;
  readonly library: number;
}

const cases: readonly Case[] = [
  { id: 'small', title: '40 x 64 KiB', layers: 40, bytes: 64 * 1024, task: 0.45, library: 0.3 },
  { id: 'big', title: '4 x 32 MiB', layers: 4, bytes: 32 * 1024 ** 2, task: 0.7, library: 0.62 },
];

/** Pushes over TLS into registries of the sandbox: the packaged task and its library against skopeo. */
export async function push(bench: Bench): Promise<Outcome> {
  const file = join('scripts', 'bench', 'push-server.ts');
  const server = await startServer<PushServer, Seen>(file, join(bench.folder, 'authority'));
  try {
    const skopeo = await findProgram(peerName);
    const { entra, refresh } = await signIn(server.ready);
    const clients: Clients = {
      task: await taskClient(bench, server.ready),
      library: libraryClient(bench, server.ready, entra),
      ...(skopeo === undefined
        ? {}
        : { skopeo: await skopeoClient(bench, server.ready, skopeo, refresh) }),
    };
    const measurements: Measurement[] = [];
    for (const one of cases) {
      bench.progress(`${one.title}: making the image`);
      const image = await writeImage(join(bench.folder, one.id), one.layers, one.bytes);
      measurements.push(...(await measure(bench, one, image, clients, server)));
    }
    return {
      measurements,
      notes: [
        'push: every figure is a whole run over TLS into the registry of the sandbox, every digest checked there; ' +
          'the task is a process that fetches its tokens, the library and skopeo are given one.',
      ],
    };
  } finally {
    await server.stop();
  }
}

async function measure(
  bench: Bench,
  one: Case,
  image: Image,
  clients: Clients,
  server: ServerProcess<PushServer, Seen>,
): Promise<Measurement[]> {
  const requests: Partial<Record<Who, number>> = {};
  const again: Partial<Record<Who, number>> = {};
  const subjects = (counts: Partial<Record<Who, number>>, fresh: boolean) => {
    const made: Partial<Record<Who, Subject>> = {};
    for (const [who, client] of Object.entries(clients) as [Who, Client][]) {
      made[who] = async (run) => {
        const repository = `${who}/${one.id}-${fresh ? run : rounds}`;
        await server.ask(repository);
        const seconds = await client(image, repository);
        const seen = await server.ask(repository);
        checkPushed(who, image, seen);
        counts[who] = seen.requests;
        return seconds;
      };
    }
    return made;
  };
  const first = await interleaved<Who>(bench, one.title, rounds, subjects(requests, true));
  const title = `${one.title}, unchanged`;
  const second = await interleaved<Who>(bench, title, rounds, subjects(again, false));
  const counted = (ours: number | undefined, peer: number | undefined, more: string) => ({
    name: `task, requests for ${one.title}${more}`,
    unit: 'requests' as const,
    ours,
    peer,
    peerName,
  });
  const timed = (who: 'task' | 'library', times: typeof first, name: string) => ({
    name: `${who}, ${name}`,
    unit: 's' as const,
    ours: times[who],
    peer: times.skopeo,
    peerName,
  });
  return [
    { ...timed('task', first, one.title), goal: atMost('ratio', one.task) },
    { ...timed('library', first, one.title), goal: atMost('ratio', one.library) },
    timed('task', second, title),
    timed('library', second, title),
    counted(requests.task, requests.skopeo, ''),
    counted(again.task, again.skopeo, ', unchanged'),
  ];
}

/** A figure counts only if the registry really has the image, and no blob came by a short cut. */
function checkPushed(who: string, image: Image, seen: Seen): void {
  if (seen.digest !== image.digest || seen.blobs !== image.layers + 1) {
    throw new Error(`${who} left ${seen.blobs} blobs and digest ${seen.digest ?? 'none'}`);
  }
  if (seen.mounts > 0)
    throw new Error(`${who} mounted ${seen.mounts} blobs instead of sending them`);
}
