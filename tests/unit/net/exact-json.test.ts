import assert from 'node:assert/strict';
import {
  hasLongNumber,
  parseExact,
  withNumbers,
  writeExact,
} from '../../../tasks/lib/net/exact-json.ts';

describe('JSON with whole numbers of any size', () => {
  const texts = [
    '[9007199254740991,9007199254740993,-9007199254740993,9223372036854775807]',
    '{"a":"9223372036854775807","9223372036854775807":[true,null,1.5]}',
    '["a 9223372036854775807","\\"9223372036854775807","\\\\",9223372036854775807]',
    '{"deep":{"list":[[18446744073709551615]]},"é\u2028":"\ud83d\ude00"}',
    '123456789012345678901234567890',
  ];
  for (const text of texts) {
    it(`keeps ${text}`, () => {
      assert.equal(writeExact(parseExact(text)), text);
    });
  }

  it('has a number for all that a number can hold', () => {
    assert.deepEqual(
      parseExact('[9007199254740991,-1,1e30,0.1234567890123456789,1E+16]'),
      [9007199254740991, -1, 1e30, 0.1234567890123456789, 1e16],
    );
    assert.deepEqual(parseExact('[9007199254740993]'), [9007199254740993n]);
  });

  it('names the place of a fault as JSON.parse does', () => {
    const text = '{"a": 9223372036854775807, }';
    assert.throws(() => parseExact(text), /position 27|double-quoted property name/);
  });

  it('writes with an indent', () => {
    assert.equal(
      writeExact({ a: [9007199254740993n] }, 1),
      '{\n "a": [\n  9007199254740993\n ]\n}',
    );
  });

  it('makes numbers of what YAML reads as bigint, where they are exact', () => {
    assert.deepEqual(withNumbers({ a: [1n, 9007199254740993n, 'x', null] }), {
      a: [1, 9007199254740993n, 'x', null],
    });
  });

  it('finds one anywhere', () => {
    assert.equal(hasLongNumber({ a: [{ b: 1n }] }), true);
    assert.equal(hasLongNumber({ a: [{ b: 1 }, null, 'n'] }), false);
  });
});
