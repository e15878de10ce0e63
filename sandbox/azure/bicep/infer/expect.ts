import type { ArrayNode, Expression, ObjectNode } from '../syntax/nodes.ts';
import { keyText, propertyNamed } from '../syntax/read.ts';
import type { Span } from '../syntax/token.ts';
import { isAssignable } from './assignable.ts';
import type { Inference } from './infer.ts';
import { ANY, isNullable, isOpen, nameOf, unionOf, withoutNull } from './value-type.ts';
import type { ArrayType, ObjectType, UnionType, ValueType } from './value-type.ts';

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
  } else if (node.kind === 'object' && target.kind === 'union' && target.tag !== undefined) {
    const holder = isNullable(type) ? wanted.holder : undefined;
    expectTagged(inference, node, target, { tag: target.tag, holder });
  } else if (node.kind === 'array' && target.kind === 'array') {
    expectArray(inference, node, target);
  } else if (node.kind === 'for' && target.kind === 'array') {
    expectValue(inference, node.body, { type: target.item });
  } else if (!isAssignable(given, type)) {
    refuse(inference, node, wrongBranch(inference, node, type) ?? given, wanted);
  }
}

/** The type of the branch of a condition that does not fit. */
function wrongBranch(
  inference: Inference,
  node: Expression,
  type: ValueType,
): ValueType | undefined {
  if (node.kind !== 'ternary') return undefined;
  const branches = [node.whenTrue, node.whenFalse].map((branch) => inference.of(branch));
  return unionOf(branches.filter((branch) => !isAssignable(branch, type)));
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
  { holder }: { holder?: Wanted['holder'] },
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
    if (!type && target.sealed) notAllowed(inference, node, target, member.key, name);
    if (!type) continue;
    const inner = { what: 'object', at: member.key };
    expectValue(inference, member.value, { type, property: name, holder: inner });
  }
  const absent = [...target.properties]
    .filter(([name, type]) => !given.has(name) && !isNullable(type))
    .map(([name]) => name);
  if (open || absent.length === 0) return;
  const { what, at } = holder ?? { what: 'object', at: node };
  inference.fail(
    at,
    'BCP035',
    `The specified "${what}" declaration is missing the following required properties: ${absent.map((n) => `"${n}"`).join(', ')}.`,
  );
}

function notAllowed(
  inference: Inference,
  node: ObjectNode,
  target: ObjectType,
  at: Span,
  name: string,
): void {
  const free = [...target.properties.keys()].filter((key) => !propertyNamed(node, key)).sort();
  const advice =
    free.length > 0
      ? `Permissible properties include ${free.map((key) => `"${key}"`).join(', ')}.`
      : 'No other properties are allowed.';
  const message = `The property "${name}" is not allowed on objects of type "${nameOf(target)}". ${advice}`;
  inference.fail(at, 'BCP037', message);
}

/** An object of one of several types, which the value of its property `tag` chooses. */
function expectTagged(
  inference: Inference,
  node: ObjectNode,
  union: UnionType,
  { tag, holder }: { tag: string; holder: Wanted['holder'] },
): void {
  const tagOf = (type: ValueType): ValueType =>
    (type.kind === 'object' ? type.properties.get(tag) : undefined) ?? ANY;
  const all = unionOf(union.members.map(tagOf));
  if (isOpen(all)) return;
  const given = propertyNamed(node, tag);
  if (!given) {
    if (node.members.some(({ kind }) => kind === 'spread')) return;
    const message = `The property "${tag}" requires a value of type "${nameOf(all)}", but none was supplied.`;
    inference.fail(node, 'BCP078', message);
    return;
  }
  const type = inference.of(given.value);
  if (type.kind === 'string' && type.value === undefined) return;
  const member = union.members.find((each) => isAssignable(type, tagOf(each)));
  if (member?.kind === 'object') expectObject(inference, node, member, { holder });
  else refuse(inference, given.value, type, { type: all, property: tag });
}

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
