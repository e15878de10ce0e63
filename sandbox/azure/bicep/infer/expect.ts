import type { ArrayNode, Expression, ObjectNode } from '../syntax/nodes.ts';
import { keyText } from '../syntax/read.ts';
import type { Span } from '../syntax/token.ts';
import { isAssignable } from './assignable.ts';
import type { Inference } from './infer.ts';
import { isOpen, nameOf, withoutNull } from './value-type.ts';
import type { ArrayType, ObjectType, ValueType } from './value-type.ts';

/** Where a value is wanted, which messages say. */
export interface Wanted {
  type: ValueType;
  /** The property that gets the value. */
  property?: string;
  /** Whether the value is an item of an array. */
  item?: boolean;
  /** What lacks properties, and where that is shown, if it is not the object itself. */
  holder?: { what: string; at: Span };
}

/** Compares a value with the type that its place has, and reports what does not fit, as deep as it is written out. */
export function expectValue(inference: Inference, node: Expression, wanted: Wanted): void {
  const { type } = wanted;
  const given = inference.of(node);
  if (isOpen(given) || isOpen(type)) return;
  const target = withoutNull(type);
  if (node.kind === 'parentheses') {
    expectValue(inference, node.expression, wanted);
  } else if (node.kind === 'object' && target.kind === 'object') {
    expectObject(inference, node, target, wanted);
  } else if (node.kind === 'array' && target.kind === 'array') {
    expectArray(inference, node, target);
  } else if (node.kind === 'for' && target.kind === 'array') {
    expectValue(inference, node.body, { type: target.item });
  } else if (!isAssignable(given, type)) {
    refuse(inference, node, given, wanted);
  }
}

function refuse(
  inference: Inference,
  node: Expression,
  given: ValueType,
  { type, property, item }: Wanted,
): void {
  const [from, to] = [nameOf(given), nameOf(type)];
  const types = `a value of type "${to}" but the provided value is of type "${from}".`;
  if (property !== undefined) {
    inference.fail(node, 'BCP036', `The property "${property}" expected ${types}`);
  } else if (item) {
    const message = `The enclosing array expected an item of type "${to}", but the provided item was of type "${from}".`;
    inference.fail(node, 'BCP034', message);
  } else {
    inference.fail(node, 'BCP033', `Expected ${types}`);
  }
}

function expectObject(
  inference: Inference,
  node: ObjectNode,
  target: ObjectType,
  { holder }: Wanted,
): void {
  const given = new Set<string>();
  let open = false;
  for (const member of node.members) {
    const name = member.kind === 'property' ? keyText(member) : undefined;
    if (member.kind === 'spread' || name === undefined) {
      open = true;
      continue;
    }
    given.add(name);
    const type = target.properties.get(name) ?? target.rest;
    if (!type) continue;
    const inner = { what: 'object', at: member.key };
    expectValue(inference, member.value, { type, property: name, holder: inner });
  }
  const absent = [...target.properties]
    .filter(([name, type]) => !given.has(name) && !isOptional(type))
    .map(([name]) => name);
  if (open || absent.length === 0) return;
  const { what, at } = holder ?? { what: 'object', at: node };
  inference.fail(
    at,
    'BCP035',
    `The specified "${what}" declaration is missing the following required properties: ${absent.map((n) => `"${n}"`).join(', ')}.`,
  );
}

const isOptional = (type: ValueType): boolean =>
  type.kind === 'null' || (type.kind === 'union' && type.members.some((m) => m.kind === 'null'));

function expectArray(inference: Inference, node: ArrayNode, target: ArrayType): void {
  const { item, items } = target;
  const spread = node.items.some(({ kind }) => kind === 'spread');
  if (items && !spread && node.items.length !== items.length) {
    const [short, few, least] =
      node.items.length < items.length
        ? ['BCP333', 'less', 'short to assign to a target for which the minimum']
        : ['BCP332', 'greater', 'long to assign to a target for which the maximum'];
    const message = `The provided value (whose length will always be ${few} than or equal to ${node.items.length}) is too ${least} allowable length is ${items.length}.`;
    inference.fail(node, short ?? '', message);
    return;
  }
  for (const [i, each] of node.items.entries()) {
    if (each.kind === 'spread') continue;
    const type = (spread ? undefined : items?.[i]) ?? item;
    expectValue(inference, each, { type, item: true });
  }
}
