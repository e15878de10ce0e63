import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ArmError } from '../../../sandbox/azure/arm/errors.ts';
import { parseBody } from '../../../sandbox/azure/arm/jsonc.ts';

describe('sandbox arm: request bodies', () => {
  const good: [string, unknown][] = [
    ['', undefined],
    ['  \n', undefined],
    ['{"a": 1}', { a: 1 }],
    [
      '{"properties": {template: {"x": [1, 2,],}, "mode": "Incremental"}}',
      { properties: { template: { x: [1, 2] }, mode: 'Incremental' } },
    ],
    ['// line\n{ /* block */ "a": true, b: null }', { a: true, b: null }],
    ['{"url": "https://x//y /* no */"}', { url: 'https://x//y /* no */' }],
    ["{'single': 'it\\'s \"quoted\"', }", { single: 'it\'s "quoted"' }],
    ['{"lines": "one\ntwo\tthree", x: -1.5e3}', { lines: 'one\ntwo\tthree', x: -1500 }],
    ['{__proto__: {"polluted": true}}', JSON.parse('{"__proto__": {"polluted": true}}')],
    ['\ufeff{a: "\\u0041\\n"}', { a: 'A\n' }],
  ];
  for (const [text, expected] of good) {
    it(`reads ${JSON.stringify(text).slice(0, 60)}`, () => {
      assert.deepEqual(parseBody(text), expected);
    });
  }

  const bad: [string, string][] = [
    ['{', 'Invalid property identifier. line 1, position 2'],
    ['{"a" 1}', "Expected ':'. line 1, position 6"],
    ['{"a": 1 "b": 2}', "Expected ',' or '}'. line 1, position 9"],
    ['{"a": "x', 'Unterminated string. line 1, position 7'],
    ['{"a": /* x', 'Unterminated comment. line 1, position 7'],
    ['[1,\n 2] x', 'Additional text encountered. line 2, position 5'],
    ['{"a": undefined}', 'Unexpected word undefined. line 1, position 16'],
    ['{"a": 01}', 'Unexpected word 01. line 1, position 9'],
  ];
  for (const [text, reason] of bad) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseBody(text),
        (error: unknown) => {
          assert.ok(error instanceof ArmError);
          assert.equal(error.status, 400);
          assert.equal(
            error.message,
            `The request content was invalid and could not be deserialized: '${reason}'.`,
          );
          return true;
        },
      );
    });
  }

  it('reads all that JSON is, also behind a comment', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseBody(`/**/${text}`), JSON.parse(text));
      }),
    );
  });
});
