import { evaluate } from './evaluate.ts';
import type { EvaluationContext } from './evaluate.ts';
import { endOfString } from './lexer.ts';
import { parseExpression } from './parser.ts';
import type { Expression } from './parser.ts';
import { ExpressionError, tryString, kindOf } from './value.ts';
import type { Value } from './value.ts';

/** A directive that stands where a key or an item may stand. */
export type Directive =
  | { kind: 'if' | 'elseif'; condition: Expression }
  | { kind: 'else' }
  | { kind: 'each'; variable: string; collection: Expression }
  | { kind: 'insert' };

/** A scalar of a pipeline file, taken apart. */
export type Template =
  | { kind: 'text'; text: string }
  | { kind: 'expression'; expression: Expression; source: string }
  | { kind: 'directive'; directive: Directive; source: string }
  | { kind: 'mixed'; parts: (string | { expression: Expression; source: string })[] };

/**
 * Reads `${{ }}` in a scalar. Every expression is parsed here, so that a syntax error is found
 * even in a branch that is never taken, as in the service.
 * @throws ExpressionError
 */
export function parseTemplate(text: string): Template {
  if (!text.includes('${{')) return { kind: 'text', text };
  const parts: (string | { source: string })[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('${{', at);
    if (open < 0) break;
    if (open > at) parts.push(text.slice(at, open));
    const close = endOfExpression(text, open + 3);
    parts.push({ source: text.slice(open + 3, close).trim() });
    at = close + 2;
  }
  if (at < text.length) parts.push(text.slice(at));
  const [first] = parts;
  if (parts.length === 1 && typeof first === 'object') return whole(first.source);
  return {
    kind: 'mixed',
    parts: parts.map((part) => {
      if (typeof part === 'string') return part;
      if (directive(part.source)) {
        throw new ExpressionError(`the directive '${part.source}' must stand alone`);
      }
      return { expression: parseExpression(part.source), source: part.source };
    }),
  };
}

function whole(source: string): Template {
  const found = directive(source);
  if (found) return { kind: 'directive', directive: found, source };
  return { kind: 'expression', expression: parseExpression(source), source };
}

function endOfExpression(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    if (text.charAt(at) === "'") at = endOfString(text, at);
    else if (text.startsWith('}}', at)) return at;
    else at++;
  }
  throw new ExpressionError(`'\${{' is not closed by '}}' in '${text.slice(start - 3)}'`);
}

function directive(source: string): Directive | undefined {
  const [, word = '', rest = ''] = /^([A-Za-z]+)\b\s*(.*)$/s.exec(source) ?? [];
  switch (word) {
    case 'if':
    case 'elseif':
      // `if` may be followed by a bracket in other dialects; here a blank has to separate them.
      if (rest === '') throw new ExpressionError(`'${word}' needs a condition`);
      return { kind: word, condition: parseExpression(rest) };
    case 'else':
    case 'insert':
      if (rest !== '') throw new ExpressionError(`unexpected '${rest}' after '${word}'`);
      return { kind: word };
    case 'each': {
      const match = /^([A-Za-z_][A-Za-z0-9_]*)\s+in\s+(.+)$/s.exec(rest);
      if (!match) {
        throw new ExpressionError(`'${source}' must have the form 'each name in collection'`);
      }
      return {
        kind: 'each',
        variable: match[1] ?? '',
        collection: parseExpression(match[2] ?? ''),
      };
    }
    default:
      return undefined;
  }
}

/** The value of one expression; errors name it. */
export function valueOf(expression: Expression, source: string, context: EvaluationContext): Value {
  try {
    return evaluate(expression, context);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(`${error.message} in expression '${source}'`);
  }
}

/** Text with expressions in it; each becomes text. */
export function mixedText(
  parts: readonly (string | { expression: Expression; source: string })[],
  context: EvaluationContext,
): string {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = valueOf(part.expression, part.source, context);
    const shown = tryString(value);
    if (shown === undefined) {
      throw new ExpressionError(`${kindOf(value)} cannot be put into text: '${part.source}'`);
    }
    text += shown;
  }
  return text;
}
