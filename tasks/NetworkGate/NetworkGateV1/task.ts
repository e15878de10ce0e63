import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createArmClient } from '../../lib/azure/arm-client.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import type { NetworkSource } from '../../lib/azure/network-resources.ts';
import { networkState } from '../../lib/azure/network-state.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { ErrorDetail } from '../../lib/errors.ts';
import { liveProbe } from '../../lib/gate/live-probe.ts';
import { predictedProbe } from '../../lib/gate/predicted-probe.ts';
import { predictedState } from '../../lib/gate/predicted-state.ts';
import type { Probe } from '../../lib/gate/probe.ts';
import { countsOf, holds, toleranceOf } from '../../lib/gate/result.ts';
import type { CheckResult, Evidence, GateResult } from '../../lib/gate/result.ts';
import { runGate } from '../../lib/gate/run.ts';
import type { StateSeen } from '../../lib/gate/state.ts';
import { writeResults } from '../../lib/gate/write-results.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { resolverFor } from '../../lib/net/resolve.ts';
import type { ClientCertificate } from '../../lib/net/tls.ts';
import { systemTrust } from '../../lib/net/trust.ts';
import type { Resource } from '../../lib/reach/read/resource.ts';
import { membersOf } from '../../lib/topology/members.ts';
import { dialledPort } from '../../lib/topology/model.ts';
import type { Hub, Topology } from '../../lib/topology/model.ts';
import { readTopology } from '../../lib/topology/read.ts';
import { hashFiles, readChecks, type GateChecks } from './checks.ts';
import { readClientCertificate } from './client-certificate.ts';
import { explainFailures } from './explain-failures.ts';
import { readPinnedTags } from './input-file.ts';
import type { Inputs } from './inputs.ts';
import { writeNetwork } from './network-evidence.ts';
import { predict } from './predict.ts';
import manifest from './task.json' with { type: 'json' };

/** For one connection: Azure drops without a word, so this is what a closed way costs. */
const probeMs = 5_000;
/** For one check in one round: two lookups, target and control. */
const checkMs = 30_000;

/** Runs the gate; sets verdict, passed, failed, unknown, tolerated and report. */
export async function run(inputs: Inputs, context: TaskContext): Promise<void> {
  const topology =
    inputs.topology === undefined
      ? undefined
      : await readTopology(inputs.topology, inputs.overlays);
  const client =
    inputs.clientCertificate === undefined
      ? undefined
      : await readClientCertificate(inputs.clientCertificate);
  const pinned = await readPinnedTags(inputs.serviceTags);
  const read = await readChecks(inputs, topology, context);
  const sources = inputs.topology === undefined ? [] : [inputs.topology, ...inputs.overlays];
  const documents = { ...(await hashFiles(sources)), ...read.documents };
  const prediction =
    topology === undefined || inputs.evidence !== 'template'
      ? undefined
      : await predict(inputs, topology, pinned, context);
  let judged: StateSeen | undefined;
  const looking =
    prediction === undefined || topology === undefined
      ? await probeOf(inputs, topology, read, context, pinned, client)
      : predictedProbe(read.context.estate, predictedState(prediction.after, topology));
  const probe: Probe = {
    ...looking,
    state: async (signal) => (judged = await looking.state(signal)),
  };
  const found = await runGate(
    read.checks,
    probe,
    {
      delay: inputs.delay * 1000,
      interval: inputs.interval * 1000,
      minimumSuccessDuration: inputs.minimumSuccessDuration * 1000,
      // What is predicted does not change by waiting.
      timeout: prediction === undefined ? inputs.timeout * 1000 : 0,
      onUnknown: inputs.onUnknown,
      passes: inputs.passes,
      window: inputs.window,
      concurrency: inputs.concurrency,
      checkTimeout: checkMs,
    },
    context.clock,
    context.signal,
    eventsOf(inputs, read.checks.length, context),
  );
  const checks = await explainFailures(
    found.checks,
    topology,
    (signal) => probe.state(signal),
    context.signal,
  );
  const result = { ...found, checks, evidence: evidenceOf(checks, read, documents, context) };
  const folder = await publish(inputs, topology?.name, result, context);
  if (topology !== undefined && inputs.evidence !== 'live') {
    // The evidence shows the state that was judged, not one that is read after it.
    const { resources } = judged ?? (await probe.state(context.signal));
    const files = await writeNetwork(folder, topology, resources, prediction?.before);
    context.uploadSummary(files.markdown);
    if (files.turns !== undefined) {
      const { allowed, denied } = files.turns;
      context.log.info(`${allowed} ways newly allowed, ${denied} newly denied; ${files.markdown}`);
    }
  }
  conclude(inputs, result, context);
}

async function probeOf(
  inputs: Inputs,
  topology: Topology | undefined,
  { context: { estate } }: GateChecks,
  context: TaskContext,
  pinned: readonly Resource[],
  certificate: ClientCertificate | undefined,
): Promise<Probe> {
  const client = (connection: ServiceConnection | undefined) =>
    connection === undefined ? undefined : createArmClient(connection, context);
  const stamp = client(inputs.azureSubscription);
  return liveProbe({
    estate,
    resolver: resolverFor({
      loopback: topology?.loopback ?? false,
      resolvers: estate.resolvers,
    }),
    state: networkState(
      { stamp, hub: client(inputs.hubConnection) ?? stamp },
      sourcesOf(topology),
      pinned,
    ),
    dialled: (port) => (topology === undefined ? port : dialledPort(topology, port)),
    probeTimeout: probeMs,
    trust: await systemTrust(context.agent.environment),
    ...(certificate === undefined ? {} : { client: certificate }),
  });
}

/** The networks whose state is read: all that the topology declares, so that flows between them are seen whole. */
function sourcesOf(topology: Topology | undefined): NetworkSource[] {
  if (topology === undefined) return [];
  const { hub } = topology;
  const groupOf = ({ subscription, resourceGroup }: Pick<Hub, 'subscription' | 'resourceGroup'>) =>
    `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
  // A zone left in the hub's own group may hide one in the group for zones.
  const zones = [...new Set([groupOf(hub.dns), groupOf(hub)])];
  return membersOf(topology).map(({ kind, part }) => ({
    // The platform's connection reads operations, too.
    owner: kind === 'stamp' ? 'stamp' : 'hub',
    network: part.network.id,
    ...(kind === 'hub' ? { zones } : {}),
  }));
}

/** What makes the verdict one that can be checked later. No secret and no body of an answer is in it. */
function evidenceOf(
  checks: readonly CheckResult[],
  { context: { estate } }: GateChecks,
  documents: Readonly<Record<string, string>>,
  { agent }: TaskContext,
): Evidence {
  const { Major, Minor, Patch } = manifest.version;
  return {
    task: `${manifest.name}@${Major}.${Minor}.${Patch}`,
    node: process.versions.node,
    agent: agent.name ?? '',
    networks: [...estate.networks],
    resolvers: [...estate.resolvers],
    documents: byName(documents),
    checksHash: createHash('sha256').update(JSON.stringify(checks)).digest('hex'),
  };
}

/** By file name; those of one name, such as an overlay beside the topology of its name, by their paths. */
function byName(documents: Readonly<Record<string, string>>): Record<string, string> {
  const files = Object.keys(documents);
  const isShared = (file: string) =>
    files.filter((one) => basename(one) === basename(file)).length > 1;
  return Object.fromEntries(
    Object.entries(documents).map(([file, hash]) => [isShared(file) ? file : basename(file), hash]),
  );
}

function eventsOf(inputs: Inputs, checks: number, { log }: TaskContext) {
  log.info(
    `${checks === 1 ? '1 check' : `${checks} checks`}, at most ${inputs.concurrency} at once`,
  );
  return {
    changed: (result: CheckResult, before: CheckResult | undefined) => {
      const was = before === undefined ? '' : ` (was ${before.status} ${before.code})`;
      log.info(`${result.status.toUpperCase().padEnd(7)} ${line(result)}${was}`);
    },
    waiting: (state: {
      round: number;
      holding: readonly CheckResult[];
      stableFor: number | undefined;
      elapsed: number;
    }) => {
      const ids = state.holding.map((result) => result.id);
      const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
      const what =
        state.stableFor === undefined
          ? `waiting for ${ids.slice(0, 5).join(', ')}${more}`
          : `all passed for ${seconds(state.stableFor)} of ${inputs.minimumSuccessDuration} s`;
      const percent = Math.min(99, (state.elapsed / Math.max(1, inputs.timeout * 1000)) * 100);
      log.info(`Round ${state.round}, ${seconds(state.elapsed)} of ${inputs.timeout} s: ${what}`);
      log.progress(Math.floor(percent), what);
    },
  };
}

function line(result: CheckResult): string {
  const what = `${result.id} [${result.kind} ${result.target}]`;
  if (result.status === 'pass') return `${what}: ${result.observed}`;
  const hint = result.hint === undefined ? '' : ` ${result.hint}`;
  return `${what} ${result.code}: expected ${result.expected}; observed ${result.observed}.${hint}`;
}

async function publish(
  inputs: Inputs,
  name: string | undefined,
  result: GateResult,
  context: TaskContext,
): Promise<string> {
  const { agent } = context;
  // A folder of its own: the agent uploads later, and a second gate of the job must not write over
  // it.
  const folder =
    inputs.resultsFolder ?? (await mkdtemp(join(agent.tempDirectory, 'spokeline-gate-')));
  const scope = [name, inputs.stamp === 'all' ? 'all stamps' : inputs.stamp].filter(
    (part) => part !== undefined,
  );
  const title = `Network gate: ${scope.join(', ')}`;
  const files = await writeResults(folder, result, scope.join(', '));
  context.addAttachment('spokeline.gate', 'gate', files.json);
  context.uploadSummary(files.markdown);
  context.publishTestResults(files.junit, title);
  const { passed, failed, unknown, tolerated } = countsOf(result);
  context.setOutput('verdict', result.verdict);
  context.setOutput('passed', String(passed));
  context.setOutput('failed', String(failed));
  context.setOutput('unknown', String(unknown));
  context.setOutput('tolerated', String(tolerated));
  context.setOutput('report', files.json);
  const more = tolerated === 0 ? '' : `, ${tolerated} tolerated`;
  context.log.info(`${passed} passed, ${failed} failed, ${unknown} unknown${more}; ${files.json}`);
  return folder;
}

function conclude(
  { onUnknown, ...inputs }: Inputs,
  result: GateResult,
  context: TaskContext,
): void {
  if (result.reason === 'unstable') {
    throw new SpokelineError(
      'GATE_FAILED',
      `All checks pass, but not for ${inputs.minimumSuccessDuration} s ` +
        `before the timeout of ${inputs.timeout} s`,
      {
        hint: 'Something comes and goes: the log shows which checks changed. Or raise the timeout.',
      },
    );
  }
  const holding = result.checks.filter((check) => holds(check, onUnknown));
  const { failed, unknown, passed } = countsOf(result);
  const off = result.checks.filter(({ status }) => status === 'fail' || status === 'unknown');
  for (const check of off.filter((one) => !holding.includes(one))) {
    const tolerance = toleranceOf(check);
    const why = tolerance === undefined ? '' : ` (${tolerance})`;
    context.issue('warning', `${line(check)}${why}`, { code: check.code });
  }
  if (holding.length === 0) return;
  const details: ErrorDetail[] = holding.map((check) => ({
    message: line(check),
    code: check.code,
    target: check.id,
  }));
  const code = failed > 0 ? 'GATE_FAILED' : 'GATE_UNKNOWN';
  throw new SpokelineError(
    code,
    `The gate holds the release: ${failed} failed, ${unknown} unknown, ${passed} passed`,
    { details },
  );
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
