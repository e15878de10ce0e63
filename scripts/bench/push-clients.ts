import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../tasks/lib/net/clock.ts';
import { passwordLogin } from '../../tasks/lib/oci/password-login.ts';
import { pinnedRegistry } from '../../tasks/lib/oci/pinned-http.ts';
import { atOnce } from '../../tasks/lib/oci/pool.ts';
import { pushImage } from '../../tasks/lib/oci/push.ts';
import type { PushTarget } from '../../tasks/lib/oci/repository-push.ts';
import { RegistrySession } from '../../tasks/lib/oci/session.ts';
import { readLayout } from '../../tasks/lib/oci/source/layout.ts';
import type { Image } from './image.ts';
import { findProgram, runProgram, secondsOf } from './measure.ts';
import type { Bench } from './measure.ts';
import { basic, places, user } from './push-places.ts';
import type { names, PushServer } from './push-places.ts';
import { runTask } from './task-process.ts';

/** One of the registries of the suite. */
export interface Place {
  /** What the task resolves. */
  readonly name: keyof typeof names;
  readonly address: string;
  /** Address of the token service that this registry names. */
  readonly tokens: string;
}

/** Pushes the image under a tag of the repository. @returns seconds */
export type Client = (
  image: Image,
  place: Place,
  repository: string,
  tag: string,
) => Promise<number>;

/** The task's own default. */
const concurrency = 8;

/** The packaged task, a process with the agent's environment; signs in and resolves by itself. */
export async function taskClient({ folder, signal }: Bench, server: PushServer): Promise<Client> {
  const topology = join(folder, 'topology.yml');
  const overlays = join(folder, 'topology.bench.yml');
  await writeFile(topology, topologyText);
  await writeFile(overlays, overlayText(server));
  // A push asks the registry only, never Resource Manager.
  const connection = { ...server, resourceManagerUrl: 'https://localhost:1/' };
  return (image, { name, tokens }, repository, tags) =>
    runTask({ folder, signal }, 'ImagePush', connection, {
      source: image.folder,
      registry: name,
      repository,
      tags,
      topology,
      overlays,
      tokenHosts: `${tokens}:${server.port}`,
    });
}

/** The library inside this process, with user and password. */
export function libraryClient({ signal }: Bench, server: PushServer): Client {
  return (image, place, repository, tag) =>
    secondsOf(() => pushByLibrary(image, server, place, { repository, tags: [tag] }, signal));
}

export async function pushByLibrary(
  image: Image,
  { port, caPem }: PushServer,
  { name, address, tokens }: Place,
  target: PushTarget,
  signal: AbortSignal,
): Promise<void> {
  const path = { loginServer: name, address, chain: [] };
  const tokenHost = `${tokens}:${port}`;
  const registry = pinnedRegistry(path, port, atOnce(concurrency), caPem);
  const tokenPath = { loginServer: tokenHost, address: tokens, chain: [] };
  const tokenService = pinnedRegistry(tokenPath, port, 1, caPem);
  const { repository, mountFrom } = target;
  const session = new RegistrySession({
    http: registry.http,
    path,
    clock: systemClock,
    tokenHosts: [tokenHost],
    login: passwordLogin({
      http: registry.http,
      path,
      tokenHosts: new Map([[tokenHost, tokenService.http]]),
      now: Date.now,
      mask: () => undefined,
      password: { username: user.name, password: user.password },
    }),
    scopes: [
      `repository:${repository}:pull,push`,
      ...(mountFrom === undefined ? [] : [`repository:${mountFrom}:pull`]),
    ],
  });
  try {
    await pushImage(await readLayout(image.folder), target, session, { concurrency, signal });
  } finally {
    registry.close();
    tokenService.close();
  }
}

/** Where a peer pushes to. */
export interface PeerPlace {
  readonly address: string;
  /** Without TLS and without a login. */
  readonly plain: boolean;
}

/** The peers that are installed, by name; those that are missing are undefined. */
export async function peerClients(
  { folder, signal }: Bench,
  server: PushServer,
): Promise<Readonly<Record<'skopeo' | 'crane' | 'oras', PeerClient | undefined>>> {
  const certificates = join(folder, 'certificates');
  await mkdir(certificates);
  await writeFile(join(certificates, 'ca.crt'), server.caPem);
  const hosts = Object.values(places).map((address) => `${address}:${server.port}`);
  const auths = Object.fromEntries(hosts.map((host) => [host, { auth: basic }]));
  const authFile = join(folder, 'config.json');
  await writeFile(authFile, JSON.stringify({ auths }));

  async function client(
    name: string,
    args: (image: Image, reference: string, plain: boolean) => string[],
  ): Promise<PeerClient | undefined> {
    const program = await findProgram(name);
    if (program === undefined) return undefined;
    return async (image, { address, plain }, repository, tag) => {
      // A home of its own for each run: from its cache skopeo would mount blobs of earlier runs. For
      // root the cache is the system's, unless containers/image is told that root is somebody else.
      const home = await mkdtemp(join(folder, `${name}-home-`));
      const env = {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_DATA_HOME: home,
        TMPDIR: home,
        _CONTAINERS_ROOTLESS_UID: '1000',
        DOCKER_CONFIG: folder,
        SSL_CERT_FILE: server.caFile,
      };
      const reference = `${address}:${server.port}/${repository}:${tag}`;
      const { code, errors, seconds } = await runProgram(program, args(image, reference, plain), {
        env,
        signal,
      });
      if (code !== 0) throw new Error(`${name} failed: ${errors}`);
      return seconds;
    };
  }

  const [skopeo, crane, oras] = await Promise.all([
    client('skopeo', ({ folder: from }, to, plain) => [
      '--insecure-policy',
      'copy',
      ...(plain
        ? ['--dest-tls-verify=false']
        : ['--authfile', authFile, '--dest-cert-dir', certificates]),
      `oci:${from}`,
      `docker://${to}`,
    ]),
    client('crane', ({ folder: from }, to, plain) => [
      'push',
      from,
      to,
      ...(plain ? ['--insecure'] : []),
    ]),
    client('oras', ({ folder: from, digest }, to, plain) => [
      'cp',
      '--from-oci-layout',
      `${from}@${digest}`,
      to,
      ...(plain ? ['--to-plain-http'] : ['--to-ca-file', server.caFile]),
    ]),
  ]);
  return { skopeo, crane, oras };
}

export type PeerClient = (
  image: Image,
  place: PeerPlace,
  repository: string,
  tag: string,
) => Promise<number>;

const topologyText = `name: bench
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets: { agents: /27, endpoints: /27 }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
registry: { name: crbench }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-weu
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { endpoints: /27 } }
`;

function overlayText({ dns, port }: PushServer): string {
  return `loopback: true
hub:
  network: { addressSpace: [127.113.0.0/16] }
  dns: { resolvers: ['${dns}'] }
stamps: { weu: { network: { addressSpace: [127.114.0.0/16] } } }
ports: { '443': ${port} }
`;
}
