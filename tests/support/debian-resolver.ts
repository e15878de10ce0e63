import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { recordsAt, type AnswerType } from '../../tasks/lib/net/resolve.ts';

/** Where a resolver sends the names below a domain; `.` is all the rest. */
export type Forwards = Readonly<Record<string, string>>;

/** A caching resolver from Debian's packages, as an ordinary user on a loopback address and a high port. */
export interface DebianResolver {
  /** `address:port` */
  readonly server: string;
  /** Asks once, so that the resolver has the answer. */
  fill(name: string, type?: AnswerType): Promise<void>;
  stop(): Promise<void>;
}

/** @param program path of dnsmasq */
export async function startDnsmasq(program: string, forwards: Forwards): Promise<DebianResolver> {
  const port = await freePort();
  const servers = Object.entries(forwards).map(([domain, server]) => {
    const target = server.replace(':', '#');
    return domain === '.' ? `--server=${target}` : `--server=/${domain}/${target}`;
  });
  return started(port, program, [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--pid-file=',
    '--no-resolv',
    '--no-hosts',
    '--no-poll',
    '--bind-interfaces',
    '--listen-address=127.0.0.1',
    `--port=${port}`,
    '--cache-size=1000',
    ...servers,
  ]);
}

/** @param program path of unbound */
export async function startUnbound(
  program: string,
  folder: string,
  forwards: Forwards,
): Promise<DebianResolver> {
  const port = await freePort();
  const home = join(folder, `unbound-${port}`);
  await mkdir(home);
  const zones = Object.entries(forwards).map(
    ([domain, server]) =>
      `forward-zone:\n  name: "${domain}"\n  forward-addr: ${server.replace(':', '@')}\n`,
  );
  const config = join(home, 'unbound.conf');
  await writeFile(
    config,
    `server:
  interface: 127.0.0.1
  port: ${port}
  access-control: 127.0.0.0/8 allow
  directory: "${home}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  do-ip6: no
  do-not-query-localhost: no
  # The sandbox does not sign its zones.
  module-config: "iterator"
  infra-host-ttl: 1
${zones.join('')}remote-control:
  control-enable: no
`,
  );
  return started(port, program, ['-d', '-p', '-c', config]);
}

async function started(
  port: number,
  program: string,
  args: readonly string[],
): Promise<DebianResolver> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const server = `127.0.0.1:${port}`;
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (child.exitCode !== null || tries >= 200) {
      await end(child, ended);
      throw new Error(`${program} does not listen: ${errors}`);
    }
    await delay(50);
  }
  return {
    server,
    fill: async (name, type = 'A') => {
      await recordsAt(server, name, type, new AbortController().signal, 5_000);
    },
    stop: () => end(child, ended),
  };
}

/** They open UDP and TCP together. */
function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}

/** A UDP port that was free a moment ago; the resolvers take none of their own choice. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address() as AddressInfo;
  await new Promise<void>((done) => socket.close(done));
  return port;
}
