import { SpokelineError } from '../errors.ts';
import { nextTry, outOfTime, pause, timeIsUp, type Patience } from './patience.ts';
import {
  isFinal,
  type Answer,
  type DeploymentPort,
  type DeploymentState,
  type Operation,
} from './port.ts';
import { Progress } from './progress.ts';
import { Rotation, type Listed } from './rotation.ts';

/** What is shown while a deployment runs. */
export interface Watcher {
  info(text: string): void;
  error(text: string): void;
  progress(percent: number, text: string): void;
}

/** A deployment that has ended, with its last operations. */
export interface Ended {
  readonly state: DeploymentState;
  readonly operations: readonly Operation[];
}

/** A deployment that ARM has just taken may be unknown to the next request for this long. */
const invisibleFor = 60_000;

/** Why the steps of a deployment cannot be shown though it runs. */
const unseen: readonly string[] = ['ARM_FORBIDDEN', 'ARM_NOT_FOUND'];
/** Nested deployments that are listed once more after the end, at the same time. */
const lastLists = 20;

/** Also after an answer that took longer than the time between polls. */
const shortestDelay = 250;

/** Before the first poll; most deployments that have nothing to do have ended by then. */
const firstDelay = 500;

/**
 * Milliseconds from one poll to the next of a deployment that has run for `elapsed`: a second while most of
 * them end, then so much that a deployment of ten minutes loses 2 s, and 4 s at worst.
 */
export function pollDelay(elapsed: number): number {
  if (elapsed < 60_000) return 1_000;
  if (elapsed < 120_000) return 2_000;
  return elapsed < 240_000 ? 3_000 : 4_000;
}

/**
 * Follows a started deployment to its end. Throttling, server faults and broken connections are never an
 * end; only a final state that ARM reported is. While something is under way a poll is one request, the list of
 * operations, of the deployment or of one nested in it: while anything nested runs, the deployment runs. The
 * deployment itself is read when nothing is under way, and then each second poll leaves the list out. So
 * this sends no more than a poll each 2 s of both, which is what showing the same takes, and half as many polls
 * again while nothing is under way; and it sees the end within a second.
 * Throws TIMEOUT at the deadline, ARM_NOT_FOUND for a deployment that stays unknown, and the signal's
 * reason when the run is cancelled; the deployment runs on in all three cases.
 */
export async function follow(
  port: DeploymentPort,
  watcher: Watcher,
  patience: Patience,
  expected: number,
): Promise<Ended> {
  const { clock, signal } = patience;
  const begin = clock.now();
  const progress = new Progress(expected);
  const rotation = new Rotation();
  let operations: readonly Operation[] = [];
  let unanswered = 0;
  let unseenSince: number | undefined = begin;
  let trouble = 'it is still running';
  let shown = '';

  const note = (listed: Listed, list: readonly Operation[]) => {
    if (listed.id === undefined) operations = list;
    rotation.note(listed, list);
    for (const { level, text } of progress.update(list, clock.now(), listed.depth)) {
      if (level === 'error') watcher.error(text);
      else watcher.info(text);
    }
    const text = `${progress.done} of ${progress.total} resources`;
    if (text !== shown) watcher.progress(progress.percent, text);
    shown = text;
  };

  let mayList = true;
  // The outcome is in the deployment itself: an identity that may not see its steps can follow it, too.
  const list = async (listed: Listed): Promise<Answer<readonly Operation[]> | undefined> => {
    try {
      return mayList ? await port.operations(signal, listed.id) : undefined;
    } catch (error) {
      if (!(error instanceof SpokelineError) || !unseen.includes(error.code)) throw error;
      rotation.drop(listed);
      // A nested one may be in another subscription, or be gone; the others still show.
      if (listed.id !== undefined) return undefined;
      mayList = false;
      watcher.info(`${error.message} So the resources are not shown one by one.`);
      return undefined;
    }
  };

  let turn: 'read' | 'list' = 'read';
  await pause(patience, firstDelay);
  for (;;) {
    signal.throwIfAborted();
    const pollBegin = clock.now();
    let waitAtLeast = 0;
    const whose: Listed | undefined = turn === 'list' ? rotation.next() : undefined;
    const listed: Answer<readonly Operation[]> | undefined =
      whose === undefined ? undefined : await list(whose);
    if (listed?.kind === 'value' && whose !== undefined) {
      unanswered = 0;
      note(whose, listed.value);
    }
    const underWay = listed?.kind === 'value' && progress.running(listed.value).length > 0;
    if (underWay) {
      trouble = 'it is still running';
    } else if (listed?.kind === 'later') {
      waitAtLeast = missed(listed);
    } else {
      const read = await port.read(signal);
      if (read.kind === 'later') {
        waitAtLeast = missed(read);
      } else if (read.value === undefined) {
        unanswered = 0;
        unseenSince ??= clock.now();
        if (clock.now() - unseenSince >= invisibleFor) throw vanished(port);
        trouble = 'Azure does not show it yet';
      } else {
        unanswered = 0;
        unseenSince = undefined;
        // A template without resources has no operations to show.
        turn = listed === undefined && expected > 0 ? 'list' : 'read';
        trouble = `it is ${read.value.state}`;
        if (isFinal(read.value.state)) {
          // What failed may not have been in a list that is a moment older.
          const own = listed !== undefined && whose?.id === undefined;
          const complete = read.value.state === 'Succeeded' && (own || expected === 0);
          for (const [last, of] of await lastOperations(list, rotation, patience, !complete)) {
            note(of, last);
          }
          return { state: read.value, operations };
        }
      }
    }
    if (timeIsUp(patience)) throw outOfTime('the deployment was running', trouble);
    // From the beginning of one poll to the beginning of the next, whatever the answers took.
    const delay = pollDelay(clock.now() - begin) - (clock.now() - pollBegin);
    await pause(patience, Math.max(waitAtLeast, delay, shortestDelay));
  }

  function missed(answer: Extract<Answer<unknown>, { kind: 'later' }>): number {
    trouble = answer.reason;
    const ms = nextTry(unanswered, answer.retryAfterMs, patience.random);
    unanswered += 1;
    patience.onDelay(`${answer.reason} while following the deployment; it runs on.`);
    return ms;
  }
}

type List = (listed: Listed) => Promise<Answer<readonly Operation[]> | undefined>;

/**
 * The lists after the end, for the last lines and for causes, in the order in which they are shown; the result
 * stands without them.
 */
async function lastOperations(
  list: List,
  rotation: Rotation,
  patience: Patience,
  withOwn: boolean,
): Promise<[readonly Operation[], Listed][]> {
  const nested = rotation.rest.slice(0, lastLists);
  const found = await Promise.all(
    nested.map(async (listed): Promise<[readonly Operation[], Listed][]> => {
      const answer = await list(listed);
      return answer?.kind === 'value' ? [[answer.value, listed]] : [];
    }),
  );
  const root: Listed = { id: undefined, depth: 0 };
  for (let attempt = 0; withOwn && attempt < 3; attempt += 1) {
    const answer = await list(root);
    if (answer === undefined) break;
    if (answer.kind === 'value') return [...found.flat(), [answer.value, root]];
    await pause(patience, nextTry(attempt, answer.retryAfterMs, patience.random));
  }
  return found.flat();
}

function vanished(port: DeploymentPort): SpokelineError {
  return new SpokelineError(
    'ARM_NOT_FOUND',
    `Azure took the deployment but does not show it after ${invisibleFor / 1000} s: ${port.id}`,
    { hint: 'Look at the deployments of the resource group.' },
  );
}
