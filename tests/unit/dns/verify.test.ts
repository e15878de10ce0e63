import assert from 'node:assert/strict';
import type { ZoneState } from '../../../tasks/lib/dns/model.ts';
import {
  expectationsOf,
  shownAnswer,
  verify,
  verifyFailure,
  type VerifyOptions,
} from '../../../tasks/lib/dns/verify.ts';
import type { SpokelineError } from '../../../tasks/lib/errors.ts';
import type { RecordAnswer } from '../../../tasks/lib/net/resolve.ts';
import { fakeClock } from '../../support/clock.ts';
import { link, owned, state, vaultZone, wanted, wish } from './estate.ts';

const networks = ['10.1.0.0/16'];

function answer(more: Partial<RecordAnswer>): RecordAnswer {
  return {
    ...{ name: 'kv.vault.azure.net', type: 'A', chain: [], values: [], source: 'system' },
    ...more,
  };
}

describe('an answer in words', () => {
  const cases: [Partial<RecordAnswer>, string][] = [
    [
      { error: 'nxdomain' },
      "the system's resolver answered that the name does not exist (NXDOMAIN)",
    ],
    [{ error: 'timeout', source: '10.0.0.53' }, 'resolver 10.0.0.53 answered nothing (time-out)'],
    [
      { values: ['203.0.113.7'], chain: ['kv.privatelink.vaultcore.azure.net', 'edge.example'] },
      "the system's resolver answered 203.0.113.7 through kv.privatelink.vaultcore.azure.net -> edge.example",
    ],
    [{ values: ['10.1.0.4', '10.1.0.5'] }, "the system's resolver answered 10.1.0.4, 10.1.0.5"],
    [{ error: 'nodata' }, "the system's resolver answered that the name has no address (NODATA)"],
    [
      { type: 'TXT', error: 'nodata', source: '10.0.0.53' },
      'resolver 10.0.0.53 answered that the name has no TXT record (NODATA)',
    ],
    [
      { type: 'TXT', values: ['a, "b"', '\n##vso[x]', 'x'.repeat(200)] },
      `the system's resolver answered "a, \\"b\\"", "\\n##vso[x]", "${'x'.repeat(100)}..."`,
    ],
    [
      { type: 'CNAME', values: ['front.corp.example'] },
      "the system's resolver answered front.corp.example",
    ],
  ];
  for (const [given, words] of cases) {
    it(words, () => assert.equal(shownAnswer(answer(given)), words));
  }
});

describe('verifying names', () => {
  /** Answers round by round; the last one stays. */
  function resolver(own: Partial<RecordAnswer>[], others: Partial<RecordAnswer>[] = []) {
    let round = -1;
    return {
      asked: () => round + 1,
      answers: () => {
        round += 1;
        const first = own[Math.min(round, own.length - 1)] ?? {};
        return Promise.resolve([first, ...others].map(answer));
      },
    };
  }

  interface Ran {
    readonly lines: string[];
    readonly error?: SpokelineError;
  }

  /** @param actual what the zones hold; an error where they cannot be read */
  async function run(
    source: ReturnType<typeof resolver>,
    actual: ZoneState | Error = state({ records: [owned()] }),
    more: Partial<VerifyOptions> = {},
  ): Promise<Ran> {
    const lines: string[] = [];
    const wishes = [wish({ expectedLinks: [{ zone: vaultZone, networkId: '/hub' }] })];
    const timeout = more.timeout ?? 10_000;
    const zones = (): Promise<ZoneState> =>
      actual instanceof Error ? Promise.reject(actual) : Promise.resolve(actual);
    const findings = await verify(expectationsOf(wishes), zones, {
      answers: source.answers,
      ask: (server, name) => Promise.resolve(answer({ name, source: server, error: 'nxdomain' })),
      primary: () => Promise.resolve(undefined),
      ownServers: [],
      clock: fakeClock(),
      signal: new AbortController().signal,
      timeout,
      interval: 2_000,
      networks,
      info: (text) => lines.push(text),
      ...more,
    });
    return findings.length === 0 ? { lines } : { lines, error: verifyFailure(findings, timeout) };
  }

  it('waits until old and negative answers are gone', async () => {
    const source = resolver([
      { error: 'nxdomain' },
      { values: ['10.1.0.9'] },
      { values: ['10.1.0.4'] },
    ]);
    const { lines, error } = await run(source);
    assert.equal(error, undefined);
    assert.deepEqual(lines, [
      "  waiting for 1 names, 10 s at most: kv.vault.azure.net: the system's resolver answered that the name " +
        'does not exist (NXDOMAIN)',
      '  kv.vault.azure.net -> 10.1.0.4 everywhere (after 4.0 s)',
    ]);
  });

  it('looks once when there is no time', async () => {
    const source = resolver([{ error: 'nxdomain' }]);
    const { error } = await run(source, state(), { timeout: 0 });
    assert.equal(error?.code, 'DNS_VERIFY_FAILED');
    assert.equal(source.asked(), 1);
  });

  const hub = link({ networkId: '/HUB' });
  const causes: [string, ZoneState | Error, string][] = [
    ['the zone is missing', state({ zones: [] }), 'zone-missing'],
    ['the record is missing', state({ links: [hub] }), 'record-missing'],
    ['the link is missing', state({ records: [owned()] }), 'zone-not-linked'],
    [
      'the value is another one',
      state({ records: [owned('t/neu', { values: ['10.2.0.4'] })], links: [hub] }),
      'record-wrong',
    ],
    ['nothing is missing', state({ records: [owned()], links: [hub] }), 'forwarder-missing'],
    ['the zones cannot be read', new Error('no right'), 'forwarder-missing'],
  ];
  for (const [name, actual, cause] of causes) {
    it(`names the cause when ${name}`, async () => {
      const own = [{ values: ['10.1.0.4'] }];
      const others: Partial<RecordAnswer>[] = [{ source: '10.0.0.53', error: 'nxdomain' }];
      const { lines, error } = await run(resolver(own, others), actual);
      assert.equal(error?.code, 'DNS_VERIFY_FAILED');
      assert.equal(
        error.message,
        'One name does not resolve as it should from this agent after 10 s.',
      );
      const [detail, ...rest] = error.details;
      assert.deepEqual(rest, []);
      assert.deepEqual([detail?.target, detail?.code], ['kv.vault.azure.net', cause]);
      assert.match(
        detail?.message ?? '',
        new RegExp(
          '^kv\\.vault\\.azure\\.net should be 10\\.1\\.0\\.4: resolver 10\\.0\\.0\\.53 answered that the ' +
            `name does not exist \\(NXDOMAIN\\)\\. ${cause}: .`,
        ),
      );
      const unread = lines.filter((line) => line.includes('cannot be read'));
      assert.equal(unread.length, actual instanceof Error ? 1 : 0);
    });
  }

  it("asks the system's own servers for what it does not tell", async () => {
    const asked: string[] = [];
    const actual = state({ records: [owned()], links: [hub] });
    const source = resolver([{ values: ['203.0.113.9'] }]);
    const { error } = await run(source, actual, {
      ownServers: ['10.0.0.2', '10.0.0.3'],
      ask: (server, name) => {
        asked.push(`${server} ${name}`);
        const values = server === '10.0.0.3' ? ['203.0.113.9'] : ['10.1.0.4'];
        return Promise.resolve(answer({ name, source: server, values, ttl: 30 }));
      },
      primary: (server, zone) => {
        asked.push(`${server} SOA ${zone}`);
        return Promise.resolve('azureprivatedns.net');
      },
    });
    assert.deepEqual(asked, [
      '10.0.0.2 kv.vault.azure.net',
      '10.0.0.3 kv.vault.azure.net',
      `10.0.0.3 SOA ${vaultZone}`,
    ]);
    assert.match(error?.details[0]?.message ?? '', /stale-answer: .*that is over in 30 s$/);
    assert.match(error?.details[0]?.message ?? '', /the system's resolver answered 203/);
  });

  it('asks for many names, a few at a time', async () => {
    let open = 0;
    let most = 0;
    const count = async (): Promise<RecordAnswer[]> => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((done) => setImmediate(done));
      open -= 1;
      return [answer({ values: ['10.1.0.4'] })];
    };
    const records = Array.from({ length: 500 }, (_, i) => wanted({ fqdns: [`kv${i}.example`] }));
    const findings = await verify(expectationsOf([wish({ records })]), () => assert.fail(), {
      answers: count,
      ask: () => assert.fail(),
      primary: () => assert.fail(),
      ownServers: [],
      clock: fakeClock(),
      signal: new AbortController().signal,
      timeout: 0,
      interval: 1,
      networks,
      info: () => undefined,
    });
    assert.deepEqual(findings, []);
    assert.ok(most > 1 && most <= 32, String(most));
  });
});
