import assert from 'node:assert/strict';
import { EngineError } from '../../../sandbox/azure/arm/template/plan.ts';
import { functionNames } from '../../../sandbox/azure/arm/template/functions/registry.ts';
import { collections } from './cases/collections.ts';
import { PREDICTED_ERRORS } from './cases/predicted-errors.ts';
import { predicted } from './cases/predicted.ts';
import { scopes } from './cases/scopes.ts';
import { strings } from './cases/strings.ts';
import { values } from './cases/values.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { FUNCTION_ERRORS } from './cases/errors.ts';

const GROUPS = [...strings, ...collections, ...values, ...scopes, ...predicted];

describe('template functions', () => {
  for (const { source, cases } of GROUPS) {
    describe(source, () => {
      for (const [expression, expected] of cases) {
        it(`${expression.slice(0, 90)}`, () => {
          assert.deepEqual(evaluateExpression(expression, expected), expected);
        });
      }
    });
  }

  it('has at least 200 cases with a source', () => {
    const count = GROUPS.reduce((sum, group) => sum + group.cases.length, 0);
    assert.ok(GROUPS.every((group) => group.source.includes('https://')));
    console.log(`${count} function cases, each with its source`);
    assert.ok(count >= 200, `${count} cases`);
  });

  it('has a case or an error case for every function of the language', () => {
    const text = [
      ...GROUPS.flatMap((group) => group.cases.map(([expression]) => expression)),
      ...FUNCTION_ERRORS.map(([expression]) => expression),
    ].join('\n');
    // These need a template around them and have tests of their own.
    const elsewhere = new Set([
      'parameters',
      'variables',
      'copyIndex',
      'utcNow',
      'newGuid',
      'reference',
      'references',
      'resourceInfo',
    ]);
    const missing = functionNames().filter(
      (name) => !elsewhere.has(name) && !text.includes(`${name}(`),
    );
    assert.deepEqual(missing, []);
  });

  it('finds functions and properties in any letter case', () => {
    assert.equal(evaluateExpression("TOUPPER(createobject('Name', 'x').NAME)", 'X'), 'X');
  });
});

describe('template functions refuse', () => {
  for (const [expression, message] of [...FUNCTION_ERRORS, ...PREDICTED_ERRORS]) {
    it(expression.slice(0, 90), () => {
      assert.throws(
        () => evaluateExpression(expression, ''),
        (error: unknown) => {
          assert.ok(error instanceof EngineError);
          const [detail] = error.details;
          const text = detail?.message ?? error.message;
          assert.equal(text.replace("The template output 'value' is not valid: ", ''), message);
          return true;
        },
      );
    });
  }
});
