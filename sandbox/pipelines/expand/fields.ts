import { dataText, expand, positionOf, uniquePairs, view } from './lazy.ts';
import type { Lazy, Pair } from './lazy.ts';
import { PipelineError, setOrigin } from './tree.ts';
import type { Data, Position, SourceFile } from './tree.ts';
import type { Scope } from './scope.ts';

/** One mapping of a list or a field, with its directives carried out and its values untouched. */
export interface Fields {
  pairs: Map<string, Pair>;
  at: Position;
  scope: Scope;
  /** The file it was written in: template paths are relative to it. */
  file: SourceFile;
}

/** @param what for the message, such as "a step" @throws PipelineError unless it is a mapping */
export function fields(lazy: Lazy, what: string): Fields {
  const seen = view(lazy);
  if (seen.kind !== 'mapping') {
    const shown = seen.kind === 'scalar' ? `'${dataText(seen.data) ?? ''}'` : 'a sequence';
    throw new PipelineError(`unexpected ${shown}: ${what} is expected here`, seen.at);
  }
  const pairs = new Map<string, Pair>();
  for (const pair of uniquePairs(seen.pairs)) pairs.set(pair.key, pair);
  return { pairs, at: seen.at, scope: seen.scope, file: seen.file };
}

/** @throws PipelineError naming the first key that is not in the list */
export function onlyKnown(given: Fields, known: ReadonlySet<string>, what: string): void {
  for (const [key, pair] of given.pairs) {
    if (!known.has(key)) throw new PipelineError(`unexpected value '${key}' in ${what}`, pair.at);
  }
}

export type FieldReader = (lazy: Lazy, key: string) => Data;

/** Reads every pair with the reader for its key into `result`, marked with its origin. */
export function readInto(
  result: Map<string, Data>,
  given: Fields,
  readers: ReadonlyMap<string, FieldReader>,
): Map<string, Data> {
  for (const [key, pair] of given.pairs) {
    const reader = readers.get(key);
    if (reader) result.set(key, reader(pair.value, key));
  }
  return marked(result, given);
}

export function marked<T extends object>(result: T, given: Fields): T {
  setOrigin(result, { at: given.at, file: given.file });
  return result;
}

/** @throws PipelineError for a sequence or a mapping */
export function text(lazy: Lazy, key: string): string {
  const seen = view(lazy);
  const found = seen.kind === 'scalar' ? dataText(seen.data) : undefined;
  if (found !== undefined) return found;
  const shown = seen.kind === 'sequence' ? 'a sequence' : 'a mapping';
  throw new PipelineError(`'${key}' must be text, not ${shown}`, positionOf(lazy));
}

export function raw(lazy: Lazy): Data {
  return expand(lazy);
}

const truths = new Map([
  ...['true', 'yes', 'y', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'n', 'off'].map((word) => [word, false] as const),
]);

/** The spellings the service takes for a boolean field; undefined for others. */
export function parseBoolean(word: string): boolean | undefined {
  return truths.get(word.trim().toLowerCase());
}

/** A boolean; run-time expressions stay text. */
export function bool(lazy: Lazy, key: string): Data {
  const word = text(lazy, key);
  if (/^\s*\$[[(]/.test(word)) return word;
  const value = parseBoolean(word);
  if (value !== undefined) return value;
  throw new PipelineError(`'${word}' is no boolean for '${key}'`, positionOf(lazy));
}

/** Text or a sequence of texts. */
export function textList(lazy: Lazy, key: string): string[] {
  const seen = view(lazy);
  if (seen.kind === 'sequence') return [...seen.items].map((item) => text(item, key));
  const single = text(lazy, key);
  return single === '' ? [] : [single];
}

/** A mapping of texts, such as `env` and `inputs`. */
export function textMap(lazy: Lazy, key: string): Map<string, Data> {
  const seen = view(lazy);
  if (seen.kind === 'scalar' && dataText(seen.data) === '') return new Map();
  if (seen.kind !== 'mapping') {
    throw new PipelineError(`'${key}' must be a mapping`, positionOf(lazy));
  }
  const result = new Map<string, Data>();
  for (const pair of uniquePairs(seen.pairs)) result.set(pair.key, text(pair.value, pair.key));
  return result;
}

/** A mapping, or text that stands for one of its fields: `pool: x` is `pool: { name: x }`. */
export function shorthand(name: string, normal?: (map: Map<string, Data>) => void): FieldReader {
  return (lazy, key) => {
    const data = expand(lazy);
    if (data instanceof Map) {
      normal?.(data);
      return data;
    }
    const short = text(lazy, key);
    return short === '' ? null : new Map<string, Data>([[name, short]]);
  };
}

/** Turns text under `name` into a list of one. */
export function listed(name: string): (map: Map<string, Data>) => void {
  return (map) => {
    const value = map.get(name);
    if (value !== undefined && !Array.isArray(value)) map.set(name, [value]);
  };
}
