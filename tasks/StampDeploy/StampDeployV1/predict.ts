import type { BicepCompiler, SnapshotPlace } from '../../lib/bicep/compiler.ts';
import { openSnapshotFolder, type SnapshotFolder } from '../../lib/bicep/snapshot.ts';
import {
  parsePrediction,
  predictionLines,
  predictionPage,
  type LocalPrediction,
} from '../../lib/deploy/prediction.ts';
import { tellable } from '../../lib/deploy/tellable.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Inputs } from './inputs.ts';
import { destinationOf } from './scope.ts';
import type { Source } from './source.ts';
import { ownFile, writeResult } from './write-result.ts';

/** The actions that say what would be and deploy nothing. */
const asking: readonly string[] = ['validate', 'what-if'];

/**
 * Adds to each source what the CLI predicts of it, where the action only asks. It is a witness beside Azure: a CLI
 * that cannot tell, or a template that it cannot tell of, is no reason to fail.
 *
 * @param file the local template; undefined for one that the CLI fetches
 */
export async function withPredictions(
  sources: readonly Source[],
  bicep: BicepCompiler,
  file: string | undefined,
  given: Inputs,
  context: TaskContext,
): Promise<Source[]> {
  if (!asking.includes(given.action)) return [...sources];
  if (file === undefined) {
    context.log.info('Bicep predicts no resources of a template that is not a local file.');
    return [...sources];
  }
  const folder = await openSnapshotFolder(bicep, context.agent.tempDirectory);
  try {
    const predicted: Source[] = [];
    for (const source of sources) {
      const prediction = await predict(source, file, given, folder, context);
      // What is true of this CLI is said once.
      if (prediction === 'unable') return [...sources];
      predicted.push(prediction === 'failed' ? source : { ...source, prediction });
    }
    return predicted;
  } finally {
    await folder.remove();
  }
}

async function predict(
  source: Source,
  file: string,
  given: Inputs,
  folder: SnapshotFolder,
  { log, signal }: TaskContext,
): Promise<LocalPrediction | 'unable' | 'failed'> {
  const place = placeOf(source, given);
  const values = tellable(source.template, source.parameters);
  try {
    const text = await folder.snapshot({ template: file, ...values }, place);
    if (text !== undefined) return parsePrediction(text);
    log.info('This Bicep CLI predicts no resources: 0.36.1 is the first with "snapshot".');
    return 'unable';
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SpokelineError)) throw error;
    log.info(`The Bicep CLI cannot predict the resources: ${error.message}`);
    return 'failed';
  }
}

/** What of its place a template is allowed to know; the CLI refuses what is not of the template's scope. */
function placeOf({ template, place }: Source, given: Inputs): SnapshotPlace {
  const { scope, location = place.region } = destinationOf(template, place, given);
  const at = location === undefined ? {} : { location };
  switch (scope.kind) {
    case 'resourceGroup':
      return { ...at, subscriptionId: scope.subscription, resourceGroup: scope.resourceGroup };
    case 'subscription':
      return { ...at, subscriptionId: scope.subscription };
    case 'managementGroup':
    case 'tenant':
      return at;
  }
}

/** Says what the CLI predicts, and keeps it for later steps. */
export async function reportPrediction(
  prediction: LocalPrediction,
  name: string,
  context: TaskContext,
): Promise<void> {
  for (const line of predictionLines(prediction)) context.log.info(line);
  const file = ownFile(name, 'snapshot.json', context);
  const page = file.replace(/json$/, 'md');
  await writeResult(file, prediction.text);
  await writeResult(page, predictionPage(prediction, name));
  context.uploadSummary(page);
  context.setOutput('snapshotFile', file);
  context.setOutput('predictedCount', String(prediction.resources.length));
}
