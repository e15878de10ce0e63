import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { coloured } from '../../../sandbox/start/colour.ts';

const [green, red, yellow, gray] = ['\u001b[32m', '\u001b[31m', '\u001b[33m', '\u001b[90m'];

describe('colours of a run in a terminal', () => {
  for (const [line, start] of [
    ['      ##[error]GATE_FAILED: no', red],
    ['      ##[warning]late', yellow],
    ['      ##[progress]95% done', gray],
    ['stage hub: Succeeded in 2.2 s', green],
    ['run 20261126.1: Failed', red],
    [' ✓ Hub  14 of 14', green],
    [' ✕ weu/tls TCP_TIMEOUT', red],
    ['      PASS    weu/dns', green],
    ['      UNKNOWN weu/flows', yellow],
  ] as const) {
    it(`tell what ${JSON.stringify(line)} says`, () => {
      const shown = coloured(line);
      assert.ok(shown.startsWith(start), JSON.stringify(shown));
      assert.equal(stripVTControlCharacters(shown), line);
    });
  }

  it('leave other lines as they are', () => {
    for (const line of ['', 'stage hub: started', '    Checkout', 'PASSED by', 'was it? ✕']) {
      assert.equal(coloured(line), line);
    }
  });
});
