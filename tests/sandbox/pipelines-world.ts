import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Connection } from '../../sandbox/pipelines/run/connections.ts';
import type { JobRecord, RunResult } from '../../sandbox/pipelines/run/result.ts';
import { runPipeline } from '../../sandbox/pipelines/run/run.ts';
import type { RunOptions } from '../../sandbox/pipelines/run/run.ts';

export const stamps: Connection = {
  name: 'stamps',
  id: '6B1E2F7C-0000-4000-8000-0000000000AA',
  url: 'https://arm.example',
  scheme: 'ServicePrincipal',
  parameters: { tenantid: 't', serviceprincipalid: 'c', serviceprincipalkey: 'k3y-value' },
  data: { 'environment.name': 'AzureCloud' },
};
export const hub: Connection = {
  ...stamps,
  name: 'hub',
  id: '6b1e2f7c-0000-4000-8000-0000000000bb',
};

/** A task that does what its input `code` says; `line(…)` prints. */
const taskCode = `
const line = (text) => process.stdout.write(text + '\\n');
new Function('line', 'require', process.env.INPUT_CODE)(line, require);
`;

/** task.json of that task; tests change parts of it. */
export const taskJson = {
  name: 'Act',
  version: { Major: 1, Minor: 2, Patch: 3 },
  inputs: [
    { name: 'code', type: 'multiLine', required: true },
    { name: 'connection', type: 'connectedService:AzureRM', aliases: ['azureSubscription'] },
    { name: 'file', type: 'filePath' },
    { name: 'mode', type: 'pickList', defaultValue: 'a', options: { a: 'A', b: 'B' } },
    { name: 'only.b', type: 'string', required: true, visibleRule: 'mode = b' },
  ],
  execution: { Node20_1: { target: 'index.js' }, Node24: { target: 'index.js' } },
};

/** A folder with a repository and the task `Act@1`, and what a run has printed. */
export class PipelineWorld {
  readonly directory: string;
  readonly lines: string[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<PipelineWorld> {
    const world = new PipelineWorld(await mkdtemp(path.join(tmpdir(), 'spokeline-run-')));
    await world.writeTask(taskJson);
    return world;
  }

  get out(): string {
    return path.join(this.directory, 'result');
  }

  get task(): string {
    return path.join(this.directory, 'act');
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true });
  }

  async writeTask(json: object): Promise<void> {
    await mkdir(this.task, { recursive: true });
    await writeFile(path.join(this.task, 'task.json'), JSON.stringify(json));
    await writeFile(path.join(this.task, 'index.js'), taskCode);
  }

  async run(yaml: string, more: Partial<RunOptions> = {}): Promise<RunResult> {
    const root = path.join(this.directory, 'repo');
    await mkdir(root, { recursive: true });
    await writeFile(path.join(root, 'p.yml'), yaml);
    const log = (line: string): void => {
      this.lines.push(line);
    };
    const tasks = { 'Act@1': this.task };
    return runPipeline({
      file: path.join(root, 'p.yml'),
      root,
      tasks,
      out: this.out,
      log,
      ...more,
    });
  }

  /** The lines without their indentation and the name of the job. */
  printed(): string[] {
    return this.lines.map((line) => line.replace(/^ +(\[\w+\.[\w.]+\])? */, ''));
  }
}

export function jobOf(result: RunResult, name: string): JobRecord {
  const found = result.stages.flatMap((stage) => stage.jobs).find((job) => job.name === name);
  assert.ok(found, `no job ${name}`);
  return found;
}

/** Results by `stage.job`. */
export function resultsOf(result: RunResult): Record<string, string> {
  return Object.fromEntries(
    result.stages.flatMap((s) => s.jobs.map((j) => [`${s.name}.${j.name}`, j.result])),
  );
}
