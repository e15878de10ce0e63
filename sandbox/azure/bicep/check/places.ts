import { builtIn } from '../model/functions.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { CallNode, ForNode } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import type { StatementNode } from '../syntax/statements.ts';
import { valuesOf, walk } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';

const LOOP_PLACES =
  'For-expressions are not supported in this context. For-expressions may be used as values of resource, module, variable, and output declarations, or values of resource and module properties.';

/** Names that only stand for something inside a deployment, and what may refer to them. */
const DEFAULTS_ONLY = ['newGuid', 'utcNow'];

/** The word `for`, behind the bracket that the expression begins with. */
const loopWord = (node: ForNode): { start: number; end: number } => ({
  start: node.start + 1,
  end: node.start + 1 + 'for'.length,
});

function isPlain(model: Model, node: CallNode): boolean {
  const base = node.base && bare(node.base);
  return !model.references.has(node) && (!base || model.references.get(base)?.kind === 'namespace');
}

function checkCall(model: Model, statement: StatementNode, node: CallNode): void {
  if (!isPlain(model, node)) return;
  const { name } = node.name;
  if (DEFAULTS_ONLY.includes(name) && statement.kind !== 'param') {
    const message = `Function "${name}" is not valid at this location. It can only be used as a parameter default value.`;
    report(model, node.name, 'BCP065', message);
  }
  if (builtIn(name)?.runtime && statement.kind === 'param') {
    const message = `Function "${name}" is not valid at this location. It can only be used in resource declarations.`;
    report(model, node.name, 'BCP066', message);
  }
}

function checkReference(model: Model, statement: StatementNode, node: ValueNode): void {
  if (statement.kind !== 'param' || node.kind !== 'variable') return;
  const kind = model.references.get(node)?.kind;
  if (kind !== 'var' && kind !== 'resource' && kind !== 'module') return;
  report(
    model,
    node,
    'BCP072',
    'This symbol cannot be referenced here. Only other parameters can be referenced in parameter default values.',
  );
}

function isWithinLoop(model: Model, node: ForNode): boolean {
  let seen = false;
  for (let up = model.parents.get(node); up; up = model.parents.get(up)) {
    if (up.kind === 'resource') return seen;
    // The loop of the declaration itself does not count.
    if (up.kind === 'for' && model.parents.get(up)?.kind === 'property') seen = true;
  }
  return seen;
}

function checkLoop(model: Model, statement: StatementNode, node: ForNode, value: ValueNode): void {
  const parent = model.parents.get(node);
  if (node === value && statement.kind !== 'param' && statement.kind !== 'func') return;
  if (parent?.kind === 'resource') return;
  const inBody = statement.kind === 'resource' || statement.kind === 'module';
  if (!inBody || parent?.kind !== 'property') {
    report(model, loopWord(node), 'BCP138', LOOP_PLACES);
    return;
  }
  if (parent.key.kind === 'string' && parent.key.expressions.length > 0) {
    const message =
      'For-expressions cannot be used with properties whose names are also expressions.';
    report(model, parent.key, 'BCP143', message);
  } else if (isWithinLoop(model, node)) {
    const message = 'Property value for-expressions cannot be nested.';
    report(model, loopWord(node), 'BCP142', message);
  }
}

function checkIndex(model: Model, node: ValueNode & { kind: 'index' }): void {
  const symbol = model.references.get(bare(node.base));
  if ((symbol?.kind !== 'resource' && symbol?.kind !== 'module') || !symbol.loop) return;
  const names = new Set<string>();
  walk(node.index, (part) => {
    const local = model.references.get(part);
    if (local?.kind === 'local' && local.role === 'lambda') names.add(`"${local.name}"`);
  });
  if (names.size === 0) return;
  const message = `Using lambda variables inside resource or module array access is not currently supported. Found the following lambda variable(s) being accessed: ${[...names].join(', ')}.`;
  report(model, node.index, 'BCP247', message);
}

/** Looks for what stands where it may not: loops, functions, names. */
export function checkPlaces(model: Model): void {
  if (model.kind === 'params') return;
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) {
      walk(value, (node) => {
        if (node.kind === 'for') checkLoop(model, statement, node, value);
        if (node.kind === 'call') checkCall(model, statement, node);
        if (node.kind === 'index') checkIndex(model, node);
        checkReference(model, statement, node);
      });
    }
  }
}
