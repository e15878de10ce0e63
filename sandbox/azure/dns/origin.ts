import type { Resource, ResourceReader } from '../arm/store.ts';
import { field, text } from '../network/fields.ts';
import { normalise } from './names.ts';

/** The SOA record of a zone: whose it is, and how long a missing name may be remembered. */
export interface ZoneOrigin {
  type: 'SOA';
  name: string;
  ttl: number;
  data: {
    mname: string;
    rname: string;
    serial: number;
    refresh: number;
    retry: number;
    expire: number;
    minimum: number;
  };
}

const zoneType = 'Microsoft.Network/privateDnsZones';

/** What a private zone has until somebody changes its SOA record set. */
const untouched = {
  mname: 'azureprivatedns.net',
  rname: 'azureprivatedns-host.microsoft.com',
  serial: 1,
  refresh: 3600,
  retry: 300,
  expire: 2_419_200,
  minimum: 10,
};

/** The origin of a private zone, from its SOA record set. */
export function originOf(store: ResourceReader, zone: Resource): ZoneOrigin {
  const set = store.list(`${zoneType}/SOA`, zone.id)[0];
  const soa = field(set?.properties, 'soaRecord');
  const number = (key: string, otherwise: number): number => {
    const value = field(soa, key);
    return typeof value === 'number' ? value : otherwise;
  };
  const ttl = set?.properties['ttl'];
  return {
    type: 'SOA',
    name: normalise(zone.name),
    ttl: typeof ttl === 'number' ? ttl : 3600,
    data: {
      mname: text(soa, 'host') ?? untouched.mname,
      rname: text(soa, 'email') ?? untouched.rname,
      serial: number('serialNumber', untouched.serial),
      refresh: number('refreshTime', untouched.refresh),
      retry: number('retryTime', untouched.retry),
      expire: number('expireTime', untouched.expire),
      minimum: number('minimumTtl', untouched.minimum),
    },
  };
}

/** The origin of the public zone of a name; zones below the second level are not told apart here. */
export function publicOrigin(name: string): ZoneOrigin {
  return {
    type: 'SOA',
    name: name.split('.').slice(-2).join('.'),
    ttl: 3600,
    data: {
      ...untouched,
      mname: 'ns1-01.azure-dns.com',
      rname: 'azuredns-hostmaster.microsoft.com',
    },
  };
}
