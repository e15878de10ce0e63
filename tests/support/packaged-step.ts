import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import { finish, type Finished } from './start.ts';

/** A service connection as the agent hands it to a task. */
export interface TestConnection {
  readonly scheme: 'ServicePrincipal' | 'WorkloadIdentityFederation' | 'ManagedServiceIdentity';
  /** Authorization parameters besides the tenant. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** How a packaged task ended. */
export interface TaskRun extends Finished {
  readonly result: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Issues of the log: `code: text`. */
  readonly issues: readonly string[];
  /** Lines that are no commands. */
  readonly lines: readonly string[];
}

const connectionId = '00000000-0000-4000-8000-0000000000c1';

/** An application with a secret. */
export function secretOf(application: { clientId: string; secret: string | undefined }) {
  return {
    scheme: 'ServicePrincipal',
    parameters: {
      SERVICEPRINCIPALID: application.clientId,
      SERVICEPRINCIPALKEY: application.secret ?? '',
    },
  } satisfies TestConnection;
}

/** The environment of a step: agent, service connection, inputs, and what the step's `env:` adds. */
export function stepEnvironment(
  info: SandboxInfo,
  folder: string,
  connection: TestConnection,
  inputs: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const id =
    connection.scheme === 'WorkloadIdentityFederation' ? info.serviceConnectionId : connectionId;
  const given = Object.entries({ azureSubscription: id, ...inputs });
  const parameters = Object.entries({ TENANTID: info.tenantId, ...connection.parameters });
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    AGENT_TEMPDIRECTORY: folder,
    SYSTEM_DEFAULTWORKINGDIRECTORY: folder,
    BUILD_BUILDID: '7',
    SYSTEM_STAGENAME: 'release',
    SYSTEM_JOBNAME: 'deploy',
    TF_BUILD: 'True',
    NODE_EXTRA_CA_CERTS: info.ca,
    [`ENDPOINT_URL_${id}`]: info.arm,
    [`ENDPOINT_AUTH_SCHEME_${id}`]: connection.scheme,
    [`ENDPOINT_AUTH_${id}`]: JSON.stringify({ scheme: connection.scheme, parameters: {} }),
    ...Object.fromEntries(parameters.map(([k, v]) => [`ENDPOINT_AUTH_PARAMETER_${id}_${k}`, v])),
    [`ENDPOINT_DATA_${id}_ENVIRONMENT`]: 'AzureCloud',
    [`ENDPOINT_DATA_${id}_ENVIRONMENTAUTHORITYURL`]: info.authority,
    [`ENDPOINT_DATA_${id}_RESOURCEMANAGERURL`]: info.arm,
    [`ENDPOINT_DATA_${id}_ACTIVEDIRECTORYSERVICEENDPOINTRESOURCEID`]: info.arm,
    [`ENDPOINT_DATA_${id}_SUBSCRIPTIONID`]: info.subscriptionId,
    ...(connection.scheme === 'WorkloadIdentityFederation'
      ? {
          SYSTEM_OIDCREQUESTURI: info.oidc,
          ENDPOINT_AUTH_SYSTEMVSSCONNECTION: JSON.stringify({ scheme: 'OAuth', parameters: {} }),
          ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: info.systemAccessToken,
        }
      : {}),
    ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...more,
  };
}

/** Runs the bundle of a task as the agent does, and reads its log as the agent does. */
export async function runPackaged(
  task: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  wrap: (command: string[]) => string[] = (command) => command,
): Promise<TaskRun> {
  const bundle = resolve(`dist/tasks/${task}/${task}V1/index.js`);
  const [command = '', ...args] = wrap([process.execPath, bundle]);
  return read(await finish(command, args, { cwd: folder, env: { ...env } }));
}

function read(finished: Finished): TaskRun {
  const outputs: Record<string, string> = {};
  const issues: string[] = [];
  const lines: string[] = [];
  let result = 'none';
  for (const line of finished.stdout.split('\n')) {
    const match = /^##vso\[(\S+) ?(.*?)\](.*)$/.exec(line);
    if (match === null) {
      lines.push(line);
      continue;
    }
    const [, name, properties = '', data = ''] = match;
    const text = unescape(data);
    const property = (key: string) =>
      new RegExp(`(?:^|;)${key}=([^;]*);`).exec(properties)?.[1] ?? '';
    if (name === 'task.setvariable') outputs[property('variable')] = text;
    if (name === 'task.logissue') issues.push(`${property('code')}: ${text}`);
    if (name === 'task.complete') result = property('result');
  }
  return { ...finished, result, outputs, issues, lines };
}

function unescape(data: string): string {
  return data
    .replace(/%0D/g, '\r')
    .replace(/%0A/g, '\n')
    .replace(/%AZP25/g, '%');
}

/** A folder as a job has one, with the files of a repository; `remove` it at the end. */
export async function jobFolder(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'spk-job-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
