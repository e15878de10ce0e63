import assert from 'node:assert/strict';
import { atLeast, atMost, jsonOf, keepsGoal, rowOf, tableOf } from '../../../scripts/bench/row.ts';
import type { Measurement } from '../../../scripts/bench/row.ts';

const measured: Measurement = {
  name: 'task, 40 x 64 KiB',
  unit: 's',
  ours: 0.25,
  peer: 1,
  peerName: 'skopeo',
  goal: atMost('ratio', 0.45),
};
const missing: Measurement = { ...measured, peer: undefined };
const alone: Measurement = { name: 'example', unit: 's', ours: 61.23456, goal: atMost('ours', 60) };
const nothing: Measurement = { name: 'compile', unit: 'ms', peerName: 'bicep' };

describe('bench: rows', () => {
  it('divide our figure by the peer`s', () => {
    assert.deepEqual(rowOf('push', measured), {
      suite: 'push',
      name: 'task, 40 x 64 KiB',
      unit: 's',
      ours: 0.25,
      peer: 1,
      peerName: 'skopeo',
      ratio: 0.25,
      goal: 'ratio <= 0.45',
    });
  });

  it('have null for everything that was not measured', () => {
    const { ours, peer, peerName, ratio } = rowOf('push', missing);
    assert.deepEqual([ours, peer, peerName, ratio], [0.25, null, 'skopeo', null]);
    const none = rowOf('bicep', nothing);
    assert.deepEqual([none.ours, none.peer, none.ratio, none.goal], [null, null, null, null]);
    assert.equal(rowOf('start', alone).peerName, null);
    const overNothing = rowOf('push', { ...measured, peer: 0 });
    assert.deepEqual([overNothing.peer, overNothing.ratio], [0, null]);
  });

  it('keep four digits', () => {
    assert.equal(rowOf('start', alone).ours, 61.23);
    assert.equal(rowOf('push', { ...measured, peer: 3 }).ratio, 0.08333);
  });

  for (const figure of [NaN, Infinity]) {
    it(`refuse ${figure}`, () => {
      assert.throws(() => rowOf('push', { ...measured, ours: figure }), {
        message: `push: task, 40 x 64 KiB was measured as ${figure}`,
      });
      assert.throws(() => rowOf('push', { ...measured, peer: figure }));
    });
  }

  const goals: [Measurement, boolean | undefined][] = [
    [measured, true],
    [{ ...measured, peer: 0.5 }, false],
    [{ ...measured, ours: 0.45 }, true],
    [missing, undefined],
    [alone, false],
    [{ ...alone, ours: 60 }, true],
    [{ ...alone, goal: atLeast('ours', 99) }, false],
    [{ ...alone, ours: 99.5, goal: atLeast('ours', 99) }, true],
    [nothing, undefined],
  ];
  for (const [measurement, kept] of goals) {
    const row = rowOf('s', measurement);
    it(`${row.ours} / ${row.peer}, ${row.goal}: ${kept}`, () => assert.equal(keepsGoal(row), kept));
  }
});

describe('bench: table and file', () => {
  const rows = [
    rowOf('push', measured),
    rowOf('push', { ...measured, name: 'slow', peer: 0.25 }),
    rowOf('push', { ...missing, name: 'no peer' }),
    rowOf('start', alone),
    rowOf('bicep', nothing),
  ];

  it('aligns, names missing peers, and marks goals that are missed', () => {
    const lines = tableOf(rows).split('\n');
    assert.deepEqual(lines, [
      'suite  name               unit          ours  peer  peer name             ratio  goal',
      '-----  -----------------  ----  ------------  ----  --------------------  -----  --------------------',
      'push   task, 40 x 64 KiB  s             0.25     1  skopeo                 0.25  ratio <= 0.45',
      'push   slow               s             0.25  0.25  skopeo                 1.00  ratio <= 0.45 MISSED',
      'push   no peer            s             0.25     -  peer missing: skopeo      -  ratio <= 0.45',
      'start  example            s            61.23     -  -                         -  ours <= 60 MISSED',
      'bicep  compile            ms    not measured     -  peer missing: bicep       -  -',
    ]);
  });

  it('shows more digits of a small ratio', () => {
    const row = rowOf('dns', { ...measured, ours: 0.3844, peer: 52.85 });
    assert.match(tableOf([row]), / 0\.007  /);
  });

  it('writes the rows as JSON, with every key', () => {
    const text = jsonOf(rows);
    assert.ok(text.endsWith(']\n'));
    assert.deepEqual(JSON.parse(text), rows);
    const keys = ['suite', 'name', 'unit', 'ours', 'peer', 'peerName', 'ratio', 'goal'];
    for (const row of JSON.parse(text) as object[]) assert.deepEqual(Object.keys(row), keys);
  });
});
