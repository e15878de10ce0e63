import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Activity } from '../../sandbox/azure/arm/server.ts';
import { freePort } from '../../scripts/bench/free-port.ts';
import type { SandboxOptions } from '../../sandbox/azure/sandbox.ts';
import type { Connection } from '../../sandbox/pipelines/run/connections.ts';
import type { Issue, RunResult } from '../../sandbox/pipelines/run/result.ts';
import { runPipeline } from '../../sandbox/pipelines/run/run.ts';
import type { ExampleSetup } from '../../sandbox/start/example.ts';
import { handOver } from '../../sandbox/start/landing-zone.ts';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';

const platform = '00000000-0000-4000-8000-00000000000a';
const workload = '00000000-0000-4000-8000-00000000000b';
const groupOf = (subscription: string, name: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${name}`;

export const groups = {
  hub: groupOf(platform, 'rg-hub'),
  weu: groupOf(workload, 'rg-weu'),
  neu: groupOf(workload, 'rg-neu'),
} as const;

const setup: ExampleSetup = {
  pipelines: [],
  parameters: {},
  agent: { declared: '10.0.0.68', loopback: '127.40.0.68' },
  subscriptions: [
    { id: platform, name: 'platform' },
    { id: workload, name: 'workload' },
  ],
  resourceGroups: [
    { subscription: platform, name: 'rg-hub', location: 'westeurope' },
    { subscription: workload, name: 'rg-weu', location: 'westeurope' },
    { subscription: workload, name: 'rg-neu', location: 'northeurope' },
  ],
  connections: [
    { name: 'hub', subscription: platform, roles: [{ role: 'Contributor', scope: groups.hub }] },
    {
      name: 'stamp',
      subscription: workload,
      roles: [
        { role: 'Contributor', scope: groups.weu },
        { role: 'Contributor', scope: groups.neu },
        { role: 'AcrPush', scope: groups.hub },
      ],
    },
    { name: 'reader', subscription: workload, roles: [{ role: 'Reader', scope: groups.weu }] },
  ],
};

/** A file's new text, or what is made of the text that it has. */
export type Change = string | ((text: string) => string);

/** A pipeline of one step over a copy of the fixtures. */
export interface Step {
  readonly task: string;
  /** Further tasks that the pipeline uses. */
  readonly moreTasks?: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
  /** Changes to the copy, by path below its root. */
  readonly files?: Readonly<Record<string, Change>>;
  /** Folders of the agent's PATH beside the one with node; the stand-in Bicep CLI's if absent. */
  readonly path?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
  /** In place of the pipeline of one step. */
  readonly pipeline?: string;
}

/** What a step left behind; texts are without the checkout's folder. */
export interface Done {
  readonly result: RunResult['result'];
  /** Each error once, in order; with `<file>:<line>:<column>: ` in front where it has a place. */
  readonly errors: string[];
  readonly codes: string[];
  readonly lines: string[];
  /** Requests to Resource Manager by the connections of the pipeline. */
  readonly requests: readonly Activity[];
  /** The code in front of the message that the task ended with. */
  readonly code: string | undefined;
  /** Text behind `What to do:`. */
  readonly hint: string | undefined;
  readonly run: RunResult;
}

/** A TCP listener that takes connections, says nothing, and counts. */
export interface Counter {
  readonly port: number;
  readonly seen: number;
  close(): Promise<void>;
}

export async function countConnections(host: string, port = 0): Promise<Counter> {
  let seen = 0;
  const server: Server = createServer((socket) => {
    seen += 1;
    socket.destroy();
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get seen() {
      return seen;
    },
    close: () => new Promise((done) => server.close(() => done())),
  };
}

/** One sandbox with a landing zone, and pipelines that run in it through the packaged tasks. */
export class BadInputWorld {
  readonly sandbox: RunningSandbox;
  /** The port that stands for 443. */
  readonly port: number;
  /** Counts whoever tries to sign in by the connection `untouched`. */
  readonly signIn: Counter;
  readonly #folder: string;
  #connections: readonly Connection[] = [];
  #runs = 0;

  private constructor(sandbox: RunningSandbox, port: number, signIn: Counter, folder: string) {
    this.sandbox = sandbox;
    this.port = port;
    this.signIn = signIn;
    this.#folder = folder;
  }

  /** `more` are connections besides those that every case has. */
  static async start(
    more: ExampleSetup['connections'] = [],
    options: Partial<SandboxOptions> = {},
  ): Promise<BadInputWorld> {
    const port = await freePort('127.0.0.1');
    const sandbox = await runSandbox({
      ...options,
      subscriptions: setup.subscriptions,
      agentAddress: setup.agent.loopback,
      endpointPorts: { 443: port },
    });
    const signIn = await countConnections('127.0.0.1');
    const folder = await mkdtemp(join(tmpdir(), 'spokeline-bad-input-'));
    const world = new BadInputWorld(sandbox, port, signIn, folder);
    try {
      await world.#handOver(more);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  /** Makes the connections, and a folder for the PATH of agents that have node and nothing else. */
  async #handOver(more: ExampleSetup['connections']): Promise<void> {
    const all = { ...setup, connections: [...setup.connections, ...more] };
    const connections = await handOver(this.sandbox.sandbox, all);
    const [first] = connections;
    assert.ok(first);
    const nowhere = `https://localhost:${this.signIn.port}`;
    const untouched: Connection = {
      ...first,
      id: '00000000-0000-4000-8000-0000000000c0',
      name: 'untouched',
      url: nowhere,
      data: {
        ...first.data,
        resourceManagerUrl: nowhere,
        environmentAuthorityUrl: nowhere,
        activeDirectoryServiceEndpointResourceId: nowhere,
      },
    };
    this.#connections = [...connections, untouched];
    await mkdir(join(this.#folder, 'bin'));
    await symlink(process.execPath, join(this.#folder, 'bin', 'node'));
  }

  async stop(): Promise<void> {
    await this.signIn.close();
    await this.sandbox.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Ids of the resources below a group or of all groups. */
  resources(type: string, group?: string): string[] {
    return this.sandbox.sandbox.arm.store.list(type, group).map(({ id }) => id);
  }

  async run(step: Step): Promise<Done> {
    this.#runs += 1;
    const root = join(this.#folder, `run-${this.#runs}`);
    await this.#checkout(root, step);
    const { sandbox } = this.sandbox;
    const before = sandbox.arm.activity.length;
    const lines: string[] = [];
    const run = await runPipeline({
      file: join(root, 'pipeline.yml'),
      root,
      tasks: Object.fromEntries(
        [step.task, ...(step.moreTasks ?? [])].map((task) => [task, packaged(task)]),
      ),
      connections: this.#connections,
      devops: sandbox.devops,
      out: join(this.#folder, `out-${this.#runs}`),
      environment: {
        HOME: this.#folder,
        PATH: [join(this.#folder, 'bin'), ...(step.path ?? [resolve('dist/sandbox')])].join(
          delimiter,
        ),
        NODE_EXTRA_CA_CERTS: sandbox.info.ca,
      },
      log: (line) => {
        lines.push(withoutCheckout(line));
        step.onLine?.(line);
      },
      ...(step.signal === undefined ? {} : { signal: step.signal }),
    });
    const steps = run.stages.flatMap((stage) => stage.jobs.flatMap((job) => job.steps));
    const errors = steps.flatMap((one) => one.issues).filter((issue) => issue.type === 'error');
    return {
      result: run.result,
      errors: [...new Set(errors.map(placed))],
      codes: [...new Set(errors.flatMap(({ code }) => (code === undefined ? [] : [code])))],
      lines,
      requests: sandbox.arm.activity.slice(before),
      code: find(lines, /^ *##\[error\]([A-Z]+(?:_[A-Z]+)*): /),
      hint: find(lines, /^ *What to do: (.*)/),
      run,
    };
  }

  async #checkout(root: string, step: Step): Promise<void> {
    await cp('tests/fixtures/bad-input', root, { recursive: true });
    const overlay = {
      loopback: true,
      hub: {
        network: {
          addressSpace: ['127.40.0.0/16'],
          subnets: { agents: '127.40.0.64/27', endpoints: '127.40.0.96/27' },
        },
        dns: { resolvers: [this.sandbox.sandbox.info.dns] },
      },
      stamps: {
        weu: { network: { addressSpace: ['127.41.0.0/16'] } },
        neu: { network: { addressSpace: ['127.42.0.0/16'] } },
      },
      ports: { 443: this.port },
    };
    await writeFile(join(root, 'topology.sandbox.yml'), stringify(overlay));
    const task = { task: step.task, name: 'it', inputs: step.inputs };
    const job = { job: 'only', steps: [{ checkout: 'self' }, task] };
    const pipeline = step.pipeline ?? stringify({ trigger: 'none', jobs: [job] });
    await writeFile(join(root, 'pipeline.yml'), pipeline);
    for (const [name, change] of Object.entries(step.files ?? {})) {
      const file = join(root, name);
      await mkdir(dirname(file), { recursive: true });
      if (typeof change === 'string') await writeFile(file, change);
      else {
        const text = await readFile(file, 'utf8');
        const changed = change(text);
        assert.notEqual(changed, text, `the change of ${name} changes nothing`);
        await writeFile(file, changed);
      }
    }
  }
}

function packaged(task: string): string {
  const name = task.replace(/@1$/, '');
  return resolve('dist/tasks', name, `${name}V1`);
}

function find(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.map((line) => pattern.exec(line)?.[1]).find((text) => text !== undefined);
}

/** The text of an error, which begins with the place that the service links to. */
function placed({ message, sourcePath, line, column }: Issue): string {
  if (sourcePath !== undefined) {
    const place = [sourcePath, line, column].filter((part) => part !== undefined).join(':');
    assert.ok(message.startsWith(`${place}: `), `${place} is not where ${message} begins`);
  }
  return withoutCheckout(message);
}

/** The agent's work folder is new for each run. */
function withoutCheckout(text: string): string {
  return text.replace(/\/[^\s"'\](]*\/_work\/(?:\d+\/s\/)?/g, '');
}
