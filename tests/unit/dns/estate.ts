import type { RecordStep } from '../../../tasks/lib/dns/decide.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import type {
  Endpoint,
  RecordBody,
  RecordSet,
  Seen,
  SetName,
  WantedRecord,
  Wish,
  ZoneLink,
  ZonePort,
  ZoneState,
} from '../../../tasks/lib/dns/model.ts';
import { endpointKeyOf, ownerKey, recordFor } from '../../../tasks/lib/dns/owner.ts';

export const vaultZone = 'privatelink.vaultcore.azure.net';
export const network =
  '/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v';

/** A link of that network that a plan may want. */
export const want = {
  zone: vaultZone,
  name: 'mine',
  networkId: network,
  registration: false,
  fallback: false,
};

export function endpointId(name: string, group = 'r'): string {
  return `/subscriptions/s/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${name}`;
}

export function endpoint(more: Partial<Endpoint> = {}): Endpoint {
  return {
    id: endpointId('pe-kv'),
    name: 'pe-kv',
    region: 'westeurope',
    targetId: '/subscriptions/s/resourceGroups/r/providers/Microsoft.KeyVault/vaults/kv',
    targetType: 'Microsoft.KeyVault/vaults',
    status: 'Approved',
    unregistered: true,
    configurations: [{ groupId: 'vault', address: '10.1.0.4', fqdns: ['kv.vault.azure.net'] }],
    ...more,
  };
}

/** Key of the endpoint that `wanted` is for. */
export const endpointKey = endpointKeyOf(endpoint());

export function wanted(more: Partial<WantedRecord> = {}): WantedRecord {
  const values = more.values ?? ['10.1.0.4'];
  return {
    zone: vaultZone,
    name: 'kv',
    type: 'A',
    values,
    ttl: 10,
    fqdns: ['kv.vault.azure.net'],
    parts: [{ source: endpointKey, values }],
    writer: 'record',
    ...more,
  };
}

/** The group of `endpoint` was listed to its end. */
export const seen: Seen = { groups: ['s/r'], endpoints: [], others: [] };

export function wish(more: Partial<Wish> = {}): Wish {
  return {
    owner: 't/weu',
    records: [wanted()],
    links: [],
    expectedLinks: [],
    seen,
    waiting: [],
    handComplete: false,
    linksComplete: true,
    adopt: false,
    ...more,
  };
}

/** A record as its owner would have written it for a wish, perhaps changed since. */
export function owned(
  owner = 't/weu',
  more: Partial<WantedRecord> = {},
  since: Partial<RecordSet> = {},
): RecordSet {
  return { ...recordFor(wanted(more), owner), registered: false, etag: 'e1', ...since };
}

/** The kind of a step, and what it writes. */
export function line(step: RecordStep): string {
  const why = 'why' in step ? ` (${step.why})` : '';
  const values = 'wanted' in step ? ` ${step.wanted.values.join(' ')}` : '';
  return `${step.kind}${values}${why}`;
}

/** A record of nobody, or of whoever the metadata say. */
export function unowned(more: Partial<RecordSet> = {}): RecordSet {
  const { zone, name, type, values, ttl } = wanted();
  return { zone, name, type, values, ttl, metadata: {}, registered: false, etag: 'e1', ...more };
}

/** A record as a zone group leaves it. */
export function grouped(more: Partial<RecordSet> = {}, name = 'pe-kv'): RecordSet {
  const creator = `created by private endpoint ${name} with resource guid 00000000-0000-4000-8000-0000000000aa`;
  return unowned({ metadata: { creator }, ...more });
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
  return { zones: [vaultZone], records: [], others: [], links: [], limits: {}, ...more };
}

const keyOf = ({ zone, name, type }: SetName): string => `${type} ${name}.${zone}`;

/**
 * Zones in memory, with Azure's etag rules: every write is checked and made in one step. `before` runs ahead
 * of each: others may interfere there.
 */
export class MemoryZones implements ZonePort {
  readonly records = new Map<string, RecordSet>();
  /** Links that are there. */
  readonly present = new Map<string, ZoneLink>();
  readonly log: string[] = [];
  before: (what: string) => void = () => undefined;
  #etag = 0;

  zoneId(zone: string): string {
    return `/zones/${zone}`;
  }
  async state(): Promise<ZoneState> {
    return Promise.resolve(
      state({ records: [...this.records.values()], links: [...this.present.values()] }),
    );
  }
  async record(set: SetName): Promise<RecordSet | undefined> {
    return Promise.resolve(this.records.get(keyOf(set)));
  }
  async links(zone: string): Promise<ZoneLink[]> {
    return Promise.resolve([...this.present.values()].filter((link) => link.zone === zone));
  }
  put(record: RecordBody): void {
    this.records.set(keyOf(record), { registered: false, ...record, etag: this.#next() });
  }
  async writeRecord(record: RecordBody, etag: string | undefined): Promise<void> {
    this.#check(`write ${record.name}`, () => this.records.get(keyOf(record)), etag);
    this.put(record);
    return Promise.resolve();
  }
  async removeRecord(record: RecordSet): Promise<void> {
    this.#check(`remove ${record.name}`, () => this.records.get(keyOf(record)), record.etag);
    this.records.delete(keyOf(record));
    return Promise.resolve();
  }
  async writeLink(given: Omit<ZoneLink, 'etag'>, etag: string | undefined): Promise<void> {
    const key = `${given.name}.${given.zone}`;
    this.#check(`link ${given.name}`, () => this.present.get(key), etag);
    const others = [...this.present.values()].filter((link) => link.zone === given.zone);
    if (others.some((o) => o.name !== given.name && o.networkId === given.networkId)) {
      throw new SpokelineError('ARM_CONFLICT', 'The network has another link with the zone.');
    }
    this.present.set(key, { ...given, etag: this.#next() });
    return Promise.resolve();
  }
  async removeLink(given: ZoneLink): Promise<void> {
    const key = `${given.name}.${given.zone}`;
    this.#check(`unlink ${given.name}`, () => this.present.get(key), given.etag);
    this.present.delete(key);
    return Promise.resolve();
  }

  #next(): string {
    this.#etag += 1;
    return `e${this.#etag}`;
  }

  #check(what: string, present: () => { etag: string } | undefined, etag?: string): void {
    this.before(what);
    const now = present();
    const failed = etag === undefined ? now !== undefined : now?.etag !== etag;
    this.log.push(failed ? `${what}: 412` : what);
    if (failed) throw new SpokelineError('ARM_PRECONDITION', 'The condition was not satisfied.');
  }
}
