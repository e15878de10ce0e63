import { relative } from 'node:path';
import { createArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import { tokenSource } from '../../lib/azure/credential.ts';
import { createDeployment } from '../../lib/azure/deployments.ts';
import { createStackPredictor } from '../../lib/azure/stack-what-if.ts';
import { createPredictor } from '../../lib/azure/what-if.ts';
import { deploy, validateDeployment } from '../../lib/deploy/deploy.ts';
import { underWay } from '../../lib/deploy/earlier.ts';
import { deploymentName, earlierNames } from '../../lib/deploy/name.ts';
import { hideSecure, publishOutputs } from '../../lib/deploy/outputs.ts';
import { scopeText } from '../../lib/deploy/scope.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { readTopology } from '../../lib/topology/read.ts';
import { contentOf, secretTexts } from './content.ts';
import { deleteStamp } from './delete.ts';
import type { Inputs } from './inputs.ts';
import { plan } from './plan.ts';
import { reportPrediction } from './predict.ts';
import { destinationOf, requireOwnNames, type Destination } from './scope.ts';
import { loadSources, type Source } from './source.ts';
import { patienceOf } from './removal.ts';
import { deleteStack, openStack, reportStack, stackSettings } from './stack.ts';
import { runStamps } from './stamps.ts';
import { placeOf, stampPlaces } from './target.ts';
import { askWhatIf } from './what-if.ts';
import { fileOfStamp, keepOutputs } from './write-result.ts';

/** Deploys stamps, the hub, or any template; says what that would change; takes a stamp away. */
export async function run(
  given: Inputs,
  context: TaskContext,
  transport: TransportOptions = {},
): Promise<void> {
  const topology =
    given.topology === undefined ? undefined : await readTopology(given.topology, given.overlays);
  if (given.action === 'plan') {
    if (topology === undefined) throw missing('topology');
    await plan(given, topology, context);
    return;
  }
  if (given.action === 'delete') {
    const remove = given.kind === 'stack' ? deleteStack : deleteStamp;
    await remove(given, topology, context, transport);
    return;
  }
  const several = given.target === 'stamp' && given.stamps.length > 0;
  const places =
    several && topology !== undefined ? stampPlaces(given, topology) : [placeOf(given, topology)];
  // Every place's parameters are right before the first sign-in.
  const sources = await loadSources(given, context, places);
  for (const { template, parameters } of sources) {
    hideSecure(template, parameters, (text) => context.mask(text));
  }
  const targets = sources.map((source) => {
    const { unit } = source.place;
    return { source, unit, ...destinationOf(source.template, source.place, given) };
  });
  requireOwnNames(targets, given);
  const units = targets.map(({ source, ...there }) => ({
    name: there.unit,
    run: (own: TaskContext) =>
      deployTo(there, source, several ? ofStamp(given, there.unit) : given, own, transport),
  }));
  if (several) await runStamps(units, given.concurrency, context);
  else await units[0]?.run(context);
}

/** The inputs for one of several stamps, which do not write to each other's files. */
function ofStamp(given: Inputs, stamp: string): Inputs {
  const { whatIfFile } = given;
  return {
    ...given,
    whatIfFile: whatIfFile === undefined ? undefined : fileOfStamp(whatIfFile, stamp),
  };
}

/** One deployment, from its name to its outputs. */
async function deployTo(
  { unit, scope, location }: Destination & { readonly unit: string },
  source: Source,
  given: Inputs,
  context: TaskContext,
  transport: TransportOptions,
): Promise<void> {
  const { log, agent, clock } = context;
  const { template, prediction } = source;
  const file = relative(agent.workingDirectory, given.template ?? given.parametersFile ?? '');
  const naming = { ...agent, unit, template: file };
  const connection = given.azureSubscription;
  const tokens = transport.tokens ?? tokenSource(connection);
  const arm = createArmClient(connection, context, { ...transport, tokens });
  const deploymentCalled = (called: string) =>
    createDeployment(connection, tokens, { scope, name: called }, clock, transport);
  let name = given.deploymentName ?? deploymentName(naming);
  const deployment = deploymentCalled(name);
  const settings = stackSettings(given);
  const stack =
    settings === undefined
      ? undefined
      : openStack(arm, deployment, connection.resourceManagerUrl, { scope, name, settings });
  let port = stack ?? deployment;
  const patience = patienceOf(given, context);
  const content = contentOf(source, { location, settings });
  if (given.deploymentName === undefined && given.action === 'create') {
    const earlier = await undeployed(
      context,
      underWay(earlierNames(naming), deploymentCalled, content, patience),
    );
    if (earlier !== undefined) [name, port] = [earlier, deploymentCalled(earlier)];
  }
  context.setOutput('deploymentName', name);
  context.setOutput('deploymentId', port.id);
  log.info(`${file} -> ${scopeText(scope)} (${unit}), ${given.kind} ${name}`);
  if (port.portalLink !== undefined) log.info(port.portalLink);
  if (prediction !== undefined) await reportPrediction(prediction, name, context);

  const ask = () =>
    askWhatIf(given, context, {
      predictor:
        settings === undefined
          ? createPredictor(arm, port, content)
          : createStackPredictor(arm, port, content, settings),
      deployment: { id: port.id, name },
      secrets: secretTexts(source),
      patience,
    });
  if (given.action === 'what-if') {
    await ask();
    return;
  }
  await undeployed(context, validateDeployment(port, content, patience));
  log.info('The template is valid.');
  if (given.action === 'validate') return;
  if (given.failOn !== 'none') await ask();
  const state = await deploy(port, content, log, patience, {
    cancelDeployment: given.cancelDeployment,
    whenActive: given.whenActive,
    expected: template.expected,
  }).finally(() => {
    if (stack !== undefined) reportStack(stack, context);
  });
  const outputs = publishOutputs(state.outputs, template, {
    mask: (secret) => context.mask(secret),
    setOutput: (key, value, options) => context.setOutput(key, value, options),
    info: (text) => log.info(text),
  });
  await keepOutputs(name, outputs, context);
}

/** Work before a deployment: a run that is cancelled meanwhile leaves nothing behind, and says so. */
async function undeployed<T>({ signal }: TaskContext, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (!signal.aborted) throw error;
    const message = 'The run was cancelled before it deployed anything.';
    throw new SpokelineError('CANCELLED', message, { cause: error });
  });
}

function missing(input: string): SpokelineError {
  return new SpokelineError('INPUT_INVALID', `Input "${input}" is missing.`);
}
