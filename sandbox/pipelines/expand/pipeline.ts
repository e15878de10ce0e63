import type { Mapping, Value } from '../expressions/value.ts';
import { bool, fields, raw, readInto, text } from './fields.ts';
import type { FieldReader, Fields } from './fields.ts';
import { openTemplate, mappingRoot } from './include.ts';
import { jobReaders, pool, readJobs } from './jobs.ts';
import { positionOf, uniquePairs, view } from './lazy.ts';
import type { Lazy } from './lazy.ts';
import { bindParameters } from './parameters.ts';
import type { GivenParameters } from './parameters.ts';
import { isMap, listOf, typed, PipelineError } from './tree.ts';
import type { Data, SourceFile } from './tree.ts';
import type { Scope } from './scope.ts';
import { readStages } from './stages.ts';
import { readSteps } from './steps.ts';
import { readVariables } from './variables.ts';

const bodies = ['stages', 'jobs', 'steps', 'extends'];

/** Keys of the root that are copied, each with its reader. */
const rootReaders: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['name', text],
  ['appendCommitMessageToRunName', bool],
  ['lockBehavior', text],
  ['trigger', raw],
  ['pr', raw],
  ['schedules', raw],
  ['pool', pool],
]);

/** Keys that a pipeline of bare steps shares with its only job. */
const jobLevel = [...jobReaders.keys()].filter(
  (key) => !['variables', 'pool', 'steps', 'environment', 'templateContext'].includes(key),
);

/**
 * Expands the pipeline file.
 * @returns root in normal form, with `stages`, before the graph is checked
 */
export function readPipeline(
  file: SourceFile,
  scope: Scope,
  given: GivenParameters,
): Map<string, Data> {
  const root = mappingRoot(file);
  const bound = bindParameters(scope, root, given);
  const first = fields({ tree: root, scope: bound }, 'a pipeline');
  const resources = first.pairs.get('resources')?.value;
  addRepositories(resources, bound);
  const known = resources ? resourcesValue(readResource(resources)) : new Map<string, Value>();
  const named = bound.with('resources', known);
  return readBody(fields({ tree: root, scope: named }, 'a pipeline'));
}

function readBody(found: Fields): Map<string, Data> {
  const present = bodies.filter((key) => found.pairs.has(key));
  const [body, second] = present;
  if (second !== undefined && body !== undefined) {
    const at = found.pairs.get(second)?.at ?? found.at;
    throw new PipelineError(`'${second}' is not allowed beside '${body}'`, at);
  }
  checkKeys(found, body);
  if (body === undefined) {
    throw new PipelineError(`one of ${bodies.join(', ')} is expected`, found.at);
  }
  const result = new Map<string, Data>();
  const variables = found.pairs.get('variables');
  const own = variables ? readVariables(variables.value) : undefined;
  const resources = found.pairs.get('resources');
  const readResources = resources ? readResource(resources.value) : undefined;
  readInto(result, found, rootReaders);
  if (own) result.set('variables', own);
  if (readResources) result.set('resources', readResources);
  const content = found.pairs.get(body)?.value;
  if (!content) return result;
  if (body === 'extends') return extend(result, content);
  result.set('stages', stagesOf(body, content, found));
  return result;
}

function checkKeys(found: Fields, body: string | undefined): void {
  const known = new Set(['parameters', 'resources', 'variables', ...bodies, ...rootReaders.keys()]);
  if (body === 'steps') for (const key of jobLevel) known.add(key);
  for (const [key, pair] of found.pairs) {
    if (!known.has(key))
      throw new PipelineError(`unexpected value '${key}' in a pipeline`, pair.at);
  }
}

function stagesOf(body: string, content: Lazy, found: Fields): Data[] {
  if (body === 'stages') return readStages(content);
  const stage = new Map<string, Data>([['stage', '']]);
  if (body === 'jobs') return [stage.set('jobs', readJobs(content))];
  const job = new Map<string, Data>([['job', '']]);
  const shared = new Map([...found.pairs].filter(([key]) => jobLevel.includes(key)));
  readInto(job, { ...found, pairs: shared }, jobReaders);
  job.set('steps', readSteps(content));
  return [stage.set('jobs', [job])];
}

/** The extended template's root is laid over the pipeline's: nothing may be defined in both. */
function extend(result: Map<string, Data>, content: Lazy): Map<string, Data> {
  const { scope, body } = openTemplate(fields(content, `'extends'`));
  const found = fields({ tree: body, scope }, 'a template');
  for (const [key, pair] of found.pairs) {
    if (key !== 'resources' && key !== 'parameters' && result.has(key)) {
      throw new PipelineError(`'${key}' is already defined`, pair.at);
    }
  }
  const inner = readBody(found);
  for (const [key, value] of inner) {
    const mine = result.get(key);
    if (key === 'resources' && isMap(mine) && isMap(value)) merge(mine, value);
    else result.set(key, value);
  }
  return result;
}

function merge(into: Map<string, Data>, from: ReadonlyMap<string, Data>): void {
  for (const [kind, list] of from) {
    const mine = into.get(kind);
    into.set(kind, [...listOf(mine), ...listOf(list)]);
  }
}

/** `resources.repositories.<alias>.ref` and the like in expressions. */
function resourcesValue(resources: ReadonlyMap<string, Data>): Value {
  const result: Mapping = new Map();
  for (const [kind, list] of resources) {
    const byAlias: Mapping = new Map();
    for (const item of listOf(list).map(typed)) {
      // The first key of each entry is its alias: `repository: hub`, `container: tools`.
      const alias: unknown = item instanceof Map ? [...item.values()][0] : undefined;
      if (typeof alias === 'string') byAlias.set(alias, item);
    }
    result.set(kind, byAlias);
  }
  return result;
}

const resourceKinds = ['repositories', 'containers', 'pipelines', 'builds', 'packages', 'webhooks'];

function readResource(lazy: Lazy): Map<string, Data> {
  const given = fields(lazy, `'resources'`);
  const result = new Map<string, Data>();
  for (const [kind, pair] of given.pairs) {
    if (!resourceKinds.includes(kind)) {
      throw new PipelineError(`unexpected value '${kind}' in 'resources'`, pair.at);
    }
    const list = raw(pair.value);
    if (!Array.isArray(list)) throw new PipelineError(`'${kind}' must be a sequence`, pair.at);
    result.set(kind, list);
  }
  return result;
}

/**
 * Aliases come from the pipeline file alone, never from templates; they are settled before any
 * variable has a value.
 */
function addRepositories(lazy: Lazy | undefined, scope: Scope): void {
  if (!lazy) return;
  const seen = view(lazy);
  if (seen.kind !== 'mapping') {
    throw new PipelineError(`'resources' must be a mapping`, positionOf(lazy));
  }
  for (const pair of uniquePairs(seen.pairs)) {
    if (pair.key !== 'repositories') continue;
    const list = view(pair.value);
    if (list.kind !== 'sequence') continue;
    for (const item of list.items) {
      const entry = typed(raw(item));
      if (!(entry instanceof Map)) continue;
      const alias = entry.get('repository');
      const name = entry.get('name');
      const ref = entry.get('ref');
      if (typeof alias !== 'string' || typeof name !== 'string') {
        throw new PipelineError(`a repository needs 'repository' and 'name'`, positionOf(item));
      }
      const branch = typeof ref === 'string' ? ref : undefined;
      scope.expansion.repositories.addResource(alias, name, branch);
    }
  }
}
