import { SpokelineError } from '../errors.ts';
import { PollBudget, pollDelay, pollFirst, type Expected } from './pace.ts';
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

/** What is needed of a deployment to follow it. */
export type FollowedPort = Pick<DeploymentPort, 'id' | 'read' | 'operations'>;

/** A deployment that has ended, with its last operations. */
export interface Ended {
  readonly state: DeploymentState;
  readonly operations: readonly Operation[];
}

/** A deployment that ARM has just taken may be unknown to the next request for this long. */
const invisibleFor = 60_000;

/** Nested deployments that are listed once more after the end, at the same time. */
const lastLists = 20;

/** Also after an answer that took longer than the time between polls. */
const shortestDelay = 250;

/**
 * Follows a started deployment to its end. Throttling, server faults and broken connections are never an
 * end; only a final state that ARM reported is. While something is under way a poll is one request, the list of
 * operations, of the deployment or of one nested in it: while anything nested runs, the deployment runs. The
 * deployment itself is read when a list leaves it open whether the end has come. A list that might is asked for only
 * while the budget has that second request, too: the end is seen within a second, and never more is sent than by a
 * poll each 2 s of both, which is what showing the same takes. Lines may come late for it, the outcome does not.
 * Throws TIMEOUT at the deadline, ARM_NOT_FOUND for a deployment that stays unknown, and the signal's
 * reason when the run is cancelled; the deployment runs on in all three cases.
 */
export async function follow(
  port: FollowedPort,
  watcher: Watcher,
  patience: Patience,
  expected: Expected,
): Promise<Ended> {
  const { clock, signal } = patience;
  const begin = clock.now();
  const progress = new Progress(expected.resources);
  const budget = new PollBudget();
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
  // Every resource of the template has shown its end: no list has more to say.
  let complete = expected.resources === 0;
  // The outcome is in the deployment itself: where its steps cannot be had, for want of a right or whatever Azure
  // says, it is followed all the same.
  const list = async (listed: Listed): Promise<Answer<readonly Operation[]> | undefined> => {
    try {
      if (!mayList) return undefined;
      budget.spend();
      return await port.operations(signal, listed.id);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SpokelineError)) throw error;
      rotation.drop(listed);
      // A nested one may be in another subscription, or be gone; the others still show.
      if (listed.id !== undefined) return undefined;
      mayList = false;
      watcher.info(`${error.message} So the resources are not shown one by one.`);
      return undefined;
    }
  };

  let turn: 'read' | 'list' = 'read';
  await pause(patience, pollFirst(expected));
  for (;;) {
    signal.throwIfAborted();
    const pollBegin = clock.now();
    let waitAtLeast = 0;
    const affordable =
      expected.certain === expected.resources ||
      budget.allows(2, pollBegin - begin, rotation.rest.length);
    const whose: Listed | undefined =
      turn === 'list' && !complete && affordable ? rotation.next() : undefined;
    const listed: Answer<readonly Operation[]> | undefined =
      whose === undefined ? undefined : await list(whose);
    if (listed?.kind === 'value' && whose !== undefined) {
      unanswered = 0;
      note(whose, listed.value);
    }
    const own: readonly Operation[] | undefined =
      listed?.kind === 'value' && whose?.id === undefined ? listed.value : undefined;
    complete ||= own !== undefined && isComplete(own, expected, rotation);
    if (listed?.kind === 'value' && progress.running(listed.value).length > 0) {
      trouble = 'it is still running';
    } else if (own !== undefined && hasMore(own, expected)) {
      trouble = 'it is still running';
      // Certain by the template only: Azure has a say in the next poll.
      turn = 'read';
    } else if (listed?.kind === 'later') {
      waitAtLeast = missed(listed);
    } else {
      budget.spend();
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
        turn = listed === undefined ? 'list' : 'read';
        trouble = `it is ${read.value.state}`;
        if (isFinal(read.value.state)) {
          // What failed may not have been in a list that is a moment older.
          const withOwn = read.value.state !== 'Succeeded' || (own === undefined && !complete);
          await noteLast(list, rotation, note, patience, withOwn);
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

/** Whether resources that every deployment of the template has are still to come, unless one that failed ends it. */
function hasMore(operations: readonly Operation[], { certain }: Expected): boolean {
  const failed = operations.some(({ state }) => isFinal(state) && state !== 'Succeeded');
  return !failed && endedIn(operations) < certain;
}

function isComplete(
  operations: readonly Operation[],
  { resources, certain }: Expected,
  rotation: Rotation,
): boolean {
  return certain === resources && rotation.rest.length === 0 && endedIn(operations) >= resources;
}

/** Resources that have ended; one that was tried again counts once. */
function endedIn(operations: readonly Operation[]): number {
  const ended = operations.filter(({ state, kind }) => isFinal(state) && /^create$/i.test(kind));
  return new Set(ended.map(({ id, target }) => target?.id.toLowerCase() ?? id)).size;
}

type List = (listed: Listed) => Promise<Answer<readonly Operation[]> | undefined>;

/**
 * Notes the lists after the end, for the last lines and for causes; the result stands without them. Those of nested
 * deployments come level by level: a list may show deeper ones that nobody has listed yet.
 */
async function noteLast(
  list: List,
  rotation: Rotation,
  note: (listed: Listed, operations: readonly Operation[]) => void,
  patience: Patience,
  withOwn: boolean,
): Promise<void> {
  if (withOwn) await noteOwn(list, note, patience);
  for (let left = lastLists; left > 0;) {
    const nested = rotation.rest.slice(0, left);
    if (nested.length === 0) return;
    left -= nested.length;
    const answers = await Promise.all(nested.map(list));
    for (const [index, listed] of nested.entries()) {
      const answer = answers[index];
      if (answer?.kind === 'value') note(listed, answer.value);
      rotation.drop(listed);
    }
  }
}

async function noteOwn(
  list: List,
  note: (listed: Listed, operations: readonly Operation[]) => void,
  patience: Patience,
): Promise<void> {
  const root: Listed = { id: undefined, depth: 0 };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const answer = await list(root);
    if (answer === undefined) return;
    if (answer.kind === 'value') {
      note(root, answer.value);
      return;
    }
    await pause(patience, nextTry(attempt, answer.retryAfterMs, patience.random));
  }
}

function vanished(port: FollowedPort): SpokelineError {
  return new SpokelineError(
    'ARM_NOT_FOUND',
    `Azure took the deployment but does not show it after ${invisibleFor / 1000} s: ${port.id}`,
    { hint: 'Look at the deployments of the resource group.' },
  );
}
