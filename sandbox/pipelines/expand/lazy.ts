import { mixedText, valueOf } from '../expressions/text.ts';
import type { Template } from '../expressions/text.ts';
import {
  ContextObject,
  ExpressionError,
  isMapping,
  toBoolean,
  tryString,
} from '../expressions/value.ts';
import type { Value } from '../expressions/value.ts';
import type { Expression } from '../expressions/parser.ts';
import type { Scope } from './scope.ts';
import { Literal, originOf, PipelineError, setOrigin } from './tree.ts';
import type { Data, Position, ScalarTree, SourceFile, Tree } from './tree.ts';

/**
 * Content that is not expanded yet: a part of a file, or data that an expression gave. It is
 * expanded when asked for, because variables written further down must be known first.
 */
export type Lazy = { tree: Tree; scope: Scope } | { data: Data; scope: Scope; at: Position };

export interface Pair {
  key: string;
  at: Position;
  value: Lazy;
}

/** One level of content with its directives carried out. */
export type View =
  | { kind: 'scalar'; data: Literal | Value; at: Position; scope: Scope }
  | { kind: 'sequence'; items: Iterable<Lazy>; at: Position; scope: Scope }
  | {
      kind: 'mapping';
      pairs: Iterable<Pair>;
      at: Position;
      scope: Scope;
      /** Where it was written: template paths in it are relative to this file. */
      file: SourceFile;
    };

export function positionOf(lazy: Lazy): Position {
  return 'tree' in lazy ? lazy.tree.at : (originOf(lazy.data)?.at ?? lazy.at);
}

export function view(lazy: Lazy): View {
  if (!('tree' in lazy)) return viewData(lazy.data, lazy.scope, positionOf(lazy));
  const { tree, scope } = lazy;
  switch (tree.kind) {
    case 'scalar':
      return viewData(scalar(tree, scope), scope, tree.at);
    case 'sequence':
      return { kind: 'sequence', items: sequenceItems(tree.items, scope), at: tree.at, scope };
    case 'mapping':
      return {
        kind: 'mapping',
        pairs: mappingPairs(tree.pairs, scope),
        at: tree.at,
        scope,
        file: scope.file,
      };
  }
}

function viewData(data: Data, scope: Scope, at: Position): View {
  if (data instanceof ContextObject) return viewData(data.all(), scope, at);
  if (Array.isArray(data)) {
    return { kind: 'sequence', items: data.map((item) => ({ data: item, scope, at })), at, scope };
  }
  if (data instanceof Map) {
    const origin = originOf(data) ?? { at, file: scope.file };
    const pairs = [...data].map(([key, value]) => ({
      key,
      at: origin.at,
      value: { data: value, scope, at: origin.at },
    }));
    return { kind: 'mapping', pairs, at: origin.at, scope, file: origin.file };
  }
  return { kind: 'scalar', data, at, scope };
}

/** Everything below, expanded. Keys are compared ignoring letter case. */
export function expand(lazy: Lazy): Data {
  const seen = view(lazy);
  switch (seen.kind) {
    case 'scalar':
      return seen.data;
    case 'sequence':
      return [...seen.items].map(expand);
    case 'mapping': {
      const result = new Map<string, Data>();
      for (const pair of uniquePairs(seen.pairs)) result.set(pair.key, expand(pair.value));
      setOrigin(result, { at: seen.at, file: seen.file });
      return result;
    }
  }
}

/** Passes pairs on and refuses a key that comes twice. */
export function* uniquePairs(pairs: Iterable<Pair>): Generator<Pair> {
  const seen = new Set<string>();
  for (const pair of pairs) {
    const folded = pair.key.toLowerCase();
    if (seen.has(folded)) throw new PipelineError(`'${pair.key}' is already defined`, pair.at);
    seen.add(folded);
    yield pair;
  }
}

function scalar(tree: ScalarTree, scope: Scope): Literal | Value {
  const { template } = tree;
  scope.expansion.spend(tree.text.length, tree.at);
  switch (template.kind) {
    case 'text':
      return tree.value === tree.text ? tree.text : new Literal(tree.text, tree.value);
    case 'expression':
      return located(tree.at, () => valueOf(template.expression, template.source, scope));
    case 'mixed': {
      const text = located(tree.at, () => mixedText(template.parts, scope));
      scope.expansion.spend(text.length, tree.at);
      return text;
    }
    case 'directive':
      throw stray(template.source, tree.at);
  }
}

function stray(source: string, at: Position): PipelineError {
  return new PipelineError(`the directive '${source}' is not allowed here; is a ':' missing?`, at);
}

/** Adds the place to what an expression complains about. */
export function located<T>(at: Position, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) throw new PipelineError(error.message, at);
    throw error;
  }
}

/** State of an if/elseif/else chain: 'none' outside, 'open' until a branch is taken. */
type Chain = 'none' | 'open' | 'taken';

interface Step {
  chain: Chain;
  /** One scope for each time the body counts. */
  scopes: Scope[];
}

function follow(template: Template, chain: Chain, at: Position, scope: Scope): Step | undefined {
  if (template.kind !== 'directive') return undefined;
  const { directive, source } = template;
  const holds = (condition: Expression): boolean =>
    located(at, () => toBoolean(valueOf(condition, source, scope)));
  switch (directive.kind) {
    case 'if': {
      const taken = holds(directive.condition);
      return { chain: taken ? 'taken' : 'open', scopes: taken ? [scope] : [] };
    }
    case 'elseif': {
      if (chain === 'none') throw new PipelineError(`'elseif' without 'if' before it`, at);
      const taken = chain === 'open' && holds(directive.condition);
      return { chain: taken ? 'taken' : chain, scopes: taken ? [scope] : [] };
    }
    case 'else':
      if (chain === 'none') throw new PipelineError(`'else' without 'if' before it`, at);
      return { chain: 'none', scopes: chain === 'open' ? [scope] : [] };
    case 'each': {
      const value = located(at, () => valueOf(directive.collection, source, scope));
      const scopes = loop(value, source, at).map((item) => scope.with(directive.variable, item));
      return { chain: 'none', scopes };
    }
    case 'insert':
      return { chain: 'none', scopes: [scope] };
  }
}

function loop(value: Value, source: string, at: Position): Value[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return value;
  const map = value instanceof ContextObject ? value.all() : value;
  if (!isMapping(map)) {
    throw new PipelineError(`'${source}' needs a sequence or a mapping to go through`, at);
  }
  return [...map].map(
    ([key, item]) =>
      new Map<string, Value>([
        ['key', key],
        ['value', item],
      ]),
  );
}

type TreePairs = readonly { key: ScalarTree; value: Tree }[];

function* mappingPairs(pairs: TreePairs, scope: Scope): Generator<Pair> {
  let chain: Chain = 'none';
  for (const { key, value } of pairs) {
    const step = follow(key.template, chain, key.at, scope);
    if (!step) {
      chain = 'none';
      yield { key: keyText(key, scope), at: key.at, value: { tree: value, scope } };
      continue;
    }
    chain = step.chain;
    for (const inner of step.scopes) {
      const body = view({ tree: value, scope: inner });
      if (body.kind === 'mapping') yield* body.pairs;
      else if (!isNothing(body)) throw new PipelineError('a mapping is expected here', body.at);
    }
  }
}

function isNothing(seen: View): boolean {
  return seen.kind === 'scalar' && dataText(seen.data) === '';
}

function keyText(key: ScalarTree, scope: Scope): string {
  const text = dataText(scalar(key, scope));
  if (text === undefined) throw new PipelineError('a key must be text', key.at);
  return text;
}

/** The text of a scalar as it is printed; undefined for anything else. */
export function dataText(data: Data): string | undefined {
  if (data instanceof Literal) return data.text;
  if (Array.isArray(data) || data instanceof Map) return undefined;
  return tryString(data);
}

function* sequenceItems(items: readonly Tree[], scope: Scope): Generator<Lazy> {
  let chain: Chain = 'none';
  for (const item of items) {
    const pairs = directivePairs(item);
    if (pairs) {
      for (const { key, value } of pairs) {
        const step = follow(key.template, chain, key.at, scope);
        chain = step?.chain ?? 'none';
        for (const inner of step?.scopes ?? []) yield* spliced({ tree: value, scope: inner });
      }
      continue;
    }
    chain = 'none';
    if (item.kind === 'scalar') yield* spliced({ tree: item, scope });
    else if (!vanishes(item, scope)) yield { tree: item, scope };
  }
}

/** Whether an item consists of directives that produce nothing. */
function vanishes(item: Tree, scope: Scope): boolean {
  if (item.kind !== 'mapping' || item.pairs.length === 0) return false;
  if (item.pairs.some(({ key }) => key.template.kind !== 'directive')) return false;
  return mappingPairs(item.pairs, scope).next().done === true;
}

/**
 * The directives of an item that is made of nothing else. A loop over a mapping body is not one of
 * them: `- ${{ each pair in step }}: {…}` builds one item out of all rounds.
 */
function directivePairs(item: Tree): TreePairs | undefined {
  if (item.kind !== 'mapping' || item.pairs.length === 0) return undefined;
  for (const { key, value } of item.pairs) {
    if (key.template.kind !== 'directive') return undefined;
    if (value.kind === 'mapping' && item.pairs.length > 1) return undefined;
    if (value.kind === 'mapping' && key.template.directive.kind === 'each') return undefined;
  }
  return item.pairs;
}

/** A sequence inside a sequence is flattened; nothing and null disappear. */
function* spliced(lazy: Lazy): Generator<Lazy> {
  if ('tree' in lazy && lazy.tree.kind === 'scalar' && lazy.tree.template.kind !== 'expression') {
    yield lazy;
    return;
  }
  const seen = view(lazy);
  if (seen.kind === 'sequence') yield* seen.items;
  else if (seen.kind === 'mapping') yield lazy;
  else if (seen.data !== null) yield { data: seen.data, scope: seen.scope, at: seen.at };
}
