/**
 * A template language expression. `at` is the offset of its first character in the expression text.
 */
export type Expression =
  StringLiteral | NumberLiteral | FunctionCall | PropertyAccess | IndexAccess;

export interface StringLiteral {
  kind: 'string';
  value: string;
  at: number;
}

export interface NumberLiteral {
  kind: 'number';
  value: number;
  at: number;
}

export interface FunctionCall {
  kind: 'call';
  /** As written; user functions carry their namespace: 'contoso.uniqueName'. */
  name: string;
  args: Expression[];
  at: number;
}

export interface PropertyAccess {
  kind: 'property';
  base: Expression;
  name: string;
  at: number;
}

export interface IndexAccess {
  kind: 'index';
  base: Expression;
  index: Expression;
  at: number;
}

/** Calls `visit` for an expression and everything inside it, outermost first. */
export function visitExpression(
  expression: Expression,
  visit: (expression: Expression) => void,
): void {
  visit(expression);
  switch (expression.kind) {
    case 'call':
      for (const arg of expression.args) visitExpression(arg, visit);
      break;
    case 'property':
      visitExpression(expression.base, visit);
      break;
    case 'index':
      visitExpression(expression.base, visit);
      visitExpression(expression.index, visit);
      break;
    case 'string':
    case 'number':
      break;
  }
}

/**
 * Whether the expression, or any part of it, is a call for which `test` holds (names in lower
 * case).
 */
export function someCall(
  expression: Expression,
  test: (name: string, call: FunctionCall) => boolean,
): boolean {
  let found = false;
  visitExpression(expression, (part) => {
    if (part.kind === 'call' && !found) found = test(part.name.toLowerCase(), part);
  });
  return found;
}
