import { bool, fields, listed, marked, onlyKnown, raw, readInto } from './fields.ts';
import { shorthand, text, textList, textMap } from './fields.ts';
import type { FieldReader, Fields } from './fields.ts';
import { listItems } from './include.ts';
import { uniquePairs, view } from './lazy.ts';
import type { Lazy } from './lazy.ts';
import { readHook, readSteps } from './steps.ts';
import { PipelineError } from './tree.ts';
import type { Data } from './tree.ts';
import { readVariables } from './variables.ts';

export const pool = shorthand('name', listed('demands'));
const container = shorthand('alias');

/** Keys of a job that a pipeline of bare steps may have at its root too. */
export const jobReaders: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['displayName', text],
  ['dependsOn', textList],
  ['condition', text],
  ['strategy', strategy],
  ['continueOnError', bool],
  ['pool', pool],
  ['container', container],
  ['services', services],
  ['timeoutInMinutes', text],
  ['cancelTimeoutInMinutes', text],
  ['variables', (lazy) => readVariables(lazy)],
  ['workspace', raw],
  ['uses', raw],
  ['environment', shorthand('name')],
  ['templateContext', raw],
  ['steps', (lazy) => readSteps(lazy)],
]);

const jobKeys = new Set(['job', ...jobReaders.keys()]);
const deploymentKeys = new Set(['deployment', ...jobReaders.keys()]);
jobKeys.delete('environment');
deploymentKeys.delete('steps');

/** Jobs in normal form. */
export function readJobs(lazy: Lazy, keepContext = false): Data[] {
  return [...listItems(lazy, 'jobs', true)].map((given) => readJob(given, keepContext));
}

/** @param given read in a scope of its own: the job's variables are added to it */
export function readJob(given: Fields, keepContext = false): Map<string, Data> {
  const kind = ['job', 'deployment'].find((key) => given.pairs.has(key));
  if (kind === undefined) {
    const [first] = given.pairs.values();
    const message = first ? `unexpected value '${first.key}': a job is expected` : 'a job is empty';
    throw new PipelineError(message, first?.at ?? given.at);
  }
  onlyKnown(given, kind === 'job' ? jobKeys : deploymentKeys, `a ${kind}`);
  const name = given.pairs.get(kind);
  const job = new Map<string, Data>();
  const variables = given.pairs.get('variables');
  // First, wherever they are written: the other fields may refer to them.
  const read = variables ? readVariables(variables.value) : undefined;
  job.set(kind, name ? text(name.value, kind) : '');
  const rest = new Map(given.pairs);
  rest.delete('variables');
  readInto(job, { ...given, pairs: rest }, jobReaders);
  if (read) job.set('variables', read);
  if (!keepContext) job.delete('templateContext');
  return marked(job, given);
}

function services(lazy: Lazy, key: string): Data {
  const given = fields(lazy, `'${key}'`);
  return new Map([...given.pairs].map(([name, pair]) => [name, container(pair.value, name)]));
}

const hooks = ['preDeploy', 'deploy', 'routeTraffic', 'postRouteTraffic'];

function strategy(lazy: Lazy): Data {
  const given = fields(lazy, 'a strategy');
  onlyKnown(given, new Set(strategyReaders.keys()), 'a strategy');
  return readInto(new Map(), given, strategyReaders);
}

const strategyReaders: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['matrix', matrix],
  ['maxParallel', text],
  ['parallel', text],
  ['runOnce', deployment],
  ['canary', deployment],
  ['rolling', deployment],
]);

/** Legs by name, or one run-time expression that gives them. */
function matrix(lazy: Lazy, key: string): Data {
  const seen = view(lazy);
  if (seen.kind === 'scalar') return text(lazy, key);
  const given = fields(lazy, `'${key}'`);
  return new Map([...given.pairs].map(([name, pair]) => [name, textMap(pair.value, name)]));
}

function deployment(lazy: Lazy, key: string): Data {
  const given = fields(lazy, `the strategy '${key}'`);
  const readers = new Map<string, FieldReader>(hooks.map((hook) => [hook, readHook]));
  readers.set('on', outcomes);
  if (key === 'canary') readers.set('increments', textList);
  if (key === 'rolling') readers.set('maxParallel', text);
  onlyKnown(given, new Set(readers.keys()), `the strategy '${key}'`);
  return readInto(new Map(), given, readers);
}

function outcomes(lazy: Lazy): Data {
  const given = fields(lazy, `'on'`);
  onlyKnown(given, new Set(['success', 'failure']), `'on'`);
  const result = new Map<string, Data>();
  for (const pair of uniquePairs(given.pairs.values())) {
    result.set(pair.key, readHook(pair.value, pair.key));
  }
  return result;
}
