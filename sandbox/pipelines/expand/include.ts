import { dataText, positionOf, view } from './lazy.ts';
import type { Lazy } from './lazy.ts';
import { fields, onlyKnown, text } from './fields.ts';
import type { Fields } from './fields.ts';
import { bindParameters } from './parameters.ts';
import { PipelineError } from './tree.ts';
import type { MappingTree, Position, SourceFile } from './tree.ts';
import type { Scope } from './scope.ts';

export type ListKind = 'steps' | 'jobs' | 'stages';

const referenceKeys = new Set(['template', 'parameters']);

/**
 * The items of a list of steps, jobs or stages; items that are template references are
 * replaced by what the templates hold, at any depth.
 * @param own whether each item gets variables of its own, as stages and jobs do
 */
export function* listItems(lazy: Lazy, kind: ListKind, own: boolean): Generator<Fields> {
  const seen = view(lazy);
  if (seen.kind === 'scalar' && dataText(seen.data) === '') return;
  if (seen.kind !== 'sequence') {
    throw new PipelineError(`'${kind}' must be a sequence`, positionOf(lazy));
  }
  const what = `an item of '${kind}'`;
  for (const item of seen.items) {
    const given = fields(own ? nested(item) : item, what);
    if (!given.pairs.has('template')) {
      yield given;
      continue;
    }
    yield* listItems(templateContent(given, kind), kind, own);
  }
}

/** What a template reference stands for: the content of the template's only section. */
export function templateContent(given: Fields, kind: ListKind | 'variables'): Lazy {
  const { scope, body } = openTemplate(given);
  const found = fields({ tree: body, scope }, 'a template');
  onlyKnown(found, new Set(['parameters', kind]), `a template of ${kind}`);
  const content = found.pairs.get(kind);
  if (!content) throw new PipelineError(`the template holds no '${kind}'`, found.at);
  return content.value;
}

function nested(lazy: Lazy): Lazy {
  return { ...lazy, scope: lazy.scope.nested() };
}

/** Finds the template of a reference and binds its parameters. */
export function openTemplate(given: Fields): { scope: Scope; body: MappingTree } {
  onlyKnown(given, referenceKeys, 'a template reference');
  const reference = given.pairs.get('template');
  if (!reference) throw new PipelineError(`'template' is missing`, given.at);
  const at = positionOf(reference.value);
  const { repositories } = given.scope.expansion;
  const file = repositories.template(text(reference.value, 'template'), given.file, at);
  const body = mappingRoot(file);
  const parameters = given.pairs.get('parameters')?.value;
  const scope = bindParameters(given.scope.included(file, at), body, parameters, given.at);
  return { scope, body };
}

/** @throws PipelineError unless the file holds a mapping */
export function mappingRoot(file: SourceFile): MappingTree {
  if (file.root.kind === 'mapping') return file.root;
  const at: Position = file.root.at;
  throw new PipelineError('a mapping is expected at the top of the file', at);
}
