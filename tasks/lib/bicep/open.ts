import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Bicep, type CompileResponseDiagnostic } from 'bicep-node';
import { SpokelineError } from '../errors.ts';
import type { BicepCompiler, Diagnostic } from './compiler.ts';
import { bicepEnvironment, captureSpawn } from './spawn.ts';

export interface OpenOptions {
  readonly path: string;
  /** The agent's environment; only an allow-listed part of it is passed on. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further variables for `readEnvironmentVariable()`, which the user named. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Ends the CLI when it aborts. */
  readonly signal: AbortSignal;
  /** Milliseconds until it has to be ready; default 60 s, for its first start on a slow agent. */
  readonly startWithin?: number;
}

/** How long a CLI may take to end by itself before it is killed. */
const endWithin = 2_000;

/**
 * Starts a Bicep CLI and connects to it. Throws BICEP_FAILED when it cannot be started, breaks off or is too
 * old, and the signal's reason when the run is cancelled.
 */
export async function openBicep(options: OpenOptions): Promise<BicepCompiler> {
  const { path, environment, variables, signal, startWithin = 60_000 } = options;
  signal.throwIfAborted();
  const passed = { ...bicepEnvironment(environment), ...variables };
  const { result: connecting, child } = captureSpawn(passed, () => Bicep.initialize(path));
  const ended = child === undefined ? undefined : watch(child, path);
  const stop = () => child?.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });

  /** Whatever ends first: the call, the process, or the run. */
  async function race<T>(call: Promise<T>, ...more: Promise<never>[]): Promise<T> {
    call.catch(() => undefined);
    try {
      if (ended !== undefined) more.push(ended.failure);
      return await Promise.race([call, ...more]);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SpokelineError) throw error;
      // When the process ends, bicep-node rejects with nothing or with a lost connection; how it ended and
      // what it said last explains more, and is known a moment later. Unless bicep-node itself has ended it
      // for what it then says, such as a version that is too old.
      await new Promise((resolve) => setImmediate(resolve));
      if (ended?.over() && child?.killed !== true) await ended.failure;
      throw broken(path, error, ended?.stderr() ?? '');
    }
  }

  // bicep-node waits for ever for a program that is no Bicep CLI.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const text = `it was not ready within ${startWithin / 1000} s`;
    timer = setTimeout(() => reject(broken(path, text, ended?.stderr() ?? '')), startWithin);
  });
  let bicep: Bicep;
  try {
    bicep = await race(connecting, late);
  } catch (error) {
    signal.removeEventListener('abort', stop);
    child?.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }

  let disposal: Promise<void> | undefined;
  return {
    path,
    version: () => race(bicep.version()),
    async compile(file) {
      const { success, contents, diagnostics } = await race(bicep.compile({ path: file }));
      return {
        template: success ? contents : undefined,
        diagnostics: diagnostics.map(readDiagnostic),
      };
    },
    async compileParams(file, overrides) {
      const request = { path: file, parameterOverrides: { ...overrides } };
      const { success, parameters, template, templateSpecId, diagnostics } = await race(
        bicep.compileParams(request),
      );
      // The CLI writes null for what there is not.
      return {
        parameters: success ? (parameters ?? undefined) : undefined,
        template: success ? (template ?? undefined) : undefined,
        templateSpecId: templateSpecId ?? undefined,
        diagnostics: diagnostics.map(readDiagnostic),
      };
    },
    async metadata(file) {
      const { parameters, outputs } = await race(bicep.getMetadata({ path: file }));
      const short = ({ name, type }: { name: string; type?: { name: string } }) => ({
        name,
        type: type?.name,
      });
      return { parameters: parameters.map(short), outputs: outputs.map(short) };
    },
    async snapshot(file, place) {
      try {
        const answer = await race(bicep.getSnapshot({ path: file, metadata: { ...place } }));
        return answer.snapshot;
      } catch (error) {
        if (isUnknownMethod(error)) return undefined;
        throw error;
      }
    },
    dispose() {
      disposal ??= (async () => {
        signal.removeEventListener('abort', stop);
        bicep.dispose();
        await ended?.gone(endWithin);
      })();
      return disposal;
    },
  };
}

function readDiagnostic(given: CompileResponseDiagnostic): Diagnostic {
  const { source, range, level, code, message } = given;
  return {
    file: source.startsWith('file:') ? fileURLToPath(source) : source,
    line: range.start.line + 1,
    column: range.start.char + 1,
    level: level === 'Error' ? 'error' : level === 'Warning' ? 'warning' : 'info',
    code,
    message,
  };
}

/** bicep-node looks at the version before it asks; a CLI in between may not know the method all the same. */
function isUnknownMethod(error: unknown): boolean {
  const cause = error instanceof SpokelineError ? error.cause : undefined;
  if (!(cause instanceof Error)) return false;
  const { code } = cause as { code?: unknown };
  return code === -32601 || /^Bicep CLI version \S+ or later is required/.test(cause.message);
}

interface Watch {
  /** Rejects when the process ends or cannot start; never resolves. */
  readonly failure: Promise<never>;
  over(): boolean;
  stderr(): string;
  /** Waits for the end, killing the process after `ms`. */
  gone(ms: number): Promise<void>;
}

function watch(child: ChildProcess, path: string): Watch {
  // bicep-node answers the end of the process, also the wanted one, by running `<path> --version`
  // synchronously and with the whole environment. That is its first listener; the second closes the pipe.
  const [rerun] = child.listeners('exit');
  if (rerun !== undefined) child.removeListener('exit', rerun as () => void);
  let ended = false;
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-4_000);
  });
  // Nobody reads the CLI's standard output; a full pipe would stop it.
  child.stdout?.resume();
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  const failure = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) => reject(broken(path, error, errors)));
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      // What it said on stderr may still be on its way.
      setImmediate(() => reject(broken(path, `it ended with ${how}`, errors)));
    });
  });
  failure.catch(() => undefined);
  return {
    failure,
    over: () => ended,
    stderr: () => errors,
    async gone(ms) {
      if (ended) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), ms);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** bicep-node rejects with errors and with plain texts. */
function broken(path: string, error: unknown, stderr: string): SpokelineError {
  const text = error instanceof Error ? error.message : String(error ?? 'no connection was made');
  const said = stderr.trim().split('\n').slice(-5);
  return new SpokelineError('BICEP_FAILED', `The Bicep CLI ${path} failed: ${text}`, {
    details: said.filter((line) => line !== '').map((message) => ({ message, target: path })),
    cause: error,
  });
}
