import { bool, marked, onlyKnown, raw, readInto, text, textList } from './fields.ts';
import type { FieldReader, Fields } from './fields.ts';
import { listItems } from './include.ts';
import { pool, readJobs } from './jobs.ts';
import type { Lazy } from './lazy.ts';
import { PipelineError } from './tree.ts';
import type { Data } from './tree.ts';
import { readVariables } from './variables.ts';

/** Stages in normal form. */
export function readStages(lazy: Lazy, keepContext = false): Data[] {
  return [...listItems(lazy, 'stages', true)].map((given) => readStage(given, keepContext));
}

/** @param given read in a scope of its own: the stage's variables are added to it */
export function readStage(given: Fields, keepContext = false): Map<string, Data> {
  if (!given.pairs.has('stage')) {
    const [first] = given.pairs.values();
    const message = first
      ? `unexpected value '${first.key}': a stage is expected`
      : 'a stage is empty';
    throw new PipelineError(message, first?.at ?? given.at);
  }
  const readers: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
    ['stage', text],
    ['displayName', text],
    ['dependsOn', textList],
    ['condition', text],
    ['lockBehavior', text],
    ['trigger', text],
    ['isSkippable', bool],
    ['pool', pool],
    ['templateContext', raw],
    ['jobs', (lazy) => readJobs(lazy, keepContext)],
  ]);
  onlyKnown(given, new Set([...readers.keys(), 'variables']), 'a stage');
  const variables = given.pairs.get('variables');
  // First, wherever they are written: the jobs may refer to them.
  const read = variables ? readVariables(variables.value) : undefined;
  const stage = new Map<string, Data>();
  readInto(stage, given, readers);
  if (read) stage.set('variables', read);
  if (!keepContext) stage.delete('templateContext');
  return marked(stage, given);
}
