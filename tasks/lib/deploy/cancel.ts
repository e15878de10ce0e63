import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import { isFinal, type Content, type DeploymentPort, type Operation } from './port.ts';
import { isSame, requestTag } from './start.ts';

/** The agent ends the process 7.5 s after it asked it to stop; this leaves time to say what was left. */
const cancelWithin = 5_000;

/** A request that was cut off may take this many looks, this far apart, to show as a deployment. */
const looks = 4;
/** A deployment that was taken a moment ago may be unknown to the server that is to cancel it. */
const asks = 6;
const between = 700;

export interface Abandoned {
  readonly reason: 'CANCELLED' | 'TIMEOUT';
  /** Whether Azure is asked to end the deployment; otherwise it runs on. */
  readonly ask: boolean;
  /** Whether the deployment is known to be ours. The name alone does not say so: others may use it. */
  readonly begun: boolean;
  readonly content: Content;
  readonly clock: Clock;
}

/**
 * Ends a deployment whose run ends before it, or only says that it runs on. The error that it returns
 * tells what was left in Azure. A deployment of the same name that somebody else began is never touched.
 */
export async function abandon(port: DeploymentPort, how: Abandoned): Promise<SpokelineError> {
  const { reason, ask, begun } = how;
  const why =
    reason === 'CANCELLED' ? 'The run was cancelled' : 'The time given to the task ran out';
  const link = port.portalLink === undefined ? port.id : port.portalLink;
  // The task's own signal has been aborted already, so these last requests have a time limit instead.
  const signal = AbortSignal.timeout(cancelWithin);
  if (!begun && !(await appeared(port, how, signal))) {
    return new SpokelineError(reason, `${why}; no deployment of this run was seen in Azure.`, {
      hint: `Look before running again: ${link}`,
    });
  }
  if (!ask) {
    return new SpokelineError(reason, `${why}; the deployment runs on in Azure.`, {
      hint: `The input cancelDeployment is false. Follow it here: ${link}`,
    });
  }
  const { outcome, hint } = await cancelled(port, how.clock, signal);
  return new SpokelineError(reason, `${why}; ${outcome}`, {
    hint: [hint, 'Resources that were already made stay.', `See ${link}`]
      .filter((part) => part !== undefined)
      .join(' '),
    details: await left(port, signal),
  });
}

/** Whether the deployment that was being asked for is there, by its own tag. */
async function appeared(
  port: DeploymentPort,
  { content, clock }: Abandoned,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for (let look = 1; look <= looks; look += 1) {
      const answer = await port.read(signal);
      const found = answer.kind === 'value' ? answer.value : undefined;
      if (found !== undefined && isSame(found, content, requestTag)) return true;
      if (look < looks) await clock.sleep(between, signal);
    }
  } catch {
    // The message says that it was not seen, which is all that is known.
  }
  return false;
}

interface Outcome {
  readonly outcome: string;
  readonly hint?: string | undefined;
}

/** Asks for the end until Azure says something; what came of it, in a sentence, and what to do about it. */
async function cancelled(
  port: DeploymentPort,
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  let last: Outcome | undefined;
  try {
    for (let ask = 1; ; ask += 1) {
      const answer = await port.cancel(signal);
      const certain = answer.kind === 'value' && answer.value !== 'missing';
      last = answer.kind === 'value' ? ended[answer.value] : unasked(answer.reason);
      if (certain || ask === asks) return last;
      await clock.sleep(between, signal);
    }
  } catch (error) {
    if (signal.aborted) return last ?? unanswered;
    const known = error instanceof SpokelineError ? error : undefined;
    const text = error instanceof Error ? error.message : String(error);
    return {
      outcome: `the deployment could not be cancelled and runs on: ${text}`,
      hint: known?.hint,
    };
  }
}

const ended: Readonly<Record<'taken' | 'over' | 'missing', Outcome>> = {
  taken: { outcome: 'Azure took the request to cancel the deployment.' },
  over: { outcome: 'the deployment had ended by itself or cannot be cancelled any more.' },
  missing: { outcome: 'Azure does not show the deployment, so it could not be cancelled.' },
};

function unasked(reason: string): Outcome {
  return {
    outcome: `Azure could not be asked to cancel the deployment (${reason}), so it runs on.`,
  };
}

const unanswered: Outcome = {
  outcome: `Azure did not answer the request to cancel the deployment within ${cancelWithin / 1000} s, so it may run on.`,
};

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
