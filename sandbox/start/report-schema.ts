import * as v from 'valibot';

const moment = v.pipe(v.string(), v.isoTimestamp());
const seconds = v.pipe(v.number(), v.minValue(0));

const stepSchema = v.object({
  name: v.string(),
  task: v.optional(v.string()),
  result: v.string(),
  seconds,
  issues: v.array(v.object({ severity: v.picklist(['error', 'warning']), message: v.string() })),
});

const jobSchema = v.object({
  name: v.string(),
  result: v.string(),
  seconds,
  steps: v.array(stepSchema),
});

const stageSchema = v.object({
  name: v.string(),
  result: v.string(),
  seconds,
  jobs: v.array(jobSchema),
});

const pipelineSchema = v.object({
  file: v.string(),
  result: v.string(),
  seconds,
  stages: v.array(stageSchema),
});

/** A check as NetworkGate reports it. */
const checkSchema = v.looseObject({
  id: v.string(),
  kind: v.string(),
  stamp: v.optional(v.string()),
  target: v.string(),
  status: v.picklist(['pass', 'fail', 'unknown', 'skipped']),
  code: v.string(),
  expected: v.string(),
  observed: v.string(),
  class: v.string(),
  hint: v.optional(v.string()),
  ms: v.optional(v.number()),
});

/** A check that did not pass, as expect.json of a break names it: `observed` is the observed class. */
export const failingSchema = v.strictObject({
  id: v.string(),
  code: v.string(),
  observed: v.string(),
});

/** report.json: one run of an example. Durations in seconds, moments in ISO 8601. */
export const reportSchema = v.object({
  schemaVersion: v.literal(1),
  example: v.string(),
  break: v.optional(v.string()),
  result: v.picklist(['passed', 'failed']),
  startedAt: moment,
  seconds,
  pipelines: v.array(pipelineSchema),
  gate: v.optional(
    v.looseObject({
      verdict: v.picklist(['pass', 'fail', 'unknown']),
      rounds: v.number(),
      checks: v.array(checkSchema),
    }),
  ),
  failing: v.array(failingSchema),
  image: v.optional(v.object({ reference: v.string(), digest: v.string() })),
});

export type Report = v.InferOutput<typeof reportSchema>;
export type ReportCheck = v.InferOutput<typeof checkSchema>;
export type Failing = v.InferOutput<typeof failingSchema>;

/** expect.json of a break: exactly the checks that must not pass. */
export const expectationSchema = v.strictObject({
  $comment: v.optional(v.string()),
  failing: v.array(failingSchema),
});
