import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import { runPackaged, type TaskRun } from './packaged-task.ts';

/** A service connection to Azure Resource Manager, as a project has it. */
export interface TestConnection {
  readonly scheme: 'ServicePrincipal' | 'WorkloadIdentityFederation' | 'ManagedServiceIdentity';
  /** Authorization parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The sandbox's without it. */
  readonly subscriptionId?: string;
  /** Where it signs in; the sandbox's own tenant without it. */
  readonly authority?: string;
}

/** Who signs in with a secret. */
export interface ConnectionIdentity {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tenantId?: string;
  readonly subscriptionId?: string;
  readonly authority?: string;
}

/** Where a connection leads: what it needs of a sandbox. */
export type ConnectionTarget = Pick<SandboxInfo, 'arm' | 'authority' | 'tenantId'> &
  Partial<SandboxInfo>;

/** The connection of an identity with a secret. */
export function secretOf(identity: ConnectionIdentity): TestConnection {
  const { clientId, clientSecret, tenantId, ...place } = identity;
  const own: Record<string, string> = tenantId === undefined ? {} : { TENANTID: tenantId };
  return {
    scheme: 'ServicePrincipal',
    parameters: { ...own, SERVICEPRINCIPALID: clientId, SERVICEPRINCIPALKEY: clientSecret },
    ...place,
  };
}

/** What the agent puts into a task's environment for a service connection of that id. */
export function connectionEnvironment(
  id: string,
  target: ConnectionTarget,
  connection: TestConnection,
): Record<string, string> {
  const { scheme, subscriptionId = target.subscriptionId ?? '' } = connection;
  const parameters = Object.entries({ TENANTID: target.tenantId, ...connection.parameters });
  const data = `ENDPOINT_DATA_${id}`;
  return {
    ...(target.ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: target.ca }),
    [`ENDPOINT_URL_${id}`]: target.arm,
    [`ENDPOINT_AUTH_SCHEME_${id}`]: scheme,
    [`ENDPOINT_AUTH_${id}`]: JSON.stringify({ scheme, parameters: {} }),
    ...Object.fromEntries(
      parameters.map(([name, value]) => [`ENDPOINT_AUTH_PARAMETER_${id}_${name}`, value]),
    ),
    [`${data}_ENVIRONMENT`]: 'AzureCloud',
    [`${data}_ENVIRONMENTAUTHORITYURL`]: connection.authority ?? target.authority,
    [`${data}_RESOURCEMANAGERURL`]: target.arm,
    [`${data}_ACTIVEDIRECTORYSERVICEENDPOINTRESOURCEID`]: target.arm,
    [`${data}_SUBSCRIPTIONID`]: subscriptionId,
  };
}

/** What the agent adds for a job whose connection signs in by federation. */
function federationEnvironment(info: SandboxInfo): Record<string, string> {
  return {
    SYSTEM_OIDCREQUESTURI: info.oidc,
    ENDPOINT_AUTH_SYSTEMVSSCONNECTION: JSON.stringify({ scheme: 'OAuth', parameters: {} }),
    ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: info.systemAccessToken,
  };
}

/** Runs a packaged task whose input `azureSubscription` names this connection to a sandbox. */
export function runConnected(
  task: string,
  folder: string,
  info: SandboxInfo,
  connection: TestConnection,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<TaskRun> {
  const federated = connection.scheme === 'WorkloadIdentityFederation';
  const id = federated ? info.serviceConnectionId : '00000000-0000-4000-8000-0000000000c1';
  const given = { azureSubscription: id, ...inputs };
  return runPackaged(task, folder, given, {
    ...connectionEnvironment(id, info, connection),
    ...(federated ? federationEnvironment(info) : {}),
    ...environment,
  });
}
