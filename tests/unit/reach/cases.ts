import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import type { Result } from '../../../tasks/lib/reach/outcomes.ts';
import type { Protocol } from '../../../tasks/lib/reach/ports.ts';
import type { Changes } from './estates.ts';
import { estate } from './estates.ts';

/** One packet in the estate of the worked cases, its fate, and the rules that have to be behind it. */
export interface Case {
  /** Row of the worked cases, or the rule with its case in words. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol?: Protocol;
  readonly changes?: Changes;
  readonly expected: Result;
  readonly rules: readonly string[];
  /** Who decided, where the case is about it. */
  readonly by?: RegExp;
  /** The way, where the case is about it. */
  readonly path?: string;
}

export function checkCases(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const one of cases) {
      const { name, from, to, port, protocol = 'tcp', changes, expected, rules } = one;
      it(`${name}: ${from} to ${to}:${String(port)} is ${expected}`, () => {
        const found = new Matrix(estate(changes)).outcome(from, to, protocol, port);
        assert.equal(found.result, expected, `${found.by} (${found.rules.join()})`);
        const missing = rules.filter((rule) => !found.rules.includes(rule));
        assert.deepEqual(missing, [], `${found.by} rests on ${found.rules.join()}`);
        if (one.by !== undefined) assert.match(found.by, one.by);
        if (one.path !== undefined) assert.equal(found.path, one.path);
      });
    }
  });
}
