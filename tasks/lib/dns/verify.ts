import { SpokelineError, type ErrorDetail } from '../errors.ts';
import { containsAny } from '../net/cidr.ts';
import type { Clock } from '../net/clock.ts';
import type { Resolution, Resolver } from '../net/resolve.ts';
import type { WantedRecord, Wish, ZoneState } from './model.ts';
import { planOf } from './plan.ts';

export interface VerifyOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
  readonly interval: number;
  /** What counts as private, in CIDR notation; empty when not declared. */
  readonly networks: readonly string[];
  readonly info: (text: string) => void;
}

/** One public name and the addresses that it has to have. */
export interface Expectation {
  readonly fqdn: string;
  readonly addresses: readonly string[];
  readonly record: WantedRecord;
  readonly wish: Wish;
}

/** All names of the wishes, each once. */
export function expectationsOf(wishes: readonly Wish[]): Expectation[] {
  return wishes.flatMap((wish) =>
    wish.records.flatMap((record) =>
      record.fqdns.map((fqdn) => ({ fqdn, addresses: record.values, record, wish })),
    ),
  );
}

/** What a resolver answered that is not as it should be; undefined when it is. */
export function faultOf(
  answer: Resolution,
  expected: readonly string[],
  networks: readonly string[],
): string | undefined {
  const who = answer.source === 'system' ? "the system's resolver" : `resolver ${answer.source}`;
  if (answer.error !== undefined) return `${who} answered ${words[answer.error]}`;
  if (sameSet(answer.addresses, expected)) return undefined;
  const outside = answer.addresses.filter((a) => networks.length > 0 && !containsAny(networks, a));
  const note =
    outside.length > 0
      ? `, outside the declared networks: the public answer`
      : ', an old or foreign answer';
  const chain = answer.chain.length === 0 ? '' : ` through ${answer.chain.join(' -> ')}`;
  return `${who} answered ${answer.addresses.join(', ')}${chain}${note}`;
}

const words: Record<NonNullable<Resolution['error']>, string> = {
  nxdomain: 'that the name does not exist (NXDOMAIN)',
  nodata: 'that the name has no address (NODATA)',
  servfail: 'with a failure (SERVFAIL)',
  refused: 'that it refuses the question',
  timeout: 'nothing (time-out)',
};

/**
 * Waits until every name resolves to its addresses, through the system's resolver and every declared one.
 * Throws DNS_VERIFY_FAILED with a detail for each name that does not when the time is over: what each
 * resolver said, and which zone, link or record is missing (`state` reads the zones for that).
 */
export async function verify(
  expectations: readonly Expectation[],
  state: () => Promise<ZoneState>,
  options: VerifyOptions,
): Promise<void> {
  const { clock, signal } = options;
  const begin = clock.now();
  let waiting = [...expectations];
  for (;;) {
    const faults = await Promise.all(waiting.map((e) => look(e, options)));
    const failed = waiting.flatMap((e, i) => {
      const found = faults[i] ?? [];
      return found.length === 0 ? [] : [{ expectation: e, faults: found }];
    });
    for (const { fqdn, addresses } of waiting.filter(
      (e) => !failed.some((f) => f.expectation === e),
    )) {
      const after = ((clock.now() - begin) / 1000).toFixed(1);
      options.info(`  ${fqdn} -> ${addresses.join(', ')} everywhere (after ${after} s)`);
    }
    if (failed.length === 0) return;
    const left = begin + options.timeout - clock.now();
    if (left <= 0) {
      const actual = await state();
      const details = failed.flatMap((f) => explain(f.expectation, f.faults, actual));
      const what = failed.length === 1 ? 'One name does' : `${failed.length} names do`;
      throw new SpokelineError(
        'DNS_VERIFY_FAILED',
        `${what} not resolve as it should from this agent after ${(options.timeout / 1000).toFixed(0)} s.`,
        { details },
      );
    }
    waiting = failed.map((f) => f.expectation);
    await clock.sleep(Math.min(options.interval, left), signal);
    signal.throwIfAborted();
  }
}

async function look(expectation: Expectation, options: VerifyOptions): Promise<string[]> {
  const { resolver, signal, networks } = options;
  const { fqdn, addresses } = expectation;
  const [own, others] = await Promise.all([
    resolver.resolve(fqdn, signal),
    resolver.witnesses(fqdn, signal),
  ]);
  const answers = [own, ...others.filter((other) => other.source !== own.source)];
  return answers
    .map((answer) => faultOf(answer, addresses, networks))
    .filter((fault) => fault !== undefined);
}

/** What in the zones explains the faults of one name. */
function explain(
  expectation: Expectation,
  faults: readonly string[],
  state: ZoneState,
): ErrorDetail[] {
  const { fqdn, addresses, record, wish } = expectation;
  const plan = planOf(wish, state);
  const causes: string[] = [];
  if (plan.missingZones.includes(record.zone)) {
    causes.push(`the zone ${record.zone} does not exist`);
  } else {
    const step = plan.records.find(
      (s) => 'wanted' in s && s.wanted.zone === record.zone && s.wanted.name === record.name,
    );
    if (step?.kind === 'create') causes.push(`${record.zone} has no record ${record.name}`);
    if (
      step?.kind === 'conflict' ||
      (step?.kind === 'update' && !sameSet(step.actual.values, addresses))
    ) {
      causes.push(
        `the record ${record.name} in ${record.zone} holds ${step.actual.values.join(', ')}`,
      );
    }
    for (const { zone, networkId } of plan.missingLinks) {
      if (zone === record.zone) causes.push(`${zone} is not linked to ${networkId}`);
    }
    for (const step of plan.links) {
      if (step.kind === 'create' && step.wanted.zone === record.zone) {
        causes.push(`${record.zone} is not linked to ${step.wanted.networkId}`);
      }
    }
  }
  const why =
    causes.length > 0
      ? causes.join('; ')
      : 'zone, record and links are as they should be, so a resolver does not forward to Azure or holds an old answer';
  return [
    {
      target: fqdn,
      message: `${fqdn} should be ${addresses.join(', ')}: ${faults.join('; ')}. Cause: ${why}`,
    },
  ];
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join();
}
