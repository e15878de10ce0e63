import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PipelineError } from '../expand/tree.ts';
import { isVisible } from './visible-rule.ts';

export interface TaskInput {
  name: string;
  type: string;
  default: string;
  required: boolean;
  aliases: string[];
  /** Allowed values of a pick list; undefined if any value goes. */
  options: string[] | undefined;
  visibleRule: string | undefined;
}

/** A packaged task: the folder with task.json and the file to run. */
export interface TaskDefinition {
  name: string;
  friendlyName: string;
  description: string;
  version: string;
  author: string;
  helpUrl: string;
  inputs: TaskInput[];
  /** Absolute path of the script. */
  target: string;
  restricted: boolean;
  settable: string[] | undefined;
}

/** Handlers that run on Node, best first: AG Agent.Worker/TaskManager.cs, lowest priority number. */
const handlers = ['Node24', 'Node20_1', 'Node16', 'Node10', 'Node'];

type Json = Readonly<Record<string, unknown>>;

/** @throws PipelineError that names the file and what is wrong in it */
export function readTask(folder: string): TaskDefinition {
  const file = path.join(folder, 'task.json');
  const problem = (text: string): PipelineError => new PipelineError(`${file}: ${text}`);
  if (!existsSync(file)) throw problem('file not found');
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw problem(error instanceof Error ? error.message : String(error));
  }
  const task = object(document);
  for (const section of ['prejobexecution', 'postjobexecution']) {
    if (task[section] !== undefined) throw problem(`'${section}' cannot be run here`);
  }
  const execution = object(task.execution);
  const handler = handlers.find((name) => execution[name] !== undefined);
  if (handler === undefined) throw problem(`no handler of ${handlers.join(', ')} in 'execution'`);
  const target = path.join(folder, text(object(execution[handler]).target));
  if (!existsSync(target)) throw problem(`the execution target ${target} was not found`);
  const version = object(task.version);
  const restrictions = object(task.restrictions);
  const allowed = object(restrictions.settableVariables).allowed;
  return {
    name: text(task.name),
    friendlyName: text(task.friendlyName),
    description: text(task.description),
    version: [version.Major, version.Minor, version.Patch].map(text).join('.'),
    author: text(task.author),
    helpUrl: text(task.helpUrl),
    inputs: array(task.inputs).map((input) => readInput(object(input))),
    target,
    restricted: object(restrictions.commands).mode === 'restricted',
    settable: allowed === undefined ? undefined : array(allowed).map(text),
  };
}

function readInput(input: Json): TaskInput {
  const options = object(input.options);
  const editable = object(input.properties).EditableOptions;
  const closed = input.type === 'pickList' && text(editable).toLowerCase() !== 'true';
  const rule = text(input.visibleRule);
  return {
    name: text(input.name),
    type: text(input.type),
    default: text(input.defaultValue),
    required: text(input.required) === 'true',
    aliases: array(input.aliases).map(text),
    options: closed || input.type === 'radio' ? Object.keys(options) : undefined,
    visibleRule: rule === '' ? undefined : rule,
  };
}

/** The input a key of `inputs:` stands for, by name or alias, ignoring letter case. */
function findInput(task: TaskDefinition, key: string): TaskInput | undefined {
  const folded = key.toLowerCase();
  return task.inputs.find((input) =>
    [input.name, ...input.aliases].some((name) => name.toLowerCase() === folded),
  );
}

/** Given values by the input's own name. */
export function namedInputs(
  task: TaskDefinition,
  given: Readonly<Record<string, string>>,
): Map<string, string> {
  const result = new Map(task.inputs.map((input) => [input.name, input.default]));
  for (const [key, value] of Object.entries(given)) {
    result.set(findInput(task, key)?.name ?? key, value);
  }
  return result;
}

/** What the server would refuse about the inputs of a step. Values with macros are not judged. */
export function inputProblems(
  task: TaskDefinition,
  given: Readonly<Record<string, string>>,
): string[] {
  const problems: string[] = [];
  const set = new Map<string, string>();
  for (const [key, value] of Object.entries(given)) {
    const input = findInput(task, key);
    if (!input) {
      const known = task.inputs.map((other) => other.aliases[0] ?? other.name).join(', ');
      problems.push(`unknown input '${key}'; known: ${known}`);
      continue;
    }
    if (set.has(input.name)) problems.push(`input '${input.name}' is given twice`);
    set.set(input.name, value);
    const fixed = value !== '' && !value.includes('$(');
    if (!fixed) continue;
    if (input.options && !input.options.some((o) => o.toLowerCase() === value.toLowerCase())) {
      const options = input.options.join(', ');
      problems.push(`'${value}' is not allowed for input '${key}'; allowed: ${options}`);
    }
    if (input.type === 'boolean' && !/^(true|false)$/i.test(value)) {
      problems.push(`'${value}' is no boolean for input '${key}'`);
    }
    if (input.type === 'int' && !/^-?\d+$/.test(value)) {
      problems.push(`'${value}' is no whole number for input '${key}'`);
    }
  }
  const values = namedInputs(task, given);
  for (const input of task.inputs) {
    if (!input.required || (values.get(input.name) ?? '').trim() !== '') continue;
    if (input.visibleRule !== undefined && !isVisible(input.visibleRule, values)) continue;
    problems.push(`input '${input.aliases[0] ?? input.name}' is required`);
  }
  return problems;
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
