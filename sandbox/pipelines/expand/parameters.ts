import { ContextObject, ExpressionError, member } from '../expressions/value.ts';
import type { Value } from '../expressions/value.ts';
import { bool, fields, onlyKnown, parseBoolean, text, textList } from './fields.ts';
import type { Fields } from './fields.ts';
import { readJob, readJobs } from './jobs.ts';
import { dataText, expand, positionOf, uniquePairs, view } from './lazy.ts';
import type { Lazy, Pair } from './lazy.ts';
import { Scope } from './scope.ts';
import { readStage, readStages } from './stages.ts';
import { readStep, readSteps } from './steps.ts';
import { PipelineError, textual, typed } from './tree.ts';
import type { Data, MappingTree, Position } from './tree.ts';

type Converter = (lazy: Lazy, name: string) => Data;

const declarationKeys = new Set(['name', 'displayName', 'type', 'default', 'values']);
const object: Converter = (lazy) => typed(expand(lazy));

/** https://learn.microsoft.com/azure/devops/pipelines/process/template-parameters */
const converters: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ['string', text],
  ['stringList', (lazy, name) => sequence(lazy, name, () => textList(lazy, name))],
  ['number', number],
  ['boolean', boolean],
  ['object', object],
  ['step', (lazy) => readStep(fields(lazy, 'a step'), true)],
  ['stepList', (lazy, name) => sequence(lazy, name, () => readSteps(lazy, true))],
  ['job', (lazy) => readJob(fields(nested(lazy), 'a job'), true)],
  ['jobList', (lazy, name) => sequence(lazy, name, () => readJobs(lazy, true))],
  ['deployment', (lazy) => readJob(fields(nested(lazy), 'a deployment'), true)],
  ['deploymentList', (lazy, name) => sequence(lazy, name, () => readJobs(lazy, true))],
  ['stage', (lazy) => readStage(fields(nested(lazy), 'a stage'), true)],
  ['stageList', (lazy, name) => sequence(lazy, name, () => readStages(lazy, true))],
  ['container', object],
  ['containerList', (lazy, name) => sequence(lazy, name, () => object(lazy, name))],
  ['environment', text],
  ['filePath', text],
  ['pool', object],
  ['secureFile', text],
  ['serviceConnection', text],
  ['legacyObject', (lazy) => textual(expand(lazy))],
]);

/** Types whose values a caller outside of YAML hands over as JSON text. */
const scalarTypes = new Set([
  ...['string', 'number', 'boolean', 'environment', 'filePath', 'secureFile', 'serviceConnection'],
]);

function nested(lazy: Lazy): Lazy {
  return { ...lazy, scope: lazy.scope.nested() };
}

function sequence(lazy: Lazy, name: string, read: () => Data): Data {
  const seen = view(lazy);
  if (seen.kind === 'sequence') return read();
  if (seen.kind === 'scalar' && seen.data === null) return [];
  throw new PipelineError(`parameter '${name}' must be a sequence`, positionOf(lazy));
}

function number(lazy: Lazy, name: string): Value {
  const word = text(lazy, name).trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) return Number(word);
  throw new PipelineError(`parameter '${name}' must be a number, not '${word}'`, positionOf(lazy));
}

function boolean(lazy: Lazy, name: string): Data {
  const word = text(lazy, name);
  const value = parseBoolean(word);
  if (value !== undefined) return bool(lazy, name);
  throw new PipelineError(`parameter '${name}' must be a boolean, not '${word}'`, positionOf(lazy));
}

/** Values from outside of YAML, such as a command line. */
export type GivenParameters = Readonly<Record<string, unknown>>;

/**
 * Binds what a reference hands over to what the file declares, converted to the declared types.
 * A sequence of declarations is typed and closed; templates with a mapping, the old style, or with
 * no declaration at all take everything as it comes.
 * @param scope the file's own, before it has parameters
 * @param reference where to point if a value is missing
 */
export function bindParameters(
  scope: Scope,
  body: MappingTree,
  given: Lazy | GivenParameters | undefined,
  reference?: Position,
): Scope {
  const atRoot = given !== undefined && !isLazy(given);
  const declared = body.pairs.find(({ key }) => key.text === 'parameters')?.value;
  const values = new Map<string, Value>();
  const lazies = isLazy(given) ? givenPairs(given) : new Map<string, Pair>();
  const outside = isLazy(given) || given === undefined ? {} : given;
  if (declared?.kind === 'sequence' || (atRoot && !declared)) {
    const none: MappingTree['pairs'][number]['value'] = {
      kind: 'sequence',
      items: [],
      at: body.at,
    };
    bindTyped({ tree: declared ?? none, scope }, lazies, outside, values, reference ?? body.at);
  } else {
    const defaults = declared ? givenPairs({ tree: declared, scope }) : new Map<string, Pair>();
    for (const pairs of [defaults, lazies]) {
      for (const [name, pair] of pairs) values.set(name, textual(expand(pair.value)));
    }
    for (const [name, value] of Object.entries(outside)) values.set(name, fromJson(value));
  }
  const display = scope.file.display;
  const context = new ContextObject(
    (name) => {
      const value = member(values, name);
      if (value !== undefined) return value;
      throw new ExpressionError(`${display} declares no parameter '${name}'`);
    },
    () => values,
  );
  return scope.with('parameters', context);
}

function isLazy(given: Lazy | GivenParameters | undefined): given is Lazy {
  return given !== undefined && 'scope' in given && given.scope instanceof Scope;
}

function givenPairs(lazy: Lazy): Map<string, Pair> {
  const seen = view(lazy);
  if (seen.kind === 'scalar' && dataText(seen.data) === '') return new Map();
  if (seen.kind !== 'mapping') {
    throw new PipelineError(`'parameters' must be a mapping`, positionOf(lazy));
  }
  return new Map([...uniquePairs(seen.pairs)].map((pair) => [pair.key, pair]));
}

function bindTyped(
  declarations: Lazy,
  lazies: ReadonlyMap<string, Pair>,
  outside: GivenParameters,
  values: Map<string, Value>,
  reference: Position,
): void {
  const seen = view(declarations);
  if (seen.kind !== 'sequence') return;
  const known = new Set<string>();
  const missing: string[] = [];
  for (const item of seen.items) {
    const declaration = fields(item, 'a parameter');
    onlyKnown(declaration, declarationKeys, 'the declaration of a parameter');
    const nameField = declaration.pairs.get('name');
    if (!nameField) throw new PipelineError(`a parameter needs a 'name'`, declaration.at);
    const name = text(nameField.value, 'name');
    if (known.has(name.toLowerCase())) {
      throw new PipelineError(`parameter '${name}' is already defined`, nameField.at);
    }
    known.add(name.toLowerCase());
    const value = valueFor(declaration, name, lazies, outside);
    if (value === undefined) missing.push(name);
    else values.set(name, value);
  }
  for (const [name, pair] of lazies) {
    if (!known.has(name.toLowerCase())) throw unexpected(name, seen.scope, pair.at);
  }
  for (const name of Object.keys(outside)) {
    if (!known.has(name.toLowerCase())) throw unexpected(name, seen.scope, undefined);
  }
  if (missing.length > 0) {
    const problems = missing.map((name) => `a value for the '${name}' parameter must be provided`);
    throw new PipelineError(`${seen.scope.file.display}: ${problems.join('; ')}`, reference);
  }
}

function unexpected(name: string, scope: Scope, at: Position | undefined): PipelineError {
  return new PipelineError(`unexpected parameter '${name}' for ${scope.file.display}`, at);
}

function valueFor(
  declaration: Fields,
  name: string,
  lazies: ReadonlyMap<string, Pair>,
  outside: GivenParameters,
): Value | undefined {
  const typeField = declaration.pairs.get('type');
  const type = typeField ? text(typeField.value, 'type') : 'string';
  const convert = converters.get(type);
  if (!convert) {
    const message = `unknown type '${type}' of parameter '${name}'`;
    throw new PipelineError(message, typeField?.at ?? declaration.at);
  }
  const lazy =
    member(lazies, name)?.value ??
    fromOutside(declaration, name, type, outside) ??
    declaration.pairs.get('default')?.value;
  if (!lazy) return undefined;
  const value = typed(convert(lazy, name));
  const allowed = declaration.pairs.get('values');
  if (allowed) checkAllowed(value, textList(allowed.value, 'values'), name, positionOf(lazy));
  return value;
}

function checkAllowed(value: Value, allowed: string[], name: string, at: Position): void {
  for (const item of Array.isArray(value) ? value : [value]) {
    const word = dataText(item) ?? '';
    if (!allowed.some((other) => other === word || sameTyped(item, other))) {
      const message = `'${word}' is not allowed for parameter '${name}'`;
      throw new PipelineError(`${message}; allowed: ${allowed.join(', ')}`, at);
    }
  }
}

function sameTyped(value: Value, word: string): boolean {
  if (typeof value === 'number') return value === Number(word);
  if (typeof value === 'boolean') return value === parseBoolean(word);
  return false;
}

function fromOutside(
  declaration: Fields,
  name: string,
  type: string,
  outside: GivenParameters,
): Lazy | undefined {
  const key = Object.keys(outside).find((other) => other.toLowerCase() === name.toLowerCase());
  if (key === undefined) return undefined;
  let value = outside[key];
  if (typeof value === 'string' && !scalarTypes.has(type)) {
    try {
      value = JSON.parse(value);
    } catch {
      throw new PipelineError(`parameter '${name}' of type ${type} must be given as JSON text`);
    }
  }
  return { data: fromJson(value), scope: declaration.scope, at: declaration.at };
}

/** @throws PipelineError for what JSON cannot hold */
function fromJson(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object') {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item)]));
  }
  throw new PipelineError(`a parameter cannot be a ${typeof value}`);
}
