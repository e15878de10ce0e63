import type { AccessNode, IndexNode } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import { outputType } from './declared-type.ts';
import type { Inference } from './infer.ts';
import { isAssignable } from './assignable.ts';
import { ANY, INT, STRING, isOpen, nameOf, withoutNull } from './value-type.ts';
import type { ArrayType, ObjectType, ValueType } from './value-type.ts';

const listed = (names: Iterable<string>): string =>
  [...names]
    .sort()
    .map((name) => `"${name}"`)
    .join(', ');

/** `base.name` and `base.?name`. */
export function accessType(inference: Inference, node: AccessNode): ValueType {
  const base = withoutNull(inference.of(node.base));
  const { name } = node.name;
  switch (base.kind) {
    case 'any':
    case 'error':
    case 'union':
      return base.kind === 'error' ? base : ANY;
    case 'object':
      return propertyType(inference, base, name, node, node.safe);
    case 'resource':
      return ['id', 'name', 'type', 'apiVersion'].includes(name) ? STRING : ANY;
    case 'module':
      if (name === 'name') return STRING;
      return name === 'outputs' ? outputsOf(base) : ANY;
    default:
      return inference.fail(
        node.name,
        'BCP055',
        `Cannot access properties of type "${nameOf(base)}". An "object" type is required.`,
      );
  }
}

function outputsOf({ symbol: { target } }: ValueType & { kind: 'module' }): ValueType {
  if (!target || target.kind === 'json') return ANY;
  const names = target.outputs.map((output) => output.name.name);
  return {
    kind: 'object',
    properties: new Map(names.map((name) => [name, outputType(target, name)])),
    // What is not there is found where modules are looked at.
    rest: ANY,
    strict: true,
  };
}

function propertyType(
  inference: Inference,
  object: ObjectType,
  name: string,
  node: AccessNode | IndexNode,
  safe: boolean,
): ValueType {
  const found = object.properties.get(name) ?? object.rest;
  if (found) return found;
  if (!object.strict || safe) return ANY;
  const names = [...object.properties.keys()];
  const at = node.kind === 'access' ? node.name : node.index;
  // Without any property there is nothing to advise.
  if (names.length === 0) {
    const message = `The type "${nameOf(object)}" does not contain property "${name}".`;
    return inference.fail(at, 'BCP052', message);
  }
  return inference.fail(
    at,
    'BCP053',
    `The type "${nameOf(object)}" does not contain property "${name}". Available properties include ${listed(names)}.`,
  );
}

/** `base[index]` and its safe and from-the-end forms. */
export function indexType(inference: Inference, node: IndexNode): ValueType {
  const base = withoutNull(inference.of(node.base));
  const index = inference.of(node.index);
  if (base.kind === 'error') return base;
  if (index.kind === 'error') return index;
  switch (base.kind) {
    case 'any':
    case 'union':
    case 'resource':
    case 'module':
      return ANY;
    case 'array':
      return elementType(inference, base, index, node);
    case 'object':
      if (!isAssignable(index, STRING)) return badIndex(inference, node, 'BCP075', index);
      return index.kind === 'string' && index.value !== undefined
        ? propertyType(inference, base, index.value, node, node.safe)
        : ANY;
    default:
      return inference.fail(
        node.base,
        'BCP076',
        `Cannot index over expression of type "${nameOf(base)}". Arrays or objects are required.`,
      );
  }
}

function badIndex(
  inference: Inference,
  node: IndexNode,
  code: 'BCP074' | 'BCP075',
  index: ValueType,
): ValueType {
  const [what, wanted] = code === 'BCP074' ? ['arrays', 'int'] : ['objects', 'string'];
  return inference.fail(
    node.index,
    code,
    `Indexing over ${what} requires an index of type "${wanted}" but the provided index was of type "${nameOf(index)}".`,
  );
}

function elementType(
  inference: Inference,
  base: ArrayType,
  index: ValueType,
  node: IndexNode,
): ValueType {
  if (!isAssignable(index, INT)) return badIndex(inference, node, 'BCP074', index);
  const { item, items } = base;
  if (node.safe && (item.kind === 'resource' || item.kind === 'module')) {
    const message =
      'The `[?]` (safe dereference) operator may not be used on resource or module collections.';
    return inference.fail({ start: node.base.end + 1, end: node.end }, 'BCP323', message);
  }
  if (!items || isOpen(index) || index.kind !== 'int' || index.value === undefined) return item;
  if (node.fromEnd || bare(node.index).kind !== 'integer') return item;
  const found = items[Number(index.value)];
  if (found || node.safe) return found ?? ANY;
  const range =
    items.length > 0 ? ` Indexes for this type must be between 0 and ${items.length - 1}.` : '';
  return inference.fail(
    node.index,
    'BCP311',
    `The provided index value of "${index.value}" is not valid for type "${nameOf(base)}".${range}`,
  );
}
