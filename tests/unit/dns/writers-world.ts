import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyPlan } from '../../../tasks/lib/dns/apply.ts';
import { Journal } from '../../../tasks/lib/dns/attempt.ts';
import type {
  RecordSet,
  WantedLink,
  WantedRecord,
  ZoneLink,
  ZonePort,
} from '../../../tasks/lib/dns/model.ts';
import { partsOf } from '../../../tasks/lib/dns/owner.ts';
import { notedBy, planOf, removalOf } from '../../../tasks/lib/dns/plan.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { fakeClock } from '../../support/clock.ts';
import { grouped, MemoryZones, owned, unowned, vaultZone, wanted, wish } from './estate.ts';

/** One pipeline that runs the task. */
export interface Writer {
  readonly owner: string;
  /** Its endpoint, which comes after the run has read the zones. */
  readonly endpoint: string;
  /** Resource group whose endpoints it lists; two writers of one owner may list different ones, or the same. */
  readonly group: string;
  /** Names that its endpoint needs; none gives everything up. */
  readonly names: readonly string[];
  readonly address: string;
  /** Network that it links. */
  readonly network: string | undefined;
  readonly remove: boolean;
  readonly adopt: boolean;
}

export const names = ['a', 'b'];

export const writer = (index: number): fc.Arbitrary<Writer> =>
  fc.record({
    // Two stamps of one estate share what they both need; another estate takes no part.
    owner: fc.constantFrom('t/weu', 't/weu', 't/neu', 't/neu', 'u/weu'),
    endpoint: fc.constant(`pe${index}`),
    group: fc.constantFrom('g0', `g${index}`),
    names: fc.subarray(names),
    address: fc.constantFrom('10.0.0.1', `10.0.0.${index + 2}`),
    network: fc.constantFrom(undefined, '/n1', '/n2'),
    remove: fc.boolean(),
    adopt: fc.boolean(),
  });

/** What is there before: of an owner for an endpoint that is gone or not seen, of a zone group, of nobody. */
export const before = fc.constantFrom<((name: string) => RecordSet) | undefined>(
  undefined,
  (name) => owned('t/weu', part(name, 's/g0/gone', '10.0.0.9')),
  (name) => owned('t/weu', part(name, 's/elsewhere/pe', '10.0.0.8')),
  (name) => owned('t/uks', part(name, 's/uks/pe', '10.0.0.7')),
  (name) => owned('u/neu', part(name, 's/other/pe', '10.0.0.1')),
  (name) => grouped({ name, values: ['10.0.0.1'] }),
  (name) => unowned({ name, values: ['10.0.0.1'] }),
);

function part(name: string, source: string, address: string): WantedRecord {
  return wanted({ name, values: [address], parts: [{ source, values: [address] }] });
}

const keyOf = ({ group, endpoint }: Writer) => `s/${group}/${endpoint}`;

/** A change of a record set, and the owner in whose name it was made. */
export interface Change {
  readonly by: string;
  readonly from: RecordSet | undefined;
  readonly to: RecordSet | undefined;
}

interface LinkChange {
  readonly by: string;
  readonly from: ZoneLink | undefined;
  readonly to: ZoneLink | undefined;
}

/** What writers did. */
export interface History {
  /** Keys of the endpoints that have come. */
  readonly endpoints: Set<string>;
  readonly records: Change[];
  readonly links: LinkChange[];
}

export const nothing = (): History => ({ endpoints: new Set(), records: [], links: [] });

/** The zones as one writer reaches them: every call waits for its turn, and every change is taken down. */
export function portOf(
  zones: MemoryZones,
  by: string,
  turns: fc.Scheduler,
  history: History,
): Port {
  const turn = (what: string) => turns.schedule(Promise.resolve(), `${by} ${what}`);
  const watched = async (
    set: Pick<RecordSet, 'zone' | 'name' | 'type'>,
    run: () => Promise<void>,
  ) => {
    const from = await zones.record(set);
    await run();
    history.records.push({ by, from, to: await zones.record(set) });
  };
  const watchedLink = async (name: string, run: () => Promise<void>) => {
    const key = `${name}.${vaultZone}`;
    const from = zones.present.get(key);
    await run();
    history.links.push({ by, from, to: zones.present.get(key) });
  };
  return {
    zoneId: (zone) => zones.zoneId(zone),
    async endpoints(own) {
      await turn('lists endpoints');
      return [...history.endpoints.add(own)];
    },
    state: async () => (await turn('reads'), zones.state()),
    record: async (set) => (await turn(`reads ${set.name}`), zones.record(set)),
    links: async (zone) => (await turn('reads links'), zones.links(zone)),
    async writeRecord(record, etag) {
      await turn(`writes ${record.name}`);
      await watched(record, () => zones.writeRecord(record, etag));
    },
    async removeRecord(record) {
      await turn(`removes ${record.name}`);
      await watched(record, () => zones.removeRecord(record));
    },
    async writeLink(link, etag) {
      await turn('links');
      await watchedLink(link.name, () => zones.writeLink(link, etag));
    },
    async removeLink(link) {
      await turn('unlinks');
      await watchedLink(link.name, () => zones.removeLink(link));
    },
  };
}

/** The zones, and the endpoints beside them. */
interface Port extends ZonePort {
  /** Keys of those that are there, the writer's own among them from now on. */
  endpoints(own: string): Promise<string[]>;
}

export function linkTo(networkId: string): WantedLink {
  const name = `l-${networkId.slice(1)}`;
  return { zone: vaultZone, name, networkId, registration: false, fallback: false };
}

export function isNoted(set: RecordSet, self: Writer): boolean {
  const own = partsOf(set, self.owner)?.find(({ source }) => source === keyOf(self));
  return own?.values.join() === self.address && own.owner === undefined;
}

/** One run of the task; returns whether it succeeded. */
export async function run(self: Writer, port: Port): Promise<boolean> {
  const signal = new AbortController().signal;
  const context = { signal, clock: fakeClock(), info: () => undefined };
  const state = await port.state(signal);
  const noted = notedBy(self.owner, state);
  const others = await port.endpoints(keyOf(self));
  const plan = self.remove
    ? removalOf(self.owner, state)
    : planOf(
        wish({
          owner: self.owner,
          records: self.names.map((name) => part(name, keyOf(self), self.address)),
          seen: { groups: [`s/${self.group}`], endpoints: [], others, noted },
          links: self.network === undefined ? [] : [linkTo(self.network)],
          linksComplete: false,
          adopt: self.adopt,
        }),
        state,
      );
  if (plan.records.some(({ kind }) => kind === 'conflict')) return false;
  try {
    await applyPlan(plan, port, new Journal(() => undefined), context);
    return true;
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    assert.ok(['DNS_CONFLICT', 'ARM_PRECONDITION'].includes(error.code), error.message);
    return false;
  }
}
