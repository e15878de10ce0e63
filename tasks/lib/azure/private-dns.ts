import type { SetName, ZonePort, ZoneState } from '../dns/model.ts';
import { inTurns } from '../dns/turns.ts';
import { isPrivateLink } from '../dns/zone-name.ts';
import type { ArmClient } from './arm-client.ts';
import { readLimits, readLink, readRecord, readSet, textOf, valuesBody } from './dns-records.ts';
import { asObject } from '../net/json-value.ts';

/** First version with NxDomainRedirect on links. */
const dnsVersion = '2024-06-01';

/** Limit of parallel listings; a subscription's reads are throttled together. */
const parallel = 4;

/** The private DNS zones of one resource group, over ARM. */
export function createZonePort(
  arm: ArmClient,
  subscription: string,
  resourceGroup: string,
): ZonePort {
  const base =
    `/subscriptions/${subscription}/resourceGroups/${resourceGroup}` +
    '/providers/Microsoft.Network/privateDnsZones';
  const recordPath = ({ zone, type, name }: SetName) => `${base}/${zone}/${type}/${name}`;
  const linkPath = (zone: string, name: string) => `${base}/${zone}/virtualNetworkLinks/${name}`;
  const condition = (etag: string | undefined) =>
    etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag };
  const list = (path: string, signal: AbortSignal) =>
    arm.list<unknown>(path, dnsVersion, { signal });

  const links = async (zone: string, signal: AbortSignal) =>
    (await list(`${base}/${zone}/virtualNetworkLinks`, signal)).map((link) => readLink(zone, link));

  return {
    zoneId: (zone) => `${base}/${zone}`,

    async state(signal) {
      const listed = (await list(base, signal)).map((zone) => ({
        name: textOf(asObject(zone)['name']).toLowerCase(),
        limits: readLimits(zone),
      }));
      const zones = listed.map(({ name }) => name).sort();
      const records: ZoneState['records'][number][] = [];
      const others: ZoneState['others'][number][] = [];
      const found: ZoneState['links'][number][] = [];
      await inTurns(zones, parallel, async (zone) => {
        for (const set of await list(`${base}/${zone}/ALL`, signal)) {
          const read = readSet(zone, set);
          if ('etag' in read) records.push(read);
          else others.push(read);
        }
        for (const link of await links(zone, signal)) found.push(link);
      });
      const limits = Object.fromEntries(listed.map((zone) => [zone.name, zone.limits]));
      return { zones, records, others, links: found, limits };
    },

    async record(set, signal) {
      const found = await arm.tryGet<unknown>(recordPath(set), dnsVersion, { signal });
      return found === undefined ? undefined : readRecord(set, found.body, found.etag);
    },

    links,

    async writeRecord(record, etag, signal) {
      const { ttl, metadata } = record;
      const body = { properties: { ttl, metadata, ...valuesBody(record) } };
      await arm.put(recordPath(record), dnsVersion, body, { signal, ...condition(etag) });
    },

    async removeRecord(record, signal) {
      await arm.delete(recordPath(record), dnsVersion, { signal, ifMatch: record.etag });
    },

    async writeLink({ zone, name, networkId, registration, fallback, tags }, etag, signal) {
      const body = {
        location: 'global',
        tags,
        properties: {
          virtualNetwork: { id: networkId },
          registrationEnabled: registration,
          ...(isPrivateLink(zone)
            ? { resolutionPolicy: fallback ? 'NxDomainRedirect' : 'Default' }
            : {}),
        },
      };
      await arm.put(linkPath(zone, name), dnsVersion, body, { signal, ...condition(etag) });
    },

    async removeLink({ zone, name, etag }, signal) {
      await arm.delete(linkPath(zone, name), dnsVersion, { signal, ifMatch: etag });
    },
  };
}
