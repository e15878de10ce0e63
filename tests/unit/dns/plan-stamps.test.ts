import assert from 'node:assert/strict';
import { refuseObstacles } from '../../../tasks/lib/dns/check.ts';
import { changesOf, planDocument, planRows } from '../../../tasks/lib/dns/describe.ts';
import { byHand, type Wish } from '../../../tasks/lib/dns/model.ts';
import { planOf, removalOf, stateAfter } from '../../../tasks/lib/dns/plan.ts';
import { thrown } from '../../support/failure.ts';
import { link, network, owned, state, vaultZone, want, wanted, wish } from './estate.ts';

describe('the DNS plans of several stamps in one run', () => {
  it('lets stamps of one run share a name, the second after the first', () => {
    const one = planOf(wish(), state());
    const parts = [{ source: 's/neu/pe', values: ['10.2.0.4'] }];
    const records = [wanted({ values: ['10.2.0.4'], parts })];
    const two = planOf(wish({ owner: 't/neu', records }), stateAfter(one, state()));
    refuseObstacles([one, two], 'rg');
    // What the first is going to write is in nobody's hands yet, and not there yet.
    assert.deepEqual(planRows(two), [
      ['update', `kv.${vaultZone}`, '10.1.0.4, 10.2.0.4', '', 'shared with t/weu in this run'],
    ]);
    const [document] = planDocument([two]) as { records: Record<string, unknown>[] }[];
    assert.deepEqual(document?.records[0], {
      ...{ action: 'update', zone: vaultZone, name: 'kv', type: 'A' },
      ...{ values: ['10.1.0.4', '10.2.0.4'], why: 'shared with t/weu in this run' },
    });
    const third = stateAfter(
      removalOf('t/weu', stateAfter(two, stateAfter(one, state()))),
      state(),
    );
    assert.deepEqual(
      third.records.map(({ values, metadata }) => [values, metadata['spokeline-owner']]),
      [[['10.2.0.4'], 't/neu']],
    );
  });

  it('shows who has a set now, not who is going to share it in the same run', () => {
    const uks = { source: 's/uks/pe', values: ['10.3.0.4'] };
    const present = owned('t/uks', { values: uks.values, parts: [uks] });
    const begin = state({ records: [present] });
    const one = planOf(wish(), begin);
    const parts = [{ source: 's/neu/pe', values: ['10.2.0.4'] }];
    const records = [wanted({ values: ['10.2.0.4'], parts })];
    const two = planOf(wish({ owner: 't/neu', records }), stateAfter(one, begin));
    assert.deepEqual(
      [one, two].flatMap(planRows).map(([, , , owner, why]) => [owner, why]),
      [
        ['t/uks', 'shared with t/uks'],
        ['t/uks', 'shared with t/uks and t/weu in this run'],
      ],
    );
  });

  it('refuses a name that one stamp of the run declares and another one has an endpoint for', () => {
    const parts = [{ source: byHand, values: ['10.1.0.9'] }];
    const one = planOf(wish({ records: [wanted({ values: ['10.1.0.9'], parts })] }), state());
    const two = planOf(wish({ owner: 't/neu' }), stateAfter(one, state()));
    assert.equal(
      thrown(() => refuseObstacles([one, two], 'rg')).details[0]?.message,
      `record kv in ${vaultZone} gets 10.1.0.9 from t/weu in this run; t/neu needs 10.1.0.4`,
    );
    assert.equal(planRows(two)[0]?.at(-1), 't/weu writes 10.1.0.9 in this run');
  });

  it('counts a link that two stamps want once, and says who makes it', () => {
    const links = [want, { ...want, networkId: `${network}2`, name: 'other' }];
    const begin = state({ links: [link({ name: 'old', networkId: '/old' })] });
    const one = planOf(wish({ records: [], links }), begin);
    const two = planOf(
      wish({ owner: 't/neu', records: [], links: [{ ...want, fallback: true }] }),
      stateAfter(one, begin),
    );
    assert.equal(changesOf(one) + changesOf(two), 3);
    assert.deepEqual(planRows(two), [
      [
        'foreign',
        `${vaultZone} <-> v`,
        'fallback',
        '',
        't/weu makes it in this run: left alone, though fallback to the internet is off',
      ],
    ]);
    // What the first takes away is not there any more for the second.
    const old = [{ ...want, networkId: '/old', name: 'new' }];
    const again = planOf(wish({ owner: 't/neu', records: [], links: old }), stateAfter(one, begin));
    assert.deepEqual(
      again.links.map(({ kind }) => kind),
      ['create'],
    );
  });

  it('leaves a link in place that another owner of the run wants from now on', () => {
    const begin = state({ links: [link()] });
    const mine = (more: Partial<Wish>) => planOf(wish({ records: [], ...more }), begin).links;
    assert.deepEqual(
      mine({}).map(({ kind }) => kind),
      ['remove'],
    );
    assert.deepEqual(mine({ othersLinks: [want] }), []);
  });

  it('leaves a name to the stamp of the run that registers the same endpoint', () => {
    const two = planOf(wish({ owner: 't/neu' }), stateAfter(planOf(wish(), state()), state()));
    assert.deepEqual(planRows(two), [
      ['foreign', `kv.${vaultZone}`, '10.1.0.4', '', 't/weu writes it in this run: left alone'],
    ]);
  });
});
