import type { Cloud } from '../topology/model.ts';
import data from './zone-data.json' with { type: 'json' };

/**
 * A private DNS zone, or the zone and the public suffixes under which its names are known when these are not
 * just the zone without `privatelink.`. A word in braces stands for one label: `{region}` (uksouth), `{geo}`
 * (uks), or a part that only the public name tells, such as `{dnsPrefix}`.
 */
export type ZoneEntry = string | { readonly zone: string; readonly suffixes: readonly string[] };

/** The zones of one kind of private endpoint. A cloud that is missing has no zone that is documented. */
export interface ServiceZones extends Readonly<Partial<Record<Cloud, readonly ZoneEntry[]>>> {
  /** Type of the resource behind the endpoint; Azure's own letter case varies. */
  readonly type: string;
  /** Group ids (sub-resources); `*` at the end stands for any end. */
  readonly groups: readonly string[];
}

interface ZoneData {
  /** Month in which the sources were last compared. */
  readonly version: string;
  readonly source: readonly string[];
  readonly services: readonly ServiceZones[];
  /** Region to the code in its names of Azure Backup. */
  readonly geoCodes: Readonly<Record<string, string>>;
}

/** Which zone holds the names of an endpoint, by type, group id and cloud; one line a service in the file. */
export const zoneTable: ZoneData = data;
