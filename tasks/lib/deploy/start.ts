import { SpokelineError } from '../errors.ts';
import { nextTry, insist, outOfTime, pause, seconds, timeIsUp, type Patience } from './patience.ts';
import { isFinal, type Content, type DeploymentPort, type DeploymentState } from './port.ts';

/** Tags by which a deployment of ours is known again; ARM keeps them with the deployment. */
export const contentTag = 'spokeline-content';
export const requestTag = 'spokeline-request';
/** Whose a deployment of a topology is: `<estate>/<stamp>` or `<estate>/hub`. */
export const ownerTag = 'spokeline-owner';

/** Whether a running deployment of the same name and other content is a failure or is waited for. */
export type WhenActive = 'fail' | 'wait';

/** How often a deployment that is waited for is looked at, in milliseconds. */
const activePoll = 5_000;

/**
 * How long a lost request may take to show up before it is sent again. One that shows up even later is running, so
 * that the second PUT is answered with DeploymentActive and finds it by its tags.
 */
const lostFor = 8_000;

/**
 * Starts a deployment, once. The SDK sends a PUT again after a reset or a 503, meets its own first one as
 * 409 DeploymentActive and reports failure while Azure succeeds; so here a PUT whose answer was lost is
 * looked up instead, by the tags that went with it, and sent again only if ARM never received it.
 *
 * Returns whether this call started the deployment, or found the same one (same content, for example of a
 * job that was tried again after its agent was lost) already running. One with other content is waited for, or
 * thrown as DEPLOYMENT_ACTIVE.
 */
export async function startDeployment(
  port: DeploymentPort,
  content: Content,
  patience: Patience,
  whenActive: WhenActive,
): Promise<'started' | 'attached'> {
  for (let attempt = 0; ; attempt += 1) {
    patience.signal.throwIfAborted();
    const started = await port.start(content, patience.signal);
    switch (started.kind) {
      case 'accepted':
        return 'started';
      case 'active': {
        const running = await insist(patience, 'reading the active deployment', () =>
          port.read(patience.signal),
        );
        if (running !== undefined && isSame(running, content, requestTag)) return 'started';
        if (running !== undefined && isSame(running, content, contentTag)) {
          if (!isFinal(running.state)) return 'attached';
        } else if (running !== undefined && !isFinal(running.state)) {
          if (whenActive === 'fail') throw activeElsewhere(port, running, started.message);
          await outlast(port, running, patience);
        }
        // It ended between the two requests: its name is free again.
        break;
      }
      case 'lost': {
        patience.onDelay(`${started.reason} while starting; looking whether Azure received it.`);
        const found = await look(port, content, patience);
        if (found) return 'started';
        patience.onDelay('Azure did not receive the deployment; sending it again.');
        break;
      }
      case 'refused': {
        const ms = nextTry(attempt, started.retryAfterMs, patience.random);
        patience.onDelay(`${started.reason} while starting; trying again in ${seconds(ms)}.`);
        await pause(patience, ms);
        break;
      }
    }
    if (timeIsUp(patience)) throw outOfTime('starting the deployment', describe(started));
    if (started.kind === 'active')
      await pause(patience, nextTry(attempt, undefined, patience.random));
  }
}

function describe(started: { kind: string; reason?: string; message?: string }): string {
  return started.reason ?? started.message ?? started.kind;
}

/** Whether a deployment carries the same value of one of our tags as what we send. */
export function isSame(found: DeploymentState, content: Content, tag: string): boolean {
  const ours = content.tags[tag];
  return ours !== undefined && found.tags[tag] === ours;
}

/** Whether the deployment that we asked for is there, whatever its state. */
async function look(port: DeploymentPort, content: Content, patience: Patience): Promise<boolean> {
  const until = Math.min(patience.deadline, patience.clock.now() + lostFor);
  for (let wait = 1_000; ; wait = Math.min(wait * 2, 8_000)) {
    const found = await insist(patience, 'looking for the deployment', () =>
      port.read(patience.signal),
    );
    if (found !== undefined && isSame(found, content, requestTag)) return true;
    if (patience.clock.now() + wait > until) return false;
    await pause(patience, wait);
  }
}

/** Waits until a deployment of somebody else has ended, whatever its end. Throws TIMEOUT at the deadline. */
async function outlast(
  port: DeploymentPort,
  running: DeploymentState,
  patience: Patience,
): Promise<void> {
  const whose =
    running.correlationId === undefined ? '' : ` (correlation id ${running.correlationId})`;
  patience.onDelay(
    `Another deployment of the same name is ${running.state} with other content${whose}; waiting for its end.`,
  );
  let state: DeploymentState | undefined = running;
  while (state !== undefined && !isFinal(state.state)) {
    if (timeIsUp(patience)) {
      throw outOfTime('waiting for another deployment of the same name', `it is ${state.state}`);
    }
    await pause(patience, activePoll);
    state = await insist(patience, 'waiting for another deployment of the same name', () =>
      port.read(patience.signal),
    );
  }
}

function activeElsewhere(
  port: DeploymentPort,
  running: DeploymentState,
  message: string,
): SpokelineError {
  const link = port.portalLink === undefined ? '' : ` See ${port.portalLink}`;
  return new SpokelineError(
    'DEPLOYMENT_ACTIVE',
    `Another deployment of the same name is ${running.state} with other content; nothing was deployed.`,
    {
      hint: `Wait for its end with whenActive: wait, cancel it, or choose another deploymentName.${link}`,
      details: [{ code: 'DeploymentActive', message, target: port.id }],
      ...(running.correlationId === undefined ? {} : { correlationId: running.correlationId }),
    },
  );
}
