import assert from 'node:assert/strict';
import type { ZoneState } from '../../../tasks/lib/dns/model.ts';
import { expectationsOf, faultOf, verify } from '../../../tasks/lib/dns/verify.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import type { Resolution } from '../../../tasks/lib/net/resolve.ts';
import { fakeClock } from '../../support/clock.ts';
import { owned, state, vaultZone, wish } from './estate.ts';

const networks = ['10.1.0.0/16'];

function answer(more: Partial<Resolution>): Resolution {
  return { name: 'kv.vault.azure.net', chain: [], addresses: [], source: 'system', ...more };
}

describe('the answer of a resolver', () => {
  const cases: [Partial<Resolution>, string | undefined][] = [
    [{ addresses: ['10.1.0.4'] }, undefined],
    [
      { error: 'nxdomain' },
      "the system's resolver answered that the name does not exist (NXDOMAIN)",
    ],
    [{ error: 'timeout', source: '10.0.0.53' }, 'resolver 10.0.0.53 answered nothing (time-out)'],
    [
      { addresses: ['203.0.113.7'], chain: ['kv.privatelink.vaultcore.azure.net', 'edge.example'] },
      "the system's resolver answered 203.0.113.7 through kv.privatelink.vaultcore.azure.net -> edge.example, " +
        'outside the declared networks: the public answer',
    ],
    [
      { addresses: ['10.1.0.9'] },
      "the system's resolver answered 10.1.0.9, an old or foreign answer",
    ],
    [
      { addresses: ['10.1.0.4', '10.1.0.5'] },
      "the system's resolver answered 10.1.0.4, 10.1.0.5, an old or foreign answer",
    ],
  ];
  for (const [given, fault] of cases) {
    it(`${JSON.stringify(given)} is ${fault === undefined ? 'right' : 'wrong'}`, () => {
      assert.equal(faultOf(answer(given), ['10.1.0.4'], networks), fault);
    });
  }
});

describe('verifying names', () => {
  /** Answers round by round; the last one stays. */
  function resolver(own: Partial<Resolution>[], others: Partial<Resolution>[] = []) {
    let round = -1;
    return {
      asked: () => round + 1,
      resolve: () => {
        round += 1;
        return Promise.resolve(answer(own[Math.min(round, own.length - 1)] ?? {}));
      },
      witnesses: () => Promise.resolve(others.map(answer)),
    };
  }

  async function run(
    source: ReturnType<typeof resolver>,
    actual: ZoneState = state({ records: [owned()] }),
    timeout = 10_000,
  ): Promise<{ lines: string[]; error?: SpokelineError }> {
    const lines: string[] = [];
    const wishes = [wish({ expectedLinks: [{ zone: vaultZone, networkId: '/hub' }] })];
    try {
      await verify(expectationsOf(wishes), () => Promise.resolve(actual), {
        resolver: source,
        clock: fakeClock(),
        signal: new AbortController().signal,
        timeout,
        interval: 2_000,
        networks,
        info: (text) => lines.push(text),
      });
      return { lines };
    } catch (error) {
      assert.ok(error instanceof SpokelineError, String(error));
      return { lines, error };
    }
  }

  it('waits until old and negative answers are gone', async () => {
    const source = resolver([
      { error: 'nxdomain' },
      { addresses: ['10.1.0.9'] },
      { addresses: ['10.1.0.4'] },
    ]);
    const { lines, error } = await run(source);
    assert.equal(error, undefined);
    assert.deepEqual(lines, ['  kv.vault.azure.net -> 10.1.0.4 everywhere (after 4.0 s)']);
  });

  it('looks once when there is no time', async () => {
    const source = resolver([{ error: 'nxdomain' }]);
    const { error } = await run(source, state(), 0);
    assert.equal(error?.code, 'DNS_VERIFY_FAILED');
    assert.equal(source.asked(), 1);
  });

  const link = {
    zone: vaultZone,
    name: 'hub',
    networkId: '/HUB',
    registration: false,
    fallback: false,
    tags: {},
    etag: 'e',
  };
  const causes: [string, ZoneState, string][] = [
    ['the zone', state({ zones: [] }), `the zone ${vaultZone} does not exist`],
    ['the record', state({ links: [link] }), `${vaultZone} has no record kv`],
    ['the link', state({ records: [owned()] }), `${vaultZone} is not linked to /hub`],
    [
      'a right value',
      state({ records: [owned('t/neu', { values: ['10.2.0.4'] })], links: [link] }),
      `the record kv in ${vaultZone} holds 10.2.0.4`,
    ],
    [
      'nothing in Azure',
      state({ records: [owned()], links: [link] }),
      'zone, record and links are as they should be, so a resolver does not forward to Azure or holds an old answer',
    ],
  ];
  for (const [name, actual, cause] of causes) {
    it(`says when ${name} is missing`, async () => {
      const own = [{ addresses: ['10.1.0.4'] }];
      const others: Partial<Resolution>[] = [{ source: '10.0.0.53', error: 'nxdomain' }];
      const { error } = await run(resolver(own, others), actual);
      assert.equal(error?.code, 'DNS_VERIFY_FAILED');
      assert.equal(
        error?.message,
        'One name does not resolve as it should from this agent after 10 s.',
      );
      assert.deepEqual(error?.details, [
        {
          target: 'kv.vault.azure.net',
          message:
            'kv.vault.azure.net should be 10.1.0.4: resolver 10.0.0.53 answered that the name does not exist ' +
            `(NXDOMAIN). Cause: ${cause}`,
        },
      ]);
    });
  }
});
