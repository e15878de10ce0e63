import { createHash } from 'node:crypto';
import { SpokelineError, type ErrorDetail } from '../errors.ts';
import type { Cloud } from '../topology/model.ts';
import { askable } from '../net/dns-message.ts';
import type {
  Endpoint,
  Part,
  Seen,
  WaitingEndpoint,
  WantedLink,
  WantedRecord,
  Wish,
} from './model.ts';
import { endpointKeyOf } from './owner.ts';
import { isPrivateLink } from './zone-name.ts';
import { zoneNameOf, type OwnZones } from './zones.ts';

/** A network to be linked with the zones of an owner. */
export interface LinkRequest {
  readonly networkId: string;
  /** All zones that the owner uses, when undefined. */
  readonly zones?: readonly string[] | undefined;
  readonly registration: boolean;
  readonly fallback: boolean;
}

export interface WishOptions {
  readonly owner: string;
  readonly cloud: Cloud;
  readonly endpoints: readonly Endpoint[];
  readonly seen: Seen;
  /** Zones that the user names, before those of the table. */
  readonly ownZones: readonly OwnZones[];
  /** Records that people declare; undefined when this run knows nothing of them. */
  readonly declared: readonly WantedRecord[] | undefined;
  /** Seconds. */
  readonly ttl: number;
  readonly links: readonly LinkRequest[];
  readonly linksComplete: boolean;
  /** Networks that have to be linked, by somebody else. */
  readonly checkNetworks: readonly string[];
  /** Zones that the owner resolves without having names in them, such as the registry's. */
  readonly furtherZones: readonly string[];
  readonly adopt: boolean;
}

/**
 * What an owner's endpoints and declared records need in DNS. Several endpoints with one name share a record
 * set. Endpoints that are not ready are told apart, see `refuseWaiting`. Throws DNS_UNSUPPORTED with a detail for each
 * name without a known zone.
 */
export function wishOf(options: WishOptions): Wish {
  const waiting: WaitingEndpoint[] = [];
  const unknown: ErrorDetail[] = [];
  const records = new Map<string, WantedRecord>();
  for (const endpoint of options.endpoints) {
    const obstacle = obstacleOf(endpoint);
    if (obstacle !== undefined) {
      const { id, name, status } = endpoint;
      waiting.push({ id, status, why: `private endpoint ${name} ${obstacle}` });
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
          const { zone, name } = zoneNameOf(kind, fqdn, options.ownZones);
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
  const { owner, adopt, linksComplete } = options;
  // They exist, so that their records are not stale.
  const seen = {
    ...options.seen,
    others: [...options.seen.others, ...waiting.map(endpointKeyOf)],
  };
  const wanted = [...records.values(), ...(options.declared ?? [])].sort(byZoneAndName);
  const zones = [...new Set([...wanted.map((r) => r.zone), ...options.furtherZones])].sort();
  return {
    owner,
    records: wanted,
    links: linksOf(options.links, zones),
    expectedLinks: zones.flatMap((zone) =>
      options.checkNetworks.map((networkId) => ({ zone, networkId })),
    ),
    // A link serves all names of its zone, those of endpoints that wait, too.
    linksComplete: linksComplete && waiting.length === 0,
    ...{ seen, adopt, waiting, handComplete: options.declared !== undefined },
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

/** The zones that wishes have names in or resolve. */
export function zonesIn(wishes: readonly Wish[]): string[] {
  const zones = wishes.flatMap((wish) =>
    [...wish.records, ...wish.links, ...wish.expectedLinks].map(({ zone }) => zone),
  );
  return [...new Set(zones)].sort();
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

interface NamePart {
  readonly zone: string;
  readonly name: string;
  readonly address: string;
  readonly fqdn: string;
  readonly ttl: number;
  readonly endpoint: Endpoint;
}

function add(records: Map<string, WantedRecord>, part: NamePart): void {
  const { zone, name, address, ttl } = part;
  const key = `${name}.${zone}`;
  const known = records.get(key);
  const host = part.fqdn.toLowerCase().replace(/\.$/, '');
  records.set(key, {
    ...{ zone, name, type: 'A', ttl, writer: 'record' },
    values: union(known?.values, address),
    fqdns: union(known?.fqdns, askable(host)),
    parts: withPart(known?.parts ?? [], endpointKeyOf(part.endpoint), address),
  });
}

function withPart(parts: readonly Part[], source: string, address: string): Part[] {
  const known = parts.find((part) => part.source === source);
  const others = parts.filter((part) => part !== known);
  return [...others, { source, values: union(known?.values, address) }].sort((a, b) =>
    a.source.localeCompare(b.source),
  );
}

function union(list: readonly string[] | undefined, item: string): string[] {
  return [...new Set([...(list ?? []), item])].sort();
}

function byZoneAndName(
  a: { readonly zone: string; readonly name: string },
  b: { readonly zone: string; readonly name: string },
): number {
  return a.zone.localeCompare(b.zone) || a.name.localeCompare(b.name);
}

/** One link for each zone and network, as Azure allows; what is said last counts. */
function linksOf(requests: readonly LinkRequest[], used: readonly string[]): WantedLink[] {
  const links = requests.flatMap((link) => (link.zones ?? used).map((zone) => linkOf(zone, link)));
  const each = new Map(links.map((link) => [`${link.zone} ${link.networkId.toLowerCase()}`, link]));
  return [...each.values()].sort(byZoneAndName);
}

function linkOf(zone: string, request: LinkRequest): WantedLink {
  const { networkId, registration } = request;
  const network = networkId.split('/').at(-1) ?? '';
  // A hash keeps two networks of one name in different groups apart. Names end in a letter, digit or `_`.
  const hash = createHash('sha256').update(networkId.toLowerCase()).digest('hex').slice(0, 8);
  return {
    zone,
    name: `spokeline-${network.slice(0, 60)}-${hash}`,
    networkId,
    registration,
    fallback: request.fallback && isPrivateLink(zone),
  };
}
