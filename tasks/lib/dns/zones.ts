import { SpokelineError } from '../errors.ts';
import type { Cloud } from '../topology/model.ts';
import { sameId } from '../net/same-id.ts';
import { zoneTable, type ServiceZones, type ZoneEntry } from './zone-table.ts';

/** A name in a private DNS zone. */
export interface ZoneName {
  /** The zone, in lower case, for example `privatelink.vaultcore.azure.net`. */
  readonly zone: string;
  /** Relative to the zone; `@` is the zone itself. */
  readonly name: string;
}

export interface EndpointKind {
  readonly cloud: Cloud;
  /** Type of the resource behind the endpoint, for example `Microsoft.KeyVault/vaults`. */
  readonly type: string;
  readonly groupId: string;
  /** Region of that resource or of the endpoint: `westeurope`. */
  readonly region: string;
}

/** Zones that the user names for a kind; they count before those of the table. */
export interface OwnZones {
  readonly type: string;
  readonly groupId: string;
  readonly zones: readonly ZoneEntry[];
}

/** A zone of one kind and a suffix of its public names, both perhaps with placeholders. */
interface Pattern {
  readonly zone: string;
  readonly suffix: string;
}

const placeholder = /\{(\w+)\}/g;
/** What one label may be to count as the placeholder's value. */
const labels: Readonly<Record<string, string>> = {
  region: '[a-z][a-z0-9]*',
  partitionId: '[0-9]+',
};
const anyLabel = '[a-z0-9_-]+';
const knownGeoCodes = new Set(Object.values(zoneTable.geoCodes));

/**
 * The zone and the name in it under which a public name of an endpoint has to be registered. Regions and the
 * like are read from the public name: an endpoint may lie in another region than its resource.
 * Throws DNS_UNSUPPORTED for a kind or a name that neither the table nor `own` knows.
 */
export function zoneNameOf(
  kind: EndpointKind,
  fqdn: string,
  own: readonly OwnZones[] = [],
): ZoneName {
  const host = fqdn.toLowerCase().replace(/\.$/, '');
  const patterns = patternsOf(kind, own);
  for (const pattern of patterns) {
    const found = match(host, pattern);
    if (found !== undefined) return found;
  }
  const known = patterns.map(({ suffix }) => suffix).join(', ');
  throw new SpokelineError(
    'DNS_UNSUPPORTED',
    `${fqdn} is no name of ${kind.type} (${kind.groupId}) in the ${kind.cloud} cloud; ` +
      `its names end in ${known}. ${howToName(kind)}`,
  );
}

/**
 * Zones that endpoints of this kind use in their region, without those that only a public name can tell.
 * Throws DNS_UNSUPPORTED.
 */
export function zonesOf(kind: EndpointKind, own: readonly OwnZones[] = []): string[] {
  const region = kind.region.toLowerCase().replace(/\s/g, '');
  const values: Readonly<Record<string, string | undefined>> = {
    region,
    geo: zoneTable.geoCodes[region],
  };
  const zones = patternsOf(kind, own).flatMap(({ zone }) => {
    const filled = zone.replace(placeholder, (word, key: string) => values[key] ?? word);
    return filled.includes('{') ? [] : [filled];
  });
  return [...new Set(zones)];
}

function patternsOf(kind: EndpointKind, own: readonly OwnZones[]): Pattern[] {
  const mine = own.find((o) => sameId(o.type, kind.type) && isGroup(o.groupId, kind.groupId));
  const entries = mine?.zones ?? serviceOf(kind)?.[kind.cloud];
  if (entries !== undefined) return entries.flatMap(patternsIn);
  throw new SpokelineError(
    'DNS_UNSUPPORTED',
    `The private DNS zone of ${kind.type} with group id ${kind.groupId} is not known ` +
      `in the ${kind.cloud} cloud. ${howToName(kind)}`,
  );
}

function serviceOf({ type, groupId }: EndpointKind): ServiceZones | undefined {
  return zoneTable.services.find(
    (service) => sameId(service.type, type) && service.groups.some((g) => isGroup(g, groupId)),
  );
}

/** The line of the input that makes a kind known. */
function howToName({ type, groupId }: EndpointKind): string {
  return `Name its zone with a line of the input "zones": "${type} ${groupId}: <zone>".`;
}

function patternsIn(entry: ZoneEntry): Pattern[] {
  const { zone, suffixes } =
    typeof entry === 'string' ? { zone: entry, suffixes: [withoutPrefix(entry)] } : entry;
  // Some services show the name in the private zone itself, as AKS does; that one is the closest.
  return [...new Set([zone, ...suffixes])].map((suffix) => ({ zone, suffix }));
}

function withoutPrefix(zone: string): string {
  return zone.replace(/(^|\.)privatelink\./, '$1');
}

function match(host: string, { zone, suffix }: Pattern): ZoneName | undefined {
  const keys: string[] = [];
  const source = suffix.replaceAll('.', '\\.').replace(placeholder, (_word, key: string) => {
    keys.push(key);
    return `(${labels[key] ?? anyLabel})`;
  });
  const [whole, name, ...values] = new RegExp(`^(?:(.+)\\.)?${source}$`).exec(host) ?? [];
  if (whole === undefined) return undefined;
  const valueOf = (key: string) => values[keys.indexOf(key)];
  const geo = valueOf('geo');
  if (geo !== undefined && !knownGeoCodes.has(geo)) return undefined;
  // Without a name, the label before the zone would pass for the zone's placeholder.
  if (name === undefined && keys.length > 0) return undefined;
  const filled = zone.replace(placeholder, (word, key: string) => valueOf(key) ?? word);
  return { zone: filled, name: name ?? '@' };
}

function isGroup(pattern: string, groupId: string): boolean {
  if (!pattern.endsWith('*')) return sameId(pattern, groupId);
  return groupId.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase());
}
