import { resolve } from 'node:path';
import { runProgram } from './measure.ts';
import type { Bench } from './measure.ts';

/** A service connection with a client secret, as the agent hands it to a task. */
export interface TaskConnection {
  readonly resourceManagerUrl: string;
  readonly authorityUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subscriptionId?: string;
  /** PEM file that the process shall trust. */
  readonly caFile: string;
}

const connectionId = '00000000-0000-4000-8000-0000000000c1';

/** The packaged bundle of a task. */
export function bundleOf(task: string): string {
  return resolve('dist', 'tasks', task, `${task}V1`, 'index.js');
}

/** What the agent gives to every task. */
export function agentEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    AGENT_TEMPDIRECTORY: folder,
    SYSTEM_DEFAULTWORKINGDIRECTORY: folder,
    TF_BUILD: 'True',
  };
}

/**
 * Runs a packaged task in a process of its own, in the environment that the agent would make.
 *
 * @param inputs by their names in task.json; `azureSubscription` is added
 * @returns seconds of the whole process
 * @throws Error with the task's output unless it succeeded
 */
export async function runTask(
  { folder, signal }: Pick<Bench, 'folder' | 'signal'>,
  task: string,
  connection: TaskConnection,
  inputs: Readonly<Record<string, string>>,
): Promise<number> {
  const given = Object.entries({ azureSubscription: connectionId, ...inputs }).map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  const { output, errors, seconds } = await runProgram(process.execPath, [bundleOf(task)], {
    signal,
    env: {
      ...agentEnvironment(folder),
      ...environmentOf(connection),
      ...(Object.fromEntries(given) as Record<string, string>),
    },
  });
  if (!output.includes('##vso[task.complete result=Succeeded;')) {
    throw new Error(`${task} failed:\n${output}${errors}`);
  }
  return seconds;
}

function environmentOf(connection: TaskConnection): Record<string, string> {
  const { resourceManagerUrl, subscriptionId } = connection;
  const authorization = `ENDPOINT_AUTH_${connectionId}`;
  const parameter = `ENDPOINT_AUTH_PARAMETER_${connectionId}`;
  const data = `ENDPOINT_DATA_${connectionId}`;
  return {
    NODE_EXTRA_CA_CERTS: connection.caFile,
    [`ENDPOINT_URL_${connectionId}`]: resourceManagerUrl,
    [`ENDPOINT_AUTH_SCHEME_${connectionId}`]: 'ServicePrincipal',
    [authorization]: '{"scheme":"ServicePrincipal","parameters":{}}',
    [`${parameter}_TENANTID`]: connection.tenantId,
    [`${parameter}_SERVICEPRINCIPALID`]: connection.clientId,
    [`${parameter}_SERVICEPRINCIPALKEY`]: connection.clientSecret,
    [`${data}_ENVIRONMENT`]: 'AzureCloud',
    [`${data}_ENVIRONMENTAUTHORITYURL`]: connection.authorityUrl,
    [`${data}_RESOURCEMANAGERURL`]: resourceManagerUrl,
    [`${data}_ACTIVEDIRECTORYSERVICEENDPOINTRESOURCEID`]: resourceManagerUrl,
    ...(subscriptionId === undefined ? {} : { [`${data}_SUBSCRIPTIONID`]: subscriptionId }),
  };
}
