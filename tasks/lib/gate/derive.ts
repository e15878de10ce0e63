import type { Stamp } from '../topology/model.ts';

/** What a private endpoint is known by: names and addresses that its network interface carries. */
export interface EndpointFacts {
  readonly name: string;
  /** `Microsoft.KeyVault/vaults` and so on. */
  readonly targetType: string;
  readonly configurations: readonly {
    readonly address: string;
    readonly fqdns: readonly string[];
  }[];
}

/** A check that nobody wrote: it follows from a private endpoint. */
export interface DerivedCheck {
  /** Without the stamp: `<endpoint>.<first label of the name>.dns`, and so on. */
  readonly id: string;
  readonly kind: string;
  readonly stamp: Stamp;
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * How a service is looked at beyond its name; all others speak TLS on 443.
 * https://learn.microsoft.com/azure/azure-sql/database/private-endpoint-overview and the services' own pages
 */
const looks: Readonly<Record<string, { kind: string; port?: number }>> = {
  'microsoft.sql/servers': { kind: 'tcp', port: 1433 },
  'microsoft.dbformysql/servers': { kind: 'tcp', port: 3306 },
  'microsoft.dbformysql/flexibleservers': { kind: 'tcp', port: 3306 },
  'microsoft.dbforpostgresql/servers': { kind: 'postgres' },
  'microsoft.dbforpostgresql/flexibleservers': { kind: 'postgres' },
  'microsoft.cache/redis': { kind: 'redis' },
  'microsoft.cache/redisenterprise': { kind: 'redis', port: 10000 },
};

/**
 * For each name of each endpoint of a stamp: it resolves through privatelink to exactly the addresses of the
 * network interface, and the service answers there under that name.
 */
export function derivedChecks(endpoints: readonly EndpointFacts[], stamp: Stamp): DerivedCheck[] {
  return endpoints.flatMap((endpoint) => {
    const look = looks[endpoint.targetType.toLowerCase()] ?? { kind: 'tls' };
    const names = new Map<string, string[]>();
    for (const { address, fqdns } of endpoint.configurations) {
      for (const fqdn of fqdns) names.set(fqdn, [...(names.get(fqdn) ?? []), address]);
    }
    return [...names].flatMap(([fqdn, addresses]): DerivedCheck[] => {
      const id = `${idOf(endpoint.name)}.${idOf(fqdn.split('.').slice(0, labelsOf(fqdn)).join('-'))}`;
      const port = look.port === undefined ? {} : { port: look.port };
      const host = look.kind === 'tcp' ? { host: fqdn } : { name: fqdn };
      return [
        {
          ...{ id: `${id}.dns`, kind: 'dns', stamp },
          spec: { name: fqdn, equals: addresses, throughPrivateLink: true },
        },
        { ...{ id: `${id}.${look.kind}`, kind: look.kind, stamp }, spec: { ...host, ...port } },
      ];
    });
  });
}

/** A registry's data endpoint is told from its login server by two labels more. */
function labelsOf(fqdn: string): number {
  return fqdn.includes('.data.') ? 3 : 1;
}

/** A name as a part of an id: lower-case letters and digits with single hyphens between. */
function idOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
