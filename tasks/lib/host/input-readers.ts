import { resolve } from 'node:path';
import type { ServiceConnection } from '../azure/connection.ts';
import { type AgentPort, workingDirectory } from './agent-port.ts';
import { readConnection } from './connection.ts';
import type { InputReader, Report } from './input-spec.ts';

interface Optional {
  readonly required?: false;
}
interface Required {
  readonly required: true;
}

function shown(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 77)}...` : line);
}

/** Reads a text input with a default, reporting a missing required one. */
function given(
  port: AgentPort,
  name: string,
  report: Report,
  options: { required: boolean; defaultValue?: string; allowed: string },
): string | undefined {
  const value = port.input(name) ?? options.defaultValue;
  if (value === undefined && options.required) report(`is missing; allowed: ${options.allowed}.`);
  return value;
}

/** An Azure Resource Manager service connection. */
export function connection(options: Required): InputReader<ServiceConnection>;
export function connection(options?: Optional): InputReader<ServiceConnection | undefined>;
export function connection(
  options: Optional | Required = {},
): InputReader<ServiceConnection | undefined> {
  const required = options.required ?? false;
  return {
    kind: 'connection',
    required,
    read: (port, name, report) => {
      const allowed = 'the name of an Azure Resource Manager service connection';
      const id = given(port, name, report, { required, allowed });
      return id === undefined
        ? undefined
        : readConnection(port, id, (problem) => report(problem, 'CONNECTION_INVALID'));
    },
  };
}

/** One of a few words; the letter case has to match. */
export function choice<const C extends string>(
  choices: readonly C[],
  options: { readonly default: NoInfer<C> } | Required,
): InputReader<C>;
export function choice<const C extends string>(
  choices: readonly C[],
  options?: Optional,
): InputReader<C | undefined>;
export function choice<const C extends string>(
  choices: readonly C[],
  options: { readonly default?: C; readonly required?: boolean } = {},
): InputReader<C | undefined> {
  const required = options.required ?? false;
  const allowed = choices.join(', ');
  return {
    kind: 'choice',
    required,
    defaultValue: options.default,
    choices,
    read: (port, name, report) => {
      const value = given(port, name, report, { required, defaultValue: options.default, allowed });
      const chosen = choices.find((c) => c === value);
      if (value !== undefined && chosen === undefined) {
        report(`is ${shown(value)}; allowed: ${allowed}.`);
      }
      return chosen;
    },
  };
}

/** A file or directory of the job, as an absolute path. Whether it exists is the task's business. */
export function path(options: Required): InputReader<string>;
export function path(options?: Optional): InputReader<string | undefined>;
export function path(options: Optional | Required = {}): InputReader<string | undefined> {
  const required = options.required ?? false;
  return {
    kind: 'path',
    required,
    read: (port, name, report) => {
      const value = port.pathInput(name);
      if (value === undefined && required) report('is missing; allowed: a path of the job.');
      return value === undefined ? undefined : resolve(workingDirectory(port), value);
    },
  };
}

/**
 * A path as `path` reads it, or a text that begins with `prefix`, as it is. No filePath in task.json:
 * the agent would make a path of everything.
 */
export function pathOrReference(prefix: string, options: Required): InputReader<string> {
  const { required } = options;
  return {
    kind: 'text',
    required,
    read: (port, name, report) => {
      const allowed = `a path of the job, or ${prefix}…`;
      const value = given(port, name, report, { required, allowed });
      if (value === undefined || value.startsWith(prefix)) return value;
      return resolve(workingDirectory(port), value);
    },
  };
}

/** Splits at line ends and commas; empty parts do not count. */
function parts(text: string | undefined): string[] {
  return (text ?? '')
    .split(/[\r\n,]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Words, one a line or with commas between. Left out means an empty list. */
export function list(options: { readonly required?: boolean } = {}): InputReader<string[]> {
  const required = options.required ?? false;
  return {
    kind: 'list',
    required,
    read: (port, name, report) => {
      const items = parts(port.input(name));
      if (required && items.length === 0) {
        report('is missing; allowed: one or more entries, one a line.');
      }
      return items;
    },
  };
}

/** Files of the job, one a line or with commas between, as absolute paths. */
export function paths(options: { readonly required?: boolean } = {}): InputReader<string[]> {
  const inner = list(options);
  return {
    kind: 'paths',
    required: inner.required,
    read: (port, name, report) =>
      inner.read(port, name, report)?.map((item) => resolve(workingDirectory(port), item)),
  };
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function range(unit: string, bounds: Bounds): string {
  const { min, max } = bounds;
  if (min !== undefined && max !== undefined) return `${unit} from ${min} to ${max}`;
  if (min !== undefined) return `${unit}, at least ${min}`;
  return max === undefined ? unit : `${unit}, at most ${max}`;
}

function wholeNumber(
  kind: 'integer' | 'seconds',
  options: Bounds & { readonly default?: number; readonly required?: boolean },
): InputReader<number | undefined> {
  const required = options.required ?? false;
  const allowed = range(
    kind === 'seconds' ? 'a whole number of seconds' : 'a whole number',
    options,
  );
  const defaultValue = options.default?.toString();
  return {
    kind,
    required,
    defaultValue,
    read: (port, name, report) => {
      const text = given(port, name, report, { required, defaultValue, allowed });
      if (text === undefined) return undefined;
      const value = Number(text);
      const whole = /^-?\d+$/.test(text) && Number.isSafeInteger(value);
      if (!whole || value < (options.min ?? -Infinity) || value > (options.max ?? Infinity)) {
        report(`is ${shown(text)}; allowed: ${allowed}.`);
      }
      return value;
    },
  };
}

/** A whole number. */
export function integer(
  options: Bounds & ({ readonly default: number } | Required),
): InputReader<number>;
export function integer(options?: Bounds & Optional): InputReader<number | undefined>;
export function integer(
  options: Bounds & { readonly default?: number; readonly required?: boolean } = {},
): InputReader<number | undefined> {
  return wholeNumber('integer', options);
}

/** A time span, given and returned in whole seconds. */
export function seconds(
  options: Bounds & ({ readonly default: number } | Required),
): InputReader<number>;
export function seconds(options?: Bounds & Optional): InputReader<number | undefined>;
export function seconds(
  options: Bounds & { readonly default?: number; readonly required?: boolean } = {},
): InputReader<number | undefined> {
  return wholeNumber('seconds', options);
}

/** `true` or `false` in any letter case, as the agent passes booleans. */
export function flag(options: { readonly default: boolean }): InputReader<boolean> {
  return {
    kind: 'flag',
    required: false,
    defaultValue: String(options.default),
    read: (port, name, report) => {
      const text = (port.input(name) ?? String(options.default)).toLowerCase();
      if (text !== 'true' && text !== 'false') report(`is ${shown(text)}; allowed: true, false.`);
      return text === 'true';
    },
  };
}

interface TextOptions {
  readonly required?: boolean;
  readonly default?: string;
  /** The whole text has to match; `allowed` says the rule in words. */
  readonly pattern?: { readonly expression: RegExp; readonly allowed: string };
}

/** Any text. */
export function text(
  options: TextOptions & ({ readonly default: string } | Required),
): InputReader<string>;
export function text(options?: TextOptions & Optional): InputReader<string | undefined>;
export function text(options: TextOptions = {}): InputReader<string | undefined> {
  const required = options.required ?? false;
  const allowed = options.pattern?.allowed ?? 'any text that is not empty';
  return {
    kind: 'text',
    required,
    defaultValue: options.default,
    read: (port, name, report) => {
      const value = given(port, name, report, { required, defaultValue: options.default, allowed });
      if (value !== undefined && options.pattern && !options.pattern.expression.test(value)) {
        report(`is ${shown(value)}; allowed: ${allowed}.`);
      }
      return value;
    },
  };
}
