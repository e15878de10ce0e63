import { isMap, listOf, originOf, PipelineError } from './tree.ts';
import type { Data, Position } from './tree.ts';

/**
 * Gives unnamed stages and jobs the names the service gives, and checks the dependencies.
 * @throws PipelineError for duplicate names, missing dependencies and cycles
 */
export function checkGraph(pipeline: ReadonlyMap<string, Data>): void {
  const stages = mappings(pipeline.get('stages'));
  nameAll(stages, ['stage'], '__default', 'Stage');
  check(stages, ['stage'], 'stage', 'the pipeline');
  for (const stage of stages) {
    const jobs = mappings(stage.get('jobs'));
    nameAll(jobs, ['job', 'deployment'], 'Job', 'Job');
    check(jobs, ['job', 'deployment'], 'job', `stage '${String(stage.get('stage'))}'`);
  }
}

function mappings(data: Data | undefined): Map<string, Data>[] {
  return listOf(data).filter(isMap);
}

function nameKey(item: ReadonlyMap<string, Data>, keys: readonly string[]): string {
  return keys.find((key) => item.has(key)) ?? keys[0] ?? '';
}

function nameOf(item: ReadonlyMap<string, Data>, keys: readonly string[]): string {
  const name = item.get(nameKey(item, keys));
  return typeof name === 'string' ? name : '';
}

function nameAll(
  items: readonly Map<string, Data>[],
  keys: readonly string[],
  single: string,
  numbered: string,
): void {
  const used = new Set(items.map((item) => nameOf(item, keys).toLowerCase()));
  for (const item of items) {
    if (nameOf(item, keys) !== '') continue;
    let name = single;
    if (items.length > 1 || used.has(single.toLowerCase())) {
      let number = 1;
      while (used.has(`${numbered}${String(number)}`.toLowerCase())) number++;
      name = `${numbered}${String(number)}`;
    }
    used.add(name.toLowerCase());
    item.set(nameKey(item, keys), name);
  }
}

function check(
  items: readonly Map<string, Data>[],
  keys: readonly string[],
  what: string,
  where: string,
): void {
  const known = new Map<string, string[]>();
  for (const item of items) {
    const name = nameOf(item, keys);
    const folded = name.toLowerCase();
    if (!/^[a-z_]\w*$/i.test(name)) {
      throw new PipelineError(`'${name}' is not a valid name for a ${what}`, placeOf(item));
    }
    if (known.has(folded)) {
      throw new PipelineError(`${what} '${name}' is already defined in ${where}`, placeOf(item));
    }
    known.set(folded, dependenciesOf(item));
  }
  for (const item of items) {
    for (const dependency of dependenciesOf(item)) {
      if (known.has(dependency.toLowerCase())) continue;
      const name = nameOf(item, keys);
      const message = `${what} '${name}' depends on unknown ${what} '${dependency}'`;
      throw new PipelineError(`${message} in ${where}`, placeOf(item));
    }
  }
  const done = new Set<string>();
  for (const name of known.keys()) visit(name, known, done, [], what);
}

function placeOf(item: object): Position | undefined {
  return originOf(item)?.at;
}

function dependenciesOf(item: ReadonlyMap<string, Data>): string[] {
  const list = item.get('dependsOn');
  return listOf(list).filter((name): name is string => typeof name === 'string');
}

function visit(
  name: string,
  known: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
  trail: readonly string[],
  what: string,
): void {
  const folded = name.toLowerCase();
  if (trail.includes(folded)) {
    const cycle = [...trail.slice(trail.indexOf(folded)), folded].join(' -> ');
    throw new PipelineError(`the ${what}s depend on each other in a circle: ${cycle}`);
  }
  if (done.has(folded)) return;
  for (const next of known.get(folded) ?? []) visit(next, known, done, [...trail, folded], what);
  done.add(folded);
}
