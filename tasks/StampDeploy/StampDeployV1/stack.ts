import type { ArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import type { DeploymentTarget } from '../../lib/azure/deploy-target.ts';
import { createGroupPort } from '../../lib/azure/retire-group.ts';
import { createStack, type StackPort } from '../../lib/azure/stack.ts';
import { createStackRemoval } from '../../lib/azure/stack-removal.ts';
import type { DeploymentPort } from '../../lib/deploy/port.ts';
import type { DeploymentScope } from '../../lib/deploy/scope.ts';
import type { StackSettings } from '../../lib/deploy/stack/model.ts';
import { removeStack } from '../../lib/deploy/stack/remove.ts';
import { stackDocument, stackLines } from '../../lib/deploy/stack/report.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Topology } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';
import { patienceOf, removalOf, reportRemoval } from './removal.ts';

/** What the inputs say of a stack; undefined for a plain deployment. */
export function stackSettings(given: Inputs): StackSettings | undefined {
  if (given.kind === 'deployment') return undefined;
  return {
    onUnmanage: given.onUnmanage,
    deny: {
      mode: given.denyMode,
      excludedPrincipals: given.denyExcludedPrincipals,
      excludedActions: given.denyExcludedActions,
      applyToChildScopes: given.denyChildScopes,
    },
  };
}

/** A stack whose deployment is followed with the means of deployments. */
export function openStack(
  arm: ArmClient,
  deployment: DeploymentPort,
  endpoint: string,
  target: DeploymentTarget & { readonly settings: StackSettings },
): StackPort {
  return createStack(arm, endpoint, target, (signal, id) => deployment.operations(signal, id));
}

/** Says what became of a stack, whether its change succeeded or not. */
export function reportStack({ view }: StackPort, context: TaskContext): void {
  if (view === undefined) return;
  for (const line of stackLines(view)) context.log.info(line);
  context.setOutput('stackResources', JSON.stringify(stackDocument(view)));
}

/** Deletes a stack, with what it manages or without. */
export async function deleteStack(
  given: Inputs,
  topology: Topology | undefined,
  context: TaskContext,
  transport: TransportOptions,
): Promise<void> {
  const removal = removalOf(given, topology, context, transport);
  const { place, stamp, arm, resolver } = removal;
  const { subscription, resourceGroup, unit } = place;
  const name = nameOf(given);
  const scope: DeploymentScope =
    given.target === 'subscription'
      ? { kind: 'subscription', subscription }
      : { kind: 'resourceGroup', subscription, resourceGroup };
  const done = await removeStack(
    {
      what: stamp === undefined ? `Stack ${name}` : `Stamp ${unit}`,
      onlyAsk: given.deleteWhat === 'nothing',
      onUnmanage: given.onUnmanage,
      owner: stamp === undefined ? undefined : place.owner,
      stack: createStackRemoval(arm, { scope, name }),
      groupOf: (at) => createGroupPort(arm, at.subscription, at.resourceGroup),
      trafficOf: (ids) => removal.trafficOf(ids),
      resolver,
    },
    context.log,
    patienceOf(given, context),
  );
  reportRemoval(done, context);
}

function nameOf({ deploymentName }: Inputs): string {
  if (deploymentName !== undefined) return deploymentName;
  throw new SpokelineError('INPUT_INVALID', 'Input "deploymentName" is missing.');
}
