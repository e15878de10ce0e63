import { PipelineError } from '../expand/tree.ts';

const schemes = [
  'WorkloadIdentityFederation',
  'ServicePrincipal',
  'ManagedServiceIdentity',
] as const;

function isScheme(text: string): text is Connection['scheme'] {
  return schemes.some((scheme) => scheme === text);
}

/** A service connection of the project. */
export interface Connection {
  name: string;
  /** GUID. */
  id: string;
  /** Such as the resource manager's URL. */
  url: string;
  scheme: (typeof schemes)[number];
  /**
   * `tenantid`, `serviceprincipalid` and `serviceprincipalkey`, or `servicePrincipalCertificate` and
   * `authenticationType`.
   */
  parameters: Readonly<Record<string, string>>;
  data: Readonly<Record<string, string>>;
}

/** By name or id, ignoring letter case. */
export function findConnection(
  connections: readonly Connection[],
  value: string,
): Connection | undefined {
  const folded = value.trim().toLowerCase();
  return connections.find((c) => c.name.toLowerCase() === folded || c.id.toLowerCase() === folded);
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads connections from JSON, a list of them.
 * @throws PipelineError that names the connection and the field
 */
export function parseConnections(document: unknown): Connection[] {
  if (!Array.isArray(document)) throw new PipelineError('connections must be a list');
  return document.map((item: unknown, index) => {
    const given: Record<string, unknown> = isObject(item) ? item : {};
    const label = typeof given.name === 'string' ? `'${given.name}'` : String(index);
    const text = (key: string): string => {
      const value = given[key];
      if (typeof value === 'string' && value !== '') return value;
      throw new PipelineError(`connection ${label}: '${key}' must be text`);
    };
    const scheme = text('scheme');
    if (!isScheme(scheme)) {
      throw new PipelineError(`connection ${label}: unknown scheme '${scheme}'`);
    }
    const id = text('id');
    if (!guid.test(id)) throw new PipelineError(`connection ${label}: '${id}' is no GUID`);
    return {
      name: text('name'),
      id,
      url: text('url'),
      scheme,
      parameters: words(given.parameters, `connection ${label}: 'parameters'`),
      data: words(given.data, `connection ${label}: 'data'`),
    };
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function words(value: unknown, what: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value)) throw new PipelineError(`${what} must be a mapping`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (typeof item === 'string') return [key, item];
      throw new PipelineError(`${what}: '${key}' must be text`);
    }),
  );
}

/** Values that must not show in any log. */
export function secretsOf(connection: Connection): string[] {
  const { serviceprincipalkey, servicePrincipalCertificate } = connection.parameters;
  return [serviceprincipalkey, servicePrincipalCertificate].filter((s) => s !== undefined);
}
