import { createHash } from 'node:crypto';
import { SpokelineError, type ErrorDetail } from '../errors.ts';
import type { Cloud } from '../topology/model.ts';
import type { Endpoint, WaitingEndpoint, WantedLink, WantedRecord, Wish } from './model.ts';
import { zoneNameOf } from './zones.ts';

export interface WishOptions {
  readonly owner: string;
  readonly cloud: Cloud;
  readonly endpoints: readonly Endpoint[];
  /** Seconds. */
  readonly ttl: number;
  /** Networks of the owner, to be linked with every zone that it uses. */
  readonly linkNetworks: readonly string[];
  /** Networks that have to be linked, by somebody else. */
  readonly checkNetworks: readonly string[];
  /** Zones that the owner resolves without having names in them, such as the registry's. */
  readonly furtherZones: readonly string[];
  readonly fallback: boolean;
  /** See `Wish.partial`. */
  readonly partial?: boolean;
}

/**
 * What an owner's endpoints need in DNS. Several endpoints with one name share a record set.
 * Endpoints that are not ready are told apart, see `refuseWaiting`. Throws DNS_UNSUPPORTED with a detail for each name
 * without a known zone.
 */
export function wishOf(options: WishOptions): Wish {
  const waiting: WaitingEndpoint[] = [];
  const unknown: ErrorDetail[] = [];
  const records = new Map<string, WantedRecord>();
  for (const endpoint of options.endpoints) {
    const obstacle = obstacleOf(endpoint);
    if (obstacle !== undefined) {
      const { id, name, status } = endpoint;
      const why = `private endpoint ${name} ${obstacle}`;
      waiting.push({ id, key: endpointKeyOf(endpoint), status, why });
      continue;
    }
    for (const { groupId, address, fqdns } of endpoint.configurations) {
      const kind = {
        cloud: options.cloud,
        type: endpoint.targetType,
        groupId,
        region: endpoint.region,
      };
      for (const fqdn of fqdns) {
        try {
          const { zone, name } = zoneNameOf(kind, fqdn);
          add(records, { zone, name, address, fqdn, ttl: options.ttl, endpoint });
        } catch (error) {
          if (!(error instanceof SpokelineError)) throw error;
          unknown.push({ target: endpoint.id, message: error.message });
        }
      }
    }
  }
  if (unknown.length > 0) {
    const message = `${count(unknown.length, 'name')} of ${options.owner} without a known zone; nothing was written.`;
    throw new SpokelineError('DNS_UNSUPPORTED', message, { details: unknown });
  }
  const wanted = [...records.values()].sort(byZoneAndName);
  const zones = [...new Set([...wanted.map((r) => r.zone), ...options.furtherZones])].sort();
  return {
    owner: options.owner,
    records: wanted,
    links: zones.flatMap((zone) =>
      options.linkNetworks.map((networkId) => linkOf(zone, networkId, options)),
    ),
    expectedLinks: zones.flatMap((zone) =>
      options.checkNetworks.map((networkId) => ({ zone, networkId })),
    ),
    waiting,
    partial: options.partial ?? false,
  };
}

/** Throws DNS_ENDPOINT_PENDING with a detail for each endpoint that is not ready. */
export function refuseWaiting(wishes: readonly Wish[]): void {
  const all = wishes.flatMap(({ owner, waiting = [] }) => waiting.map((each) => ({ owner, each })));
  if (all.length === 0) return;
  const owners = [...new Set(all.map(({ owner }) => owner))].join(', ');
  const message = `${count(all.length, 'private endpoint')} of ${owners} not ready; nothing was written.`;
  throw new SpokelineError('DNS_ENDPOINT_PENDING', message, {
    details: all.map(({ each }) => ({ target: each.id, code: each.status, message: each.why })),
  });
}

/** Says who an endpoint is in 24 characters or so: metadata values are short, resource ids are not. */
export function endpointKeyOf(endpoint: Pick<Endpoint, 'id' | 'name'>): string {
  const hash = createHash('sha256').update(endpoint.id.toLowerCase()).digest('hex').slice(0, 12);
  return `${endpoint.name}:${hash}`;
}

function count(n: number, what: string): string {
  return n === 1 ? `One ${what}` : `${n} ${what}s`;
}

function obstacleOf(endpoint: Endpoint): string | undefined {
  if (endpoint.status !== 'Approved') {
    return `is ${endpoint.status}: its connection to ${endpoint.targetId} is not approved`;
  }
  if (endpoint.configurations.length === 0) return 'has no address yet';
  const nameless = endpoint.configurations.filter((c) => c.fqdns.length === 0);
  // The service behind a Private Link Service of one's own has no name that could be registered.
  if (nameless.length > 0 && !/\/privateLinkServices$/i.test(endpoint.targetType)) {
    const members = nameless.flatMap(({ member }) => member ?? []);
    const which = members.length === 0 ? '' : ` (${members.join(', ')})`;
    return `has an address without a name yet${which}`;
  }
  return undefined;
}

interface Part {
  readonly zone: string;
  readonly name: string;
  readonly address: string;
  readonly fqdn: string;
  readonly ttl: number;
  readonly endpoint: Endpoint;
}

function add(records: Map<string, WantedRecord>, part: Part): void {
  const key = `${part.name}.${part.zone}`;
  const known = records.get(key);
  records.set(key, {
    zone: part.zone,
    name: part.name,
    ttl: part.ttl,
    addresses: union(known?.addresses, part.address),
    fqdns: union(known?.fqdns, part.fqdn.toLowerCase()),
    endpoints: union(known?.endpoints, endpointKeyOf(part.endpoint)),
  });
}

function union(list: readonly string[] | undefined, item: string): string[] {
  return [...new Set([...(list ?? []), item])].sort();
}

function byZoneAndName(a: WantedRecord, b: WantedRecord): number {
  return a.zone.localeCompare(b.zone) || a.name.localeCompare(b.name);
}

function linkOf(zone: string, networkId: string, options: WishOptions): WantedLink {
  const network = networkId.split('/').at(-1) ?? '';
  // A hash keeps two networks of one name in different groups apart. Names end in a letter, digit or `_`.
  const hash = createHash('sha256').update(networkId.toLowerCase()).digest('hex').slice(0, 8);
  return {
    zone,
    name: `spokeline-${network.slice(0, 60)}-${hash}`,
    networkId,
    // https://learn.microsoft.com/azure/dns/private-dns-fallback: privatelink zones only.
    fallback: options.fallback && zone.startsWith('privatelink.'),
  };
}
