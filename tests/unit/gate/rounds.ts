import type { Verdict } from '../../../tasks/lib/gate/check.ts';
import type { GateCheck } from '../../../tasks/lib/gate/gate-check.ts';
import { runGate } from '../../../tasks/lib/gate/run.ts';
import type { GateOptions } from '../../../tasks/lib/gate/run.ts';
import type { Clock } from '../../../tasks/lib/net/clock.ts';
import { fakeProbe } from './fake-probe.ts';

export const start = Date.parse('2026-11-21T10:00:00Z');

/** A clock that is at the end of each sleep at once, or so much before it. */
export function fakeClock(early = 0): Clock & { slept: number[]; pass(ms: number): void } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    pass: (ms) => (now += ms),
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      slept.push(ms);
      now += Math.max(1, ms - early);
      return Promise.resolve();
    },
  };
}

export const pass: Verdict = {
  status: 'pass',
  code: 'OK',
  expected: 'e',
  observed: 'o',
  class: 'connected',
};
export const fail: Verdict = { ...pass, status: 'fail', code: 'TCP_TIMEOUT', class: 'timeout' };
export const unknown: Verdict = {
  ...pass,
  status: 'unknown',
  code: 'DNS_TIMEOUT',
  class: 'timeout',
};
export const wrong: Verdict = { ...fail, code: 'TLS_NAME', final: true };

/** A check that gives these verdicts round by round, the last one for ever. */
export function check(id: string, ...verdicts: Verdict[]): GateCheck {
  let round = 0;
  return {
    id,
    kind: 'tcp',
    target: id,
    run() {
      const verdict = verdicts[Math.min(round, verdicts.length - 1)] ?? pass;
      round += 1;
      return Promise.resolve(verdict);
    },
  };
}

export const options: GateOptions = {
  delay: 0,
  interval: 15_000,
  minimumSuccessDuration: 0,
  timeout: 60_000,
  onUnknown: 'fail',
  passes: 1,
  window: 1,
  concurrency: 4,
  checkTimeout: 10_000,
};

export async function gate(
  checks: GateCheck[],
  changes: Partial<GateOptions> = {},
  clock = fakeClock(),
) {
  const changed: string[] = [];
  const waited: string[] = [];
  const signal = new AbortController().signal;
  const result = await runGate(checks, fakeProbe({}), { ...options, ...changes }, clock, signal, {
    changed: (one, before) => changed.push(`${one.id} ${before?.status ?? '-'} > ${one.status}`),
    waiting: ({ holding, stableFor }) =>
      waited.push(holding.map((one) => one.id).join(',') || `stable ${stableFor}`),
  });
  return { ...result, slept: clock.slept, changed, waited };
}
