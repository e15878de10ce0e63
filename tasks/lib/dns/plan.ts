import {
  addressesKey,
  endpointKey,
  ownerKey,
  type RecordSet,
  type WantedLink,
  type WantedRecord,
  type Wish,
  type ZoneLink,
  type ZoneState,
} from './model.ts';

/** What has to happen to one record. */
export type RecordStep =
  | { readonly kind: 'create'; readonly wanted: WantedRecord }
  | { readonly kind: 'update'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  | { readonly kind: 'keep'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  /** Somebody else's, and right as it is: it is left alone and not taken over. */
  | { readonly kind: 'foreign'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  | { readonly kind: 'conflict'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  /** Ours, and no endpoint needs it any more. */
  | { readonly kind: 'remove'; readonly actual: RecordSet }
  /** Ours and not needed, but somebody gave it other addresses: it is left alone. */
  | { readonly kind: 'changed'; readonly actual: RecordSet };

export type LinkStep =
  | { readonly kind: 'create'; readonly wanted: WantedLink }
  | { readonly kind: 'update'; readonly wanted: WantedLink; readonly actual: ZoneLink }
  | { readonly kind: 'keep'; readonly wanted: WantedLink; readonly actual: ZoneLink }
  /** The network resolves the zone by somebody else's link, which is left as it is. */
  | { readonly kind: 'foreign'; readonly wanted: WantedLink; readonly actual: ZoneLink }
  /** The name is taken by a link of another network. */
  | { readonly kind: 'conflict'; readonly wanted: WantedLink; readonly actual: ZoneLink }
  | { readonly kind: 'remove'; readonly actual: ZoneLink };

/** The way from what is to what an owner wants. */
export interface Plan {
  readonly owner: string;
  readonly records: readonly RecordStep[];
  readonly links: readonly LinkStep[];
  /** Zones that are needed and do not exist. */
  readonly missingZones: readonly string[];
  /** Links that somebody else should have made. */
  readonly missingLinks: readonly { readonly zone: string; readonly networkId: string }[];
}

/** Compares a wish with the zones. Pure: the same input gives the same plan, and nothing is touched. */
export function planOf(wish: Wish, state: ZoneState): Plan {
  const zones = new Set(state.zones);
  const needed = [...wish.records, ...wish.links, ...wish.expectedLinks].map((w) => w.zone);
  return {
    owner: wish.owner,
    records: [
      ...wish.records.map((wanted) => recordStep(wanted, wish.owner, find(state.records, wanted))),
      ...stale(wish, state),
    ],
    links: [...wish.links.map((w) => linkStep(w, wish.owner, state)), ...staleLinks(wish, state)],
    missingZones: [...new Set(needed)].filter((zone) => !zones.has(zone)).sort(),
    missingLinks: wish.expectedLinks.filter(
      ({ zone, networkId }) =>
        zones.has(zone) &&
        !state.links.some((link) => link.zone === zone && sameId(link.networkId, networkId)),
    ),
  };
}

/** The way to nothing: what an owner has is removed, what others have stays. */
export function removalOf(owner: string, state: ZoneState): Plan {
  const nothing = { owner, records: [], links: [], expectedLinks: [] };
  return planOf(nothing, state);
}

/** What has to happen to one wanted record, given what is there now. */
export function recordStep(
  wanted: WantedRecord,
  owner: string,
  actual: RecordSet | undefined,
): RecordStep {
  if (actual === undefined) return { kind: 'create', wanted };
  const right = sameSet(actual.addresses, wanted.addresses);
  if (actual.metadata[ownerKey] !== owner) {
    return { kind: right ? 'foreign' : 'conflict', wanted, actual };
  }
  const current =
    right &&
    actual.ttl === wanted.ttl &&
    actual.metadata[endpointKey] === endpointsOf(wanted) &&
    actual.metadata[addressesKey] === textOf(wanted.addresses);
  return { kind: current ? 'keep' : 'update', wanted, actual };
}

/** The record set that fulfils a wish. */
export function recordFor(
  wanted: WantedRecord,
  owner: string,
  actual?: RecordSet,
): Omit<RecordSet, 'etag'> {
  const metadata = {
    ...actual?.metadata,
    [ownerKey]: owner,
    [endpointKey]: endpointsOf(wanted),
    [addressesKey]: textOf(wanted.addresses),
  };
  const { zone, name, addresses, ttl } = wanted;
  return { zone, name, addresses, ttl, metadata };
}

/** The link that fulfils a wish. */
export function linkFor(
  wanted: WantedLink,
  owner: string,
  actual?: ZoneLink,
): Omit<ZoneLink, 'etag'> {
  return { ...wanted, registration: false, tags: { ...actual?.tags, [ownerKey]: owner } };
}

export function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function endpointsOf(wanted: WantedRecord): string {
  return wanted.endpoints.join(' ');
}

/** Whether an owned record still has the addresses that its owner gave it. */
export function isUntouched(actual: RecordSet): boolean {
  return actual.metadata[addressesKey] === textOf(actual.addresses);
}

function textOf(addresses: readonly string[]): string {
  return [...addresses].sort().join(' ');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return textOf(a) === textOf(b);
}

function find<T extends { zone: string; name: string }>(
  list: readonly T[],
  { zone, name }: { zone: string; name: string },
): T | undefined {
  return list.find((item) => item.zone === zone && sameId(item.name, name));
}

function stale(wish: Wish, state: ZoneState): RecordStep[] {
  if (wish.partial === true) return [];
  const waiting = new Set(wish.waiting?.map(({ key }) => key));
  const isAwaited = ({ metadata }: RecordSet): boolean =>
    (metadata[endpointKey] ?? '').split(' ').some((key) => waiting.has(key));
  return state.records
    .filter((actual) => actual.metadata[ownerKey] === wish.owner && !find(wish.records, actual))
    .filter((actual) => !isAwaited(actual))
    .map((actual) => ({ kind: isUntouched(actual) ? 'remove' : 'changed', actual }));
}

function linkStep(wanted: WantedLink, owner: string, state: ZoneState): LinkStep {
  const inZone = state.links.filter((link) => link.zone === wanted.zone);
  // Azure allows one link of a zone with a network, whatever its name.
  const actual = inZone.find((link) => sameId(link.networkId, wanted.networkId));
  if (actual !== undefined) {
    if (actual.tags[ownerKey] !== owner) return { kind: 'foreign', wanted, actual };
    const current = actual.fallback === wanted.fallback && !actual.registration;
    return { kind: current ? 'keep' : 'update', wanted: { ...wanted, name: actual.name }, actual };
  }
  const taken = inZone.find((link) => sameId(link.name, wanted.name));
  return taken === undefined
    ? { kind: 'create', wanted }
    : { kind: 'conflict', wanted, actual: taken };
}

function staleLinks(wish: Wish, state: ZoneState): LinkStep[] {
  // A link serves all names of its zone, those of endpoints that wait, too.
  if (wish.partial === true || (wish.waiting ?? []).length > 0) return [];
  return state.links
    .filter(
      (actual) =>
        actual.tags[ownerKey] === wish.owner &&
        !wish.links.some((w) => w.zone === actual.zone && sameId(w.networkId, actual.networkId)),
    )
    .map((actual) => ({ kind: 'remove', actual }));
}
