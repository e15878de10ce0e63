import assert from 'node:assert/strict';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { inside, kv, link, table } from './check-table.ts';
import { gateContext } from './estate.ts';
import { fakeProbe } from './fake-probe.ts';
import type { World } from './fake-probe.ts';

describe('gate checks', () => {
  describe('dns', () => {
    const dns = `kind: dns, name: ${kv}`;
    const other = { ...link, source: '10.0.0.5', addresses: ['10.1.2.6'] };
    table([
      ['passes inside the networks', dns, { names: { [kv]: link } }, 'pass OK private-address'],
      ['NXDOMAIN', dns, {}, 'fail DNS_NXDOMAIN nxdomain'],
      ['no data', dns, { names: { [kv]: {} } }, 'fail DNS_NODATA nodata'],
      ['SERVFAIL', dns, { names: { [kv]: { error: 'servfail' } } }, 'fail DNS_SERVFAIL servfail'],
      [
        'a silent resolver',
        dns,
        { names: { [kv]: { error: 'timeout' } } },
        'unknown DNS_TIMEOUT timeout',
      ],
      [
        'a public answer',
        dns,
        { names: { [kv]: { addresses: ['203.0.113.9'] } } },
        'fail DNS_OUTSIDE_NETWORKS public-address',
      ],
      [
        'one public address among private ones',
        dns,
        { names: { [kv]: { addresses: [inside, '203.0.113.9'] } } },
        'fail DNS_OUTSIDE_NETWORKS public-address',
      ],
      [
        'another network of the estate',
        `${dns}, within: [hub]`,
        { names: { [kv]: link } },
        'fail DNS_OUTSIDE_NETWORKS other-network',
      ],
      [
        'resolvers that disagree',
        dns,
        { names: { [kv]: link }, witnesses: { [kv]: [other] } },
        'fail DNS_DISAGREE disagree',
      ],
      [
        'a resolver that knows nothing',
        dns,
        { names: { [kv]: link }, witnesses: { [kv]: [{ error: 'nxdomain' }] } },
        'fail DNS_DISAGREE disagree',
      ],
      [
        'a silent witness',
        dns,
        { names: { [kv]: link }, witnesses: { [kv]: [{ error: 'timeout' }] } },
        'unknown DNS_TIMEOUT timeout',
      ],
      [
        'disagreement that is allowed',
        `${dns}, agree: false`,
        { names: { [kv]: link }, witnesses: { [kv]: [other] } },
        'pass OK private-address',
      ],
      [
        'addresses in another order agree',
        dns,
        {
          names: { [kv]: { addresses: [inside, '10.1.2.6'] } },
          witnesses: { [kv]: [{ addresses: ['10.1.2.6', inside] }] },
        },
        'pass OK private-address',
      ],
      [
        'through privatelink, seen by a witness',
        `${dns}, throughPrivateLink: true`,
        { names: { [kv]: { addresses: [inside] } }, witnesses: { [kv]: [link] } },
        'pass OK private-address',
      ],
      [
        'not through privatelink',
        `${dns}, throughPrivateLink: true`,
        { names: { [kv]: { addresses: [inside], chain: ['kv.example.org'], source: '10.0.0.5' } } },
        'fail DNS_NOT_PRIVATELINK no-private-link',
      ],
      [
        'nobody who tells the chain',
        `${dns}, throughPrivateLink: true`,
        { names: { [kv]: { addresses: [inside] } } },
        'unknown DNS_CHAIN_UNSEEN no-chain',
      ],
      ['must not resolve, and does not', `${dns}, mustNotResolve: true`, {}, 'pass OK nxdomain'],
      [
        'must not resolve, but does',
        `${dns}, mustNotResolve: true`,
        { names: { [kv]: link } },
        'fail DNS_RESOLVES resolves',
      ],
      [
        'must not resolve, but has an IPv6 address',
        `${dns}, mustNotResolve: true`,
        { ipv6: { [kv]: { addresses: ['2001:db8::4'] } } },
        'fail DNS_RESOLVES resolves',
      ],
      [
        'must not resolve, and nobody says whether it has an IPv6 address',
        `${dns}, mustNotResolve: true`,
        { ipv6: { [kv]: { error: 'servfail' } } },
        'unknown DNS_SERVFAIL servfail',
      ],
      [
        'an IPv6 address beside the private one',
        dns,
        { names: { [kv]: link }, ipv6: { [kv]: { addresses: ['2001:db8::4'] } } },
        'fail DNS_OUTSIDE_NETWORKS public-address',
      ],
      [
        'the private address, written as IPv6 as well',
        dns,
        { names: { [kv]: link }, ipv6: { [kv]: { addresses: [`::ffff:${inside}`] } } },
        'pass OK private-address',
      ],
      [
        'no answer about IPv6',
        dns,
        { names: { [kv]: link }, ipv6: { [kv]: { error: 'timeout' } } },
        'pass OK private-address',
      ],
      [
        'must not resolve, and nobody answers',
        `${dns}, mustNotResolve: true`,
        { names: { [kv]: { error: 'timeout' } } },
        'unknown DNS_TIMEOUT timeout',
      ],
    ]);
  });

  describe('tcp', () => {
    const tcp = `kind: tcp, host: ${kv}, port: 443`;
    const names = { [kv]: link };
    const at = `${inside}:443`;
    table([
      ['connects', tcp, { names, ports: { [at]: 'connected' } }, 'pass OK connected'],
      ['is dropped', tcp, { names }, 'fail TCP_TIMEOUT timeout'],
      ['is refused', tcp, { names, ports: { [at]: 'refused' } }, 'fail TCP_REFUSED refused'],
      ['is reset', tcp, { names, ports: { [at]: 'reset' } }, 'fail TCP_RESET reset'],
      [
        'has no route',
        tcp,
        { names, ports: { [at]: 'unreachable' } },
        'fail TCP_UNREACHABLE unreachable',
      ],
      [
        'has no port on loopback',
        tcp,
        { names, ports: { [at]: 'unmapped' } },
        'unknown TCP_UNMAPPED unmapped',
      ],
      ['does not exist', tcp, {}, 'fail DNS_NXDOMAIN nxdomain'],
      [
        'an address needs no name',
        `kind: tcp, host: ${inside}, port: 443`,
        { ports: { [at]: 'connected' } },
        'pass OK connected',
      ],
      [
        'one of two addresses is dropped',
        tcp,
        { names: { [kv]: { addresses: [inside, '10.1.2.6'] } }, ports: { [at]: 'connected' } },
        'fail TCP_TIMEOUT timeout',
      ],
    ]);

    for (const [address, expected] of [
      ['203.0.113.9', 'fail DNS_OUTSIDE_NETWORKS public-address'],
      ['169.254.169.254', 'fail GATE_TARGET_FORBIDDEN platform-address'],
      ['168.63.129.16', 'fail GATE_TARGET_FORBIDDEN platform-address'],
      ['127.0.0.1', 'fail DNS_OUTSIDE_NETWORKS public-address'],
    ] as const) {
      it(`is not probed when the name is ${address}`, async () => {
        const [check] = readGates('g', `checks: [{ id: c, ${tcp} }]`, gateContext());
        const probe = fakeProbe({ names: { [kv]: { addresses: [inside, address] } } });
        const seen = await check?.run(probe, AbortSignal.timeout(1000));
        assert.equal(`${seen?.status} ${seen?.code} ${seen?.class}`, expected);
        assert.deepEqual(probe.asked, [`resolve ${kv}`]);
      });
    }

    it('names the subnet, its owner and the firewall when packets are dropped', async () => {
      const [check] = readGates('g', `checks: [{ id: c, ${tcp} }]`, gateContext());
      const seen = await check?.run(fakeProbe({ names }), AbortSignal.timeout(1000));
      assert.match(
        seen?.hint ?? '',
        /10\.1\.2\.5 in subnet endpoints \(10\.1\.2\.0\/27\) of stamp weu/,
      );
      assert.match(seen?.hint ?? '', /firewall 10\.0\.0\.4 allows TCP 443/);
    });
  });

  describe('tls', () => {
    const tls = `kind: tls, name: ${kv}`;
    const names = { [kv]: link };
    const good = {
      class: 'connected',
      protocol: 'TLSv1.3',
      issuer: 'Root X',
      daysLeft: 40.5,
    } as const;
    const world = (certificate: NonNullable<World['certificates']>[string]): World => ({
      names,
      certificates: { [inside]: certificate },
    });
    table([
      ['a good certificate', tls, world(good), 'pass OK connected'],
      [
        'the certificate of a neighbour',
        tls,
        world({ class: 'certificate-name', names: ['kv-neu.vault.azure.net'] }),
        'fail TLS_NAME certificate-name final',
      ],
      [
        'an authority that is not trusted',
        tls,
        world({ class: 'certificate-untrusted', issuer: 'Proxy' }),
        'fail TLS_UNTRUSTED certificate-untrusted final',
      ],
      [
        'an old certificate',
        tls,
        world({ class: 'certificate-expired' }),
        'fail TLS_EXPIRED certificate-expired final',
      ],
      ['no TLS', tls, world({ class: 'tls-alert' }), 'fail TLS_HANDSHAKE tls-alert'],
      ['a drop', tls, { names }, 'fail TCP_TIMEOUT timeout'],
      ['no port on loopback', tls, world({ class: 'unmapped' }), 'unknown TCP_UNMAPPED unmapped'],
      ['enough days', `${tls}, minDaysLeft: 40`, world(good), 'pass OK connected'],
      [
        'too few days',
        `${tls}, minDaysLeft: 41`,
        world(good),
        'fail TLS_EXPIRES_SOON certificate-expires-soon final',
      ],
      ['the issuer', `${tls}, issuer: root`, world(good), 'pass OK connected'],
      [
        'another issuer',
        `${tls}, issuer: DigiCert`,
        world(good),
        'fail TLS_ISSUER certificate-issuer final',
      ],
      [
        'a public answer is not shaken hands with',
        tls,
        { names: { [kv]: { addresses: ['203.0.113.9'] } } },
        'fail DNS_OUTSIDE_NETWORKS public-address',
      ],
    ]);
  });
});
