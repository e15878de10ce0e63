import type { EntraConnection, RegistryConnection } from '../azure/registry-connection.ts';
import type { AgentPort } from './agent-port.ts';
import { cloudEndpoints, readConnection } from './connection.ts';
import type { Report } from './connection.ts';
import type { InputReader } from './input-spec.ts';

/** A docker-registry service connection. */
export function registryConnection(): InputReader<RegistryConnection | undefined> {
  return {
    kind: 'registryConnection',
    required: false,
    read: (port, name, report) => {
      const id = port.input(name);
      return id === undefined
        ? undefined
        : readRegistryConnection(port, id, (problem) => report(problem, 'CONNECTION_INVALID'));
    },
  };
}

/**
 * Reads a docker-registry connection from the agent's endpoint. Reports every problem and returns
 * undefined then. Messages never hold a secret.
 */
export function readRegistryConnection(
  port: AgentPort,
  id: string,
  report: Report,
): RegistryConnection | undefined {
  const scheme = port.endpointScheme(id);
  if (scheme === undefined) {
    report(
      `is ${JSON.stringify(id)}, which is no service connection of this job; ` +
        'allowed: a docker-registry connection that the pipeline may use.',
    );
    return undefined;
  }
  // The service tells connections of the type Azure Container Registry apart by this field.
  if (port.endpointData(id, 'registrytype')?.toUpperCase() === 'ACR') {
    return readEntra(port, id, report);
  }
  const registry = hostOf(port.endpointParameter(id, 'registry') ?? port.endpointUrl(id));
  const username = port.endpointParameter(id, 'username');
  const secret = port.endpointParameter(id, 'password');
  if (registry === undefined) report('has no https address of a registry (registry).');
  if (username === undefined) report('lacks its user name (username).');
  if (secret === undefined) report('lacks its password (password).');
  if (registry === undefined || username === undefined || secret === undefined) return undefined;
  return { id, scheme: 'UsernamePassword', registry, username, secret };
}

/** The same identity fields as a Resource Manager connection has, and the login server. */
function readEntra(port: AgentPort, id: string, report: Report): EntraConnection | undefined {
  const registry = hostOf(port.endpointParameter(id, 'loginServer'));
  if (registry === undefined) report('lacks its login server (loginServer).');
  // What it lacks beside them are the fields of Resource Manager, which nobody asks for here.
  const environment = port.endpointData(id, 'environment') ?? cloudOf(registry ?? '');
  const defaults: Readonly<Record<string, string | undefined>> = {
    environment,
    resourcemanagerurl: cloudEndpoints(environment)?.audience,
  };
  const filled: AgentPort = {
    ...port,
    endpointData: (endpoint, key) =>
      port.endpointData(endpoint, key) ?? defaults[key.toLowerCase()],
  };
  const connection = readConnection(filled, id, report);
  return connection === undefined || registry === undefined
    ? undefined
    : { ...connection, registry };
}

// https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
function cloudOf(registry: string): string {
  if (registry.endsWith('.azurecr.us')) return 'AzureUSGovernment';
  return registry.endsWith('.azurecr.cn') ? 'AzureChinaCloud' : 'AzureCloud';
}

/** Host and port of a registry that is given as a URL or as a host; undefined for plain http. */
function hostOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const address = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'https:' && url.username === '' ? url.host : undefined;
}
