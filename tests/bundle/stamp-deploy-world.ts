import { resolve } from 'node:path';
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
  ): Promise<TaskRun>;
  stop(): Promise<void>;
}

/** A sandbox and the packaged StampDeploy, which knows of it only what its service connection says. */
export async function startPackagedDeploy(
  files: Readonly<Record<string, string>>,
): Promise<PackagedDeploy> {
  const run = await runSandbox();
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
    deploy(inputs, connection = owner, env = {}) {
      const given = { timeout: '60', bicepPath: standIn, ...inputs };
      return runConnected('StampDeploy', job.folder, sandbox.info, connection, given, env);
    },
    async stop() {
      await job.remove();
      await run.stop();
    },
  };
}
