import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../tasks/lib/net/clock.ts';
import { connectTcp } from '../../tasks/lib/net/connect.ts';

export interface DockerRegistryOptions {
  readonly program: string;
  /** For its configuration. */
  readonly folder: string;
  /** Where it keeps blobs; emptied when it stops. */
  readonly store: string;
  readonly address: string;
  readonly port: number;
  /** PEM files; without them it speaks plain http. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca: string };
  /** Token service; without one anybody may push. */
  readonly tokens?: { readonly realm: string; readonly bundle: string };
  /** Whether it writes a line for each request, which takes its time. */
  readonly logged?: boolean;
}

/** What came in: `METHOD path status`. */
export type AccessLine = string;

/** The registry of the distribution project, as Debian packages it, in a process of its own. */
export interface DockerRegistry {
  /** Forgets everything. */
  empty(): Promise<void>;
  /** All requests since the last call; with `logged` only. */
  requests(): Promise<readonly AccessLine[]>;
  stop(): Promise<void>;
}

export const tokenService = 'bench';
export const tokenIssuer = 'bench-issuer';

export async function startDockerRegistry(o: DockerRegistryOptions): Promise<DockerRegistry> {
  await mkdir(o.folder, { recursive: true });
  await mkdir(o.store, { recursive: true });
  const configuration = join(o.folder, 'config.yml');
  await writeFile(configuration, JSON.stringify(configurationOf(o)));
  const child = spawn(o.program, ['serve', configuration], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: o.folder, OTEL_TRACES_EXPORTER: 'none' },
  });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, what, status] = /"([A-Z]+ \S+) HTTP\/[\d.]+" (\d+) /.exec(line) ?? [];
    if (what !== undefined && status !== undefined) lines.push(`${what} ${status}`);
  });
  let said = '';
  // Read to its end: a full pipe would stop the registry.
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = text.slice(-10_000)));
  await Promise.race([
    listening(o),
    ended.then(() => {
      throw new Error(`docker-registry ended: ${said}`);
    }),
  ]);
  let marks = 0;
  return {
    empty: () => rm(join(o.store, 'docker'), { recursive: true, force: true }),
    async requests() {
      // Lines come some time after the answers; this one comes after all of them.
      const mark = `/v2/?mark=${(marks += 1)}`;
      await ask(o, mark);
      while (!lines.some((line) => line.includes(mark))) await once(child.stdout, 'data');
      const seen = lines.splice(0);
      return seen.filter((line) => !line.includes('?mark='));
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
      await rm(o.store, { recursive: true, force: true });
    },
  };
}

/** It says so in its log only together with every request. */
async function listening({ address, port }: DockerRegistryOptions): Promise<void> {
  const signal = AbortSignal.timeout(20_000);
  for (;;) {
    const { class: seen } = await connectTcp({ address, port, timeoutMs: 1000, signal });
    if (seen === 'connected') return;
    await systemClock.sleep(20, signal);
  }
}

function configurationOf(o: DockerRegistryOptions): unknown {
  const auth = o.tokens && {
    token: {
      realm: o.tokens.realm,
      service: tokenService,
      issuer: tokenIssuer,
      rootcertbundle: o.tokens.bundle,
    },
  };
  return {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: o.logged !== true } },
    storage: {
      filesystem: { rootdirectory: o.store, maxthreads: 100 },
      delete: { enabled: true },
    },
    http: {
      addr: `${o.address}:${o.port}`,
      relativeurls: true,
      ...(o.tls === undefined ? {} : { tls: { certificate: o.tls.certificate, key: o.tls.key } }),
    },
    ...(auth === undefined ? {} : { auth }),
  };
}

function ask({ address, port, tls }: DockerRegistryOptions, path: string): Promise<void> {
  const ca = tls === undefined ? {} : { ca: tls.ca };
  return new Promise((done, fail) => {
    const sent = request({ host: address, port, path, agent: false, ...ca }, (response) => {
      response.resume().on('end', done).on('error', fail);
    });
    sent.on('error', fail).end();
  });
}
