import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createArmClient } from '../../lib/azure/arm-client.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { networkState } from '../../lib/azure/network-state.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { ErrorDetail } from '../../lib/errors.ts';
import { readGates } from '../../lib/gate/document.ts';
import type { GateCheck } from '../../lib/gate/document.ts';
import { estateOf, estateOfTopology } from '../../lib/gate/estate.ts';
import type { Estate } from '../../lib/gate/estate.ts';
import { liveProbe } from '../../lib/gate/live-probe.ts';
import type { Probe } from '../../lib/gate/probe.ts';
import { countsOf } from '../../lib/gate/result.ts';
import type { CheckResult, GateResult } from '../../lib/gate/result.ts';
import { holds, runGate } from '../../lib/gate/run.ts';
import { writeResults } from '../../lib/gate/write-results.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { resolverFor } from '../../lib/net/resolve.ts';
import { dialledPort, selectStamps } from '../../lib/topology/model.ts';
import type { Topology } from '../../lib/topology/model.ts';
import { readTopology } from '../../lib/topology/read.ts';
import type { Inputs } from './inputs.ts';

/** For one connection: Azure drops without a word, so this is what a closed way costs. */
const probeMs = 5_000;
/** For one check in one round: two lookups, target and control. */
const checkMs = 30_000;

/** Runs the gate; sets verdict, passed, failed, unknown and report. */
export async function run(inputs: Inputs, context: TaskContext): Promise<void> {
  const topology =
    inputs.topology === undefined
      ? undefined
      : await readTopology(inputs.topology, inputs.overlays);
  const estate = topology === undefined ? estateOf(inputs.networks) : estateOfTopology(topology);
  const checks = await readChecks(inputs, topology, estate);
  const result = await runGate(
    checks,
    probeOf(inputs, topology, estate, context),
    {
      delay: inputs.delay * 1000,
      interval: inputs.interval * 1000,
      minimumSuccessDuration: inputs.minimumSuccessDuration * 1000,
      timeout: inputs.timeout * 1000,
      onUnknown: inputs.onUnknown,
      concurrency: inputs.concurrency,
      checkTimeout: checkMs,
    },
    context.clock,
    context.signal,
    eventsOf(inputs, checks.length, context),
  );
  await publish(inputs, topology?.name, result, context);
  conclude(inputs, result, context);
}

async function readChecks(
  inputs: Inputs,
  topology: Topology | undefined,
  estate: Estate,
): Promise<GateCheck[]> {
  const file = inputs.gates ?? topology?.gates;
  if (file === undefined) {
    throw new SpokelineError('INPUT_INVALID', 'The topology names no gates document', {
      hint: 'Set the input gates, or gates: in the topology.',
      details: [{ target: 'gates', message: 'Input "gates" is needed: the topology has no gates' }],
    });
  }
  const stamps = topology === undefined ? [] : selectStamps(topology, inputs.stamp);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('GATES_INVALID', `${file} cannot be read: ${reason}`, {
      cause: error,
    });
  }
  return readGates(file, text, { estate, stamps, ...(topology === undefined ? {} : { topology }) });
}

function probeOf(
  inputs: Inputs,
  topology: Topology | undefined,
  estate: Estate,
  context: TaskContext,
): Probe {
  const client = (connection: ServiceConnection | undefined) =>
    connection === undefined ? undefined : createArmClient(connection, context);
  const stamp = client(inputs.azureSubscription);
  return liveProbe({
    estate,
    resolver: resolverFor({
      loopback: topology?.loopback ?? false,
      resolvers: topology?.hub.dns.resolvers ?? inputs.resolvers,
    }),
    state: networkState({ stamp, hub: client(inputs.hubConnection) ?? stamp }),
    dialled: (port) => (topology === undefined ? port : dialledPort(topology, port)),
    probeTimeout: probeMs,
  });
}

function eventsOf(inputs: Inputs, checks: number, { log }: TaskContext) {
  log.info(`${checks} checks, at most ${inputs.concurrency} at once`);
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
): Promise<void> {
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
  const { passed, failed, unknown } = countsOf(result);
  context.setOutput('verdict', result.verdict);
  context.setOutput('passed', String(passed));
  context.setOutput('failed', String(failed));
  context.setOutput('unknown', String(unknown));
  context.setOutput('report', files.json);
  context.log.info(`${passed} passed, ${failed} failed, ${unknown} unknown; ${files.json}`);
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
  if (holding.length === 0) {
    for (const check of result.checks.filter((one) => one.status === 'unknown')) {
      context.issue('warning', line(check), { code: check.code });
    }
    return;
  }
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
