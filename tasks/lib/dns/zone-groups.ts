import { sameValues } from './decide.ts';
import type { Endpoint, WantedRecord, Wish, ZoneState } from './model.ts';
import { endpointKeyOf, ownerOf } from './owner.ts';

/** A zone group of a private endpoint: the zones in which Azure registers it. */
export interface ZoneGroup {
  readonly name: string;
  /** Ids of the zones, in lower case. */
  readonly zoneIds: readonly string[];
}

/** Zone groups of private endpoints, implemented over ARM. They have no etags. */
export interface ZoneGroupPort {
  /** None or one. */
  groups(endpointId: string, signal: AbortSignal): Promise<ZoneGroup[]>;
  write(
    endpointId: string,
    name: string,
    zones: readonly { readonly name: string; readonly id: string }[],
    signal: AbortSignal,
  ): Promise<void>;
  remove(endpointId: string, name: string, signal: AbortSignal): Promise<void>;
}

/** Who registers endpoints: this task, record by record, or Azure, by zone groups that this task makes. */
export type Mode = 'records' | 'zoneGroups';

/** What has to happen to the zone group of one endpoint. */
export type GroupStep =
  | { readonly kind: 'create'; readonly endpoint: Endpoint; readonly zones: readonly string[] }
  /** Ours, with other zones than it needs. */
  | { readonly kind: 'update'; readonly endpoint: Endpoint; readonly zones: readonly string[] }
  /** Ours, and right. */
  | { readonly kind: 'keep'; readonly endpoint: Endpoint }
  /** Of a policy or a template: it is left as it is. */
  | { readonly kind: 'foreign'; readonly endpoint: Endpoint; readonly group: ZoneGroup }
  | { readonly kind: 'conflict'; readonly endpoint: Endpoint; readonly why: string }
  | { readonly kind: 'remove'; readonly endpoint: Endpoint };

/** Zone groups have no metadata: ours go by their name. */
export const ownGroup = 'spokeline';
/** Azure's limit: https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
const zonesPerGroup = 5;

/** What the zone groups of a stamp's endpoints are and mean. */
export interface Delegation {
  /** The wish, in which the names that a zone group registers are no longer ours to write. */
  readonly wish: Wish;
  readonly steps: readonly GroupStep[];
}

/**
 * Gives those names to zone groups that are theirs: a zone group overwrites records without looking, so that a
 * name has one writer only.
 */
export function delegate(
  wish: Wish,
  endpoints: readonly Endpoint[],
  groups: ReadonlyMap<string, ZoneGroup>,
  mode: Mode,
  zoneId: (zone: string) => string,
): Delegation {
  const steps: GroupStep[] = [];
  const covered = new Map<string, ReadonlySet<string>>();
  for (const endpoint of endpoints) {
    const key = endpointKeyOf(endpoint);
    const zones = zonesOfEndpoint(wish, key);
    const group = groups.get(key);
    const step = decideGroup(endpoint, zones, group, mode, zoneId);
    if (step === undefined) continue;
    steps.push(step);
    const made = step.kind === 'create' || step.kind === 'update' ? step.zones.map(zoneId) : [];
    const ids = [...made, ...(group?.zoneIds ?? [])];
    covered.set(key, new Set(ids.map((id) => id.toLowerCase())));
  }
  const writes = ({ source }: WantedRecord['parts'][number], zone: string) =>
    covered.get(source)?.has(zoneId(zone).toLowerCase()) === true;
  const records = wish.records.map((record): WantedRecord => {
    const delegated = record.parts.some((part) => writes(part, record.zone));
    return delegated ? { ...record, writer: 'zoneGroup' } : record;
  });
  return { wish: { ...wish, records }, steps: [...steps, ...shared(records, endpoints)] };
}

/** What has to happen to the zone group of one endpoint, given the one it has. */
export function decideGroup(
  endpoint: Endpoint,
  zones: readonly string[],
  group: ZoneGroup | undefined,
  mode: Mode,
  zoneId: (zone: string) => string,
): GroupStep | undefined {
  if (zones.length === 0) return undefined;
  const ours = group?.name === ownGroup;
  if (mode === 'records') {
    if (group === undefined) return undefined;
    return ours ? { kind: 'keep', endpoint } : { kind: 'foreign', endpoint, group };
  }
  const ids = zones.map((zone) => zoneId(zone).toLowerCase());
  if (group !== undefined && !ours) {
    const missing = zones.filter((_zone, index) => !group.zoneIds.includes(ids[index] ?? ''));
    if (missing.length === 0) return { kind: 'foreign', endpoint, group };
    const why =
      `${groupText(group)} does not register in ${missing.join(', ')}; with the mode records, ` +
      'the names that it leaves out become records';
    return { kind: 'conflict', endpoint, why };
  }
  if (zones.length > zonesPerGroup) {
    const why = `needs ${zones.length} zones, and a zone group takes ${zonesPerGroup}; use the mode records`;
    return { kind: 'conflict', endpoint, why };
  }
  if (group === undefined) return { kind: 'create', endpoint, zones };
  const same = sameValues(ids, group.zoneIds);
  return same ? { kind: 'keep', endpoint } : { kind: 'update', endpoint, zones };
}

/** The zones in which an endpoint has names. */
export function zonesOfEndpoint(wish: Wish, key: string): string[] {
  const zones = wish.records
    .filter(({ parts }) => parts.some(({ source }) => source === key))
    .map(({ zone }) => zone);
  return [...new Set(zones)].sort();
}

/**
 * The endpoints whose zone group has to be read. The others show what they have: Azure lists the names of an
 * endpoint without a zone group for the user to register, and a zone group that did its work has left its note
 * on every record. So a second run asks for none.
 */
export function unclear(
  endpoints: readonly Endpoint[],
  wish: Wish,
  state: ZoneState,
  zoneId: (zone: string) => string,
): { readonly read: readonly Endpoint[]; readonly known: ReadonlyMap<string, ZoneGroup> } {
  const sets = new Map(
    state.records
      .filter(({ type }) => type === 'A')
      .map((set) => [`${set.name}.${set.zone}`, set] as const),
  );
  const read: Endpoint[] = [];
  const known = new Map<string, ZoneGroup>();
  for (const endpoint of endpoints) {
    const key = endpointKeyOf(endpoint);
    const names = wish.records.filter(({ parts }) => parts.some(({ source }) => source === key));
    if (endpoint.unregistered || names.length === 0) continue;
    const registered = names.every((name) => {
      const set = sets.get(`${name.name}.${name.zone}`);
      const owner = set === undefined ? undefined : ownerOf(set);
      const byIt = owner?.kind === 'zoneGroup' && owner.endpoint === endpoint.name;
      return byIt && sameValues(set?.values ?? [], name.values);
    });
    if (!registered) read.push(endpoint);
    else {
      const zoneIds = names.map(({ zone }) => zoneId(zone).toLowerCase());
      known.set(key, { name: '', zoneIds: [...new Set(zoneIds)] });
    }
  }
  return { read, known };
}

/** Names a zone group; policies of the field call theirs deployedByPolicy. */
export function groupText({ name }: ZoneGroup): string {
  if (name === '') return 'its zone group';
  return /policy/i.test(name) ? `the policy's zone group ${name}` : `the zone group ${name}`;
}

/** Names that several endpoints share, one of them by a zone group, which knows one endpoint only. */
function shared(records: readonly WantedRecord[], endpoints: readonly Endpoint[]): GroupStep[] {
  return records
    .filter(({ writer, parts }) => writer === 'zoneGroup' && parts.length > 1)
    .flatMap(({ name, zone, parts }) => {
      const owners = endpoints.filter((e) => parts.some((p) => p.source === endpointKeyOf(e)));
      const [first] = owners;
      if (first === undefined) return [];
      const names = owners.map((endpoint) => endpoint.name).join(' and ');
      const why =
        `its zone group would hold ${name} in ${zone} for one endpoint alone, but ${names} share ` +
        'it; use the mode records without zone groups';
      return [{ kind: 'conflict', endpoint: first, why }];
    });
}
