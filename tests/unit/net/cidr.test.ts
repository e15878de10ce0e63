import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cidrProblem,
  contains,
  containsAny,
  containsCidr,
  formatAddress,
  formatCidr,
  host,
  overlaps,
  parseAddress,
  parseCidr,
  size,
} from '../../../tasks/lib/net/cidr.ts';
import {
  canonicalIPv4,
  forbiddenReason,
  isForbidden,
  unusableSpaces,
} from '../../../tasks/lib/net/forbidden.ts';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const network = fc
  .tuple(address, fc.integer({ min: 0, max: 32 }))
  .map(([first, bits]) =>
    parseCidr(`${formatAddress(first - (first % 2 ** (32 - bits)))}/${bits}`),
  );

describe('net/cidr', () => {
  const bad: [string, string][] = [
    ['10.0.0.0', 'a network needs one "/" and a prefix length'],
    ['10.0.0.0/8/8', 'a network needs one "/" and a prefix length'],
    ['10.0.0/8', '"10.0.0" is no IPv4 address'],
    ['10.0.0.256/32', '"10.0.0.256" is no IPv4 address'],
    ['010.0.0.0/8', '"010.0.0.0" is no IPv4 address'],
    ['10.0.0.0.0/8', '"10.0.0.0.0" is no IPv4 address'],
    ['10.0.0.0./8', '"10.0.0.0." is no IPv4 address'],
    ['0x0a.0.0.0/8', '"0x0a.0.0.0" is no IPv4 address'],
    [' 10.0.0.0/8', '" 10.0.0.0" is no IPv4 address'],
    ['10.0.0.0/', '"/" is no length from /0 to /32'],
    ['10.0.0.0/33', '"/33" is no length from /0 to /32'],
    ['10.0.0.0/-1', '"/-1" is no length from /0 to /32'],
    ['10.0.0.0/8.5', '"/8.5" is no length from /0 to /32'],
    ['10.0.0.1/8', 'the network with this address and length begins at 10.0.0.0'],
    ['fd00::/8', 'IPv6 is not supported yet'],
    ['', 'a network needs one "/" and a prefix length'],
  ];
  for (const [text, problem] of bad) {
    it(`refuses "${text}"`, () => {
      assert.equal(cidrProblem(text), problem);
      assert.throws(() => parseCidr(text), new RangeError(`"${text}": ${problem}`));
    });
  }

  it('reads and writes every network', () => {
    fc.assert(
      fc.property(network, (cidr) => {
        assert.deepEqual(parseCidr(formatCidr(cidr)), cidr);
        assert.equal(size(cidr), 2 ** (32 - cidr.bits));
        assert.equal(parseAddress(formatAddress(cidr.last)), cidr.last);
      }),
    );
  });

  it('knows that two networks overlap exactly if one contains the other', () => {
    fc.assert(
      fc.property(network, network, (a, b) => {
        assert.equal(overlaps(a, b), containsCidr(a, b) || containsCidr(b, a));
        assert.equal(overlaps(a, b), overlaps(b, a));
      }),
    );
  });

  it('contains exactly its own addresses', () => {
    fc.assert(
      fc.property(network, address, (cidr, value) => {
        const inside = value >= cidr.first && value <= cidr.last;
        assert.equal(contains(formatCidr(cidr), formatAddress(value)), inside);
        assert.equal(contains(formatCidr(cidr), `::ffff:${formatAddress(value)}`), inside);
      }),
    );
  });

  it('contains no text that is no address', () => {
    for (const text of ['', 'host', '10.0.0.0/8', 'fd00::1']) {
      assert.equal(contains('0.0.0.0/0', text), false, text);
    }
    assert.equal(containsAny([], '10.0.0.1'), false);
    assert.equal(containsAny(['10.0.0.0/8', '127.0.0.0/8'], '127.0.0.1'), true);
  });

  it('gives addresses by offset', () => {
    assert.equal(host('10.0.0.0/26', 4), '10.0.0.4');
    assert.equal(host('10.0.0.0/24', 255), '10.0.0.255');
    for (const offset of [-1, 64, 0.5]) {
      assert.throws(
        () => host('10.0.0.0/26', offset),
        new RangeError(`10.0.0.0/26 has no address at offset ${offset}`),
      );
    }
  });
});

describe('net/forbidden', () => {
  const metadata = [
    '169.254.169.254',
    '169.254.0.1',
    '169.254.169.254.',
    ' 169.254.169.254 ',
    '2852039166',
    '0xa9fea9fe',
    '0xA9.0xFE.0xA9.0xFE',
    '0251.0376.0251.0376',
    '0251.254.0xa9.254',
    '169.254.43518',
    '169.16689662',
    '[::ffff:169.254.169.254]',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '168.63.129.16',
    '2822734096',
    '0xa83f8110',
    '0250.077.0201.020',
    '::ffff:168.63.129.16',
    'fe80::1',
    'fe80::1%eth0',
    '[fe80::1]',
  ];
  for (const text of metadata) {
    it(`forbids "${text}"`, () => assert.equal(isForbidden(text), true));
  }

  for (const text of [
    '10.0.0.4',
    '127.10.0.4',
    '168.63.129.17',
    '168.63.129.15',
    '169.253.255.255',
    '169.255.0.0',
    '2130706433',
    '::1',
    'fd00::1',
    '2001:db8::1',
    'kv.vault.azure.net',
    '',
  ]) {
    it(`does not forbid "${text}"`, () => assert.equal(forbiddenReason(text), undefined));
  }

  it('says why', () => {
    assert.equal(
      forbiddenReason('169.254.169.254'),
      'link-local, where the instance metadata service is',
    );
    assert.equal(forbiddenReason('0xa83f8110'), 'the wire server of the Azure host');
  });

  it('brings every spelling to the dotted one', () => {
    fc.assert(
      fc.property(address, (value) => {
        const dotted = formatAddress(value);
        const hex = value.toString(16);
        const padded = hex.padStart(8, '0');
        const octets = dotted.split('.').map(Number);
        const spellings = [
          dotted,
          `${dotted}.`,
          String(value),
          `0x${hex}`,
          octets.map((octet) => `0${octet.toString(8)}`).join('.'),
          octets.map((octet) => `0x${octet.toString(16)}`).join('.'),
          `::ffff:${dotted}`,
          `[::ffff:${padded.slice(0, 4)}:${padded.slice(4)}]`,
        ];
        for (const text of spellings) assert.equal(canonicalIPv4(text), dotted, text);
      }),
    );
  });

  it('lists valid networks', () => {
    for (const { network: text } of unusableSpaces()) assert.equal(cidrProblem(text), undefined);
  });
});
