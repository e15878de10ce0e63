import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { freePort } from '../../scripts/bench/free-port.ts';
import { recordsAt, type AnswerType } from '../../tasks/lib/net/resolve.ts';
import { startServer, type RealServer } from './real-server.ts';
import { findTool } from './tools.ts';

/** Where a resolver sends the names below a domain; `.` is all the rest. */
export type Forwards = Readonly<Record<string, string>>;

const address = '127.0.0.1';

/** The caching resolvers of Debian's packages, as an ordinary user on a loopback address and high ports. */
export class DebianResolvers {
  readonly #programs: { readonly dnsmasq: string; readonly unbound: string };
  readonly #running: { readonly server: string; readonly process: RealServer }[] = [];

  private constructor(programs: { dnsmasq: string; unbound: string }) {
    this.#programs = programs;
  }

  /** Skips the suite where they are not installed. */
  static async find(suite: Context): Promise<DebianResolvers> {
    return new DebianResolvers({
      dnsmasq: await findTool(suite, 'dnsmasq'),
      unbound: await findTool(suite, 'unbound'),
    });
  }

  /**
   * Starts one of each with the same forwards.
   *
   * @param folder for Unbound's configuration
   * @returns `address:port`
   */
  async start(folder: string, forwards: Forwards): Promise<[dnsmasq: string, unbound: string]> {
    return [await this.#dnsmasq(forwards), await this.#unbound(folder, forwards)];
  }

  /** Asks each that runs once, so that it has the answer, whatever that is. */
  async fill(name: string, type: AnswerType = 'A'): Promise<void> {
    for (const { server } of this.#running) {
      const { error } = await recordsAt(server, name, type, new AbortController().signal, 5_000);
      if (error === 'refused' || error === 'timeout') throw new Error(`${server}: ${error}`);
    }
  }

  async stop(): Promise<void> {
    for (const { process } of this.#running.splice(0)) await process.stop();
  }

  async #dnsmasq(forwards: Forwards): Promise<string> {
    const port = await freePort(address);
    const servers = Object.entries(forwards).map(([domain, server]) => {
      const target = server.replace(':', '#');
      return domain === '.' ? `--server=${target}` : `--server=/${domain}/${target}`;
    });
    return this.#run(this.#programs.dnsmasq, port, [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--pid-file=',
      '--no-resolv',
      '--no-hosts',
      '--no-poll',
      '--bind-interfaces',
      `--listen-address=${address}`,
      `--port=${port}`,
      '--cache-size=1000',
      ...servers,
    ]);
  }

  async #unbound(folder: string, forwards: Forwards): Promise<string> {
    const port = await freePort(address);
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
  interface: ${address}
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
    return this.#run(this.#programs.unbound, port, ['-d', '-p', '-c', config]);
  }

  /** They open UDP before TCP, or both together. */
  async #run(program: string, port: number, args: readonly string[]): Promise<string> {
    const process = await startServer(program, args, { address, port });
    const server = `${address}:${port}`;
    this.#running.push({ server, process });
    return server;
  }
}
