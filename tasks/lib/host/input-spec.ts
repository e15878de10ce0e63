import { SpokelineError, type ErrorDetail } from '../errors.ts';
import type { AgentPort } from './agent-port.ts';

/** What an input is in terms of task.json; a test compares the two. */
export type InputKind =
  | 'connection'
  | 'registryConnection'
  | 'choice'
  | 'path'
  | 'paths'
  | 'list'
  | 'seconds'
  | 'integer'
  | 'flag'
  | 'text'
  | 'document';

/** Reports one problem of the input being read. */
export type Report = (problem: string, code?: ErrorDetail['code']) => void;

/** How one input is read and checked. `T` includes undefined when the input may be left out. */
export interface InputReader<T> {
  readonly kind: InputKind;
  readonly required: boolean;
  /** In the notation of task.json's `defaultValue`. */
  readonly defaultValue?: string;
  readonly choices?: readonly string[];
  /** After a report the returned value is never used. */
  read(port: AgentPort, name: string, report: Report): T | undefined;
}

type Readers = Readonly<Record<string, InputReader<unknown>>>;
type Values<F extends Readers> = {
  readonly [K in keyof F]: F[K] extends InputReader<infer T> ? T : never;
};

/** All inputs of a task. `I` is the type of the values that the task receives. */
export interface InputSpec<I> {
  readonly readers: Readers;
  /** Problems between inputs; called only when each input by itself is right. */
  check?(given: I, problem: (input: keyof I & string, text: string) => void): void;
}

/** The values that a specification made by `defineInputs` yields. */
export type InputsOf<S> = S extends InputSpec<infer I> ? I : never;

/** Declares a task's inputs by the names that task.json gives them. */
export function defineInputs<F extends Readers>(
  readers: F,
  check?: (given: Values<F>, problem: (input: keyof F & string, text: string) => void) => void,
): InputSpec<Values<F>> {
  return check ? { readers, check } : { readers };
}

/**
 * Reads and checks all inputs. Throws one INPUT_INVALID with a detail for each problem
 * (CONNECTION_INVALID when nothing but service connections is wrong).
 */
export function readInputs<I>(spec: InputSpec<I>, port: AgentPort): I {
  const problems: ErrorDetail[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, reader] of Object.entries(spec.readers)) {
    values[name] = reader.read(port, name, (problem, code = 'INPUT_INVALID') =>
      problems.push({ target: name, code, message: `Input "${name}" ${problem}` }),
    );
  }
  const given = values as I;
  if (problems.length === 0) {
    spec.check?.(given, (name, text) =>
      problems.push({
        target: name,
        code: 'INPUT_INVALID',
        message: `Input "${name}" ${text.replace(/[^.?]$/, '$&.')}`,
      }),
    );
  }
  if (problems.length > 0) {
    const onlyConnections = problems.every((p) => p.code === 'CONNECTION_INVALID');
    const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
    throw new SpokelineError(
      onlyConnections ? 'CONNECTION_INVALID' : 'INPUT_INVALID',
      onlyConnections
        ? `${count} in the service connection.`
        : `${count} in the inputs of the task.`,
      { details: problems },
    );
  }
  return given;
}
