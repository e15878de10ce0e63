import { fanOut, type Ending } from '../../lib/deploy/fan-out.ts';
import { outputsFile } from '../../lib/deploy/outputs.ts';
import { SpokelineError, type ErrorCode, type ErrorDetail } from '../../lib/errors.ts';
import { parseExact, writeExact } from '../../lib/net/exact-json.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { keepOutputs } from './write-result.ts';

/** What is done to one stamp, or to the one place of a run without stamps. */
export interface Unit {
  /** Name of the stamp. */
  readonly name: string;
  run(context: TaskContext): Promise<void>;
}

/** Outputs of one stamp, those of its template apart. */
interface Collected {
  readonly facts: Record<string, string>;
  outputs: unknown;
}

/**
 * Runs units side by side. Each line of the log begins with the unit's name, and each output is set under it:
 * `output.<unit>.<name>`; `outputs` and `stamps` hold all of them as JSON. One that fails does not stop or hide
 * the others; the error that is thrown at the end lists the causes of all.
 */
export async function runStamps(
  units: readonly Unit[],
  concurrency: number,
  context: TaskContext,
): Promise<void> {
  const { log, signal } = context;
  const percents = new Map(units.map(({ name }) => [name, 0]));
  const collected = new Map<string, Collected>(
    units.map(({ name }) => [name, { facts: {}, outputs: {} }]),
  );
  const progress = (name: string, percent: number, text: string) => {
    percents.set(name, percent);
    const sum = [...percents.values()].reduce((a, b) => a + b, 0);
    log.progress(sum / units.length, `${name}: ${text}`);
  };
  const endings = await fanOut(units, concurrency, signal, async ({ name, run }) => {
    const into = collected.get(name) ?? { facts: {}, outputs: {} };
    const own = contextOf(name, context, into, (percent, text) => progress(name, percent, text));
    try {
      await run(own);
      progress(name, 100, 'done');
    } catch (error) {
      own.log.error(summary(error));
      throw error;
    }
  });
  const entries = endings.map((ending) => {
    const { facts } = collected.get(ending.item.name) ?? { facts: {} };
    return [ending.item.name, { state: ending.state, ...facts }] as const;
  });
  const outputs = [...collected].map(([name, { outputs: own }]) => [name, own] as const);
  context.setOutput('stamps', JSON.stringify(Object.fromEntries(entries)));
  // What a condition of the pipeline asks for; all else of a stamp is in `stamps`.
  const changes = [...collected.values()].flatMap(({ facts }) => facts['hasChanges'] ?? []);
  if (changes.length > 0) context.setOutput('hasChanges', String(changes.includes('true')));
  const document = writeExact(Object.fromEntries(outputs));
  context.setOutput('outputs', document, { whole: outputsFile });
  await keepOutputs('spokeline-stamps', document, context);
  for (const { item, state } of endings) log.info(`${item.name}: ${state}`);
  const failure = failureOf(endings, signal);
  if (failure !== undefined) throw failure;
}

function contextOf(
  name: string,
  context: TaskContext,
  into: Collected,
  progress: (percent: number, text: string) => void,
): TaskContext {
  const { log } = context;
  // Text of others may have several lines; each says whose it is.
  const mark = (text: string) => text.replace(/^/gm, `[${name}] `);
  return {
    ...context,
    log: {
      info: (text) => log.info(mark(text)),
      warning: (text) => log.warning(mark(text)),
      error: (text) => log.error(mark(text)),
      debug: (text) => log.debug(mark(text)),
      progress,
    },
    setOutput(key, value, options) {
      if (key === 'outputs') into.outputs = parseExact(value);
      else if (key.startsWith('output.')) {
        context.setOutput(`output.${name}.${key.slice('output.'.length)}`, value, options);
      } else into.facts[key] = value;
    },
    issue: (severity, message, at) => context.issue(severity, `${name}: ${message}`, at),
  };
}

function summary(error: unknown): string {
  if (error instanceof SpokelineError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

/** One error for all that failed; undefined when none did. */
function failureOf(
  endings: readonly Ending<Unit>[],
  signal: AbortSignal,
): SpokelineError | undefined {
  const failed = endings.flatMap((ending) => (ending.state === 'failed' ? [ending] : []));
  const skipped = endings.filter((ending) => ending.state === 'skipped');
  if (failed.length === 0 && skipped.length === 0) return undefined;
  const details = [
    ...failed.flatMap(({ item, error }) => detailsOf(item.name, error)),
    ...skipped.map(({ item }) => ({ message: `${item.name}: was not begun`, target: item.name })),
  ];
  const errors = failed.map(({ error }) => error).filter((e) => e instanceof SpokelineError);
  const hints = [...new Set(errors.map(({ hint }) => hint).filter((h) => h !== undefined))];
  const ids = errors.map(({ correlationId }) => correlationId).filter((id) => id !== undefined);
  const names = [...failed, ...skipped].map(({ item }) => item.name).join(', ');
  const what = `${failed.length + skipped.length} of ${endings.length} stamps`;
  const [message, code] = signal.aborted
    ? [`The run was cancelled with ${what} unfinished: ${names}.`, 'CANCELLED' as const]
    : [`${what} failed: ${names}.`, codeOf(failed.map(({ error }) => error))];
  const bug = failed.find(({ error }) => !(error instanceof SpokelineError));
  return new SpokelineError(code, message, {
    details,
    ...(hints.length === 0 ? {} : { hint: hints.join('\n') }),
    ...(ids.length === 0 ? {} : { correlationId: ids.join(', ') }),
    cause: (bug ?? failed[0])?.error,
  });
}

/** The code of all, or that of the task for several; a fault of the task itself is the one to report. */
function codeOf(errors: readonly unknown[]): ErrorCode {
  const codes = new Set(errors.map((e) => (e instanceof SpokelineError ? e.code : 'INTERNAL')));
  if (codes.has('INTERNAL')) return 'INTERNAL';
  const [code = 'ARM_DEPLOYMENT', ...others] = codes;
  return others.length === 0 ? code : 'ARM_DEPLOYMENT';
}

function detailsOf(name: string, error: unknown): ErrorDetail[] {
  const known = error instanceof SpokelineError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const own = { message, target: name, ...(known === undefined ? {} : { code: known.code }) };
  const details = known?.details ?? [];
  // What was left in Azure is only half of the story without what became of the deployment.
  const told = details.length === 0 || known?.code === 'CANCELLED' || known?.code === 'TIMEOUT';
  return [...(told ? [own] : []), ...details].map((detail) => ({
    ...detail,
    message: `${name}: ${detail.message}`,
  }));
}
