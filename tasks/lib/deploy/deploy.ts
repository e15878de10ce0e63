import { SpokelineError } from '../errors.ts';
import { abandon } from './cancel.ts';
import { deploymentFailure, validationFailure } from './causes.ts';
import { follow, type FollowedPort, type Watcher } from './follow.ts';
import type { Expected } from './pace.ts';
import { insist, seconds, type Patience } from './patience.ts';
import type { Content, DeploymentPort, DeploymentState } from './port.ts';
import { contentTag, isSame, startDeployment, type WhenActive } from './start.ts';

/** Asks ARM whether it would take the deployment. Throws TEMPLATE_INVALID with the root causes. */
export async function validateDeployment(
  port: DeploymentPort,
  content: Content,
  patience: Patience,
): Promise<void> {
  const fault = await insist(patience, 'validating the template', () =>
    port.validate(content, patience.signal),
  );
  // That one of this name runs says nothing of the template; whoever starts this one meets it again.
  if (fault === undefined || /^DeploymentActive/i.test(fault.code)) return;
  throw validationFailure(fault, port);
}

export interface DeployOptions {
  /** What a running deployment of the same name and other content means. */
  readonly whenActive: WhenActive;
  /** Whether a cancelled or timed-out run ends the deployment in Azure. */
  readonly cancelDeployment: boolean;
  readonly expected: Expected;
}

/**
 * Starts a deployment and follows it to its end. Returns only a state that Azure reported as Succeeded;
 * throws ARM_DEPLOYMENT with the root causes, DEPLOYMENT_ACTIVE, TIMEOUT or CANCELLED otherwise.
 */
export async function deploy(
  port: DeploymentPort,
  content: Content,
  watcher: Watcher,
  patience: Patience,
  options: DeployOptions,
): Promise<DeploymentState> {
  const begin = patience.clock.now();
  let begun = false;
  let last: string | undefined;
  const followed: FollowedPort = {
    id: port.id,
    operations: (signal, id) => port.operations(signal, id),
    async read(signal) {
      const answer = await port.read(signal);
      const found = answer.kind === 'value' ? answer.value : undefined;
      if (found !== undefined && !isSame(found, content, contentTag)) throw replaced(port);
      last = found?.state ?? last;
      return answer;
    },
  };
  try {
    const how = await startDeployment(port, content, patience, options.whenActive);
    begun = true;
    if (how === 'attached') {
      watcher.info('The same deployment is running already, from an earlier try: following it.');
    }
    const { state, operations } = await follow(followed, watcher, patience, options.expected);
    if (state.state !== 'Succeeded') {
      throw await deploymentFailure(port, state, operations, patience);
    }
    watcher.progress(100, 'deployed');
    watcher.info(`Succeeded in ${seconds(patience.clock.now() - begin)}.`);
    return state;
  } catch (error) {
    const late = error instanceof SpokelineError && error.code === 'TIMEOUT';
    if (!patience.signal.aborted && !late) throw begun ? unfollowed(error, port, last) : error;
    const reason = patience.signal.aborted ? 'CANCELLED' : 'TIMEOUT';
    const { clock } = patience;
    throw await abandon(port, { reason, ask: options.cancelDeployment, begun, content, clock });
  }
}

/** Whoever waited for the name may have it the moment that the deployment ends: its end was never seen then. */
function replaced(port: DeploymentPort): SpokelineError {
  return new SpokelineError(
    'DEPLOYMENT_ACTIVE',
    `Another deployment has taken the name of this one: ${port.id}.`,
    { hint: 'Choose a deploymentName that nobody else uses, or none.' },
  );
}

/** Errors of ours that do not say how a deployment ended say that it was begun. */
function unfollowed(error: unknown, port: DeploymentPort, last: string | undefined): unknown {
  const known = error instanceof SpokelineError && error.code !== 'ARM_DEPLOYMENT';
  if (!known) return error;
  const { code, message, hint, details, correlationId, transient } = error;
  const sentence = message.endsWith('.') ? message : `${message}.`;
  const seen = last === undefined ? '' : ` and was ${last} when last seen`;
  return new SpokelineError(
    code,
    `${sentence} The deployment was begun${seen}; its outcome is not known.`,
    {
      hint: `${hint === undefined ? '' : `${hint} `}See ${port.portalLink ?? port.id}`,
      details,
      transient,
      cause: error,
      ...(correlationId === undefined ? {} : { correlationId }),
    },
  );
}
