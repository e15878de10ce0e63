import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import type { Target } from './gate-targets.ts';
import type { Bench } from './measure.ts';

export interface Blackbox {
  /** Whether the target accepted a connection within the time. */
  probe(target: Target): Promise<boolean>;
  stop(): Promise<void>;
}

const startMs = 10_000;

/** Starts Prometheus' blackbox_exporter on loopback with one module that connects. */
export async function startBlackbox(
  { folder, signal }: Bench,
  program: string,
  deadlineMs: number,
): Promise<Blackbox> {
  const config = join(folder, 'blackbox.yml');
  await writeFile(
    config,
    `modules:
  tcp:
    prober: tcp
    timeout: ${deadlineMs}ms
    tcp: { preferred_ip_protocol: ip4 }
`,
  );
  const port = await freePort('127.0.0.1');
  const args = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`];
  const child = spawn(program, [...args, '--log.level=error'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const agent = new Agent({ keepAlive: true });
  const ask = (path: string) => fetchText(`http://127.0.0.1:${port}${path}`, agent);
  const stop = async (): Promise<void> => {
    agent.destroy();
    child.kill('SIGTERM');
    await ended;
  };
  try {
    const until = performance.now() + startMs;
    while (
      !(await ask('/-/healthy').then(
        () => true,
        () => false,
      ))
    ) {
      if (child.exitCode !== null || performance.now() > until) {
        throw new Error(`${program} does not answer on port ${port}`);
      }
      await delay(50, undefined, { signal });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    probe: async ({ address, port: at }) =>
      /^probe_success 1$/m.test(await ask(`/probe?module=tcp&target=${address}:${at}`)),
    stop,
  };
}

function fetchText(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('error', reject);
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}
