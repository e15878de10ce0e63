import { resolve } from 'node:path';
import type { SandboxOptions } from '../../sandbox/azure/sandbox.ts';
import type { FaultRule } from '../../sandbox/http/faults.ts';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { jobFolder, type TaskRun } from '../support/packaged-task.ts';
import { runConnected, secretOf, type TestConnection } from '../support/service-connection.ts';

export const standIn = resolve('dist/sandbox/bicep');

export interface PackagedDeploy {
  readonly run: RunningSandbox;
  readonly folder: string;
  /** The sandbox's owner, by its secret. */
  readonly owner: TestConnection;
  /** Makes a resource group. */
  group(name: string): Promise<string>;
  faults(...rules: FaultRule[]): void;
  /** PUTs of deployments that Resource Manager took, since the last call. */
  taken(): number;
  deploy(
    inputs: Readonly<Record<string, string>>,
    connection?: TestConnection,
    env?: Readonly<Record<string, string>>,
    wrap?: (command: string[]) => string[],
  ): Promise<TaskRun>;
  stop(): Promise<void>;
}

/** A sandbox and the packaged StampDeploy, which knows of it only what its service connection says. */
export async function startPackagedDeploy(
  files: Readonly<Record<string, string>>,
  options: Partial<SandboxOptions> = {},
): Promise<PackagedDeploy> {
  const run = await runSandbox(options);
  const { sandbox } = run;
  const job = await jobFolder(files);
  const owner = secretOf({
    clientId: sandbox.info.clientId,
    clientSecret: sandbox.info.clientSecret,
  });
  let seen = 0;
  return {
    run,
    folder: job.folder,
    owner,
    async group(name) {
      const id = `/subscriptions/${sandbox.info.subscriptionId}/resourceGroups/${name}`;
      await run.put(id, { location: 'westeurope' }, '2021-04-01');
      return id;
    },
    faults: (...rules) => sandbox.faults.add(...rules.map((rule) => ({ server: 'arm', ...rule }))),
    taken() {
      const all = sandbox.arm.activity.filter(
        ({ method, path, status, deployment }) =>
          method === 'PUT' &&
          /\/deployments\/[^/]+$/i.test(path) &&
          status < 300 &&
          deployment === undefined,
      ).length;
      const fresh = all - seen;
      seen = all;
      return fresh;
    },
    deploy(inputs, connection = owner, env = {}, wrap) {
      const given = { timeout: '60', bicepPath: standIn, ...inputs };
      return runConnected('StampDeploy', job.folder, sandbox.info, connection, given, env, wrap);
    },
    async stop() {
      await job.remove();
      await run.stop();
    },
  };
}

/** Said on stderr when a task was not done in the time that the agent gives it. */
export const overdue = 'was not done within 7.5 s';

/**
 * Runs the task under a process that does as the agent does when a run is cancelled: SIGINT once a line of the log
 * has a text, and SIGTERM 7.5 s later.
 */
export function interruptedAt(text: string): (command: string[]) => string[] {
  const agent = `
const { spawn } = require('node:child_process');
const [text, command, ...args] = process.argv.slice(1);
const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
let said = '';
let asked = false;
child.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  said += chunk;
  if (asked || !said.includes(text)) return;
  asked = true;
  child.kill('SIGINT');
  setTimeout(() => {
    process.stderr.write(${JSON.stringify(overdue)});
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 2500).unref();
  }, 7500).unref();
});
child.on('close', (code) => process.exit(code ?? 1));
`;
  return (command) => [process.execPath, '-e', agent, text, ...command];
}

/** Runs the task under a process that is killed, as an agent may be, once a line of the log has a text. */
export function abandonedAt(text: string): (command: string[]) => string[] {
  const agent = `
const { spawn } = require('node:child_process');
const [text, command, ...args] = process.argv.slice(1);
const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
let said = '';
child.stdout.on('data', (chunk) => {
  said += chunk;
  if (said.includes(text)) process.stdout.write(said, () => process.kill(process.pid, 'SIGKILL'));
});
`;
  return (command) => [process.execPath, '-e', agent, text, ...command];
}
