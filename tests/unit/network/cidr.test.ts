import assert from 'node:assert/strict';
import { anyHolds, parseAddress, parsePrefix } from '../../../sandbox/azure/network/cidr.ts';

describe('network prefixes', () => {
  it('hold what their mask says', () => {
    const inside = (prefix: string, address: string): boolean =>
      anyHolds([prefix], parseAddress(address) ?? -1);
    assert.equal(inside('10.1.0.0/16', '10.1.255.255'), true);
    assert.equal(inside('10.1.0.0/16', '10.2.0.0'), false);
    assert.equal(inside('0.0.0.0/0', '255.255.255.255'), true);
    assert.equal(inside('203.0.113.7', '203.0.113.7'), true);
    assert.equal(inside('203.0.113.7/32', '203.0.113.6'), false);
    assert.equal(inside('255.255.255.128/25', '255.255.255.255'), true);
  });

  it('are cut to their base', () => {
    assert.deepEqual(parsePrefix('10.1.2.3/8'), { base: 167772160, length: 8 });
  });

  for (const text of [
    '',
    'Internet',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0/8',
    '1.2.3.4/8/8',
    '256.0.0.1',
    '01.2.3.4',
    '::1',
  ]) {
    it(`are not '${text}'`, () => {
      assert.equal(parsePrefix(text), undefined);
    });
  }
});
