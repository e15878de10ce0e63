import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Expression } from '../../../sandbox/azure/arm/template/expression/ast.ts';
import {
  escapeLiteral,
  isExpression,
  parseExpression,
  unescapeLiteral,
} from '../../../sandbox/azure/arm/template/expression/parse.ts';
import { printExpression } from '../../../sandbox/azure/arm/template/expression/print.ts';
import { EngineError, planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { stubHost, template } from './stub-host.ts';

const SYNTAX_ERRORS: readonly (readonly [text: string, problem: string])[] = [
  ['[]', "unexpected 'end of expression' at position '1'"],
  ['[parameters]', "expected '(' and found 'end of expression' at position '11'"],
  ["[concat('a' 'b')]", "expected ')' and found 'b' at position '12'"],
  ["[concat('a', )]", "unexpected ')' at position '13'"],
  ["[concat('a]", "the string literal has no closing quote at position '8'"],
  ["[concat('a'))]", "expected the end of the expression and found ')' at position '12'"],
  ['[add(1, 2.5)]', "expected 'name' and found '5' at position '10'"],
  ['[add(1, +2)]', "unexpected character '+' at position '8'"],
  ['[add(1, -)]', "unexpected character '-' at position '8'"],
  ['[createArray(1)[]', "unexpected ']' at position '16'"],
  ["[parameters('a').'b']", "expected 'name' and found 'b' at position '17'"],
  [
    '[add(99999999999999999999, 1)]',
    "the integer '99999999999999999999' is out of range at position '5'",
  ],
  ['[a("b")]', `unexpected character '"' at position '3'`],
];

describe('template expressions', () => {
  for (const [text, problem] of SYNTAX_ERRORS) {
    it(`refuses ${text}`, () => {
      // The last bracket of '[createArray(1)[]' closes the expression, so the parser sees an open index.
      const whole = text.endsWith('[]') && text !== '[]' ? `${text}]` : text;
      assert.throws(
        () => parseExpression(whole),
        new EngineError(
          'InvalidTemplate',
          `Unable to parse language expression '${whole}': ${problem}.`,
        ),
      );
    });
  }

  it('refuses calls that are nested too deep instead of exhausting the stack', () => {
    const text = `[${'not('.repeat(1000)}true()${')'.repeat(1000)}]`;
    assert.throws(() => parseExpression(text), /more than 200 nested calls/);
  });

  it('refuses expressions that are longer than the service takes', () => {
    assert.throws(() => parseExpression(`[concat('${'x'.repeat(24_576)}')]`), {
      message: "A language expression has at most '24576' characters; this one has '24588'.",
    });
  });

  it('names the place of a syntax error in the template', () => {
    const broken = template({ variables: { list: [{ deep: "[concat('a'" + ']' }] } });
    assert.throws(
      () => planDeployment(broken, {}, stubHost()),
      (error: unknown) => {
        assert.ok(error instanceof EngineError);
        assert.equal(error.target, 'variables.list[0].deep');
        assert.match(error.message, /^The template variable 'list' is not valid: Unable to parse/);
        return true;
      },
    );
  });

  it('reads strings with quotes, white space, indexes and namespaces', () => {
    assert.equal(evaluateExpression("concat('it''s', ' ',\n\t'here')", ''), "it's here");
    assert.equal(evaluateExpression("createArray(createArray('x', 'y'))[0][1]", ''), 'y');
    assert.equal(evaluateExpression("createObject('a-b', createArray(7))['a-b'][0]", 0), 7);
    assert.equal(evaluateExpression('add(-3, 2)', 0), -1);
  });

  it('knows what is an expression and what is text', () => {
    const literals = ['[test] value', 'x[y]', '[[test value]', '[', '', '[[x]]'];
    assert.deepEqual(
      literals.map((text) => isExpression(text)),
      literals.map(() => false),
    );
    assert.equal(unescapeLiteral('[[test value]'), '[test value]');
    assert.equal(unescapeLiteral('[[open'), '[[open');
    assert.equal(unescapeLiteral('[test] value'), '[test] value');
  });

  it('escapes any string so that it comes back unchanged', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (text, brackets) => {
        const value = brackets ? `[${text}]` : text;
        const escaped = escapeLiteral(value);
        return !isExpression(escaped) && unescapeLiteral(escaped) === value;
      }),
    );
  });

  it('prints any expression so that it parses to the same', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/);
    const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        fc.record({ kind: fc.constant('string' as const), value: fc.string(), at: fc.constant(0) }),
        fc.record({
          kind: fc.constant('number' as const),
          value: fc.integer(),
          at: fc.constant(0),
        }),
        fc.record({
          kind: fc.constant('call' as const),
          name,
          args: fc.array(tie('expression'), { maxLength: 3 }),
          at: fc.constant(0),
        }),
        fc.record({
          kind: fc.constant('property' as const),
          base: tie('expression'),
          name,
          at: fc.constant(0),
        }),
        fc.record({
          kind: fc.constant('index' as const),
          base: tie('expression'),
          index: tie('expression'),
          at: fc.constant(0),
        }),
      ),
    }));
    fc.assert(
      fc.property(expression, (tree) => {
        const text = printExpression(tree);
        assert.equal(printExpression(parseExpression(`[${text}]`)), text);
      }),
    );
  });
});
