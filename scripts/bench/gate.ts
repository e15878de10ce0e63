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
import { atMost, type Measurement } from './row.ts';
import { reachability } from './reach.ts';
import { startServer } from './server-process.ts';

/** Some that do not answer among many that do. */
interface Crowd {
  readonly open: number;
  readonly silent: number;
  /** For one connection, of all who probe. */
  readonly deadlineMs: number;
}

const small: Crowd = { open: 190, silent: 10, deadlineMs: 1000 };
/** What one gate has to bear: 5 % dropped, at the task's own limit for a connection. */
const large: Crowd = { open: 950, silent: 50, deadlineMs: 5000 };
/** The task's own default; whoever asks blackbox_exporter has as many questions open. */
const concurrency = 64;
const networks = ['127.112.0.0/16'];
const exporter = 'blackbox_exporter';

type Who = 'gate' | 'blackbox' | 'sequential';

/** Probes a list of targets. @returns how many accepted */
type Prober = (targets: readonly Target[]) => Promise<number>;

/** Connects to many targets, some of which never answer: the gate's runner against others. */
export async function gate(bench: Bench): Promise<Outcome> {
  const program = await findProgram('prometheus-blackbox-exporter', exporter);
  const first = await withCrowd(bench, program, small, async (targets, probers) => {
    const title = titleOf(small);
    const some = await measure(bench, title, 3, probers, spread(targets), small.open);
    const answering = `${small.open} targets, all answer`;
    const none = await measure(bench, answering, 11, probers, targets.open, small.open);
    return [...rowsOf(title, 's', some), ...rowsOf(answering, 'ms', none)];
  });
  const second = await withCrowd(
    bench,
    program,
    large,
    async (targets, { gate: ours, blackbox }) => {
      const title = titleOf(large);
      // One connection after the other would take minutes to say what the smaller crowd says.
      const probers = { gate: ours, blackbox };
      const [row] = rowsOf(
        title,
        's',
        await measure(bench, title, 1, probers, spread(targets), large.open),
      );
      return row === undefined ? [] : [{ ...row, goal: atMost('ours', 6) }];
    },
  );
  return {
    measurements: [...first, ...second, ...(await reachability(bench))],
    notes: [
      `gate: the gate and the client of ${exporter} have ${concurrency} targets in hand at a time; ` +
        'sequential is one connection after the other. Each run is checked for its verdicts.',
    ],
  };
}

function titleOf({ open, silent, deadlineMs }: Crowd): string {
  return `${open + silent} targets, ${silent} dropped at ${deadlineMs / 1000} s`;
}

async function withCrowd(
  bench: Bench,
  program: string | undefined,
  crowd: Crowd,
  run: (targets: Targets, probers: Partial<Record<Who, Prober>>) => Promise<Measurement[]>,
): Promise<Measurement[]> {
  const file = join('scripts', 'bench', 'gate-targets.ts');
  const { open, silent, deadlineMs } = crowd;
  const server = await startServer<Targets, never>(file, String(open), String(silent));
  let blackbox: Blackbox | undefined;
  try {
    blackbox = program === undefined ? undefined : await startBlackbox(bench, program, deadlineMs);
    return await run(server.ready, probersOf(bench, blackbox, deadlineMs));
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
  deadlineMs: number,
): Partial<Record<Who, Prober>> {
  return {
    gate: (targets) => probeByGate(targets, deadlineMs, signal),
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
async function probeByGate(
  targets: readonly Target[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<number> {
  const estate = estateOf(networks);
  const lines = targets.map(
    ({ address, port }, index) => `- { id: t${index}, kind: tcp, host: ${address}, port: ${port} }`,
  );
  const checks = readGates('gates.yml', `checks:\n${lines.join('\n')}\n`, { estate, stamps: [] });
  const noName = () => Promise.reject(new Error('the targets are addresses'));
  const probe = liveProbe({
    estate,
    resolver: { resolve: noName, witnesses: noName },
    state: { peering: () => Promise.resolve({ state: 'no-connection' }), state: noName },
    dialled: (port) => port,
    probeTimeout: deadlineMs,
  });
  const options = {
    delay: 0,
    interval: 1,
    minimumSuccessDuration: 0,
    timeout: 0,
    onUnknown: 'fail' as const,
    passes: 1,
    window: 1,
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
