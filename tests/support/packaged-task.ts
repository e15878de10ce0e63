import { mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import { finish } from './start.ts';

/** Who a service connection signs in as. */
export interface ConnectionIdentity {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tenantId?: string;
  readonly subscriptionId?: string;
  /** Where it signs in; the sandbox's own tenant without it. */
  readonly authority?: string;
}

export interface PackagedRun {
  readonly result: string;
  /** All of standard output. */
  readonly output: string;
  /** Code and message of each error or warning. */
  readonly issues: readonly { readonly code: string; readonly message: string }[];
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Runs a packaged task against a sandbox as the agent does: a process of its own, inputs and connections in the
 * environment, nothing else.
 *
 * @param connections by the input that names them
 */
export async function runPackaged(
  task: string,
  info: SandboxInfo,
  folder: string,
  connections: Readonly<Record<string, ConnectionIdentity>>,
  inputs: Readonly<Record<string, string>>,
): Promise<PackagedRun> {
  const { bundle, env } = packagedCommand(task, info, folder, connections, inputs);
  const { stdout, stderr } = await finish(process.execPath, [bundle], { env });
  return readRun(task, stdout, stderr);
}

/** The bundle of a packaged task and the environment that the agent would make for it. */
export function packagedCommand(
  task: string,
  info: SandboxInfo,
  folder: string,
  connections: Readonly<Record<string, ConnectionIdentity>>,
  inputs: Readonly<Record<string, string>>,
): { bundle: string; env: NodeJS.ProcessEnv } {
  const ids = Object.keys(connections).map((name) => [name, `connection-${name}`] as const);
  const given = Object.entries({ ...Object.fromEntries(ids), ...inputs });
  return {
    bundle: resolve('dist', 'tasks', task, `${task}V1`, 'index.js'),
    env: {
      PATH: process.env['PATH'],
      // The agent's library keeps a key of the run there, so that two runs at once need one each.
      AGENT_TEMPDIRECTORY: mkdtempSync(join(folder, 'temp-')),
      SYSTEM_DEFAULTWORKINGDIRECTORY: folder,
      TF_BUILD: 'True',
      NODE_EXTRA_CA_CERTS: info.ca,
      ...(Object.fromEntries(
        given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ) as Record<string, string>),
      ...Object.assign({}, ...ids.map(([name, id]) => environmentOf(info, id, connections[name]))),
    },
  };
}

/** What a task said; throws unless it ended as a task does. */
export function readRun(task: string, output: string, stderr: string): PackagedRun {
  const result = /##vso\[task\.complete result=(\w+);/.exec(output)?.[1];
  if (result === undefined) throw new Error(`${task} did not end as a task:\n${output}${stderr}`);
  const lines = output.split('\n');
  const outputs: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] =
      /^##vso\[task\.setvariable variable=([^;]+);.*?\](.*)$/.exec(line) ?? [];
    if (name !== undefined) outputs[name] = unescape(value ?? '');
  }
  const issues = lines.flatMap((line) => {
    const [, properties = '', message] = /^##vso\[task\.logissue ([^\]]*)\](.*)$/.exec(line) ?? [];
    if (message === undefined) return [];
    return [{ code: /code=([\w-]+)/.exec(properties)?.[1] ?? '', message: unescape(message) }];
  });
  return { result, output, issues, outputs };
}

function environmentOf(
  info: SandboxInfo,
  id: string,
  identity: ConnectionIdentity | undefined,
): Record<string, string> {
  if (identity === undefined) return {};
  const parameter = `ENDPOINT_AUTH_PARAMETER_${id}`;
  const data = `ENDPOINT_DATA_${id}`;
  const { tenantId = info.tenantId, subscriptionId = info.subscriptionId } = identity;
  return {
    [`ENDPOINT_URL_${id}`]: info.arm,
    [`ENDPOINT_AUTH_SCHEME_${id}`]: 'ServicePrincipal',
    [`ENDPOINT_AUTH_${id}`]: '{"scheme":"ServicePrincipal","parameters":{}}',
    [`${parameter}_TENANTID`]: tenantId,
    [`${parameter}_SERVICEPRINCIPALID`]: identity.clientId,
    [`${parameter}_SERVICEPRINCIPALKEY`]: identity.clientSecret,
    [`${data}_ENVIRONMENT`]: 'AzureCloud',
    [`${data}_ENVIRONMENTAUTHORITYURL`]: identity.authority ?? info.authority,
    [`${data}_RESOURCEMANAGERURL`]: info.arm,
    [`${data}_ACTIVEDIRECTORYSERVICEENDPOINTRESOURCEID`]: info.arm,
    [`${data}_SUBSCRIPTIONID`]: subscriptionId,
  };
}

function unescape(text: string): string {
  return text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']')
    .replaceAll('%AZP25', '%');
}
