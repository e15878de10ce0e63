import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import { sharedSignal } from '../net/shared-signal.ts';
import { untilAborted } from '../net/until-aborted.ts';
import type { Verdict } from './check.ts';
import type { GateCheck } from './gate-check.ts';
import { History } from './history.ts';
import type { NameSeen, Probe } from './probe.ts';
import { holds, verdictOf, type CheckResult, type GateResult } from './result.ts';
import type { StateSeen } from './state.ts';
import { counts } from './waivers.ts';

/** Times in ms. */
export interface GateOptions {
  /** Before the first round. */
  readonly delay: number;
  /** From the end of a round to the next one. */
  readonly interval: number;
  /** How long everything must have passed without a break, from the begin of one round to that of another. */
  readonly minimumSuccessDuration: number;
  /** From the first round on; the last round begins then, or is the one that is under way. */
  readonly timeout: number;
  /** Whether a check that could not look holds the release. */
  readonly onUnknown: 'fail' | 'pass';
  /** A check passes when it passed in so many… */
  readonly passes: number;
  /** …of so many of the last rounds. */
  readonly window: number;
  /** Checks at once. */
  readonly concurrency: number;
  /** For one check in one round; what takes longer is unknown. */
  readonly checkTimeout: number;
}

export interface GateEvents {
  /** A check has another verdict than in the round before. */
  changed?(result: CheckResult, before: CheckResult | undefined): void;
  /**
   * A round has ended and another one follows. `stableFor` in ms; undefined while something fails.
   */
  waiting?(state: {
    readonly round: number;
    readonly holding: readonly CheckResult[];
    readonly stableFor: number | undefined;
    readonly elapsed: number;
  }): void;
}

/**
 * Runs all checks in rounds until they have passed for the minimum duration, until one fails in a
 * way that waiting cannot change, or until the time is up.
 *
 * A failed gate is a result, not an error: rejects only when the signal aborts.
 */
export async function runGate(
  checks: readonly GateCheck[],
  probe: Probe,
  options: GateOptions,
  clock: Clock,
  signal: AbortSignal,
  events: GateEvents = {},
): Promise<GateResult> {
  const startedAt = clock.now();
  if (options.delay > 0) await clock.sleep(options.delay, signal);
  const from = clock.now();
  const until = from + options.timeout;
  const history = new History({ passes: options.passes, of: options.window });
  let results: CheckResult[] = [];
  let passingSince: number | undefined;
  for (let round = 1; ; round += 1) {
    const roundStart = clock.now();
    const before = new Map(results.map((result) => [result.id, result]));
    let decided = false;
    results = await runRound(checks, probe, options, signal, clock, (seen, verdict) => {
      const result = history.add(seen);
      decided ||= verdict.final === true && holds(result, options.onUnknown);
      const last = before.get(result.id);
      if (last?.status !== result.status || last.code !== result.code) {
        events.changed?.(result, last);
      }
      return result;
    });
    const holding = results.filter((result) => holds(result, options.onUnknown));
    passingSince = holding.length > 0 ? undefined : (passingSince ?? roundStart);
    const now = clock.now();
    // From begin to begin: a slow round is no proof that what it saw first still holds.
    const stableFor = passingSince === undefined ? undefined : roundStart - passingSince;
    const stable = stableFor !== undefined && stableFor >= options.minimumSuccessDuration;
    if (stable || decided || now >= until) {
      // All passed, but not for long enough before the time was up.
      const unstable = !stable && holding.length === 0;
      return {
        schemaVersion: 1,
        verdict: unstable ? 'fail' : verdictOf(results),
        ...(unstable ? { reason: 'unstable' as const } : {}),
        startedAt: new Date(startedAt).toISOString(),
        finishedAt: new Date(now).toISOString(),
        rounds: round,
        checks: results,
      };
    }
    events.waiting?.({ round, holding, stableFor, elapsed: now - from });
    await sleepUntil(Math.min(now + options.interval, until), clock, signal);
  }
}

/** Waits for a time. A timer may fire a moment early, which must not cost the last round. */
async function sleepUntil(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(time - clock.now(), signal);
  const early = time - clock.now();
  // More than a moment is a clock that was set back.
  if (early > 0 && early < 1_000) await clock.sleep(early, signal);
}

async function runRound(
  checks: readonly GateCheck[],
  probe: Probe,
  options: GateOptions,
  signal: AbortSignal,
  clock: Clock,
  onResult: (result: CheckResult, verdict: Verdict) => CheckResult,
): Promise<CheckResult[]> {
  const round = sharedSignal(signal);
  const shared = askingOnce(probe, round);
  const results: CheckResult[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const position = next;
      next += 1;
      const check = checks[position];
      if (check === undefined) return;
      // Checks of a state compute and do not wait: answers of the network come in between them.
      await new Promise((resolve) => setImmediate(resolve));
      const start = clock.now();
      const verdict = await runOne(check, shared, options.checkTimeout, round);
      results[position] = onResult(resultOf(check, verdict, start, clock.now()), verdict);
    }
  };
  const workers = Math.min(options.concurrency, checks.length);
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}

function resultOf(check: GateCheck, verdict: Verdict, start: number, end: number): CheckResult {
  const { status, code, expected, observed, hint, went } = verdict;
  const { severity, waiver } = check;
  return {
    id: check.id,
    kind: check.kind,
    ...(check.stamp === undefined ? {} : { stamp: check.stamp }),
    target: check.target,
    status,
    ...(severity === undefined ? {} : { severity }),
    ...(waiver === undefined ? {} : { waiver: { ...waiver, expired: !counts(waiver, start) } }),
    code,
    expected,
    observed,
    class: verdict.class,
    ...(hint === undefined ? {} : { hint }),
    ...(went === undefined || status === 'pass' ? {} : { went }),
    at: new Date(start).toISOString(),
    ms: end - start,
  };
}

async function runOne(
  check: GateCheck,
  probe: Probe,
  limit: number,
  signal: AbortSignal,
): Promise<Verdict> {
  // Real time on purpose: it bounds what the network does, not what the gate waits for.
  const own = AbortSignal.timeout(limit);
  try {
    // A cancel must end the gate even if a look does not listen to it.
    return await untilAborted(check.run(probe, AbortSignal.any([signal, own])), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (own.aborted) {
      return {
        status: 'unknown',
        code: 'CHECK_TIMEOUT',
        expected: `${check.target} is looked at within ${limit / 1000} s`,
        observed: 'no result by then',
        class: 'timeout',
        hint: 'What the check asks (DNS, Azure) is too slow or does not answer.',
      };
    }
    if (error instanceof SpokelineError && error.code === 'GATE_TARGET_FORBIDDEN') {
      return {
        status: 'fail',
        code: error.code,
        expected: `${check.target} is inside the declared networks`,
        observed: error.message,
        class: 'forbidden',
      };
    }
    // Anything else is a fault of ours: the release is held by an error, not by a verdict.
    throw error;
  }
}

/** Asks for each name, and of Azure, once a round, so that all checks of a round judge the same answer. */
function askingOnce(probe: Probe, signal: AbortSignal): Probe {
  const asked = new Map<string, Promise<NameSeen>>();
  let state: Promise<StateSeen> | undefined;
  return {
    ...probe,
    resolve(name, _signal, family) {
      const key = `${family ?? 4} ${name}`;
      const known = asked.get(key);
      if (known !== undefined) return known;
      // The round's signal: one check running out of time must not spoil the answer of the others.
      const answer = probe.resolve(name, signal, family);
      asked.set(key, answer);
      return answer;
    },
    peering: (side) => probe.peering(side, signal),
    state: () => (state ??= probe.state(signal)),
  };
}
