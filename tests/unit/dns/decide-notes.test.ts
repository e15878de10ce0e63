import assert from 'node:assert/strict';
import { decideUnwanted, decideWanted } from '../../../tasks/lib/dns/decide.ts';
import { recordFor } from '../../../tasks/lib/dns/owner.ts';
import { line, owned, wanted, wish } from './estate.ts';

describe('notes that somebody spoilt', () => {
  const gone = { source: 's/r/pe-gone', values: ['10.1.0.9'] };
  const set = owned('t/weu', {
    values: ['10.1.0.4', '10.1.0.9'],
    parts: [...wanted().parts, gone],
  });
  const key =
    Object.entries(set.metadata).find(([, text]) => text.startsWith(gone.source))?.[0] ?? '';
  for (const note of ['', 'pe-gone', 's/r/pe-gone', 's/r/pe-gone x', 's/r/pe-gone 10.1.0.9 ; rm']) {
    const spoilt = { ...set, metadata: { ...set.metadata, [key]: note } };
    it(`such as ${JSON.stringify(note)} become no value, and are not needed any more`, () => {
      const step = decideWanted(wanted(), wish(), spoilt);
      assert.equal(line(step), 'update 10.1.0.4 (now 10.1.0.4, 10.1.0.9)');
      assert.ok('actual' in step && step.kind === 'update');
      const { metadata } = recordFor(step.wanted, 't/weu', step.actual);
      assert.equal(metadata[key], undefined);
    });

    it(`such as ${JSON.stringify(note)} prove nothing`, () => {
      const why = 'ours, but does not say for which endpoint';
      assert.equal(line(decideUnwanted(spoilt, wish({ records: [] }))), `leave (${why})`);
    });

    it(`such as ${JSON.stringify(note)} are not written beside those of another stamp`, () => {
      const own = wanted({ parts: [{ source: 's/neu/pe', values: ['10.2.0.4'] }] });
      assert.equal(
        line(decideWanted({ ...own, values: ['10.2.0.4'] }, wish({ owner: 't/neu' }), spoilt)),
        'conflict 10.2.0.4',
      );
    });
  }

  it('of a stamp without an endpoint keep a set as it is', () => {
    const orphan = { ...set.metadata, 'spokeline-stamp-0': 't/uks' };
    const spoilt = { ...set, metadata: orphan };
    assert.equal(
      line(decideWanted(wanted(), wish({ owner: 't/uks' }), spoilt)),
      'conflict 10.1.0.4',
    );
    assert.equal(
      line(decideUnwanted(spoilt, wish({ owner: 't/uks', records: [] }))),
      'leave (ours, but does not say for which endpoint)',
    );
  });

  it('of no owner are of nobody', () => {
    const spoilt = { ...set, metadata: { ...set.metadata, 'spokeline-owner': '' } };
    assert.equal(line(decideWanted(wanted(), wish(), spoilt)), 'conflict 10.1.0.4');
  });
});
