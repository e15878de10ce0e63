import { unwrapBody } from '../syntax/read.ts';
import { call, expressionString, text } from './arm.ts';
import type { Arm } from './arm.ts';
import { symbolicName } from './ancestors.ts';
import type { Context } from './context.ts';
import { convert } from './convert.ts';
import { DependencyFinder } from './dependencies.ts';
import type { Dependency, Dependent } from './dependencies.ts';
import { contextAt } from './references.ts';
import { moduleId, resourceId } from './resource-id.ts';

/** The end of a way from one declaration to a resource or module that is deployed before it. */
interface Reached {
  key: string;
  whole: boolean;
  text: string;
}

function usesCopyIndex(value: Arm): boolean {
  if (value.kind === 'call') {
    return value.name === 'copyIndex' || [...value.args, ...value.path].some(usesCopyIndex);
  }
  if (value.kind === 'array') return value.items.some(usesCopyIndex);
  if (value.kind === 'object') return value.properties.some((p) => usesCopyIndex(p.value));
  return false;
}

const loopOf = (symbol: Dependent) =>
  symbol.kind === 'var' ? unwrapBody(symbol.node.value).loop : symbol.loop;

/** Works out the `dependsOn` of every resource and module of a file. */
export class DependsOn {
  private readonly c: Context;
  private readonly finder: DependencyFinder;

  constructor(c: Context) {
    this.c = c;
    this.finder = new DependencyFinder(c);
  }

  /** The entries, sorted by the name of what they wait for. */
  of(symbol: Dependent): string[] {
    const reached = this.finder
      .of(symbol)
      .flatMap((first) => [...this.paths([first])])
      .map((path) => this.follow(path));
    const wholes = new Set(reached.filter((r) => r.whole).map((r) => r.key));
    const kept = new Map<string, string>();
    for (const { key, whole, text: entry } of reached) {
      if (whole || !wholes.has(key)) kept.set(entry, key);
    }
    return [...kept].sort(([, a], [, b]) => a.localeCompare(b, 'en')).map(([entry]) => entry);
  }

  /** Ways through variables and existing resources, which are not deployed themselves. */
  private *paths(path: Dependency[]): Generator<Dependency[]> {
    const last = path[path.length - 1];
    if (!last) return;
    if (this.isEnd(last)) {
      yield path;
      return;
    }
    for (const next of this.finder.of(last.target)) {
      if (path.some((d) => d.target === next.target)) continue;
      yield* this.paths([...path, next]);
    }
  }

  private isEnd({ target, weak }: Dependency): boolean {
    if (target.kind === 'module') return true;
    if (target.kind === 'var') return false;
    if (!target.existing) return true;
    return this.c.symbolic && !weak && !this.c.inlined.has(target);
  }

  private follow(path: Dependency[]): Reached {
    let place = this.c;
    let allUseCopyIndex = true;
    let index: Arm | undefined;
    let last: Dependency | undefined;
    for (const step of path) {
      last = step;
      index = loopOf(step.target) && step.index ? convert(place, step.index) : undefined;
      place = contextAt(place, { loop: loopOf(step.target) }, index);
      const copies = index !== undefined && usesCopyIndex(index);
      // The loop's index of another declaration says nothing here.
      if (copies && !allUseCopyIndex) index = undefined;
      allUseCopyIndex = allUseCopyIndex && copies;
    }
    return this.entry(place, last, index);
  }

  private entry(place: Context, last: Dependency | undefined, index: Arm | undefined): Reached {
    const target = last?.target;
    if (!target || target.kind === 'var') return { key: '', whole: true, text: '' };
    const key = target.kind === 'resource' ? symbolicName(this.c, target) : target.name;
    const whole = target.loop !== undefined && !index;
    const name: Arm = text(key);
    let value: Arm;
    if (whole) value = name;
    else if (this.c.symbolic) value = index ? call('format', text(`${key}[{0}]`), index) : name;
    else if (target.kind === 'resource') value = resourceId(place, target);
    else value = moduleId(place, target, index);
    return { key, whole, text: expressionString(value) };
  }
}
