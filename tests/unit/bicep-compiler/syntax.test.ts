import assert from 'node:assert/strict';
import { jsonText } from '../../../sandbox/azure/bicep/json-writer.ts';
import { parse } from '../../../sandbox/azure/bicep/syntax/parse-file.ts';
import { compileText } from './compile-text.ts';

/** The value that `var x = <text>` has in the template. */
function variable(text: string): unknown {
  const { template, diagnostics } = compileText(
    `param p object\nvar x = ${text}\noutput o object = { p: p, x: x }\n`,
  );
  assert.ok(template, JSON.stringify(diagnostics));
  return (template['variables'] as Record<string, unknown>)['x'];
}

const values: [text: string, value: unknown][] = [
  ["'it\\'s \\${p} \\u{1F600}\\n'", "it's ${p} \u{1F600}\n"],
  ["'a${p.b}c${1}{0}'", "[format('a{0}c{1}{{0}}', parameters('p').b, 1)]"],
  ["'''raw ${p} \\n 'quoted''''", "raw ${p} \\n 'quoted'"],
  ["'''\n  first\n  second'''", '  first\n  second'],
  ["$'''v ${p.b} and '${1}' '''", "[format('v {0} and ''{1}'' ', parameters('p').b, 1)]"],
  ["$$'''${p} $${p.c}'''", "[format('${{p}} {0}', parameters('p').c)]"],
  ["'[text]'", '[[text]'],
  ['1 + 2 * 3 - -4', '[sub(add(1, mul(2, 3)), -4)]'],
  ['-p.n', "[sub(0, parameters('p').n)]"],
  ['-5', -5],
  ['9999999999', 9999999999],
  ['p.n == 9999999999', "[equals(parameters('p').n, json('9999999999'))]"],
  [
    '!(p.a || p.b && p.c)',
    "[not(or(parameters('p').a, and(parameters('p').b, parameters('p').c)))]",
  ],
  ["p.a =~ 'X'", "[equals(toLower(parameters('p').a), toLower('X'))]"],
  ["p.a !~ 'X'", "[not(equals(toLower(parameters('p').a), toLower('X')))]"],
  ["p.a ?? p.b ?? 'c'", "[coalesce(coalesce(parameters('p').a, parameters('p').b), 'c')]"],
  ['p.a\n  ? 1\n  : 2', "[if(parameters('p').a, 1, 2)]"],
  ['(\n  p.a\n  && p.b\n)', "[and(parameters('p').a, parameters('p').b)]"],
  ["p['a-b'].c['d']", "[parameters('p')['a-b'].c.d]"],
  ['p.list[^1]', "[indexFromEnd(parameters('p').list, 1)]"],
  ['p.?a.b[0]', "[tryGet(parameters('p'), 'a', 'b', 0)]"],
  ['(p.?a).b', "[tryGet(parameters('p'), 'a').b]"],
  ["p[?'a'] ?? 1", "[coalesce(tryGet(parameters('p'), 'a'), 1)]"],
  ['p.a!.b', "[parameters('p').a.b]"],
  ['any(p.a)', "[parameters('p').a]"],
  ["[1, 'a'\n  true\n  null\n  {}]", [1, 'a', true, null, {}]],
  [
    "{ a: 1, 'b-c': [], '${p.k}': p }",
    { a: 1, 'b-c': [], "[format('{0}', parameters('p').k)]": "[parameters('p')]" },
  ],
  ['{ copy: 1 }', { "[string('copy')]": 1 }],
  ['{ ...p, a: 1 }', "[shallowMerge(createArray(parameters('p'), createObject('a', 1)))]"],
  ['[...p.l, 1]', "[flatten(createArray(parameters('p').l, createArray(1)))]"],
  [
    'map(p.l, (v, i) => v + i)',
    "[map(parameters('p').l, lambda('v', 'i', add(lambdaVariables('v'), lambdaVariables('i'))))]",
  ],
  ['sys.length(p.l) // end', "[length(parameters('p').l)]"],
  ['/* one */ concat(\n  p.l,\n  [1]\n)', "[concat(parameters('p').l, createArray(1))]"],
  ['nameof(p.inner)', 'inner'],
];

describe('bicep: expressions', () => {
  for (const [text, value] of values) {
    it(text.replaceAll('\n', ' '), () => assert.deepEqual(variable(text), value));
  }
});

describe('bicep: integers of 64 bits', () => {
  it('are written digit by digit', () => {
    const { template } = compileText('output o int = 9223372036854775807\noutput p int = -1\n');
    assert.match(jsonText(template), /"value": 9223372036854775807\n[^]*"value": -1\n/);
  });
});

describe('bicep: reading broken text', () => {
  const text =
    "param a string\nvar b = {\n  c: 'x${a}'\n  d: [\n    1\n  ]\n}\nresource r 'A.B/c@2020-01-01' = [for i in [1]: if (true) {\n  name: a\n}]\noutput o string = b.c\n";

  it('any beginning of a file is read to its end, with a problem inside the text', () => {
    for (let length = 0; length <= text.length; length++) {
      const { problems } = parse(text.slice(0, length));
      for (const { start, end } of problems) {
        assert.ok(start >= 0 && start <= end && end <= length + 1, `${length}: ${start}-${end}`);
      }
    }
    assert.deepEqual(parse(text).problems, []);
  });

  it('any character left out is read, too', () => {
    for (let at = 0; at < text.length; at++) {
      const { program } = parse(text.slice(0, at) + text.slice(at + 1));
      assert.ok(program.statements.length > 0);
    }
  });

  const deep = [
    `output o array = ${'['.repeat(20000)}${']'.repeat(20000)}\n`,
    `output o object = ${'{ a: '.repeat(20000)}\n`,
    `output o bool = ${'!('.repeat(20000)}true${')'.repeat(20000)}\n`,
    `output o string = ${"'${".repeat(20000)}1${"}'".repeat(20000)}\n`,
    `output o int = ${'1 + '.repeat(20000)}1\n`,
    `param p ${'['.repeat(20000)}string${']'.repeat(20000)}\n`,
  ];

  for (const text of deep) {
    it(`thousands of levels are an error, not a crash: ${text.slice(0, 28)}`, () => {
      const { success, diagnostics } = compileText(text);
      assert.equal(success, false);
      assert.ok(diagnostics.some((d) => d.message === 'The file is nested too deeply.'));
    });
  }
});
