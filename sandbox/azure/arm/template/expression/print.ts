import type { JsonValue } from '../json.ts';
import type { Expression } from './ast.ts';

/**
 * The text of an expression, without the outer brackets. parse(print(x)) is x but for positions.
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'string':
      return quote(expression.value);
    case 'number':
      return String(expression.value);
    case 'call':
      return `${expression.name}(${expression.args.map((arg) => printExpression(arg)).join(', ')})`;
    case 'property':
      return `${printExpression(expression.base)}.${expression.name}`;
    case 'index':
      return `${printExpression(expression.base)}[${printExpression(expression.index)}]`;
  }
}

/** An expression whose value is the given one. */
export function literalExpression(value: JsonValue, at: number): Expression {
  if (typeof value === 'string') return { kind: 'string', value, at };
  if (typeof value === 'number' && Number.isSafeInteger(value))
    return { kind: 'number', value, at };
  if (value === null || typeof value === 'boolean') {
    return { kind: 'call', name: String(value), args: [], at };
  }
  const text: Expression = { kind: 'string', value: JSON.stringify(value), at };
  return { kind: 'call', name: 'json', args: [text], at };
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
