import { SpokelineError } from '../errors.ts';
import { systemClock } from '../net/clock.ts';
import { onAgentLoss } from './agent-loss.ts';
import type { AgentPort } from './agent-port.ts';
import type { TaskContext } from './context.ts';
import { readInputs, type InputSpec } from './input-spec.ts';
import { reportFailure, reportable } from './outcome.ts';
import { proxyEnvironment } from './proxy.ts';
import { createPrinter } from './printer.ts';
import { createRedactor } from './redactor.ts';
import { createTaskContext } from './task-context.ts';
import { taskLibPort } from './task-lib.ts';

/** The agent sends SIGTERM 7.5 s after SIGINT; by then the result has to be out. */
const hardStopMs = 7_000;
/** How long the end of the process waits for a slow reader of standard output. */
const flushMs = 2_000;

/** The job token and client secrets are in the agent's masker already; our own output hides them as well. */
function secretsOf(inputs: unknown): string[] {
  if (typeof inputs !== 'object' || inputs === null) return [];
  return Object.values(inputs).flatMap((value: unknown) => {
    if (typeof value !== 'object' || value === null) return [];
    const { secret, certificate, federation } = value as Record<string, unknown>;
    const token = (federation as { accessToken?: unknown } | undefined)?.accessToken;
    return [secret, certificate, token].filter((item) => typeof item === 'string');
  });
}

/**
 * Runs a task: reads and checks all inputs, runs it, reports its result exactly once, and ends the process.
 * The only place where errors end. The exit code is always 0, for the agent turns any other into a failure of
 * its own; the result goes by `##vso[task.complete]`, with `done` so that open sockets hold nothing up.
 */
export function runTask<I>(
  inputs: InputSpec<I>,
  run: (inputs: I, context: TaskContext) => Promise<void>,
): void {
  const redactor = createRedactor();
  const printer = createPrinter((line) => process.stdout.write(`${line}\n`), redactor);
  const controller = new AbortController();
  let completed = false;

  const complete = (result: 'Succeeded' | 'Failed', message: string) => {
    printer.command('task.complete', { result, done: 'true' }, message);
    const end = () => process.exit(0);
    setTimeout(end, flushMs).unref();
    process.stdout.write('', end);
  };
  const fail = (thrown: unknown) => {
    if (completed) return;
    completed = true;
    let summary = 'INTERNAL: the failure could not be printed.';
    try {
      summary = reportFailure(printer, reportable(thrown, controller.signal.aborted));
    } finally {
      complete('Failed', summary);
    }
  };
  const succeed = () => {
    if (controller.signal.aborted) {
      fail(new SpokelineError('CANCELLED', 'The run was cancelled.'));
    } else if (!completed) {
      completed = true;
      complete('Succeeded', '');
    }
  };

  let cancelledBy: string | undefined;
  const cancel = (signalName: string) => {
    // A terminal and the program above us may both pass the same signal on; only a stronger one hurries.
    if (cancelledBy === signalName) return;
    if (cancelledBy !== undefined) {
      fail(
        new SpokelineError(
          'CANCELLED',
          'The run was cancelled, and the task was told to stop twice.',
        ),
      );
      return;
    }
    cancelledBy = signalName;
    printer.info(`Cancelled (${signalName}): stopping.`);
    setTimeout(() => {
      fail(
        new SpokelineError(
          'CANCELLED',
          `The run was cancelled, and the task did not stop within ${hardStopMs / 1000} s.`,
          {
            hint: 'What it had begun in Azure may go on; see the log above for what it was doing.',
          },
        ),
      );
    }, hardStopMs).unref();
    controller.abort(new SpokelineError('CANCELLED', 'The run was cancelled.'));
  };
  process.on('SIGINT', () => cancel('SIGINT'));
  process.on('SIGTERM', () => cancel('SIGTERM'));
  // What the agent sends on Windows in the place of SIGTERM.
  process.on('SIGBREAK', () => cancel('SIGBREAK'));
  // A closed terminal, of an agent that runs in one.
  process.on('SIGHUP', () => cancel('SIGHUP'));
  // task-lib's own handlers report a failure of their own, beside ours.
  process.removeAllListeners('uncaughtException').on('uncaughtException', fail);
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', fail);
  // Nothing can be reported any more, but what was begun in Azure is ended as for any run that is cancelled.
  onAgentLoss(() => {
    if (completed) process.exit(0);
    if (cancelledBy === undefined) cancel('the agent is gone');
  });
  // A promise that never settles lets Node end with exit code 0, which the agent takes for success.
  process.on('beforeExit', () => fail(new Error('the task stopped without a result')));
  process.on('exit', () => {
    if (!completed) {
      completed = true;
      printer.command(
        'task.complete',
        { result: 'Failed', done: 'true' },
        'INTERNAL: the process was ended inside the task.',
      );
    }
    process.exitCode = 0;
  });

  const start = async (port: AgentPort) => {
    Object.assign(process.env, proxyEnvironment(port, process.env));
    const context = createTaskContext(port, printer, redactor, controller.signal, systemClock);
    const given = readInputs(inputs, port);
    for (const secret of secretsOf(given)) context.mask(secret);
    await run(given, context);
  };
  Promise.resolve()
    .then(() => start(taskLibPort()))
    .then(succeed, fail);
}
