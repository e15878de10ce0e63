import { SpokelineError } from '../errors.ts';
import type { DeploymentPort, Operation } from './port.ts';
import { isFinal } from './start.ts';

/** The agent ends the process 7.5 s after it asked it to stop; this leaves time to say what was left. */
const cancelWithin = 5_000;

/**
 * Ends a deployment whose run was cancelled, or only says that it runs on (`ask` false). The error that it
 * returns tells what was left in Azure. `reason` is why the run ends: CANCELLED or TIMEOUT.
 */
export async function abandon(
  port: DeploymentPort,
  ask: boolean,
  reason: 'CANCELLED' | 'TIMEOUT',
): Promise<SpokelineError> {
  const why =
    reason === 'CANCELLED' ? 'The run was cancelled' : 'The time given to the task ran out';
  const link = port.portalLink === undefined ? port.id : port.portalLink;
  if (!ask) {
    return new SpokelineError(reason, `${why}; the deployment runs on in Azure.`, {
      hint: `The input cancelDeployment is false. Follow it here: ${link}`,
    });
  }
  // The task's own signal has been aborted already, so these last requests have a time limit instead.
  const signal = AbortSignal.timeout(cancelWithin);
  let outcome: string;
  try {
    const answer = await port.cancel(signal);
    outcome =
      answer.kind === 'value'
        ? 'Azure took the request to cancel the deployment'
        : `Azure could not be asked to cancel the deployment (${answer.reason}), so it runs on`;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    outcome = `the deployment could not be cancelled (${text})`;
  }
  return new SpokelineError(reason, `${why}; ${outcome}.`, {
    hint: `Resources that were already made stay. See ${link}`,
    details: await left(port, signal),
  });
}

/** What was finished and what was under way, as far as it can still be learnt. */
async function left(
  port: DeploymentPort,
  signal: AbortSignal,
): Promise<{ message: string; target: string }[]> {
  let list: readonly Operation[];
  try {
    const answer = await port.operations(signal);
    if (answer.kind === 'later') return [];
    list = answer.value;
  } catch {
    return [];
  }
  return list
    .filter(({ target, kind }) => target !== undefined && /^create$/i.test(kind))
    .map(({ target, state }) => ({
      message: isFinal(state) ? `was ${state} when the run ended` : `was under way (${state})`,
      target: target?.id ?? '',
    }));
}
