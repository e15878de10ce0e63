import assert from 'node:assert/strict';
import type { Answer } from 'dns-packet';
import { recordResolverFor } from '../../../tasks/lib/net/record-resolver.ts';
import { recordsAt, type AnswerType } from '../../../tasks/lib/net/resolve.ts';
import { flags, startTestDns, type DnsReply, type TestDns } from '../../support/dns-server.ts';

const name = 'api.corp.example';
const signal = new AbortController().signal;
const soa: Answer = {
  type: 'SOA',
  name: 'corp.example',
  ttl: 10,
  data: {
    mname: 'azureprivatedns.net',
    rname: 'host.example',
    serial: 1,
    refresh: 3600,
    retry: 300,
    expire: 2_419_200,
    minimum: 10,
  },
};

describe('net/record-resolver', () => {
  let dns: TestDns;
  let reply: DnsReply;
  before(async () => {
    dns = await startTestDns(({ over }) =>
      over === 'udp' && tcpOnly ? [{ flags: flags(0, true) }] : [reply],
    );
  });
  after(() => dns.close());
  let tcpOnly = false;
  beforeEach(() => {
    dns.queries.length = 0;
    tcpOnly = false;
  });
  const ask = (type: AnswerType) => recordsAt(dns.server, name, type, signal, 2_000);

  const other: Answer = { type: 'A', name, ttl: 5, data: '10.1.0.4' };
  const cases: [
    title: string,
    type: AnswerType,
    answers: Answer[],
    values: string[],
    chain: string[],
  ][] = [
    [
      'AAAA, in one spelling',
      'AAAA',
      [{ type: 'AAAA', name, ttl: 5, data: 'fd00:0:0:0:0:0:0:10' }, other],
      ['fd00::10'],
      [],
    ],
    [
      'AAAA through an alias',
      'AAAA',
      [
        { type: 'CNAME', name, ttl: 60, data: 'front.corp.example' },
        { type: 'AAAA', name: 'front.corp.example', ttl: 5, data: '2001:db8::1' },
      ],
      ['2001:db8::1'],
      ['front.corp.example'],
    ],
    [
      'the CNAME of the name itself, not what it leads to',
      'CNAME',
      [
        { type: 'CNAME', name, ttl: 5, data: 'Front.corp.example' },
        { type: 'CNAME', name: 'front.corp.example', ttl: 60, data: 'back.corp.example' },
        { type: 'A', name: 'back.corp.example', ttl: 60, data: '10.1.0.4' },
      ],
      ['front.corp.example'],
      [],
    ],
    [
      'texts, each of one or more strings',
      'TXT',
      [
        { type: 'TXT', name, ttl: 5, data: ['v=spf1 ', '-all'] },
        { type: 'TXT', name, ttl: 9, data: 'grüße, 世界' },
        { type: 'TXT', name, ttl: 9, data: [''] },
      ],
      ['v=spf1 -all', 'grüße, 世界', ''],
      [],
    ],
  ];
  for (const [title, type, answers, values, chain] of cases) {
    it(`reads ${title}`, async () => {
      reply = { answers };
      assert.deepEqual(await ask(type), { name, type, chain, values, ttl: 5, source: dns.server });
      assert.equal(dns.queries[0]?.packet.questions?.[0]?.type, type);
    });
  }

  it('reads a text that is too long for a datagram, over TCP', async () => {
    const data = Array.from({ length: 16 }, (_, n) => String.fromCharCode(97 + n).repeat(255));
    tcpOnly = true;
    reply = { answers: [{ type: 'TXT', name, ttl: 5, data }] };
    const { values } = await ask('TXT');
    assert.deepEqual(values, [data.join('')]);
    assert.deepEqual(
      dns.queries.map(({ over }) => over),
      ['udp', 'tcp'],
    );
  });

  for (const type of ['AAAA', 'CNAME', 'TXT'] as const) {
    it(`tells a name without ${type} from one that does not exist`, async () => {
      reply = { answers: type === 'CNAME' ? [other] : [], authorities: [soa] };
      const negative = { zone: 'corp.example', ttl: 10 };
      const none = { name, type, chain: [], values: [], negative, source: dns.server };
      assert.deepEqual(await ask(type), { ...none, error: 'nodata' });
      reply = { flags: flags(3), authorities: [soa] };
      assert.deepEqual(await ask(type), { ...none, error: 'nxdomain' });
    });
  }

  it('takes no answer to another question', async () => {
    reply = { questions: [{ name, type: 'A' }], answers: [other] };
    const answer = await recordsAt(dns.server, name, 'TXT', signal, 300);
    assert.equal(answer.error, 'timeout');
  });

  describe('of an estate', () => {
    const text: Answer = { type: 'TXT', name, ttl: 5, data: 'x' };

    it('takes the first declared one for the system on loopback, once', async () => {
      reply = { answers: [text] };
      const records = recordResolverFor({ loopback: true, resolvers: [dns.server] }, []);
      const found = await records(name, 'TXT', signal);
      assert.deepEqual(
        found.map(({ source, values }) => [source, ...values]),
        [[dns.server, 'x']],
      );
    });

    it("asks the system's servers, the next where one refuses, and the declared ones besides", async () => {
      const refusing = await startTestDns(() => [{ flags: flags(5) }]);
      try {
        reply = { answers: [text] };
        const records = recordResolverFor({ loopback: false, resolvers: [refusing.server] }, [
          refusing.server,
          dns.server,
        ]);
        const found = await records(name, 'TXT', signal);
        assert.deepEqual(
          found.map(({ source, values, error }) => [source, error, ...values]),
          [
            ['system', undefined, 'x'],
            [refusing.server, 'refused'],
          ],
        );
      } finally {
        await refusing.close();
      }
    });

    it('fails without any server', async () => {
      const records = recordResolverFor({ loopback: false, resolvers: [] }, []);
      const [own] = await records(name, 'CNAME', signal);
      assert.deepEqual(own, {
        ...{ name, type: 'CNAME', chain: [], values: [], source: 'system', error: 'servfail' },
      });
    });

    it('gets addresses from the operating system', async () => {
      const records = recordResolverFor({ loopback: false, resolvers: [] }, []);
      const [own] = await records('localhost', 'A', signal);
      assert.deepEqual(own, {
        ...{ name: 'localhost', type: 'A', chain: [], values: ['127.0.0.1'], source: 'system' },
      });
      const [six] = await records('localhost', 'AAAA', signal);
      assert.ok(six?.error !== undefined || six?.values.every((value) => value === '::1'));
    });
  });
});
