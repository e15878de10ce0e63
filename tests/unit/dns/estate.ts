import { SpokelineError } from '../../../tasks/lib/errors.ts';
import {
  addressesKey,
  endpointKey,
  ownerKey,
  type Endpoint,
  type RecordSet,
  type WantedRecord,
  type Wish,
  type ZoneLink,
  type ZonePort,
  type ZoneState,
} from '../../../tasks/lib/dns/model.ts';

export const vaultZone = 'privatelink.vaultcore.azure.net';
export const network =
  '/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v';

export function endpoint(more: Partial<Endpoint> = {}): Endpoint {
  return {
    id: '/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/privateEndpoints/pe-kv',
    name: 'pe-kv',
    region: 'westeurope',
    targetId: '/subscriptions/s/resourceGroups/r/providers/Microsoft.KeyVault/vaults/kv',
    targetType: 'Microsoft.KeyVault/vaults',
    status: 'Approved',
    configurations: [{ groupId: 'vault', address: '10.1.0.4', fqdns: ['kv.vault.azure.net'] }],
    ...more,
  };
}

export function wanted(more: Partial<WantedRecord> = {}): WantedRecord {
  return {
    zone: vaultZone,
    name: 'kv',
    addresses: ['10.1.0.4'],
    ttl: 10,
    fqdns: ['kv.vault.azure.net'],
    endpoints: ['pe-kv:1'],
    ...more,
  };
}

export function wish(more: Partial<Wish> = {}): Wish {
  return { owner: 't/weu', records: [wanted()], links: [], expectedLinks: [], ...more };
}

/** A record as we would have written it. */
export function owned(owner = 't/weu', more: Partial<RecordSet> = {}): RecordSet {
  const addresses = more.addresses ?? ['10.1.0.4'];
  return {
    zone: vaultZone,
    name: 'kv',
    ttl: 10,
    metadata: { [ownerKey]: owner, [endpointKey]: 'pe-kv:1', [addressesKey]: addresses.join(' ') },
    etag: 'e1',
    ...more,
    addresses,
  };
}

export function link(more: Partial<ZoneLink> = {}): ZoneLink {
  return {
    zone: vaultZone,
    name: 'l',
    networkId: network,
    registration: false,
    fallback: false,
    tags: { [ownerKey]: 't/weu' },
    etag: 'e1',
    ...more,
  };
}

export function state(more: Partial<ZoneState> = {}): ZoneState {
  return { zones: [vaultZone], records: [], links: [], ...more };
}

/** Zones in memory, with Azure's etag rules. `before` runs before each write: others may interfere there. */
export class MemoryZones implements ZonePort {
  readonly records = new Map<string, RecordSet>();
  readonly links = new Map<string, ZoneLink>();
  readonly log: string[] = [];
  before: (what: string) => void = () => undefined;
  #etag = 0;

  state(): Promise<ZoneState> {
    return Promise.resolve(
      state({ records: [...this.records.values()], links: [...this.links.values()] }),
    );
  }
  record(zone: string, name: string): Promise<RecordSet | undefined> {
    return Promise.resolve(this.records.get(`${name}.${zone}`));
  }
  link(zone: string, name: string): Promise<ZoneLink | undefined> {
    return Promise.resolve(this.links.get(`${name}.${zone}`));
  }
  put(record: Omit<RecordSet, 'etag'>): void {
    this.records.set(`${record.name}.${record.zone}`, { ...record, etag: `e${(this.#etag += 1)}` });
  }
  async writeRecord(record: Omit<RecordSet, 'etag'>, etag: string | undefined): Promise<void> {
    this.#check(`write ${record.name}`, this.records.get(`${record.name}.${record.zone}`), etag);
    this.put(record);
    return Promise.resolve();
  }
  async removeRecord(record: RecordSet): Promise<void> {
    const key = `${record.name}.${record.zone}`;
    this.#check(`remove ${record.name}`, this.records.get(key), record.etag);
    this.records.delete(key);
    return Promise.resolve();
  }
  async writeLink(given: Omit<ZoneLink, 'etag'>, etag: string | undefined): Promise<void> {
    this.#check(`link ${given.name}`, this.links.get(`${given.name}.${given.zone}`), etag);
    this.links.set(`${given.name}.${given.zone}`, { ...given, etag: `e${(this.#etag += 1)}` });
    return Promise.resolve();
  }
  async removeLink(given: ZoneLink): Promise<void> {
    this.log.push(`unlink ${given.name}`);
    this.links.delete(`${given.name}.${given.zone}`);
    return Promise.resolve();
  }

  #check(what: string, present: { etag: string | undefined } | undefined, etag?: string): void {
    this.before(what);
    const now = what.startsWith('link') ? present : (this.#reread(what) ?? present);
    const failed = etag === undefined ? now !== undefined : now?.etag !== etag;
    this.log.push(failed ? `${what}: 412` : what);
    if (failed) throw new SpokelineError('ARM_PRECONDITION', 'The condition was not satisfied.');
  }

  /** The record may have changed in `before`. */
  #reread(what: string): RecordSet | undefined {
    const name = what.split(' ')[1];
    return [...this.records.values()].find((record) => record.name === name);
  }
}
