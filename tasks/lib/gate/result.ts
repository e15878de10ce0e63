import * as v from 'valibot';

const status = v.picklist(['pass', 'fail', 'unknown', 'skipped']);
const waiver = v.strictObject({
  reason: v.string(),
  until: v.pipe(v.string(), v.description('The last day on which it counts, in UTC.')),
  expired: v.pipe(v.boolean(), v.description('An expired waiver waives nothing.')),
});

const checkResult = v.strictObject({
  id: v.string(),
  kind: v.string(),
  stamp: v.optional(v.string()),
  target: v.string(),
  status: v.pipe(status, v.description('unknown: could not look, which is not failed.')),
  severity: v.optional(
    v.pipe(v.literal('warning'), v.description('Told, and holds nothing. Absent: blocking.')),
  ),
  waiver: v.optional(waiver),
  code: v.pipe(v.string(), v.description('Stable, for example TCP_TIMEOUT; OK when passed.')),
  expected: v.string(),
  observed: v.string(),
  class: v.pipe(v.string(), v.description('The observed class in one word.')),
  hint: v.optional(v.string()),
  went: v.optional(
    v.pipe(
      v.strictObject({
        name: v.optional(v.string()),
        address: v.optional(v.string()),
        port: v.optional(v.number()),
      }),
      v.description('Where the look that decided went. Absent when the check passed.'),
    ),
  ),
  because: v.optional(
    v.pipe(
      v.strictObject({
        result: v.picklist(['allowed', 'dropped', 'refused', 'unknown', 'rejected']),
        by: v.string(),
        rules: v.array(v.string()),
        path: v.string(),
      }),
      v.description(
        "What Azure's own state says of the way there: what decides, by which rules of docs/reachability.md, over which path.",
      ),
    ),
  ),
  rounds: v.optional(
    v.pipe(
      v.strictObject({ passed: v.number(), of: v.number() }),
      v.description('Of the last rounds, where more than one decides.'),
    ),
  ),
  at: v.pipe(v.string(), v.description('When it was looked at last, ISO 8601.')),
  ms: v.pipe(v.number(), v.description('How long it took in the last round.')),
});

/** The JSON evidence of a gate, and its schema. `schemaVersion` changes when a field changes its meaning. */
export const gateResultSchema = v.strictObject({
  schemaVersion: v.literal(1),
  verdict: v.picklist(['pass', 'fail', 'unknown']),
  reason: v.optional(
    v.pipe(
      v.literal('unstable'),
      v.description('Everything passed at the end, but not for the minimum duration.'),
    ),
  ),
  startedAt: v.pipe(v.string(), v.description('ISO 8601.')),
  finishedAt: v.pipe(v.string(), v.description('ISO 8601.')),
  rounds: v.number(),
  checks: v.array(checkResult),
  evidence: v.optional(
    v.strictObject({
      task: v.pipe(v.string(), v.description('Version of the task.')),
      node: v.string(),
      agent: v.pipe(v.string(), v.description('Name of the agent that looked.')),
      networks: v.pipe(v.array(v.string()), v.description('What counted as declared.')),
      resolvers: v.array(v.string()),
      documents: v.pipe(
        v.record(v.string(), v.string()),
        v.description(
          'File name, or path where two have one name, and SHA-256 of each document that was read.',
        ),
      ),
      checksHash: v.pipe(
        v.string(),
        v.description('SHA-256 of the member checks as JSON, so that a change of it shows.'),
      ),
    }),
  ),
});

export type GateResult = v.InferOutput<typeof gateResultSchema>;
export type CheckResult = GateResult['checks'][number];
export type GateVerdict = GateResult['verdict'];
export type Evidence = NonNullable<GateResult['evidence']>;

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
  /** Did not pass, and hold nothing: warnings, and checks with a waiver that counts. */
  readonly tolerated: number;
}

export function countsOf({ checks }: Pick<GateResult, 'checks'>): Counts {
  const passed = checks.filter(({ status: seen }) => seen === 'pass').length;
  const off = checks.filter(({ status: seen }) => seen === 'fail' || seen === 'unknown');
  const failed = off.filter((one) => weighs(one) && one.status === 'fail').length;
  const unknown = off.filter((one) => weighs(one) && one.status === 'unknown').length;
  return { passed, failed, unknown, tolerated: off.length - failed - unknown };
}

/** Why a check that did not pass holds nothing, in words; undefined if it does hold. */
export function toleranceOf(result: CheckResult): string | undefined {
  if (weighs(result)) return undefined;
  const { waiver: given } = result;
  return given === undefined || given.expired
    ? 'a warning only'
    : `waived until ${given.until}: ${given.reason}`;
}

/** Whether a result can hold the release at all: a warning and a waived check cannot. */
export function weighs({ severity, waiver: given }: CheckResult): boolean {
  return severity !== 'warning' && (given === undefined || given.expired);
}

/** Whether a result holds the release. */
export function holds(result: CheckResult, onUnknown: 'fail' | 'pass'): boolean {
  if (!weighs(result)) return false;
  return result.status === 'fail' || (result.status === 'unknown' && onUnknown === 'fail');
}

export function verdictOf(results: readonly CheckResult[]): GateVerdict {
  const weighing = results.filter(weighs);
  if (weighing.some((result) => result.status === 'fail')) return 'fail';
  return weighing.some((result) => result.status === 'unknown') ? 'unknown' : 'pass';
}
