import { SpokelineError } from '../errors.ts';
import type { Cloud } from '../topology/model.ts';
import { zoneTable, type ZoneEntry } from './zone-table.ts';

/** A name in a private DNS zone. */
export interface ZoneName {
  /** The zone, in lower case, for example `privatelink.vaultcore.azure.net`. */
  readonly zone: string;
  /** Relative to the zone. */
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

/**
 * The zone and the name in it under which a public name of an endpoint has to be registered.
 * Throws DNS_UNSUPPORTED for a kind or a name that the table does not know.
 */
export function zoneNameOf(kind: EndpointKind, fqdn: string): ZoneName {
  const host = fqdn.toLowerCase().replace(/\.$/, '');
  const entries = entriesOf(kind);
  for (const { zone, suffixes } of entries) {
    for (const suffix of suffixes) {
      if (!host.endsWith(`.${suffix}`)) continue;
      return { zone, name: host.slice(0, -suffix.length - 1) };
    }
  }
  const known = entries.flatMap(({ suffixes }) => suffixes).join(', ');
  throw new SpokelineError(
    'DNS_UNSUPPORTED',
    `${fqdn} is no name of ${kind.type} (${kind.groupId}) in the ${kind.cloud} cloud; ` +
      `its names end in ${known}.`,
  );
}

/** Zones that endpoints of this kind use. Throws DNS_UNSUPPORTED. */
export function zonesOf(kind: EndpointKind): string[] {
  return entriesOf(kind).map(({ zone }) => zone);
}

function entriesOf(kind: EndpointKind): { zone: string; suffixes: string[] }[] {
  const type = kind.type.toLowerCase();
  const group = kind.groupId.toLowerCase();
  const service = zoneTable.find((s) => s.type === type && s.groups.includes(group));
  const zones = service?.zones[kind.cloud];
  if (zones === undefined) {
    throw new SpokelineError(
      'DNS_UNSUPPORTED',
      `The private DNS zone of ${kind.type} with group id ${kind.groupId} is not known ` +
        `in the ${kind.cloud} cloud.`,
    );
  }
  return zones.map((entry) => expanded(entry, kind.region));
}

function expanded(entry: ZoneEntry, region: string): { zone: string; suffixes: string[] } {
  const place = region.toLowerCase().replace(/\s/g, '');
  const fill = (text: string) => text.replaceAll('{region}', place);
  if (typeof entry !== 'string') {
    return { zone: fill(entry.zone), suffixes: [...entry.suffixes.map(fill), fill(entry.zone)] };
  }
  const zone = fill(entry);
  // Some services show the name in the private zone itself, as AKS does.
  return { zone, suffixes: [zone, zone.replace(/^privatelink\./, '')] };
}
