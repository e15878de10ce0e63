import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { ValueNode } from '../syntax/walk.ts';
import { childrenOf } from '../syntax/walk.ts';

/** Whether an expression is a literal through and through; the first part that is not is reported. */
export function isConstant(model: Model, node: ValueNode): boolean {
  switch (node.kind) {
    case 'integer':
    case 'boolean':
    case 'null':
      return true;
    case 'string':
      if (node.expressions.length === 0) return true;
      break;
    case 'unary':
    case 'parentheses':
    case 'object':
    case 'array':
    case 'property':
      return childrenOf(node).every((child) => isConstant(model, child));
    case 'missing':
      return false;
    default:
      break;
  }
  report(model, node, 'BCP032', 'The value must be a compile-time constant.');
  return false;
}
