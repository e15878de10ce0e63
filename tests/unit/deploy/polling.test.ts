import assert from 'node:assert/strict';
import { follow } from '../../../tasks/lib/deploy/follow.ts';
import type {
  Answer,
  DeploymentPort,
  DeploymentState,
  Operation,
} from '../../../tasks/lib/deploy/port.ts';
import { fakeClock } from '../../support/clock.ts';

/** When each resource of a deployment is under way, in milliseconds after its start. */
type Shape = (takes: number) => readonly (readonly [from: number, to: number])[];

const shapes: Readonly<Record<string, Shape>> = {
  'one resource all the time': (takes) => [[0, takes]],
  'a slow start and a slow end': (takes) =>
    takes < 4_000 ? [] : [[Math.min(2_500, takes / 3), takes - 900]],
  'one resource after the other': (takes) => [
    [200, takes / 2],
    [takes / 2 + 400, takes - 100],
  ],
  'nothing to see': () => [],
};

interface Followed {
  /** Milliseconds between the end of the deployment and the task's knowledge of it. */
  readonly lost: number;
  readonly requests: number;
  readonly lists: number;
  readonly polls: number;
}

/** Follows a deployment in the time of a test's clock; answers take no time. */
async function followed(
  takes: number,
  shape: Shape,
  throttled: readonly number[] = [],
): Promise<Followed> {
  const clock = fakeClock();
  const begin = clock.now();
  let requests = 0;
  let lists = 0;
  const steps = shape(takes);
  const throttling = [...throttled];
  const answer = <T>(value: T): Answer<T> => {
    requests += 1;
    const retryAfterMs = throttling.shift();
    return retryAfterMs === undefined
      ? { kind: 'value', value }
      : { kind: 'later', reason: 'Azure answered 429', retryAfterMs };
  };
  const port: Pick<DeploymentPort, 'id' | 'read' | 'operations'> = {
    id: 'd',
    read: () => {
      const state = clock.now() - begin < takes ? 'Running' : 'Succeeded';
      const value: DeploymentState = {
        id: 'd',
        state,
        correlationId: undefined,
        tags: {},
        outputs: {},
        fault: undefined,
      };
      return Promise.resolve(answer(value));
    },
    operations: () => {
      lists += 1;
      const age = clock.now() - begin;
      const value = steps
        .map(([from, to], n): Operation | undefined =>
          age < from
            ? undefined
            : {
                id: String(n),
                kind: 'Create',
                state: age < to ? 'Running' : 'Succeeded',
                durationMs: undefined,
                target: { id: String(n), type: 't', name: 'n' },
                fault: undefined,
              },
        )
        .filter((operation) => operation !== undefined);
      return Promise.resolve(answer(value));
    },
  };
  const watcher = { info: () => {}, error: () => {}, progress: () => {} };
  await follow(
    port as DeploymentPort,
    watcher,
    {
      clock,
      signal: new AbortController().signal,
      deadline: begin + 3_600_000,
      random: () => 0.5,
      onDelay: () => {},
    },
    steps.length,
  );
  return { lost: clock.now() - begin - takes, requests, lists, polls: clock.sleeps.length };
}

/** Requests of a poll each 2 s that shows the same: the deployment and its operations, from the start on. */
const fixedPoll = (takes: number) => 2 * (1 + Math.ceil(takes / 2_000));

/**
 * What it costs to see the end at once while nothing is under way, where the next resource may begin as well:
 * one more request for each time that happens, and for each 2 s of it. A template without resources has none.
 */
function idlePolls(steps: ReturnType<Shape>, takes: number): number {
  if (steps.length === 0) return 0;
  const edges = [0, ...steps.flat(), takes];
  let more = 0;
  for (let at = 0; at < edges.length; at += 2) {
    const idle = (edges[at + 1] ?? 0) - (edges[at] ?? 0);
    if (idle > 0) more += 1 + Math.ceil(idle / 2_000);
  }
  return more;
}

const durations = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => from + n * step);

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

describe('polling a deployment', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`${name}: loses at most 1 s under a minute`, async () => {
      for (const takes of durations(0, 59_900, 1_270)) {
        const { lost } = await followed(takes, shape);
        assert.ok(lost >= 0 && lost <= 1_000, `${takes} ms: ${lost} ms lost`);
      }
    });

    it(`${name}: never sends more than a poll each 2 s that shows the same`, async () => {
      for (const takes of [...durations(0, 30_000, 370), ...durations(30_000, 900_000, 30_370)]) {
        const { requests } = await followed(takes, shape);
        const bound = fixedPoll(takes) + idlePolls(shape(takes), takes);
        assert.ok(requests <= bound, `${takes} ms: ${requests} requests, fixed poll ${bound}`);
      }
    });

    it(`${name}: loses 2 s at ten minutes, and 4 s at worst`, async () => {
      const losses: number[] = [];
      for (const takes of durations(596_000, 604_000, 250)) {
        losses.push((await followed(takes, shape)).lost);
      }
      assert.ok(medianOf(losses) <= 2_000, `median ${medianOf(losses)} ms`);
      assert.ok(Math.max(...losses) <= 4_000, `worst ${Math.max(...losses)} ms`);
    });

    it(`${name}: lists operations at most once a poll`, async () => {
      for (const takes of [0, 5_000, 60_000]) {
        const { lists, polls } = await followed(takes, shape);
        assert.ok(lists <= polls, `${takes} ms: ${lists} lists in ${polls} polls`);
      }
    });
  }

  it('sends less than a poll each 2 s of the deployment alone, from some minutes on', async () => {
    for (const [, shape] of Object.entries(shapes)) {
      for (const takes of durations(300_000, 900_000, 60_000)) {
        const { requests } = await followed(takes, shape);
        assert.ok(requests < 1 + takes / 2_000, `${takes} ms: ${requests} requests`);
      }
    }
  });

  it('waits as long as Azure asks for', async () => {
    const { lost, requests } = await followed(
      5_000,
      shapes['one resource all the time'] ?? (() => []),
      [7_000, 9_000],
    );
    // 0.5 s to the first poll, then the two waits.
    assert.equal(lost, 11_500);
    assert.ok(requests <= 5);
  });
});
