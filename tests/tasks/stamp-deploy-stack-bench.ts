import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Inputs } from '../../tasks/StampDeploy/StampDeployV1/inputs.ts';
import { run } from '../../tasks/StampDeploy/StampDeployV1/task.ts';
import type { Clock } from '../../tasks/lib/net/clock.ts';
import { systemClock } from '../../tasks/lib/net/clock.ts';
import { fakeContext, type RecordedContext } from '../support/host.ts';
import { trustingClient } from '../support/tls.ts';
import { owner, stampSubscription, startWorld, type World } from '../unit/arm/arm-world.ts';
import type { Shown } from '../unit/arm/templates.ts';
import { givenInputs } from './given-inputs.ts';

/** Real time, with short waits: the resource manager of the sandbox works on in it. */
const hurried: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal),
};

type Send = (request: PipelineRequest) => Promise<PipelineResponse>;

/** The task against the sandbox's Resource Manager. */
export interface StackBench {
  readonly world: World;
  /** Of the last run. */
  context: RecordedContext;
  /** Stands between the task and Resource Manager. */
  between: (request: PipelineRequest, next: Send) => Promise<PipelineResponse>;
  /** `METHOD path` of each request. */
  readonly requests: string[];
  run(
    template: Shown,
    given?: Partial<Inputs>,
    how?: { as?: string; signal?: AbortSignal },
  ): Promise<void>;
  /** The lines of the last run that people see. */
  said(): string[];
  /** Lists of ids by what became of them, in last names. */
  became(): Record<string, string[]>;
  close(): Promise<void>;
}

export async function startStackBench(
  options: Parameters<typeof startWorld>[0] = {},
): Promise<StackBench> {
  const world = await startWorld(options);
  const directory = await mkdtemp(join(tmpdir(), 'spk-stack-'));
  const client = trustingClient(world.ca);
  const httpClient: HttpClient = {
    sendRequest(request) {
      bench.requests.push(`${request.method} ${new URL(request.url).pathname}`);
      return bench.between(request, (passed) => client.sendRequest(passed));
    },
  };
  const bench: StackBench = {
    world,
    context: fakeContext(directory),
    between: (request, next) => next(request),
    requests: [],
    async run(template, given = {}, { as = owner, signal } = {}) {
      const file = join(directory, 'main.json');
      await writeFile(file, JSON.stringify(template));
      bench.context = fakeContext(directory, {
        clock: hurried,
        ...(signal === undefined ? {} : { signal }),
      });
      bench.requests.length = 0;
      const tokens = {
        token: () => Promise.resolve({ token: as, expiresAt: Date.now() + 3_600_000 }),
      };
      await run({ ...inputs(world.url, file), ...given }, bench.context, { httpClient, tokens });
    },
    said: () =>
      bench.context.lines
        .filter((line) => line.startsWith('info: '))
        .map((line) => line.slice('info: '.length)),
    became() {
      const lists = JSON.parse(bench.context.outputs['stackResources']?.value ?? '{}') as Record<
        string,
        string[]
      >;
      return Object.fromEntries(
        Object.entries(lists).map(([key, ids]) => [
          key,
          ids.map((id) => id.split('/').pop() ?? ''),
        ]),
      );
    },
    async close() {
      await world.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return bench;
}

function inputs(url: string, template: string): Inputs {
  return {
    ...givenInputs(url),
    kind: 'stack',
    template,
    parameters: {},
    target: 'resourceGroup',
    resourceGroup: 'rg-stamp',
    subscription: stampSubscription,
    deploymentName: 'st',
    timeout: 60,
  };
}
