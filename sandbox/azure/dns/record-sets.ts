import type { Resource, ResourceReader } from '../arm/store.ts';
import { field, list, text } from '../network/fields.ts';
import { relativeName } from './names.ts';

/** One record of a set; sets of other types make their name exist, and are never handed out. */
export type StoredRecord =
  | { type: 'A' | 'AAAA'; name: string; ttl: number; data: string }
  | { type: 'CNAME'; name: string; ttl: number; data: string }
  | { type: 'TXT'; name: string; ttl: number; data: string[] };

const zoneType = 'Microsoft.Network/privateDnsZones';
const recordTypes = ['A', 'CNAME', 'AAAA', 'TXT', 'MX', 'SRV', 'PTR'] as const;

/**
 * All records at a name of a zone, by itself or through a wildcard; undefined if the zone has nothing there.
 * A wildcard stands for names below the closest one that exists (RFC 4592, 3.3.1).
 */
export function recordsOf(
  store: ResourceReader,
  zone: Resource,
  name: string,
): StoredRecord[] | undefined {
  const sets = recordTypes.flatMap((type) => store.list(`${zoneType}/${type}`, zone.id));
  const relative = relativeName(name, zone.name.toLowerCase());
  const at = (label: string): StoredRecord[] | undefined => {
    const found = sets.filter((set) => labelOf(set) === label);
    return found.length === 0 ? undefined : found.flatMap((set) => recordsIn(set, name));
  };
  const exists = (label: string): boolean =>
    sets.some((set) => labelOf(set) === label || labelOf(set).endsWith(`.${label}`));
  const own = at(relative);
  if (own !== undefined) return own;
  // A name that only has names below it exists, without records; the zone itself always does.
  if (relative === '@' || exists(relative)) return [];
  const labels = relative.split('.');
  const above = labels.findIndex((_label, n) => n > 0 && exists(labels.slice(n).join('.')));
  return at(above < 0 ? '*' : `*.${labels.slice(above).join('.')}`);
}

/** A record set's own name; some stores keep `zone/label`. */
function labelOf(set: Resource): string {
  return (set.id.split('/').at(-1) ?? '').toLowerCase();
}

function recordsIn(set: Resource, name: string): StoredRecord[] {
  const { properties } = set;
  const ttl = typeof properties['ttl'] === 'number' ? properties['ttl'] : 3600;
  const alias = text(field(properties, 'cnameRecord'), 'cname');
  if (alias !== undefined) return [{ type: 'CNAME', name, ttl, data: alias }];
  const addresses = (type: 'A' | 'AAAA', member: string, key: string): StoredRecord[] =>
    list(properties, member).flatMap((record) => {
      const data = text(record, key);
      return data === undefined ? [] : [{ type, name, ttl, data }];
    });
  return [
    ...addresses('A', 'aRecords', 'ipv4Address'),
    ...addresses('AAAA', 'aaaaRecords', 'ipv6Address'),
    ...list(properties, 'txtRecords').map((record): StoredRecord => {
      const value = field(record, 'value');
      return { type: 'TXT', name, ttl, data: Array.isArray(value) ? value.map(String) : [] };
    }),
  ];
}
