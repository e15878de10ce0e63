import type { JsonValue } from '../../arm/template/json.ts';
import { isObject } from '../../arm/template/json.ts';
import type { CallNode, Expression } from '../syntax/nodes.ts';
import { keyText, propertyNamed } from '../syntax/read.ts';
import type { Model } from './model.ts';

/** The value of a call at compile time; undefined if it has none. */
export type CallValue = (call: CallNode) => JsonValue | undefined;

/**
 * The value of an expression that is known when a file is compiled: literals, variables that hold such, parts of
 * them, and what `callValue` knows of calls. Undefined for everything else.
 */
export function constantOf(
  model: Model,
  node: Expression,
  callValue: CallValue,
  pending: ReadonlySet<object> = new Set(),
): JsonValue | undefined {
  const value = (inner: Expression): JsonValue | undefined =>
    constantOf(model, inner, callValue, pending);
  switch (node.kind) {
    case 'string': {
      const parts = node.expressions.map(value);
      if (parts.some((part) => part === undefined || typeof part === 'object')) return undefined;
      return node.segments.map((text, i) => text + String(parts[i] ?? '')).join('');
    }
    case 'integer':
      return Number(node.digits);
    case 'boolean':
      return node.value;
    case 'null':
      return null;
    case 'parentheses':
    case 'nonnull':
      return value(node.expression);
    case 'array': {
      const items = node.items.map((item) => (item.kind === 'spread' ? undefined : value(item)));
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'object': {
      const entries = node.members.map((member) => {
        const name = member.kind === 'property' ? keyText(member) : undefined;
        return [name, member.kind === 'property' ? value(member.value) : undefined] as const;
      });
      if (entries.some(([name, item]) => name === undefined || item === undefined))
        return undefined;
      return Object.fromEntries(entries) as JsonValue;
    }
    case 'variable': {
      const symbol = model.references.get(node);
      if (symbol?.kind !== 'var' || pending.has(symbol)) return undefined;
      return constantOf(model, symbol.node.value, callValue, new Set([...pending, symbol]));
    }
    case 'access': {
      const symbol = model.references.get(node.base);
      if (symbol?.kind === 'resource' && node.name.name === 'name' && !symbol.loop) {
        const name = propertyNamed(symbol.body, 'name')?.value;
        if (!name || pending.has(symbol)) return undefined;
        return constantOf(model, name, callValue, new Set([...pending, symbol]));
      }
      const base = value(node.base);
      return isObject(base) ? base[node.name.name] : undefined;
    }
    case 'index': {
      const base = value(node.base);
      const index = value(node.index);
      if (Array.isArray(base) && typeof index === 'number') {
        return base[node.fromEnd ? base.length - index : index];
      }
      return isObject(base) && typeof index === 'string' ? base[index] : undefined;
    }
    case 'call':
      return callValue(node);
    default:
      return undefined;
  }
}
