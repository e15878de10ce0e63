import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import * as v from 'valibot';
import { startSandbox, type Sandbox } from '../azure/sandbox.ts';
import { runPipeline } from '../pipelines/run/run.ts';
import { collectReport, type PipelineRun } from './collect-report.ts';
import type { Example, ExampleSetup } from './example.ts';
import { handOver } from './landing-zone.ts';
import { htmlReport } from './report-html.ts';
import { junitReport } from './report-junit.ts';
import { reportSchema, type Report } from './report-schema.ts';

export interface RunOptions {
  /** Folder under which `<example>/report.html` and its like are written. */
  readonly out: string;
  /**
   * Use the addresses and ports of the topology as they are: needs a network namespace in which they are local,
   * and whose resolver is 168.63.129.16.
   */
  readonly inNamespace: boolean;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Where Azure-provided DNS answers in every virtual network. */
const azureDns = { host: '168.63.129.16', port: 53 };
const loopbackDns = { host: '127.0.0.1', port: 10053 };

function startOptions(setup: ExampleSetup, directory: string, inNamespace: boolean) {
  return {
    directory,
    subscriptions: setup.subscriptions,
    agentAddress: inNamespace ? setup.agent.declared : setup.agent.loopback,
    endpointPorts: inNamespace ? { 443: 443, 22: 22 } : { 443: 10443, 22: 10022 },
    dns: inNamespace ? azureDns : loopbackDns,
  };
}

async function packagedTasks(): Promise<Record<string, string>> {
  const tasks: Record<string, string> = {};
  for (const name of await readdir('dist/tasks')) {
    tasks[`${name}@1`] = resolve('dist/tasks', name, `${name}V1`);
  }
  return tasks;
}

/** What the agent's own process would have, and the way to the sandbox's certificate authority. */
function agentEnvironment(sandbox: Sandbox): Record<string, string> {
  const own = Object.fromEntries(
    ['HOME', 'LANG', 'TMPDIR', 'TZ']
      .map((name) => [name, process.env[name]])
      .filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  // The stand-in comes last on the PATH: a real Bicep CLI is preferred.
  const path = [process.env['PATH'] ?? '', resolve('dist/sandbox')].join(delimiter);
  return { ...own, PATH: path, NODE_EXTRA_CA_CERTS: sandbox.info.ca };
}

async function runPipelines(
  example: Example,
  sandbox: Sandbox,
  directory: string,
  options: RunOptions,
): Promise<PipelineRun[]> {
  const connections = await handOver(sandbox, example.setup);
  const overlays = options.inNamespace ? [] : [`${example.folder}/topology.sandbox.yml`];
  const runs: PipelineRun[] = [];
  for (const file of example.setup.pipelines) {
    options.log(`\n${file}`);
    const out = join(directory, file.replace(/\.yml$/, ''));
    const run = await runPipeline({
      file: join(example.root, example.folder, file),
      root: example.root,
      parameters: { overlays, ...example.setup.parameters[file] },
      tasks: await packagedTasks(),
      connections,
      devops: sandbox.devops,
      out,
      environment: agentEnvironment(sandbox),
      log: options.log,
      signal: options.signal,
    });
    runs.push({ file, folder: out, run });
    // An address that could not be opened would only show as a service that is silent or somebody else's.
    await sandbox.network.settled();
    // A release without its hub, or after a cancel, would only fail later and say less.
    if (!/^succeeded/i.test(run.result)) break;
  }
  return runs;
}

async function writeReports(report: Report, folder: string): Promise<void> {
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, 'report.html'), htmlReport(report));
  await writeFile(join(folder, 'junit.xml'), junitReport(report));
}

/** Runs the pipelines of an example in a sandbox of its own and writes the three reports. */
export async function runExample(example: Example, options: RunOptions): Promise<Report> {
  const startedAt = new Date();
  const folder = resolve(options.out, example.name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const sandbox = await startSandbox(
    startOptions(example.setup, join(folder, 'sandbox'), options.inNamespace),
  );
  options.log(`Sandbox: Resource Manager ${sandbox.info.arm}, DNS ${sandbox.info.dns}`);
  try {
    const runs = await runPipelines(example, sandbox, join(folder, 'runs'), options);
    const collected = await collectReport(example, runs, startedAt, new Date());
    const report = v.parse(reportSchema, collected);
    await writeReports(report, folder);
    return report;
  } finally {
    await sandbox.stop();
  }
}
