import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A program of the system's packages that serves on loopback until it is stopped. */
export interface RealServer {
  stop(): Promise<void>;
}

/** Starts a server in the foreground, and waits until it accepts connections. Throws with what it printed. */
export async function startServer(
  program: string,
  args: readonly string[],
  at: { address: string; port: number },
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RealServer> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed = `${printed}${chunk.toString()}`.slice(-4000)));
  }
  for (let look = 1; look <= 300; look += 1) {
    if (child.exitCode !== null)
      throw new Error(`${program} ended (${child.exitCode}): ${printed}`);
    if (await accepts(at)) return { stop: () => stop(child) };
    await setTimeout(100);
  }
  await stop(child);
  throw new Error(`${program} does not listen on ${at.address}:${at.port}: ${printed}`);
}

function accepts({ address, port }: { address: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).on('error', () => end(false));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(10_000, 'late', { ref: false });
  if ((await Promise.race([ended, late])) === 'late') {
    child.kill('SIGKILL');
    await ended;
  }
}
