import { join } from 'node:path';
import { readGates } from '../../tasks/lib/gate/document.ts';
import { estateOf } from '../../tasks/lib/gate/estate.ts';
import { liveProbe } from '../../tasks/lib/gate/live-probe.ts';
import { runGate } from '../../tasks/lib/gate/run.ts';
import { systemClock } from '../../tasks/lib/net/clock.ts';
import { connectTcp } from '../../tasks/lib/net/connect.ts';
import { startBlackbox } from './blackbox.ts';
import type { Blackbox } from './blackbox.ts';
import type { Target, Targets } from './gate-targets.ts';
import { findProgram, interleaved, secondsOf } from './measure.ts';
import type { Bench, Outcome, Subject } from './measure.ts';
import type { Measurement } from './row.ts';
import { startServer } from './server-process.ts';

const open = 190;
const silent = 10;
/** For one connection, of all who probe. */
const deadlineMs = 1000;
/** The task's own default; whoever asks blackbox_exporter has as many questions open. */
const concurrency = 16;
const networks = ['127.112.0.0/16'];
const exporter = 'blackbox_exporter';

type Who = 'gate' | 'blackbox' | 'sequential';

/** Probes a list of targets. @returns how many accepted */
type Prober = (targets: readonly Target[]) => Promise<number>;

/** Connects to many targets, some of which never answer: the gate's runner against others. */
export async function gate(bench: Bench): Promise<Outcome> {
  const file = join('scripts', 'bench', 'gate-targets.ts');
  const server = await startServer<Targets, never>(file, String(open), String(silent));
  let blackbox: Blackbox | undefined;
  try {
    const program = await findProgram('prometheus-blackbox-exporter', exporter);
    blackbox = program === undefined ? undefined : await startBlackbox(bench, program, deadlineMs);
    const { ready: targets } = server;
    const probers = probersOf(bench, blackbox);
    const all = spread(targets);
    const title = `${all.length} targets, ${silent} dropped at ${deadlineMs / 1000} s`;
    const some = await measure(bench, title, 3, probers, all, open);
    const answering = `${open} targets, all answer`;
    const none = await measure(bench, answering, 11, probers, targets.open, open);
    return {
      measurements: [...rowsOf(title, 's', some), ...rowsOf(answering, 'ms', none)],
      notes: [
        `gate: the gate and the client of ${exporter} have ${concurrency} targets in hand at a time; ` +
          'sequential is one connection after the other. Each run is checked for its verdicts.',
      ],
    };
  } finally {
    await blackbox?.stop();
    await server.stop();
  }
}

/** Those that do not answer stand between the others, as they would in a real list. */
function spread({ open: answering, silent: dropped }: Targets): Target[] {
  const every = Math.ceil(answering.length / dropped.length);
  return answering.flatMap((target, index) => {
    const quiet = index % every === 0 ? dropped[index / every] : undefined;
    return quiet === undefined ? [target] : [quiet, target];
  });
}

function probersOf(
  { signal }: Bench,
  blackbox: Blackbox | undefined,
): Partial<Record<Who, Prober>> {
  return {
    gate: (targets) => probeByGate(targets, signal),
    ...(blackbox === undefined
      ? {}
      : { blackbox: (targets) => atOnce(targets, (target) => blackbox.probe(target)) }),
    sequential: async (targets) => {
      let connected = 0;
      for (const target of targets) {
        const seen = await connectTcp({ ...target, timeoutMs: deadlineMs, signal });
        if (seen.class === 'connected') connected += 1;
      }
      return connected;
    },
  };
}

/** One round of the gate, from the text of its document on. */
async function probeByGate(targets: readonly Target[], signal: AbortSignal): Promise<number> {
  const estate = estateOf(networks);
  const lines = targets.map(
    ({ address, port }, index) => `- { id: t${index}, kind: tcp, host: ${address}, port: ${port} }`,
  );
  const checks = readGates('gates.yml', `checks:\n${lines.join('\n')}\n`, { estate, stamps: [] });
  const noName = () => Promise.reject(new Error('the targets are addresses'));
  const probe = liveProbe({
    estate,
    resolver: { resolve: noName, witnesses: noName },
    state: { peering: () => Promise.resolve({ state: 'no-connection' }) },
    dialled: (port) => port,
    probeTimeout: deadlineMs,
  });
  const options = {
    delay: 0,
    interval: 1,
    minimumSuccessDuration: 0,
    timeout: 0,
    onUnknown: 'fail' as const,
    concurrency,
    checkTimeout: deadlineMs * 10,
  };
  const result = await runGate(checks, probe, options, systemClock, signal);
  const odd = result.checks.find(({ code }) => code !== 'OK' && code !== 'TCP_TIMEOUT');
  if (odd !== undefined) throw new Error(`${odd.target}: ${odd.code} ${odd.observed}`);
  return result.checks.filter(({ status }) => status === 'pass').length;
}

async function atOnce(
  targets: readonly Target[],
  probe: (target: Target) => Promise<boolean>,
): Promise<number> {
  const rest = [...targets];
  let connected = 0;
  const worker = async (): Promise<void> => {
    for (let target = rest.shift(); target !== undefined; target = rest.shift()) {
      if (await probe(target)) connected += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return connected;
}

function measure(
  bench: Bench,
  title: string,
  rounds: number,
  probers: Partial<Record<Who, Prober>>,
  targets: readonly Target[],
  expected: number,
): Promise<Partial<Record<Who, number>>> {
  const subjects: Partial<Record<Who, Subject>> = {};
  for (const [who, prober] of Object.entries(probers) as [Who, Prober][]) {
    subjects[who] = async () => {
      let connected = 0;
      const seconds = await secondsOf(async () => (connected = await prober(targets)));
      if (connected !== expected) throw new Error(`${who} saw ${connected} of ${expected} accept`);
      return seconds;
    };
  }
  return interleaved<Who>(bench, title, rounds, subjects);
}

function rowsOf(
  title: string,
  unit: 's' | 'ms',
  times: Partial<Record<Who, number>>,
): Measurement[] {
  const inUnit = (seconds: number | undefined): number | undefined =>
    seconds === undefined || unit === 's' ? seconds : seconds * 1000;
  const ours = inUnit(times.gate);
  return [
    { name: title, unit, ours, peer: inUnit(times.blackbox), peerName: exporter },
    { name: title, unit, ours, peer: inUnit(times.sequential), peerName: 'sequential' },
  ];
}
