import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

export interface Grace {
  /** Milliseconds between SIGINT and SIGTERM. */
  interrupt: number;
  /** Milliseconds between SIGTERM and the kill. */
  terminate: number;
}

/** AG: Agent.Sdk/ProcessInvoker.cs */
export const agentGrace: Grace = { interrupt: 7500, terminate: 2500 };

/** How long the agent waits for output that a grandchild may still hold open. */
const drain = 5000;

export interface ChildOptions {
  command: string;
  args: readonly string[];
  cwd: string;
  environment: Readonly<Record<string, string>>;
  line(text: string, stderr: boolean): void;
  /** Aborted when the step is cancelled or has timed out. */
  signal: AbortSignal;
  grace: Grace;
}

export interface ChildResult {
  /** Undefined if the process was ended by a signal. */
  code: number | undefined;
  signal: string | undefined;
  /** Leads the process group, for `killGroup`. */
  pid: number | undefined;
}

/**
 * Runs a program as the agent does: its lines as they come, and on abort SIGINT, SIGTERM, kill.
 * Signals go to the process itself, not to its children.
 * @throws Error of the system if it cannot be started
 */
export async function runChild(options: ChildOptions): Promise<ChildResult> {
  // A group of its own: Ctrl-C in a terminal reaches the runner only, as it does the agent.
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const started = once(child, 'spawn');
  const closed = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  const exited = new Promise<ChildResult>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code: code ?? undefined, signal: signal ?? undefined, pid: child.pid });
    });
  });
  await started;
  readLines(child.stdout, (text) => {
    options.line(text, false);
  });
  readLines(child.stderr, (text) => {
    options.line(text, true);
  });
  const stop = endOnAbort(child, options.signal, options.grace);
  try {
    const result = await exited;
    await Promise.race([closed, timer(drain)]);
    return result;
  } finally {
    stop();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function endOnAbort(child: ChildProcess, signal: AbortSignal, grace: Grace): () => void {
  let waiting: NodeJS.Timeout | undefined;
  const begin = (): void => {
    child.kill('SIGINT');
    waiting = setTimeout(() => {
      child.kill('SIGTERM');
      waiting = setTimeout(() => child.kill('SIGKILL'), grace.terminate);
    }, grace.interrupt);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return () => {
    signal.removeEventListener('abort', begin);
    clearTimeout(waiting);
  };
}

function timer(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

function readLines(stream: Readable, line: (text: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (part: Buffer) => {
    const lines = (rest + decoder.write(part)).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
  });
  stream.once('end', () => {
    rest += decoder.end();
    if (rest !== '') line(rest);
  });
}

/** Ends what a step left behind in its process group, as the agent does when the job ends. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}
