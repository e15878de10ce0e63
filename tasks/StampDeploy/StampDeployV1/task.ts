import { randomUUID } from 'node:crypto';
import { relative } from 'node:path';
import { createArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import { tokenSource } from '../../lib/azure/credential.ts';
import { createDeployment } from '../../lib/azure/deployments.ts';
import { createStackPredictor } from '../../lib/azure/stack-what-if.ts';
import { createPredictor } from '../../lib/azure/what-if.ts';
import { deploy, validateDeployment } from '../../lib/deploy/deploy.ts';
import { deploymentName } from '../../lib/deploy/name.ts';
import { hide, publishOutputs } from '../../lib/deploy/outputs.ts';
import { mergeParameters, type Parameters } from '../../lib/deploy/parameters.ts';
import type { Patience } from '../../lib/deploy/patience.ts';
import type { Content } from '../../lib/deploy/port.ts';
import { scopeText } from '../../lib/deploy/scope.ts';
import { contentTag, requestTag } from '../../lib/deploy/start.ts';
import { fingerprint, type Template } from '../../lib/deploy/template.ts';
import { textsOf } from '../../lib/deploy/what-if/secrets.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { readTopology } from '../../lib/topology/read.ts';
import { deleteStamp } from './delete.ts';
import type { Inputs } from './inputs.ts';
import { plan } from './plan.ts';
import { destinationOf } from './scope.ts';
import { loadParameters, loadTemplate } from './source.ts';
import { deleteStack, openStack, reportStack, stackSettings } from './stack.ts';
import { placeOf } from './target.ts';
import { askWhatIf } from './what-if.ts';

/** Deploys one stamp, the hub, or any template; says what that would change; takes a stamp away. */
export async function run(
  given: Inputs,
  context: TaskContext,
  transport: TransportOptions = {},
): Promise<void> {
  const { log, agent, clock, signal } = context;
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
  if (given.template === undefined) throw missing('template');
  const place = placeOf(given, topology);
  const template = await loadTemplate(given.template, given, context);
  const { scope, location } = destinationOf(template, place, given);
  const parameters = mergeParameters(template, place.offered, await loadParameters(given));
  hideSecrets(template, parameters, context);

  const source = relative(agent.workingDirectory, given.template);
  const name =
    given.deploymentName ?? deploymentName({ ...agent, unit: place.unit, template: source });
  const connection = given.azureSubscription;
  const tokens = transport.tokens ?? tokenSource(connection);
  const arm = createArmClient(connection, context, { ...transport, tokens });
  const deployment = createDeployment(connection, tokens, { scope, name }, clock, transport);
  const settings = stackSettings(given);
  const stack =
    settings === undefined
      ? undefined
      : openStack(arm, deployment, connection.resourceManagerUrl, { scope, name, settings });
  const port = stack ?? deployment;
  const patience: Patience = {
    clock,
    signal,
    deadline: clock.now() + given.timeout * 1000,
    random: Math.random,
    onDelay: (text) => log.info(text),
  };
  const content: Content = {
    ...(location === undefined ? {} : { location }),
    template: template.body,
    parameters,
    tags: {
      [contentTag]: fingerprint([
        template.body,
        openParameters(template, parameters),
        ...(settings === undefined ? [] : [settings]),
      ]),
      [requestTag]: randomUUID(),
    },
  };
  context.setOutput('deploymentName', name);
  context.setOutput('deploymentId', port.id);
  log.info(`${source} -> ${scopeText(scope)} (${place.unit}), ${given.kind} ${name}`);
  if (port.portalLink !== undefined) log.info(port.portalLink);

  const ask = () =>
    askWhatIf(given, context, {
      predictor:
        settings === undefined
          ? createPredictor(arm, port.id, content)
          : createStackPredictor(arm, port.id, content, settings),
      deployment: { id: port.id, name },
      secrets: secretTexts(template, parameters),
      patience,
    });
  if (given.action === 'what-if') {
    await ask();
    return;
  }
  await validateDeployment(port, content, patience);
  log.info('The template is valid.');
  if (given.action === 'validate') return;
  if (given.failOn !== 'none') await ask();
  const state = await deploy(port, content, log, patience, {
    cancelDeployment: given.cancelDeployment,
    expected: template.resources,
  }).finally(() => {
    if (stack !== undefined) reportStack(stack, context);
  });
  publishOutputs(state.outputs, template, {
    mask: (secret) => context.mask(secret),
    setOutput: (key, value, options) => context.setOutput(key, value, options),
    info: (text) => log.info(text),
  });
}

/** Secret values go nowhere but to ARM: not into a log, not into a tag, not even as a hash. */
function openParameters(template: Template, parameters: Parameters): Record<string, unknown> {
  const open = Object.entries(parameters).filter(
    ([name]) => template.parameters[name]?.secure !== true,
  );
  return Object.fromEntries(open);
}

function hideSecrets(template: Template, parameters: Parameters, context: TaskContext): void {
  for (const [name, parameter] of Object.entries(parameters)) {
    if (template.parameters[name]?.secure !== true || !('value' in parameter)) continue;
    hide(parameter.value, (text) => context.mask(text));
  }
}

/** What must not show in a report, which nothing masks. */
function secretTexts(template: Template, parameters: Parameters): string[] {
  return Object.entries(parameters).flatMap(([name, parameter]) =>
    template.parameters[name]?.secure === true && 'value' in parameter
      ? textsOf(parameter.value)
      : [],
  );
}

function missing(input: string): SpokelineError {
  return new SpokelineError('INPUT_INVALID', `Input "${input}" is missing.`);
}
