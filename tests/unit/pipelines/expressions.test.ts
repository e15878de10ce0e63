import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate } from '../../../sandbox/pipelines/expressions/evaluate.ts';
import { parseExpression } from '../../../sandbox/pipelines/expressions/parser.ts';
import { parseTemplate } from '../../../sandbox/pipelines/expressions/text.ts';
import { ExpressionError, tryString } from '../../../sandbox/pipelines/expressions/value.ts';
import type { Value } from '../../../sandbox/pipelines/expressions/value.ts';

const region = (name: string, zones: Value[]): Value =>
  new Map<string, Value>([
    ['name', name],
    ['zones', zones],
  ]);
const names = new Map<string, Value>([
  ['regions', [region('weu', [1, 2]), region('neu', []), new Map([['zones', null]])]],
  [
    'settings',
    new Map<string, Value>([
      ['Port', 443],
      ['west-2', 'yes'],
      ['none', null],
    ]),
  ],
]);

function value(source: string): Value {
  return evaluate(parseExpression(source), { names });
}

describe('pipeline expressions', () => {
  const texts: [source: string, result: string][] = [
    ["'it''s'", "it's"],
    ['1000000', '1000000'],
    ['-7', '-7'],
    ['.5', '0.5'],
    ['TRUE', 'True'],
    ['2.10.0', '2.10.0'],
    // The right operand takes the type of the left one.
    ["eq(1, '1.0')", 'True'],
    ["eq(1, 'one')", 'False'],
    ["eq('1', 1.0)", 'True'],
    ["eq(0, '')", 'True'],
    ["eq('', 0)", 'False'],
    ["eq(true, 'false')", 'True'],
    ["eq('TRUE', true)", 'True'],
    ["eq(1.2.3, '1.2.3')", 'True'],
    ["eq(settings.none, '')", 'True'],
    ['eq(settings.none, 0)', 'False'],
    ['eq(regions, regions)', 'True'],
    ["lt('2', 10)", 'False'],
    ["lt(2, '10')", 'True'],
    ["gt(2.10.0, '2.9.9')", 'True'],
    ['gt(settings.none, -1)', 'True'],
    ['le(false, true)', 'True'],
    ["in(5, '4', '5')", 'True'],
    ["notIn('a', 'b', 'A')", 'False'],
    ["and(1, 'x', true)", 'True'],
    ["or('', 0, false)", 'False'],
    ['xor(1, true)', 'False'],
    ["not('')", 'True'],
    ["iif('', 'set', 'unset')", 'unset'],
    ["coalesce('', settings.none, 'last')", 'last'],
    ["coalesce('', '')", ''],
    ["contains('ABC', 'b')", 'True'],
    ["startsWith('Abc', 'aB')", 'True'],
    ["endsWith('Abc', 'BC')", 'True'],
    ["containsValue(settings, '443')", 'True'],
    ["containsValue(regions.*.name, 'NEU')", 'True'],
    ['length(regions)', '3'],
    ["length('four')", '4'],
    ["lower(upper('aB'))", 'ab'],
    ["trim('  x ')", 'x'],
    ["replace('a.b.c', '.', '$&')", 'a$&b$&c'],
    ["substring('abcdef', 1, 3)", 'bcd'],
    ["substring('abcdef', 4)", 'ef'],
    ["join('+', split('a,b;c', ',;'))", 'a+b+c'],
    ["join(',', regions.*.name)", 'weu,neu'],
    ["join(',', regions.*.zones.*)", '1,2'],
    ["join(',', regions)", ',,'],
    ["format('{0}-{1}-{0} {{x}}', 'a', true)", 'a-True-a {x}'],
    ["format('{0:yyyyMMdd}', '2026-11-21T10:00:00Z')", '20261121'],
    ['regions[0].NAME', 'weu'],
    ["regions['1'].name", 'neu'],
    ['regions[9].name', ''],
    ["settings['WEST-2']", 'yes'],
    ['settings.port.deeper', ''],
    ['convertToJson(settings)', '{\n  "Port": 443,\n  "west-2": "yes",\n  "none": null\n}'],
    ['convertToJson(regions[1].zones)', '[]'],
  ];
  for (const [source, result] of texts) {
    it(source, () => {
      assert.equal(tryString(value(source)), result);
    });
  }

  const errors: [source: string, message: string][] = [
    ['3 + 4', "unexpected symbol '+' in expression '3 + 4'"],
    ['eq(1,', "a value is missing in expression 'eq(1,'"],
    ['eq(1', "the expression ends too early, ',' expected in expression 'eq(1'"],
    ["'open", "the string 'open is not closed in expression ''open'"],
    ['a b', "unexpected symbol 'b' in expression 'a b'"],
    ['settings.west-2', "unexpected symbol 'west-2' in expression 'settings.west-2'"],
    ['settings.', "a name is missing in expression 'settings.'"],
    ['null', "unrecognized value 'null'; known here: regions, settings"],
    ['concatenate(1)', "unrecognized function 'concatenate'"],
    ['eq(1)', "function 'eq' takes 2 arguments, not 1"],
    ['and(true)', "function 'and' takes at least 2 arguments, not 1"],
    ["gt(5, 'big')", "'big' cannot be converted to a number"],
    ["gt(1.2.3, 'big')", 'a string cannot be converted to a version'],
    ["lt('x', regions)", 'a sequence cannot be used as text'],
    ["format('{0} {1}', 'a')", "'{0} {1}' asks for argument {1}: 1 given"],
    ["format('{x}')", "the format string '{x}' is invalid"],
    ['lower(settings)', 'a mapping cannot be used as text'],
  ];
  for (const [source, message] of errors) {
    it(`refuses ${source}`, () => {
      assert.throws(() => value(source), new ExpressionError(message));
    });
  }

  it('refuses nesting that is too deep', () => {
    const source = `${'not('.repeat(60)}1${')'.repeat(60)}`;
    assert.throws(() => parseExpression(source), /more than 50 levels of nesting/);
  });

  it('finds the end of an expression behind a string with braces', () => {
    const template = parseTemplate("a ${{ format('}}{0}', 1) }} b");
    assert.equal(template.kind, 'mixed');
    assert.deepEqual(
      template.parts.map((part) => (typeof part === 'string' ? part : part.source)),
      ['a ', "format('}}{0}', 1)", ' b'],
    );
  });

  const badTemplates: [text: string, message: RegExp][] = [
    ['${{ a', /'\$\{\{' is not closed by '\}\}'/],
    ["${{ ' }}", /the string ' \}\} is not closed/],
    ['${{ if }}', /'if' needs a condition/],
    ['${{ else x }}', /unexpected 'x' after 'else'/],
    ['${{ each a of b }}', /must have the form 'each name in collection'/],
    ['x ${{ if true }}', /the directive 'if true' must stand alone/],
  ];
  for (const [text, message] of badTemplates) {
    it(`refuses the scalar ${text}`, () => {
      assert.throws(() => parseTemplate(text), message);
    });
  }

  it('answers any text with a value or with its own kind of error', () => {
    const word = fc.constantFrom(
      ...["'", "''", '(', ')', '[', ']', ',', '.', '*', '-', ' ', '1', '2.3', 'eq', 'and', 'not'],
      ...[
        'regions',
        'settings',
        'true',
        '${{',
        '}}',
        'if ',
        'each ',
        ' in ',
        'format',
        'x',
        '\u00e9',
      ],
    );
    const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(''));
    fc.assert(
      fc.property(text, (source) => {
        for (const attempt of [() => value(source), () => parseTemplate(`\${{ ${source} }}`)]) {
          try {
            attempt();
          } catch (error) {
            assert.ok(error instanceof ExpressionError, String(error));
          }
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});
