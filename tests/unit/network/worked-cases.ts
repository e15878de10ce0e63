import assert from 'node:assert/strict';
import { reach } from '../../../sandbox/azure/network/reach.ts';
import type { Verdict } from '../../../sandbox/azure/network/verdict.ts';
import type { Changes } from './estates.ts';
import { estate } from './estates.ts';

/** A row of the worked cases in the reachability rules, by its number. */
export interface Case {
  row: number;
  from: string;
  to: string;
  port: number;
  changes?: Changes;
  expected: Verdict['result'];
  rule: string;
}

/** One test for each row: result and deciding rule. */
export function checkCases(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const { row, from, to, port, changes, expected, rule } of cases) {
      it(`row ${String(row)}: ${from} to ${to}:${String(port)} is ${expected}`, () => {
        const found = reach(estate(changes), from, to, port, 'Tcp');
        assert.equal(found.result, expected, found.why);
        assert.equal(found.rule, rule, found.why);
        assert.notEqual(found.why, '');
      });
    }
  });
}
