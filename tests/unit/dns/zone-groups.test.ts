import assert from 'node:assert/strict';
import { applyGroups, awaitPolicies, awaitRecords } from '../../../tasks/lib/dns/apply-groups.ts';
import { Journal } from '../../../tasks/lib/dns/attempt.ts';
import type { Endpoint, RecordSet } from '../../../tasks/lib/dns/model.ts';
import {
  delegate,
  unclear,
  type GroupStep,
  type Mode,
  type ZoneGroup,
  type ZoneGroupPort,
} from '../../../tasks/lib/dns/zone-groups.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { fakeClock } from '../../support/clock.ts';
import {
  endpoint,
  endpointId,
  endpointKey,
  grouped,
  state,
  unowned,
  vaultZone,
  wanted,
  wish,
} from './estate.ts';

const zoneId = (zone: string) => `/Zones/${zone}`;
const group = (name: string, ...zones: string[]): ZoneGroup => ({
  name,
  zoneIds: zones.map((zone) => zoneId(zone).toLowerCase()),
});
const signal = new AbortController().signal;

function line(step: GroupStep): string {
  if (step.kind === 'conflict') return `conflict: ${step.why}`;
  return 'zones' in step ? `${step.kind} ${step.zones.join(' ')}` : step.kind;
}

describe('what becomes of zone groups', () => {
  const two = [wanted(), wanted({ zone: 'privatelink.openai.azure.com' })];
  const six = Array.from({ length: 6 }, (_, n) => wanted({ zone: `privatelink.z${n}.net` }));
  const cases: [
    Mode,
    string,
    ReturnType<typeof wanted>[],
    ZoneGroup | undefined,
    string[],
    string[],
  ][] = [
    ['records', 'no group', two, undefined, [], ['record', 'record']],
    [
      'records',
      'a policy, of one zone',
      two,
      group('deployedByPolicy', vaultZone),
      ['foreign'],
      ['zoneGroup', 'record'],
    ],
    [
      'records',
      'our own group',
      [wanted()],
      group('spokeline', vaultZone),
      ['keep'],
      ['zoneGroup'],
    ],
    [
      'records',
      'a group of other zones',
      [wanted()],
      group('default', 'corp.example'),
      ['foreign'],
      ['record'],
    ],
    ['zoneGroups', 'no group', [wanted()], undefined, [`create ${vaultZone}`], ['zoneGroup']],
    [
      'zoneGroups',
      'our own group',
      [wanted()],
      group('spokeline', vaultZone),
      ['keep'],
      ['zoneGroup'],
    ],
    [
      'zoneGroups',
      'our own group of fewer zones',
      two,
      group('spokeline', vaultZone),
      [`update privatelink.openai.azure.com ${vaultZone}`],
      ['zoneGroup', 'zoneGroup'],
    ],
    [
      'zoneGroups',
      'a policy',
      [wanted()],
      group('deployedByPolicy', vaultZone),
      ['foreign'],
      ['zoneGroup'],
    ],
    [
      'zoneGroups',
      'a policy of one zone',
      two,
      group('deployedByPolicy', vaultZone),
      [
        "conflict: the policy's zone group deployedByPolicy does not register in privatelink.openai.azure.com; " +
          'with the mode records, the names that it leaves out become records',
      ],
      ['zoneGroup', 'record'],
    ],
    [
      'zoneGroups',
      'six zones',
      six,
      undefined,
      ['conflict: needs 6 zones, and a zone group takes 5; use the mode records'],
      six.map(() => 'record'),
    ],
    ['zoneGroups', 'no name to register', [], undefined, [], []],
  ];
  for (const [mode, name, records, present, steps, writers] of cases) {
    it(`in the mode ${mode}, with ${name}`, () => {
      const groups = new Map(present === undefined ? [] : [[endpointKey, present]]);
      const found = delegate(wish({ records }), [endpoint()], groups, mode, zoneId);
      assert.deepEqual(found.steps.map(line), steps);
      assert.deepEqual(
        found.wish.records.map(({ writer }) => writer),
        writers,
      );
    });
  }

  it('that cannot hold a name for two endpoints', () => {
    const second = endpoint({ id: endpointId('pe-2'), name: 'pe-2' });
    const parts = [...wanted().parts, { source: 's/r/pe-2', values: ['10.1.0.5'] }];
    const both = wish({ records: [wanted({ values: ['10.1.0.4', '10.1.0.5'], parts })] });
    const groups = new Map([[endpointKey, group('deployedByPolicy', vaultZone)]]);
    const { steps } = delegate(both, [endpoint(), second], groups, 'records', zoneId);
    assert.deepEqual(steps.map(line), [
      'foreign',
      `conflict: its zone group would hold kv in ${vaultZone} for one endpoint alone, but pe-kv and pe-2 share it; ` +
        'use the mode records without zone groups',
    ]);
  });

  it('that need not be read: of endpoints that wait for one, and of those that have all their records', () => {
    const registered = endpoint({ unregistered: false });
    const read = (one: Endpoint, records: RecordSet[]) => {
      const found = unclear([one], wish(), state({ records }), zoneId);
      return [found.read.length, [...found.known.values()].map(({ zoneIds }) => zoneIds.length)];
    };
    assert.deepEqual(read(endpoint(), []), [0, []]);
    assert.deepEqual(read(registered, [grouped()]), [0, [1]]);
    assert.deepEqual(read(registered, []), [1, []]);
    assert.deepEqual(read(registered, [grouped({ values: ['10.9.9.9'] })]), [1, []]);
    assert.deepEqual(read(registered, [grouped({}, 'pe-other')]), [1, []]);
    assert.deepEqual(read(registered, [unowned()]), [1, []]);
  });
});

describe('making zone groups', () => {
  let present: Map<string, ZoneGroup>;
  let log: string[];
  /** Runs before a write: a policy may be there first. */
  let before: () => void;

  const port: ZoneGroupPort = {
    groups: (id) => {
      const found = present.get(id);
      return Promise.resolve(found === undefined ? [] : [found]);
    },
    write(id, name, zones) {
      before();
      log.push(`write ${name}`);
      if ((present.get(id)?.name ?? name) !== name) {
        return Promise.reject(new SpokelineError('ARM_CONFLICT', 'it has another zone group'));
      }
      present.set(id, { name, zoneIds: zones.map((zone) => zone.id.toLowerCase()) });
      return Promise.resolve();
    },
    remove(id, name) {
      log.push(`remove ${name}`);
      present.delete(id);
      return Promise.resolve();
    },
  };

  async function carryOut(step: GroupStep): Promise<string[]> {
    const lines: string[] = [];
    const journal = new Journal((text) => lines.push(text.trim()));
    const context = { signal, clock: fakeClock(), info: () => undefined };
    await applyGroups([step], port, zoneId, journal, context);
    return lines;
  }

  const create: GroupStep = { kind: 'create', endpoint: endpoint(), zones: [vaultZone] };

  beforeEach(() => {
    present = new Map();
    log = [];
    before = () => undefined;
  });

  it('writes one, and takes it away again', async () => {
    assert.deepEqual(await carryOut(create), [`made zone group spokeline of pe-kv: ${vaultZone}`]);
    assert.deepEqual(await carryOut(create), []);
    const removed = await carryOut({ kind: 'remove', endpoint: endpoint() });
    assert.deepEqual(removed, ['removed zone group spokeline of pe-kv']);
    assert.deepEqual(log, ['write spokeline', 'remove spokeline']);
  });

  it('leaves it to a policy that was first, whether seen before the write or by it', async () => {
    present.set(endpoint().id, group('deployedByPolicy', vaultZone));
    assert.deepEqual(await carryOut(create), []);
    assert.deepEqual(log, []);
    present.clear();
    before = () => present.set(endpoint().id, group('deployedByPolicy', vaultZone));
    assert.deepEqual(await carryOut(create), []);
    assert.deepEqual(log, ['write spokeline']);
  });

  it('does not fight a policy that registers elsewhere', async () => {
    present.set(endpoint().id, group('deployedByPolicy', 'corp.example'));
    await assert.rejects(carryOut(create), { code: 'DNS_ZONE_GROUP' });
    assert.deepEqual(log, []);
  });
});

describe('waiting for zone groups', () => {
  const options = (lines: string[] = []) => ({
    signal,
    clock: fakeClock(),
    timeout: 20_000,
    interval: 5_000,
    info: (text: string) => lines.push(text.trim()),
  });
  const delegated = wish({ records: [wanted({ writer: 'zoneGroup' })] });
  const states = (...rounds: RecordSet[][]) => {
    let round = -1;
    return {
      state: () => {
        round += 1;
        return Promise.resolve(
          state({ records: rounds[Math.min(round, rounds.length - 1)] ?? [] }),
        );
      },
    };
  };

  it('ends with the last record', async () => {
    const lines: string[] = [];
    await awaitRecords([delegated], states([], [], [grouped()]), options(lines));
    assert.deepEqual(lines, Array(2).fill('waiting for zone groups to write 1 records'));
  });

  it('ends with what is missing or wrong, and who wrote it', async () => {
    const failures: [RecordSet[], string][] = [
      [[], `record kv in ${vaultZone} should be 10.1.0.4 for s/r/pe-kv, and is missing`],
      [
        [grouped({ values: ['10.9.9.9'] }, 'pe-other')],
        `record kv in ${vaultZone} should be 10.1.0.4 for s/r/pe-kv, and is 10.9.9.9, written by the zone group of ` +
          'private endpoint pe-other',
      ],
    ];
    for (const [records, message] of failures) {
      await assert.rejects(awaitRecords([delegated], states(records), options()), {
        code: 'DNS_ZONE_GROUP',
        message: 'Zone groups have not written a record in 20 s.',
        details: [{ target: `kv.${vaultZone}`, message }],
      });
    }
  });

  it('ends at once when somebody else writes the record', async () => {
    await assert.rejects(awaitRecords([delegated], states([], [unowned()]), options()), {
      code: 'DNS_CONFLICT',
    });
  });

  it('of a policy ends when it has come, or with the time', async () => {
    for (const [comes, reads] of [
      [2, 3],
      [99, 5],
    ] as const) {
      let count = 0;
      const lines: string[] = [];
      await awaitPolicies(() => {
        count += 1;
        return Promise.resolve([endpoint({ unregistered: count <= comes })]);
      }, options(lines));
      assert.equal(count, reads);
      assert.equal(lines[0], 'waiting for a policy to register pe-kv (20 s left)');
    }
  });
});
