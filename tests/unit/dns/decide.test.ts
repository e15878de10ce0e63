import assert from 'node:assert/strict';
import { decideUnwanted, decideWanted } from '../../../tasks/lib/dns/decide.ts';
import { byHand, type RecordSet, type Wish } from '../../../tasks/lib/dns/model.ts';
import { recordFor } from '../../../tasks/lib/dns/owner.ts';
import { endpointKey, grouped, line, owned, seen, unowned, wanted, wish } from './estate.ts';

const second = { source: 's/r/pe-2', values: ['10.1.0.5'] };
const elsewhere = { source: 's/other/pe-3', values: ['10.1.0.6'] };
const both = wanted({
  values: ['10.1.0.4', '10.1.0.5'],
  parts: [{ source: endpointKey, values: ['10.1.0.4'] }, second],
});
/** An endpoint of the stamp neu. */
const theirs = { source: 's/neu/pe', values: ['10.2.0.4'] };

/** A set that serves endpoints of the stamps weu and neu. */
function shared(own = wanted().parts): RecordSet {
  const parts = [...own, { ...theirs, owner: 't/neu' }];
  return owned('t/weu', { values: parts.flatMap(({ values }) => values).sort(), parts });
}

/** The same without the note of whose one endpoint is. */
function damaged(set: RecordSet): RecordSet {
  const lost = Object.keys(set.metadata).find((key) => key.startsWith('spokeline-stamp-'));
  const notes = Object.entries(set.metadata).filter(([key]) => key !== lost);
  return { ...set, metadata: Object.fromEntries(notes) as Record<string, string> };
}

const hand = wanted({ parts: [{ source: byHand, values: ['10.1.0.4'] }] });

describe('the decision about a wanted record', () => {
  const cases: [string, RecordSet | undefined, string, Partial<Wish>?][] = [
    ['that is missing', undefined, 'create 10.1.0.4'],
    ['that is ours and right', owned(), 'keep 10.1.0.4'],
    [
      'that is ours with an old address',
      owned('t/weu', { values: ['10.1.0.9'] }),
      'update 10.1.0.4 (now 10.1.0.9)',
    ],
    [
      'of ours that somebody changed',
      owned('t/weu', {}, { values: ['10.1.0.9'] }),
      'update 10.1.0.4 (now 10.1.0.9, changed by somebody)',
    ],
    [
      'that is ours with another TTL',
      owned('t/weu', { ttl: 300 }),
      'update 10.1.0.4 (TTL now 300 s)',
    ],
    [
      'that is ours with damaged metadata',
      owned('t/weu', {}, { metadata: { 'spokeline-owner': 't/weu' } }),
      'update 10.1.0.4 (its endpoints are noted anew)',
    ],
    [
      'whose set also serves an endpoint of a group that was not listed',
      owned('t/weu', {
        values: ['10.1.0.4', '10.1.0.6'],
        parts: [...wanted().parts, elsewhere],
      }),
      'keep 10.1.0.4 10.1.0.6',
    ],
    [
      'whose set serves such an endpoint alone so far',
      owned('t/weu', { values: elsewhere.values, parts: [elsewhere] }),
      'update 10.1.0.4 10.1.0.6 (now 10.1.0.6)',
    ],
    [
      'whose set still serves an endpoint that is gone',
      owned('t/weu', both),
      'update 10.1.0.4 (now 10.1.0.4, 10.1.0.5)',
    ],
    [
      'that another estate has with another value',
      owned('u/weu', { values: ['10.2.0.4'] }),
      'conflict 10.1.0.4',
    ],
    ['that another estate has with this value', owned('u/weu'), 'foreign 10.1.0.4'],
    ['that another estate has, with adoption', owned('u/weu'), 'foreign 10.1.0.4', { adopt: true }],
    [
      'that an owner of no estate has',
      owned('weu', { values: ['10.2.0.4'], parts: [theirs] }),
      'conflict 10.1.0.4',
    ],
    [
      'that another stamp has for its own endpoint',
      owned('t/neu', { values: theirs.values, parts: [theirs] }),
      'update 10.1.0.4 10.2.0.4 (shared with t/neu)',
    ],
    ['that another stamp has for the same endpoint', owned('t/neu'), 'foreign 10.1.0.4'],
    [
      'that another stamp has for the same endpoint with another address',
      owned('t/neu', { values: ['10.2.0.4'], parts: [{ ...theirs, source: endpointKey }] }),
      'conflict 10.1.0.4',
    ],
    [
      'that another stamp has for one of our two endpoints',
      owned('t/neu'),
      'update 10.1.0.4 10.1.0.5 (shared with t/neu)',
      { records: [both] },
    ],
    [
      'that another stamp has, and somebody changed',
      owned('t/neu', { values: theirs.values, parts: [theirs] }, { values: ['10.9.9.9'] }),
      'conflict 10.1.0.4',
    ],
    [
      'that another stamp declares',
      { ...owned(), ...recordFor({ ...hand, values: ['10.2.0.4'] }, 't/neu') },
      'conflict 10.1.0.4',
    ],
    ['that stamps share, ours among them', shared(), 'keep 10.1.0.4 10.2.0.4'],
    [
      'that stamps share, with an endpoint of ours that is gone',
      shared([...wanted().parts, second]),
      'update 10.1.0.4 10.2.0.4 (now 10.1.0.4, 10.1.0.5, 10.2.0.4)',
    ],
    [
      'that two others share',
      owned('t/neu', {
        values: ['10.2.0.4', '10.3.0.4'],
        parts: [theirs, { source: 's/uks/pe', values: ['10.3.0.4'], owner: 't/uks' }],
      }),
      'update 10.1.0.4 10.2.0.4 10.3.0.4 (shared with t/neu and t/uks)',
    ],
    [
      'that stamps share, and somebody changed',
      { ...shared(), values: ['10.9.9.9'] },
      'update 10.1.0.4 10.2.0.4 (now 10.9.9.9, changed by somebody)',
    ],
    [
      'that stamps share, without a note of whose an endpoint is',
      damaged(shared()),
      'conflict 10.1.0.4',
    ],
    [
      'that stamps share, with a shorter TTL: the shortest suits them all',
      { ...shared(), ttl: 5 },
      'keep 10.1.0.4 10.2.0.4',
    ],
    [
      'that stamps share, with a longer TTL',
      { ...shared(), ttl: 300 },
      'update 10.1.0.4 10.2.0.4 (TTL now 300 s)',
    ],
    ["that is nobody's with another value", unowned({ values: ['10.9.0.1'] }), 'conflict 10.1.0.4'],
    [
      "that is nobody's with another value, with adoption",
      unowned({ values: ['10.9.0.1'] }),
      'conflict 10.1.0.4',
      { adopt: true },
    ],
    ["that is nobody's and right", unowned(), 'foreign 10.1.0.4'],
    ["that is nobody's and right, with adoption", unowned(), 'adopt 10.1.0.4', { adopt: true }],
    ['of a zone group, right', grouped(), 'foreign 10.1.0.4', { adopt: true }],
    ['of a zone group, other', grouped({ values: ['10.9.0.1'] }), 'conflict 10.1.0.4'],
    [
      'of automatic registration',
      unowned({ registered: true }),
      'foreign 10.1.0.4',
      { adopt: true },
    ],
    ['that is ours, by hand', { ...owned(), ...recordFor(hand, 't/weu') }, 'conflict 10.1.0.4'],
  ];
  for (const [name, actual, expected, more] of cases) {
    it(`${name}: ${expected}`, () => {
      const rules = wish(more);
      assert.equal(line(decideWanted(rules.records[0]!, rules, actual)), expected);
    });
  }

  const delegated: [string, RecordSet | undefined, string][] = [
    ['that is missing', undefined, 'await 10.1.0.4'],
    ['that it has written', grouped(), 'foreign 10.1.0.4'],
    ['that it has written otherwise', grouped({ values: ['10.9.0.1'] }), 'await 10.1.0.4'],
    ['that is ours and right, to be handed over', owned(), 'keep 10.1.0.4'],
    ['that is ours and wrong', owned('t/weu', { values: ['10.1.0.9'] }), 'await 10.1.0.4'],
    ['that another owner has: it would be overwritten', owned('t/neu'), 'conflict 10.1.0.4'],
    ['that stamps share: it would be overwritten', shared(), 'conflict 10.1.0.4'],
    ["that is nobody's: it would be overwritten", unowned(), 'conflict 10.1.0.4'],
  ];
  for (const [name, actual, expected] of delegated) {
    it(`of a zone group ${name}: ${expected}`, () => {
      const want = wanted({ writer: 'zoneGroup' });
      assert.equal(line(decideWanted(want, wish(), actual)), expected);
    });
  }
});

describe('the decision about a set of ours that is not wanted', () => {
  const gone = owned();
  const cases: [string, RecordSet, string, Partial<Wish>?][] = [
    ['whose group was listed without it', gone, 'remove'],
    [
      'whose group was not listed',
      gone,
      'leave (ours, for s/r/pe-kv, not proven to be gone)',
      { seen: { ...seen, groups: [] } },
    ],
    [
      'whose endpoint was looked for and not found',
      gone,
      'remove',
      { seen: { groups: [], endpoints: [endpointKey], others: [] } },
    ],
    [
      'whose endpoint exists, but is not in this run',
      gone,
      'leave (ours, for s/r/pe-kv, not proven to be gone)',
      { seen: { ...seen, others: [endpointKey] } },
    ],
    [
      'that somebody changed',
      owned('t/weu', {}, { values: ['10.3.3.3'] }),
      'leave (not needed, but changed by somebody)',
    ],
    [
      'of two endpoints, one of them gone',
      owned('t/weu', {
        values: ['10.1.0.4', '10.1.0.6'],
        parts: [...wanted().parts, elsewhere],
      }),
      'update 10.1.0.6 (one of its endpoints is gone)',
    ],
    [
      'that does not say whose it is',
      owned('t/weu', {}, { metadata: { 'spokeline-owner': 't/weu' } }),
      'leave (ours, but does not say for which endpoint)',
    ],
    [
      'by hand, in a run without such records',
      { ...owned(), ...recordFor(hand, 't/weu') },
      'leave (ours, for by hand, not proven to be gone)',
    ],
    [
      'by hand, in a run that declares others',
      { ...owned(), ...recordFor(hand, 't/weu') },
      'remove',
      { handComplete: true },
    ],
    ['when the owner gives up everything', gone, 'remove', { seen: 'everything' }],
    [
      'that stamps share: theirs stays',
      shared(),
      'update 10.2.0.4 (ours is not needed; it stays for t/neu)',
    ],
    [
      'that stamps share, when the owner gives up everything',
      shared(),
      'update 10.2.0.4 (ours is not needed; it stays for t/neu)',
      { seen: 'everything' },
    ],
    [
      'that stamps share, whose group was not listed',
      shared(),
      'leave (ours, for s/r/pe-kv, not proven to be gone)',
      { seen: { ...seen, groups: [] } },
    ],
    [
      "that stamps share, whose group was listed without the others' endpoint",
      shared(),
      'update 10.2.0.4 (ours is not needed; it stays for t/neu)',
      { seen: { ...seen, groups: ['s/r', 's/neu'] } },
    ],
    [
      'that stamps share, without a note of whose an endpoint is',
      damaged(shared()),
      'leave (ours, but does not say for which endpoint)',
      { seen: 'everything' },
    ],
  ];
  for (const [name, actual, expected, more] of cases) {
    it(`${name}: ${expected}`, () => {
      assert.equal(line(decideUnwanted(actual, wish({ records: [], ...more }))), expected);
    });
  }
});
