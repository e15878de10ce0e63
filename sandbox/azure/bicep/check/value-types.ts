import type { Model } from '../model/model.ts';
import type { Expression } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';

/** The kinds of value that are told apart without knowing the types of resources. */
export type ValueKind = 'string' | 'int' | 'bool' | 'array' | 'object' | 'null';

// What these functions yield, whatever they are given.
const RETURNS: Readonly<Record<string, ValueKind>> = {
  base64: 'string',
  bool: 'bool',
  cidrHost: 'string',
  cidrSubnet: 'string',
  contains: 'bool',
  createArray: 'array',
  empty: 'bool',
  endsWith: 'bool',
  filter: 'array',
  flatten: 'array',
  format: 'string',
  guid: 'string',
  indexOf: 'int',
  int: 'int',
  items: 'array',
  join: 'string',
  length: 'int',
  loadTextContent: 'string',
  map: 'array',
  newGuid: 'string',
  objectKeys: 'array',
  padLeft: 'string',
  range: 'array',
  replace: 'string',
  resourceId: 'string',
  split: 'array',
  startsWith: 'bool',
  string: 'string',
  subscriptionResourceId: 'string',
  substring: 'string',
  toLower: 'string',
  toObject: 'object',
  toUpper: 'string',
  trim: 'string',
  uniqueString: 'string',
  uri: 'string',
  utcNow: 'string',
};

const AMBIENT: ReadonlySet<string> = new Set(['string', 'int', 'bool', 'array', 'object']);

/** The kind of value that a type stands for; undefined if there may be several, or it is not known. */
export function kindOfType(type: TypeNode | undefined): ValueKind | undefined {
  switch (type?.kind) {
    case 'type-name':
      return AMBIENT.has(type.name.name) ? (type.name.name as ValueKind) : undefined;
    case 'type-array':
    case 'type-tuple':
      return 'array';
    case 'type-object':
      return 'object';
    case 'type-literal':
      if (typeof type.value === 'string') return 'string';
      return typeof type.value === 'number' ? 'int' : undefined;
    default:
      return undefined;
  }
}

function ofBinary(operator: string): ValueKind | undefined {
  if (['==', '!=', '=~', '!~', '<', '<=', '>', '>=', '&&', '||'].includes(operator)) return 'bool';
  return ['+', '-', '*', '/', '%'].includes(operator) ? 'int' : undefined;
}

/** The kind of value that an expression yields, where the text alone tells it. */
export function kindOf(model: Model, expression: Expression): ValueKind | undefined {
  const node = bare(expression);
  switch (node.kind) {
    case 'string':
      return 'string';
    case 'integer':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'null':
    case 'object':
    case 'array':
      return node.kind;
    case 'for':
      return 'array';
    case 'unary':
      return node.operator === '!' ? 'bool' : 'int';
    case 'binary':
      return ofBinary(node.operator);
    case 'ternary': {
      const left = kindOf(model, node.whenTrue);
      return left === kindOf(model, node.whenFalse) ? left : undefined;
    }
    case 'call':
      return node.base || model.references.has(node) ? undefined : RETURNS[node.name.name];
    case 'variable': {
      const symbol = model.references.get(node);
      return symbol?.kind === 'param' && model.kind === 'bicep'
        ? kindOfType(symbol.node.type)
        : undefined;
    }
    default:
      return undefined;
  }
}
