import { SpokelineError, type ErrorDetail } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import type { AskRecords } from '../net/record-resolver.ts';
import type { AnswerType, RecordAnswer } from '../net/resolve.ts';
import { azureSides, unreadSide } from './azure-side.ts';
import { sameValues } from './decide.ts';
import { nameOf, withType } from './describe.ts';
import { diagnose, type Cause } from './diagnose.ts';
import type { WantedRecord, Wish, ZoneState } from './model.ts';
import { planOf } from './plan.ts';
import { shownValues } from './shown-values.ts';
import { AnswerWatch } from './watch.ts';

export interface VerifyOptions {
  readonly answers: AskRecords;
  /** For the reasons of a failure: asks one server for records, and for the primary server of a zone. */
  readonly ask: (
    server: string,
    name: string,
    type: AnswerType,
    signal: AbortSignal,
  ) => Promise<RecordAnswer>;
  readonly primary: (
    server: string,
    zone: string,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  /** Servers behind the system's resolver, for the reasons of its failures. */
  readonly ownServers: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
  readonly interval: number;
  /** What counts as private, in CIDR notation; empty when not declared. */
  readonly networks: readonly string[];
  readonly info: (text: string) => void;
}

/** One name, with the values that it has to have for the record's type. */
export interface Expectation {
  readonly fqdn: string;
  readonly record: WantedRecord;
  readonly wish: Wish;
}

/** A wrong answer and its reason. */
export interface Finding {
  readonly name: string;
  readonly expected: readonly string[];
  readonly answer: RecordAnswer;
  readonly cause: Cause;
  readonly why: string;
}

/** Names that are asked for at the same time; each takes a socket a resolver. */
const parallel = 32;

/** All names of the wishes; one that owners share, once for each of them. */
export function expectationsOf(wishes: readonly Wish[]): Expectation[] {
  return wishes.flatMap((wish) =>
    wish.records.flatMap((record) => record.fqdns.map((fqdn) => ({ fqdn, record, wish }))),
  );
}

/** Who answered what, in words. */
export function shownAnswer({ source, type, error, chain, values }: RecordAnswer): string {
  const who = source === 'system' ? "the system's resolver" : `resolver ${source}`;
  const what = type === 'A' ? 'address' : `${type} record`;
  const said =
    error === undefined
      ? shownValues(type, values)
      : error === 'nodata'
        ? `that the name has no ${what} (NODATA)`
        : errorWords[error];
  return `${who} answered ${said}${chain.length === 0 ? '' : ` through ${chain.join(' -> ')}`}`;
}

const errorWords: Record<Exclude<NonNullable<RecordAnswer['error']>, 'nodata'>, string> = {
  nxdomain: 'that the name does not exist (NXDOMAIN)',
  servfail: 'with a failure (SERVFAIL)',
  refused: 'that it refuses the question',
  timeout: 'nothing (time-out)',
};

interface Looked {
  readonly expectation: Expectation;
  readonly answers: readonly RecordAnswer[];
}

/**
 * Waits until every name has its values, through the system's resolver and every declared one: old answers and negative
 * ones have to leave the caches on the way.
 *
 * @param state reads the zones once something is wrong: who shares a record set, and at the end the reasons
 * @returns what is wrong then, a finding for each name and resolver; nothing when all is right
 */
export async function verify(
  expectations: readonly Expectation[],
  state: () => Promise<ZoneState>,
  options: VerifyOptions,
): Promise<Finding[]> {
  const { clock, signal, info } = options;
  const begin = clock.now();
  const watch = new AnswerWatch();
  let waiting = expectations;
  for (;;) {
    let looked = await inParallel(waiting, (e) => look(e, watch, options));
    if (waiting === expectations && looked.some(isWrong)) {
      const actual = await state().catch(() => undefined);
      signal.throwIfAborted();
      looked = withShared(looked, actual);
    }
    const failed = looked.filter(isWrong);
    const after = ((clock.now() - begin) / 1000).toFixed(1);
    for (const each of looked) {
      if (isWrong(each)) continue;
      const { fqdn, record } = each.expectation;
      const values = shownValues(record.type, record.values);
      info(`  ${withType(fqdn, record.type)} -> ${values} everywhere (after ${after} s)`);
    }
    if (failed.length === 0) return [];
    const left = begin + options.timeout - clock.now();
    if (left <= 0) return findingsOf(failed, watch, state, options);
    // Once at the start and then at each step forward, so that a long wait stays a short log.
    if (waiting === expectations || failed.length < waiting.length) {
      const example = failed.flatMap(wrongIn).map(shownAnswer)[0] ?? '';
      const who = failed.map(({ expectation: { fqdn, record } }) => withType(fqdn, record.type))[0];
      const most = Math.ceil(left / 1000);
      info(`  waiting for ${failed.length} names, ${most} s at most: ${who}: ${example}`);
    }
    waiting = failed.map(({ expectation }) => expectation);
    await clock.sleep(Math.min(options.interval, left), signal);
    signal.throwIfAborted();
  }
}

/**
 * The error for findings: a detail for each, whose code is the `Cause`.
 *
 * @param timeout milliseconds that were waited
 */
export function verifyFailure(findings: readonly Finding[], timeout: number): SpokelineError {
  const names = new Set(findings.map(({ name }) => name)).size;
  const what = names === 1 ? 'One name does' : `${names} names do`;
  return new SpokelineError(
    'DNS_VERIFY_FAILED',
    `${what} not resolve as it should from this agent after ${(timeout / 1000).toFixed(0)} s.`,
    {
      details: findings.map(({ name, expected, answer, cause, why }): ErrorDetail => {
        const { type } = answer;
        const should = `${withType(name, type)} should be ${shownValues(type, expected)}`;
        const message = `${should}: ${shownAnswer(answer)}. ${cause}: ${why}`;
        return { target: name, code: cause, message };
      }),
    },
  );
}

async function look(
  expectation: Expectation,
  watch: AnswerWatch,
  options: VerifyOptions,
): Promise<Looked> {
  const { fqdn, record } = expectation;
  const answers = await options.answers(fqdn, record.type, options.signal);
  for (const answer of answers) watch.note(answer, options.clock.now());
  return { expectation, answers };
}

/** The answers that are not as they should be. */
function wrongIn({ expectation: { record }, answers }: Looked): RecordAnswer[] {
  return answers.filter(
    ({ error, values }) => error !== undefined || !sameValues(values, record.values),
  );
}

function isWrong(looked: Looked): boolean {
  return wrongIn(looked).length > 0;
}

/** A set may hold values of other runs and stamps, too: what the plan makes of it is right. */
function withShared(looked: readonly Looked[], state: ZoneState | undefined): Looked[] {
  if (state === undefined) return [...looked];
  const plans = new Map(
    [...new Set(looked.map(({ expectation }) => expectation.wish))].map((wish) => {
      const steps = planOf(wish, state).records.flatMap((s) => ('wanted' in s ? [s.wanted] : []));
      return [wish, new Map(steps.map((wanted) => [nameOf(wanted), wanted]))];
    }),
  );
  return looked.map(({ expectation, answers }) => {
    const record = plans.get(expectation.wish)?.get(nameOf(expectation.record));
    return { expectation: { ...expectation, record: record ?? expectation.record }, answers };
  });
}

async function findingsOf(
  failed: readonly Looked[],
  watch: AnswerWatch,
  state: () => Promise<ZoneState>,
  options: VerifyOptions,
): Promise<Finding[]> {
  const actual = await state().catch((error: unknown) => {
    options.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    options.info(`  The zones cannot be read, so reasons come from the answers alone: ${why}`);
    return undefined;
  });
  const still = withShared(failed, actual).filter(isWrong);
  const wishes = [...new Set(still.map(({ expectation }) => expectation.wish))];
  const sides = new Map(
    actual === undefined ? [] : wishes.map((wish) => [wish, azureSides(wish, actual)] as const),
  );
  const found = await inParallel(still, async (each) => {
    const { fqdn: name, record, wish } = each.expectation;
    const expected = record.values;
    const azure = (sides.get(wish) ?? unreadSide)(record);
    const findings: Finding[] = [];
    for (const answer of wrongIn(each)) {
      const told = answer.source === 'system' ? await behind(answer, options) : answer;
      const seesZone = await seesPrivateZone(told, record.zone, options);
      const diagnosis = diagnose({
        answer: told,
        age: watch.age(told),
        azure,
        expected,
        networks: options.networks,
        ...(seesZone === undefined ? {} : { seesZone }),
      });
      findings.push({ name, expected, answer, ...diagnosis });
    }
    return findings;
  });
  return found.flat();
}

/** The operating system tells neither aliases nor times; that of its servers which answers the same does. */
async function behind(answer: RecordAnswer, options: VerifyOptions): Promise<RecordAnswer> {
  for (const server of options.ownServers) {
    const told = await options.ask(server, answer.name, answer.type, options.signal);
    if (told.error === answer.error && sameValues(told.values, answer.values)) return told;
  }
  return answer;
}

/** Name of the primary server in the SOA record that Azure gives to every private zone. */
const privatePrimary = 'azureprivatedns.net';

/** Whether a resolver that answers wrongly sees the private zone: the zone's origin is in no cache of public names. */
async function seesPrivateZone(
  { source, error }: RecordAnswer,
  zone: string,
  { primary, signal }: VerifyOptions,
): Promise<boolean | undefined> {
  const silent = error === 'timeout' || error === 'refused' || error === 'servfail';
  if (source === 'system' || silent) return undefined;
  return (await primary(source, zone, signal)) === privatePrimary;
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}
