import assert from 'node:assert/strict';
import { follow, type FollowedPort } from '../../../tasks/lib/deploy/follow.ts';
import type { Answer, DeploymentState, Operation } from '../../../tasks/lib/deploy/port.ts';
import { fakeClock } from '../../support/clock.ts';

/** When each resource of a deployment is under way, in milliseconds after its start. */
type Shape = (takes: number) => readonly (readonly [from: number, to: number])[];

interface Deployed {
  readonly shape: Shape;
  /** Whether the template has its resources in a loop, so that nobody knows how many will come. */
  readonly loop?: true;
}

const shapes: Readonly<Record<string, Deployed>> = {
  'one resource all the time': { shape: (takes) => [[0, takes]] },
  'a slow start and a slow end': {
    shape: (takes) => (takes < 4_000 ? [] : [[Math.min(2_500, takes / 3), takes - 900]]),
  },
  'one resource after the other': {
    shape: (takes) => [
      [200, takes / 2],
      [takes / 2 + 400, takes - 100],
    ],
  },
  'a long wait between two resources': {
    shape: (takes) => [
      [200, takes / 4],
      [takes / 2, (takes * 3) / 4],
    ],
  },
  'a loop, one after the other': {
    loop: true,
    shape: (takes) =>
      Array.from({ length: Math.min(60, Math.ceil(takes / 1_000)) }, (_, n) => [
        n * 1_000 + 50,
        n * 1_000 + 950,
      ]),
  },
  'a loop with a slow start and a slow end': {
    loop: true,
    shape: (takes) => [
      [takes / 3, takes / 2],
      [takes / 3, takes - 1_700],
    ],
  },
  'nothing to see': { shape: () => [] },
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
  { shape, loop }: Deployed,
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
  const port: FollowedPort = {
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
    port,
    watcher,
    {
      clock,
      signal: new AbortController().signal,
      deadline: begin + 7_200_000,
      random: () => 0.5,
      onDelay: () => {},
    },
    { resources: loop ? 1 : steps.length, certain: loop ? 0 : steps.length },
  );
  return { lost: clock.now() - begin - takes, requests, lists, polls: clock.sleeps.length };
}

/** Requests of a poll each 2 s that shows the same: the deployment and its operations, from the start on. */
const fixedPoll = (takes: number) => 2 * (1 + Math.ceil(takes / 2_000));

const durations = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => from + n * step);

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

describe('polling a deployment', () => {
  for (const [name, deployed] of Object.entries(shapes)) {
    it(`${name}: loses at most 1 s under a minute`, async () => {
      for (const takes of [...durations(0, 59_990, 1_270), ...durations(0, 6_000, 110)]) {
        const { lost } = await followed(takes, deployed);
        assert.ok(lost >= 0 && lost <= 1_000, `${takes} ms: ${lost} ms lost`);
      }
    });

    it(`${name}: never sends more than a poll each 2 s that shows the same`, async () => {
      const some = [...durations(0, 62_000, 370), ...durations(62_000, 3_600_000, 353_370)];
      const even = durations(0, 60_000, 1_000);
      for (const takes of [...some, ...even, 3_600_000]) {
        const { requests } = await followed(takes, deployed);
        const most = fixedPoll(takes);
        assert.ok(requests <= most, `${takes} ms: ${requests} requests, fixed poll ${most}`);
      }
    });

    it(`${name}: loses 2 s at ten minutes, and 4 s at worst`, async () => {
      const losses: number[] = [];
      for (const takes of durations(596_000, 604_000, 250)) {
        losses.push((await followed(takes, deployed)).lost);
      }
      assert.ok(medianOf(losses) <= 2_000, `median ${medianOf(losses)} ms`);
      assert.ok(Math.max(...losses) <= 4_000, `worst ${Math.max(...losses)} ms`);
    });

    it(`${name}: lists operations at most once a poll`, async () => {
      for (const takes of [0, 5_000, 60_000]) {
        const { lists, polls } = await followed(takes, deployed);
        assert.ok(lists <= polls, `${takes} ms: ${lists} lists in ${polls} polls`);
      }
    });
  }

  it('sends less than a poll each 2 s of the deployment alone, from a quarter of an hour on', async () => {
    for (const deployed of Object.values(shapes)) {
      for (const takes of durations(900_000, 1_800_000, 450_000)) {
        const { requests } = await followed(takes, deployed);
        assert.ok(requests < 1 + takes / 2_000, `${takes} ms: ${requests} requests`);
      }
    }
  });

  it('waits as long as Azure asks for', async () => {
    const { lost, requests } = await followed(
      5_000,
      { shape: (takes) => [[0, takes]] },
      [7_000, 9_000],
    );
    // 0.5 s to the first poll, then the two waits.
    assert.equal(lost, 11_500);
    assert.ok(requests <= 5);
  });
});
