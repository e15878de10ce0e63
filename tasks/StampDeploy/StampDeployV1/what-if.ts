import type { Patience } from '../../lib/deploy/patience.ts';
import { assess } from '../../lib/deploy/what-if/assess.ts';
import { linesOf } from '../../lib/deploy/what-if/describe.ts';
import type { Predictor } from '../../lib/deploy/what-if/model.ts';
import { enforce, findingsOf } from '../../lib/deploy/what-if/policy.ts';
import { readPrediction } from '../../lib/deploy/what-if/read-prediction.ts';
import { documentOf, markdownOf } from '../../lib/deploy/what-if/report.ts';
import { readRules } from '../../lib/deploy/what-if/rules.ts';
import { hiderOf } from '../../lib/deploy/what-if/secrets.ts';
import { SpokelineError } from '../../lib/errors.ts';
import { writeExact } from '../../lib/net/exact-json.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Inputs } from './inputs.ts';
import { ownFile, writeResult } from './write-result.ts';

/** What is asked about. */
export interface Question {
  readonly predictor: Predictor;
  readonly deployment: { readonly id: string; readonly name: string };
  /** Texts that must not show anywhere. */
  readonly secrets: readonly string[];
  readonly patience: Patience;
}

/**
 * Asks Azure what the deployment would change, reports it, and holds it against the policy. Throws
 * WHAT_IF_REFUSED when the policy forbids a change; the reports are written all the same.
 */
export async function askWhatIf(
  given: Inputs,
  context: TaskContext,
  { predictor, deployment, secrets, patience }: Question,
): Promise<void> {
  const { log, signal, clock } = context;
  log.info('Asking Azure what the deployment would change.');
  const body = await predictor
    .predict(signal, Math.max(1, patience.deadline - clock.now()))
    .catch((error: unknown) => {
      if (!signal.aborted) throw error;
      const message = 'The run was cancelled while Azure predicted changes; nothing was deployed.';
      throw new SpokelineError('CANCELLED', message, { cause: error });
    });
  const prediction = readPrediction(body, hiderOf(secrets));
  const { rules } = readRules(given.ignoreChanges);
  const assessment = assess(prediction, { rules, ignoreKnownNoise: given.ignoreKnownNoise });
  const findings = findingsOf(assessment, given.failOn);
  for (const line of linesOf(assessment)) log.info(line);
  for (const { code, message } of assessment.diagnostics) {
    context.issue('warning', `What-if: ${code}: ${message}`);
  }

  const subject = { deploymentId: deployment.id, title: deployment.name, failOn: given.failOn };
  const file = given.whatIfFile ?? ownFile(deployment.name, 'what-if.json', context);
  const page = ownFile(deployment.name, 'what-if.md', context);
  const document = documentOf(subject, assessment, findings);
  await writeResult(file, `${writeExact(document, 2)}\n`);
  await writeResult(page, markdownOf(subject, assessment, findings));
  context.uploadSummary(page);
  context.setOutput('hasChanges', String(assessment.hasChanges));
  context.setOutput('changeCounts', JSON.stringify(assessment.counts));
  context.setOutput('whatIfFile', file);
  enforce(findings, given.failOn);
}
