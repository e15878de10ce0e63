import type { Expression, ForNode, IfNode, ObjectNode, PropertyNode } from './nodes.ts';
import type { CallNode } from './nodes.ts';

/** The text of a string without interpolation. */
export function literalText(node: Expression | undefined): string | undefined {
  return node?.kind === 'string' && node.expressions.length === 0 ? node.segments[0] : undefined;
}

/** The name of a property if it is known at compile time. */
export function keyText(property: PropertyNode): string | undefined {
  return property.key.kind === 'name' ? property.key.name : literalText(property.key);
}

/** The property of that name (exactly so spelt). */
export function propertyNamed(
  object: ObjectNode | undefined,
  name: string,
): PropertyNode | undefined {
  return object?.members.find(
    (m): m is PropertyNode => m.kind === 'property' && keyText(m) === name,
  );
}

/** A declaration's value taken apart: `[for ...: if (...) { ... }]`. */
export interface DeclaredBody {
  loop: ForNode | undefined;
  condition: IfNode | undefined;
  body: ObjectNode | undefined;
}

export function unwrapBody(value: Expression): DeclaredBody {
  const loop = value.kind === 'for' ? value : undefined;
  const inner = loop ? loop.body : value;
  const condition = inner.kind === 'if' ? inner : undefined;
  const body = condition ? condition.body : inner;
  return { loop, condition, body: body.kind === 'object' ? body : undefined };
}

/** Without what has no meaning at run time: parentheses and `!`. */
export function bare(node: Expression): Expression {
  return node.kind === 'parentheses' || node.kind === 'nonnull' ? bare(node.expression) : node;
}

/** The decorator of that name, with or without `sys.` before it; the last one, if it stands there in both forms. */
export function decoratorNamed(
  decorators: readonly CallNode[],
  name: string,
): CallNode | undefined {
  return decorators.findLast((d) => d.name.name === name);
}
