import { asObject } from './dns-json.ts';
import type { RecordSet, ZoneLink, ZonePort } from '../dns/model.ts';
import type { ArmClient } from './arm-client.ts';

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
  const recordPath = (zone: string, name: string) => `${base}/${zone}/A/${name}`;
  const linkPath = (zone: string, name: string) => `${base}/${zone}/virtualNetworkLinks/${name}`;
  const condition = (etag: string | undefined) =>
    etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag };

  return {
    async state(signal) {
      const zones = (await arm.list<unknown>(base, dnsVersion, { signal }))
        .map((zone) => asObject(zone)['name'])
        .filter((name) => typeof name === 'string')
        .map((name) => name.toLowerCase())
        .sort();
      const records: RecordSet[] = [];
      const links: ZoneLink[] = [];
      const queue = [...zones];
      const worker = async () => {
        for (let zone = queue.shift(); zone !== undefined; zone = queue.shift()) {
          const place = zone;
          const sets = await arm.list<unknown>(`${base}/${place}/A`, dnsVersion, { signal });
          records.push(...sets.map((set) => readRecord(place, set)));
          const found = await arm.list<unknown>(
            `${base}/${place}/virtualNetworkLinks`,
            dnsVersion,
            {
              signal,
            },
          );
          links.push(...found.map((link) => readLink(place, link)));
        }
      };
      await Promise.all(Array.from({ length: parallel }, worker));
      return { zones, records, links };
    },

    async record(zone, name, signal) {
      const found = await arm.tryGet<unknown>(recordPath(zone, name), dnsVersion, { signal });
      return found === undefined ? undefined : readRecord(zone, found.body, found.etag);
    },

    async link(zone, name, signal) {
      const found = await arm.tryGet<unknown>(linkPath(zone, name), dnsVersion, { signal });
      return found === undefined ? undefined : readLink(zone, found.body, found.etag);
    },

    async writeRecord({ zone, name, addresses, ttl, metadata }, etag, signal) {
      const body = {
        properties: {
          ttl,
          metadata,
          aRecords: addresses.map((ipv4Address) => ({ ipv4Address })),
        },
      };
      await arm.put(recordPath(zone, name), dnsVersion, body, { signal, ...condition(etag) });
    },

    async removeRecord({ zone, name, etag }, signal) {
      await arm.delete(recordPath(zone, name), dnsVersion, {
        signal,
        ...(etag === undefined ? {} : { ifMatch: etag }),
      });
    },

    async writeLink({ zone, name, networkId, registration, fallback, tags }, etag, signal) {
      const body = {
        location: 'global',
        tags,
        properties: {
          virtualNetwork: { id: networkId },
          registrationEnabled: registration,
          // Only zones of private link have the choice.
          ...(zone.startsWith('privatelink.')
            ? { resolutionPolicy: fallback ? 'NxDomainRedirect' : 'Default' }
            : {}),
        },
      };
      await arm.put(linkPath(zone, name), dnsVersion, body, { signal, ...condition(etag) });
    },

    async removeLink({ zone, name, etag }, signal) {
      await arm.delete(linkPath(zone, name), dnsVersion, {
        signal,
        ...(etag === undefined ? {} : { ifMatch: etag }),
      });
    },
  };
}

function readRecord(zone: string, value: unknown, etag?: string): RecordSet {
  const resource = asObject(value);
  const properties = asObject(resource['properties']);
  const records = Array.isArray(properties['aRecords'])
    ? (properties['aRecords'] as unknown[])
    : [];
  return {
    zone,
    name: textOf(resource['name']).toLowerCase(),
    addresses: records.map((record) => textOf(asObject(record)['ipv4Address'])).sort(),
    ttl: typeof properties['ttl'] === 'number' ? properties['ttl'] : 0,
    metadata: textsOf(properties['metadata']),
    etag: etagOf(resource, etag),
  };
}

function readLink(zone: string, value: unknown, etag?: string): ZoneLink {
  const resource = asObject(value);
  const properties = asObject(resource['properties']);
  return {
    zone,
    name: textOf(resource['name']),
    networkId: textOf(asObject(properties['virtualNetwork'])['id']),
    registration: properties['registrationEnabled'] === true,
    fallback: properties['resolutionPolicy'] === 'NxDomainRedirect',
    tags: textsOf(resource['tags']),
    etag: etagOf(resource, etag),
  };
}

function etagOf(resource: Record<string, unknown>, header: string | undefined): string | undefined {
  return typeof resource['etag'] === 'string' ? resource['etag'] : header;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(asObject(value)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}
