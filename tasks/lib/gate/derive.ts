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

/** A name of an endpoint, with all its addresses. */
interface EndpointName {
  readonly endpoint: EndpointFacts;
  readonly fqdn: string;
  readonly addresses: readonly string[];
}

/**
 * For each name of each endpoint of a stamp: it resolves through privatelink to exactly the addresses of the
 * network interface, and the service answers there under that name.
 */
export function derivedChecks(endpoints: readonly EndpointFacts[], stamp: Stamp): DerivedCheck[] {
  const names = endpoints.flatMap(namesOf);
  const ids = idsOf(names);
  return names.flatMap(({ endpoint, fqdn, addresses }, position): DerivedCheck[] => {
    const look = looks[endpoint.targetType.toLowerCase()] ?? { kind: 'tls' };
    const id = ids[position] ?? '';
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
}

function namesOf(endpoint: EndpointFacts): EndpointName[] {
  const names = new Map<string, string[]>();
  for (const { address, fqdns } of endpoint.configurations) {
    for (const fqdn of fqdns.map((one) => one.toLowerCase())) {
      names.set(fqdn, [...(names.get(fqdn) ?? []), address]);
    }
  }
  return [...names].map(([fqdn, addresses]) => ({ endpoint, fqdn, addresses }));
}

/**
 * The endpoint and the first label of the name. The whole name where several would be called so, as those of a
 * monitor scope or a machine learning workspace; a number where the endpoints are called nearly the same. None
 * depends on the order in which Azure lists them, so that a waiver stays with its check.
 */
function idsOf(names: readonly EndpointName[]): string[] {
  const shortOf = ({ endpoint, fqdn }: EndpointName): string =>
    `${idOf(endpoint.name)}.${idOf(fqdn.split('.').slice(0, labelsOf(fqdn)).join('-'))}`;
  const wholeOf = ({ endpoint, fqdn }: EndpointName): string =>
    `${idOf(endpoint.name)}.${idOf(fqdn)}`;
  // Names of endpoints by the ids that they would have.
  const owners = new Map<string, string[]>();
  for (const name of names) {
    for (const id of [shortOf(name), wholeOf(name)]) {
      owners.set(id, [...(owners.get(id) ?? []), name.endpoint.name].sort());
    }
  }
  return names.map((name) => {
    if (owners.get(shortOf(name))?.length === 1) return shortOf(name);
    const whole = wholeOf(name);
    const rank = owners.get(whole)?.indexOf(name.endpoint.name) ?? 0;
    return rank === 0 ? whole : `${whole}-${rank + 1}`;
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
