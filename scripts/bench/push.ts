import { join } from 'node:path';
import type { DockerRegistry } from './docker-registry.ts';
import { writeImage } from './image.ts';
import type { Image } from './image.ts';
import { findProgram, interleaved } from './measure.ts';
import type { Bench, Outcome, Subject } from './measure.ts';
import { libraryClient, peerClients, pushByLibrary, taskClient } from './push-clients.ts';
import type { Client, PeerClient, Place } from './push-clients.ts';
import { places } from './push-places.ts';
import type { PushServer } from './push-places.ts';
import { counted, delayed, direct, startRegistries } from './push-registries.ts';
import type { PushRegistries } from './push-registries.ts';
import { atMost } from './row.ts';
import type { Measurement } from './row.ts';
import { startServer } from './server-process.ts';

const rounds = 7;
const mebibyte = 1024 * 1024;

type Peer = 'skopeo' | 'crane' | 'oras';
type Who = 'task' | 'library' | Peer | 'skopeo over http';
type Times = Partial<Record<Who, number>>;

interface Clients {
  readonly task: Client;
  readonly library: Client;
  readonly peers: Readonly<Record<Peer, PeerClient | undefined>>;
}

interface World {
  readonly bench: Bench;
  readonly server: PushServer;
  readonly registries: PushRegistries;
  readonly clients: Clients;
}

/** Upper bounds of our time divided by skopeo's. */
interface Goals {
  readonly task: number;
  readonly library: number;
}

/**
 * Pushes over TLS into Debian's docker-registry with its store in memory: the packaged task, a
 * process that signs in with an Entra identity, and its library, against other programs.
 */
export async function push(bench: Bench): Promise<Outcome> {
  const program = await findProgram('docker-registry');
  if (program === undefined) {
    return {
      measurements: [],
      notes: ['push: docker-registry is not installed, nothing measured'],
    };
  }
  const file = join('scripts', 'bench', 'push-server.ts');
  const identity = await startServer<PushServer, unknown>(file, join(bench.folder, 'authority'));
  try {
    const server = identity.ready;
    const registries = await startRegistries(bench, server, program);
    try {
      const clients: Clients = {
        task: await taskClient(bench, server),
        library: libraryClient(bench, server),
        peers: await peerClients(bench, server),
      };
      return {
        measurements: await measure({ bench, server, registries, clients }),
        notes: [
          'push: every figure is a whole run over TLS into docker-registry (store in memory), digests checked; ' +
            'the task is a process that signs in by Entra, exchange and token, the others ask for a token with a ' +
            'password. The 20 ms are those of a proxy before registry and token service.',
        ],
      };
    } finally {
      await registries.stop();
    }
  } finally {
    await identity.stop();
  }
}

async function measure(world: World): Promise<Measurement[]> {
  const { bench, registries } = world;
  const make = (id: string, layers: number, bytes: number, base?: Image): Promise<Image> => {
    bench.progress(`${id}: making the image`);
    return writeImage(join(bench.folder, id), layers, bytes, base);
  };
  const small = await make('small', 40, 64 * 1024);
  const big = await make('big', 8, 64 * mebibyte);
  const changed = await make('changed', 8, 64 * mebibyte, big);
  const slow = [delayed, registries.delayed] as const;
  const near = [direct, registries.direct] as const;
  return [
    ...(await timed(world, 'big (8 x 64 MiB)', big, near, { task: 0.7, library: 0.62 })),
    ...(await timed(world, 'small (40 x 64 KiB)', small, near, { task: 0.45, library: 0.3 })),
    ...(await timed(world, 'small at 20 ms', small, slow, { task: 0.12, library: 0.1 })),
    ...(await everyday(world, big, changed)),
    ...(await unchanged(world, small)),
    ...(await requests(world, small)),
    ...(await everydayCosts(world, big, changed)),
  ];
}

async function timed(
  { bench, clients }: World,
  title: string,
  image: Image,
  [place, registry]: readonly [Place, DockerRegistry],
  goals: Goals,
): Promise<Measurement[]> {
  const run =
    (push: (repository: string) => Promise<number>): Subject =>
    async (round) => {
      await registry.empty();
      return push(`bench/run-${round}`);
    };
  const peerRun = (client: PeerClient | undefined, plain = false): Subject | undefined =>
    client && run((name) => client(image, peerPlace(place, plain), name, '1.0'));
  const { skopeo, crane, oras } = clients.peers;
  const times = await interleaved<Who>(bench, title, rounds, {
    task: run((name) => clients.task(image, place, name, '1.0')),
    library: run((name) => clients.library(image, place, name, '1.0')),
    ...given('skopeo', peerRun(skopeo)),
    ...given('crane', peerRun(crane)),
    ...given('oras', peerRun(oras)),
    ...(place === direct ? given('skopeo over http', peerRun(skopeo, true)) : {}),
  });
  return compared(title, times, goals);
}

/** Our rows, against each peer; the goals are for skopeo. */
function compared(title: string, times: Times, goals?: Goals): Measurement[] {
  const row = (who: 'task' | 'library', peerName: Who): Measurement => ({
    name: `${who}, ${title}`,
    unit: 's',
    ours: times[who],
    peer: times[peerName],
    peerName,
    ...(goals !== undefined && peerName === 'skopeo' ? { goal: atMost('ratio', goals[who]) } : {}),
  });
  const peers: readonly Who[] = ['skopeo', 'crane', 'oras'];
  return [
    ...peers.flatMap((peer) =>
      // One line says that a peer is missing.
      times[peer] === undefined ? [row('task', peer)] : [row('task', peer), row('library', peer)],
    ),
    ...(times['skopeo over http'] === undefined ? [] : [row('task', 'skopeo over http')]),
  ];
}

function given(name: Who, subject: Subject | undefined): Partial<Record<Who, Subject>> {
  return subject === undefined ? {} : { [name]: subject };
}

function peerPlace({ address }: Place, plain = false): { address: string; plain: boolean } {
  return { address: plain ? places.plain : address, plain };
}

/** A new build of an image whose last build is there: one layer of eight is new. */
async function everyday(world: World, before: Image, image: Image): Promise<Measurement[]> {
  const { bench, clients } = world;
  const prepared = await prepare(world, direct, before);
  const run =
    (push: (repository: string) => Promise<number>): Subject =>
    async () =>
      push(await prepared());
  const peerRun = (client: PeerClient | undefined): Subject | undefined =>
    client && run((name) => client(image, peerPlace(direct), name, '1.1'));
  const { skopeo, crane, oras } = clients.peers;
  const title = 'everyday (1 layer of 8 is new)';
  const times = await interleaved<Who>(bench, title, rounds, {
    task: run((name) => clients.task(image, direct, name, '1.1')),
    library: run((name) => clients.library(image, direct, name, '1.1')),
    ...given('skopeo', peerRun(skopeo)),
    ...given('crane', peerRun(crane)),
    ...given('oras', peerRun(oras)),
  });
  return compared(title, times, { task: 1, library: 1 });
}

/**
 * Sends an image once, then gives new repositories that have it as 1.0, without sending it again.
 */
async function prepare(
  { bench, server }: World,
  place: Place,
  image: Image,
): Promise<() => Promise<string>> {
  const source = 'bench/source';
  const push = (repository: string, more: { mountFrom?: string } = {}): Promise<void> =>
    pushByLibrary(image, server, place, { repository, tags: ['1.0'], ...more }, bench.signal);
  await push(source);
  let made = 0;
  return async () => {
    const repository = `bench/everyday-${(made += 1)}`;
    await push(repository, { mountFrom: source });
    return repository;
  };
}

async function unchanged(world: World, image: Image): Promise<Measurement[]> {
  const { bench, clients, registries } = world;
  const repository = 'bench/unchanged';
  await clients.library(image, direct, repository, '1.0');
  const again = (push: () => Promise<number>): Subject => push;
  const { skopeo } = clients.peers;
  const title = 'unchanged';
  const times = await interleaved<Who>(bench, title, rounds, {
    task: again(() => clients.task(image, direct, repository, '1.0')),
    library: again(() => clients.library(image, direct, repository, '1.0')),
    ...given('skopeo', skopeo && again(() => skopeo(image, peerPlace(direct), repository, '1.0'))),
  });
  await clients.library(image, counted, repository, '1.0');
  await registries.counted.requests();
  await clients.task(image, counted, repository, '1.0');
  const seen = await registries.counted.requests();
  return [
    ...compared(title, times).filter(({ peerName }) => peerName === 'skopeo'),
    {
      name: 'task, unchanged, after signing in',
      unit: 'requests',
      ours: seen.filter((line) => !line.endsWith(' 401')).length,
      goal: atMost('ours', 1),
    },
  ];
}

async function requests(world: World, image: Image): Promise<Measurement[]> {
  const ours = await countRequests(world, (name) => world.clients.task(image, counted, name, '1'));
  return peersOf(world).reduce<Promise<Measurement[]>>(async (rows, [peerName, client]) => {
    const peer =
      client &&
      (await countRequests(world, (name) => client(image, peerPlace(counted), name, '1')));
    const name = 'task, new repository, 41 blobs';
    const row: Measurement = { name, unit: 'requests', ours, peer, peerName };
    return [...(await rows), peerName === 'skopeo' ? { ...row, goal: atMost('ours', 90) } : row];
  }, Promise.resolve([]));
}

function peersOf({ clients }: World): [Peer, PeerClient | undefined][] {
  return Object.entries(clients.peers) as [Peer, PeerClient | undefined][];
}

async function countRequests(
  { registries }: World,
  push: (repository: string) => Promise<number>,
): Promise<number> {
  await registries.counted.empty();
  await registries.counted.requests();
  await push('bench/count');
  return (await registries.counted.requests()).length;
}

/** What the everyday case costs: bytes on the wire for each byte of the new layer, and requests. */
async function everydayCosts(world: World, before: Image, image: Image): Promise<Measurement[]> {
  const { registries, clients } = world;
  await registries.counted.empty();
  const prepared = await prepare(world, counted, before);
  const cost = async (push: (repository: string) => Promise<number>) => {
    const repository = await prepared();
    await Promise.all([registries.counted.requests(), registries.bytes()]);
    await push(repository);
    const sent = await registries.bytes();
    return { bytes: sent / image.bytes, requests: (await registries.counted.requests()).length };
  };
  const ours = await cost((name) => clients.task(image, counted, name, '1.1'));
  const { skopeo } = clients.peers;
  const peer = skopeo && (await cost((name) => skopeo(image, peerPlace(counted), name, '1.1')));
  const peerName = 'skopeo';
  return [
    {
      name: 'task, everyday, bytes sent by new bytes',
      unit: 'x',
      ours: ours.bytes,
      peer: peer?.bytes,
      peerName,
      goal: atMost('ours', 1.01),
    },
    {
      name: 'task, everyday',
      unit: 'requests',
      ours: ours.requests,
      peer: peer?.requests,
      peerName,
      goal: atMost('ours', 14),
    },
  ];
}
