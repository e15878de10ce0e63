import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { encode, type Answer } from 'dns-packet';
import { nameProblem } from '../../../tasks/lib/net/dns-message.ts';
import {
  parseServer,
  serverProblem,
  primaryAt,
  resolveAt,
  resolverFor,
  resolveSystem,
} from '../../../tasks/lib/net/resolve.ts';
import {
  flags,
  startTestDns,
  type DnsQuery,
  type DnsReply,
  type TestDns,
} from '../../support/dns-server.ts';

const kv = 'kv.vault.azure.net';
const link = 'kv.privatelink.vaultcore.azure.net';
const cname = (name: string, data: string, ttl = 60): Answer => ({
  type: 'CNAME',
  name,
  data,
  ttl,
});
const a = (name: string, data: string, ttl = 10): Answer => ({ type: 'A', name, data, ttl });

describe('net/resolve', () => {
  let dns: TestDns;
  let reply: (query: DnsQuery) => DnsReply[];
  const signal = new AbortController().signal;

  before(async () => {
    dns = await startTestDns((query) => reply(query));
  });
  after(() => dns.close());
  beforeEach(() => {
    dns.queries.length = 0;
    reply = () => [];
  });

  const ask = (name = kv, timeoutMs = 2_000) => resolveAt(dns.server, name, signal, timeoutMs);

  it('asks for A records with recursion and a UDP size', async () => {
    reply = () => [{ answers: [a(kv, '10.1.2.4')] }];
    await ask();
    const [query] = dns.queries;
    assert.deepEqual(query?.packet.questions, [{ name: kv, type: 'A', class: 'IN' }]);
    assert.equal((query?.packet.flags ?? 0) & 0x0100, 0x0100);
    const opt = query?.packet.additionals?.[0];
    assert.ok(opt?.type === 'OPT');
    assert.equal(opt.udpPayloadSize, 1232);
  });

  it('follows the chain of an answer in any order', async () => {
    reply = () => [
      { answers: [a(link, '10.1.2.4', 10), a(link, '10.1.2.5', 20), cname(kv, link, 60)] },
    ];
    assert.deepEqual(await ask(), {
      name: kv,
      chain: [link],
      addresses: ['10.1.2.4', '10.1.2.5'],
      ttl: 10,
      source: dns.server,
    });
  });

  it('compares names without regard to letter case and a final dot', async () => {
    reply = () => [
      { answers: [cname('KV.vault.AZURE.net', link.toUpperCase()), a(link, '10.1.2.4')] },
    ];
    const answer = await ask('Kv.Vault.Azure.Net.');
    assert.deepEqual(answer.addresses, ['10.1.2.4']);
    assert.deepEqual(answer.chain, [link]);
  });

  it('leaves out records that are not on the chain', async () => {
    reply = () => [{ answers: [a('other.example', '203.0.113.9'), a(kv, '10.1.2.4')] }];
    assert.deepEqual((await ask()).addresses, ['10.1.2.4']);
  });

  const outcomes: [string, DnsReply, object][] = [
    ['NXDOMAIN', { flags: flags(3) }, { chain: [], addresses: [], error: 'nxdomain' }],
    [
      'NXDOMAIN at the end of a chain',
      { flags: flags(3), answers: [cname(kv, link, 30)] },
      { chain: [link], addresses: [], ttl: 30, error: 'nxdomain' },
    ],
    ['an empty answer', {}, { chain: [], addresses: [], error: 'nodata' }],
    [
      'a chain that ends without an address',
      { answers: [cname(kv, link)] },
      { chain: [link], addresses: [], ttl: 60, error: 'nodata' },
    ],
    ['SERVFAIL', { flags: flags(2) }, { chain: [], addresses: [], error: 'servfail' }],
    ['NOTIMP', { flags: flags(4) }, { chain: [], addresses: [], error: 'servfail' }],
    ['REFUSED', { flags: flags(5) }, { chain: [], addresses: [], error: 'refused' }],
    [
      'a chain in a circle',
      { answers: [cname(kv, link), cname(link, kv)] },
      { chain: [link, kv], addresses: [], error: 'servfail' },
    ],
  ];
  for (const [title, given, outcome] of outcomes) {
    it(`says what ${title} means`, async () => {
      reply = () => [given];
      assert.deepEqual(await ask(), { name: kv, source: dns.server, ...outcome });
    });
  }

  it('asks again over TCP when the answer was cut', async () => {
    const many = Array.from({ length: 200 }, (_, index) => a(kv, `10.1.${index}.4`));
    reply = ({ over }) => [over === 'udp' ? { flags: flags(0, true) } : { answers: many }];
    assert.equal((await ask()).addresses.length, 200);
    assert.deepEqual(
      dns.queries.map((query) => query.over),
      ['udp', 'tcp'],
    );
  });

  it('passes over answers to other questions, with other ids, and rubbish', async () => {
    reply = ({ packet }) => [
      { id: ((packet.id ?? 0) + 1) % 0x10000, answers: [a(kv, '203.0.113.1')] },
      {
        questions: [{ name: 'evil.example', type: 'A' }],
        answers: [a('evil.example', '203.0.113.2'), a(kv, '203.0.113.3')],
      },
      Buffer.from('rubbish'),
      encode({ type: 'query', id: packet.id ?? 0, questions: packet.questions ?? [] }),
      { answers: [a(kv, '10.1.2.4')] },
    ];
    assert.deepEqual((await ask()).addresses, ['10.1.2.4']);
  });

  it('does not take an answer from elsewhere', async () => {
    const other = createSocket('udp4');
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve));
    const target = createSocket('udp4');
    await new Promise<void>((resolve) => target.bind(0, '127.0.0.1', resolve));
    try {
      target.on('message', (message, from) => {
        const id = message.readUInt16BE(0);
        const questions = [{ name: kv, type: 'A' as const }];
        const answer = (address: string) =>
          encode({ type: 'response', id, flags: flags(0), questions, answers: [a(kv, address)] });
        other.send(answer('203.0.113.1'), from.port, from.address, () =>
          target.send(answer('10.1.2.4'), from.port, from.address),
        );
      });
      const { port } = target.address();
      const answer = await resolveAt(`127.0.0.1:${port}`, kv, signal, 2_000);
      assert.deepEqual(answer.addresses, ['10.1.2.4']);
    } finally {
      other.close();
      target.close();
    }
  });

  it('sends once more before it gives up', async () => {
    reply = () => [dns.queries.length < 2 ? undefined : { answers: [a(kv, '10.1.2.4')] }];
    assert.deepEqual((await ask(kv, 200)).addresses, ['10.1.2.4']);
    assert.equal(dns.queries.length, 2);
    assert.equal(dns.queries[0]?.packet.id, dns.queries[1]?.packet.id);
  });

  it('tells the primary server of a zone', async () => {
    const zone = 'privatelink.vaultcore.azure.net';
    const data = { mname: 'azureprivatedns.net', rname: 'host.example' };
    const soa = { type: 'SOA' as const, name: zone, ttl: 9, data };
    reply = ({ packet }) => [packet.questions?.[0]?.type === 'SOA' ? { answers: [soa] } : {}];
    assert.equal(await primaryAt(dns.server, zone, signal, 2_000), 'azureprivatedns.net');
    assert.equal(await primaryAt(dns.server, `sub.${zone}`, signal, 2_000), undefined);
    reply = () => [];
    assert.equal(await primaryAt(dns.server, zone, signal, 50), undefined);
  });

  it('says time-out when nobody answers', async () => {
    assert.equal((await ask(kv, 50)).error, 'timeout');
  });

  it('says time-out when there is no way to the server, as of one that does not answer', async () => {
    // Needs a right that no process has by default: the connect itself fails.
    const answer = await resolveAt('255.255.255.255', kv, signal, 60_000);
    assert.equal(answer.error, 'timeout');
  });

  it('says refused when no server is there', async () => {
    const gone = await startTestDns(() => []);
    await gone.close();
    assert.equal((await resolveAt(gone.server, kv, signal, 2_000)).error, 'refused');
  });

  it('says servfail when TCP breaks off', async () => {
    const cut = await startTestDns(({ over }) => [
      over === 'udp' ? { flags: flags(0, true) } : Buffer.from('x'),
    ]);
    try {
      assert.equal((await resolveAt(cut.server, kv, signal, 2_000)).error, 'servfail');
    } finally {
      await cut.close();
    }
  });

  it('stops when told', async () => {
    const reason = new Error('stop');
    const controller = new AbortController();
    const waiting = resolveAt(dns.server, kv, controller.signal, 10_000);
    controller.abort(reason);
    await assert.rejects(waiting, reason);
    await assert.rejects(resolveAt(dns.server, kv, AbortSignal.abort(reason), 10_000), reason);
    await assert.rejects(resolveSystem('localhost', AbortSignal.abort(reason), 10_000), reason);
  });

  it('asks the system', async () => {
    assert.deepEqual(await resolveSystem('localhost', signal, 5_000), {
      name: 'localhost',
      chain: [],
      addresses: ['127.0.0.1'],
      source: 'system',
    });
  });

  it('asks for IPv6 addresses when told', async () => {
    const address = 'fd00::4';
    reply = ({ packet }) =>
      packet.questions?.[0]?.type === 'AAAA'
        ? [{ answers: [{ name: kv, type: 'AAAA', ttl: 10, data: address }] }]
        : [{ answers: [a(kv, '10.1.2.4')] }];
    const resolver = resolverFor({ loopback: true, resolvers: [dns.server] });
    assert.deepEqual((await resolver.resolve(kv, signal)).addresses, ['10.1.2.4']);
    assert.deepEqual((await resolver.resolve(kv, signal, 6)).addresses, [address]);
    const [witness] = await resolver.witnesses(kv, signal, 6);
    assert.deepEqual(witness?.addresses, [address]);
  });

  it('takes the first declared resolver for the system on loopback only', async () => {
    reply = () => [{ answers: [a(kv, '10.1.2.4')] }];
    const loopback = resolverFor({ loopback: true, resolvers: [dns.server] });
    assert.equal((await loopback.resolve(kv, signal)).source, dns.server);
    const azure = resolverFor({ loopback: false, resolvers: [dns.server] });
    assert.equal((await azure.resolve('localhost', signal)).source, 'system');
    assert.deepEqual(
      (await azure.witnesses(kv, signal)).map((witness) => witness.source),
      [dns.server],
    );
    const none = resolverFor({ loopback: true, resolvers: [] });
    assert.equal((await none.resolve('localhost', signal)).source, 'system');
    assert.deepEqual(await none.witnesses(kv, signal), []);
  });

  const names: [string, string][] = [
    ['', 'is empty'],
    ['.', 'is empty'],
    ['10.0.0.4', 'is an address'],
    ['a..b', 'has an empty label'],
    ['.a', 'has an empty label'],
    [`${'a'.repeat(64)}.net`, `has a label of more than 63 characters: ${'a'.repeat(20)}...`],
    [Array.from({ length: 128 }, () => 'a').join('.'), 'is longer than 253 characters'],
    ['a b.net', 'has a character outside a-z, 0-9, - and _: a b'],
    ['gr\u00fcn.net', 'has a character outside a-z, 0-9, - and _: gr\u00fcn'],
  ];
  for (const [name, problem] of names) {
    it(`refuses the name "${name.slice(0, 20)}": ${problem.slice(0, 30)}`, async () => {
      assert.equal(nameProblem(name), problem);
      const error = new RangeError(`"${name}" ${problem}`);
      await assert.rejects(resolveAt(dns.server, name, signal, 100), error);
      await assert.rejects(resolveSystem(name, signal, 100), error);
      assert.equal(dns.queries.length, 0);
    });
  }

  it('takes no address of the platform for a resolver but that of its DNS', () => {
    assert.equal(serverProblem('168.63.129.16'), undefined);
    assert.equal(serverProblem('10.0.0.4:80'), undefined);
    for (const server of ['168.63.129.16:80', '169.254.169.254', '[::ffff:169.254.169.254]:53']) {
      assert.match(serverProblem(server) ?? '', /is an address of the platform/, server);
    }
  });

  it('reads the address of a resolver', () => {
    assert.deepEqual(parseServer('10.0.0.4'), { address: '10.0.0.4', port: 53 });
    assert.deepEqual(parseServer('127.0.0.1:10053'), { address: '127.0.0.1', port: 10053 });
    assert.deepEqual(parseServer('::1'), { address: '::1', port: 53 });
    assert.deepEqual(parseServer('[::1]:53'), { address: '::1', port: 53 });
    for (const text of [
      '',
      'dns.example',
      '10.0.0.4:0',
      '10.0.0.4:70000',
      '10.0.0.4:x',
      '1::2::3',
    ]) {
      assert.throws(
        () => parseServer(text),
        new RangeError(`"${text}" is no resolver; allowed: an address, or address:port`),
      );
    }
  });
});
