import type { Expression } from '../expression/ast.ts';
import { literalExpression, printExpression } from '../expression/print.ts';
import { isObject, setProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';

const TOKEN = /unevaluated[0-9]{12}x/gi;
const WHOLE = /^unevaluated[0-9]{12}x$/i;
const at = 0;

const text = (value: string): Expression => ({ kind: 'string', value, at });
const call = (name: string, args: Expression[]): Expression => ({ kind: 'call', name, args, at });

/**
 * What is left of expressions that cannot be evaluated yet. Each has a token, a string that travels through
 * parameters, variables and names in its place; one text has one token, so that equal ids stay equal.
 */
export class Residues {
  readonly #byToken = new Map<string, Expression>();
  readonly #tokens = new Map<string, string>();

  /** The token of what is left. */
  token(rest: Expression): string {
    const key = printExpression(rest);
    let token = this.#tokens.get(key);
    if (token === undefined) {
      token = `unevaluated${String(this.#tokens.size).padStart(12, '0')}x`;
      this.#tokens.set(key, token);
      this.#byToken.set(token, rest);
    }
    return token;
  }

  /** Whether a value is one token and nothing else: its type is not known either. */
  readonly stands = (value: JsonValue): boolean => typeof value === 'string' && WHOLE.test(value);

  /** Whether a token is anywhere in a value. */
  isUnknown(value: JsonValue): boolean {
    if (typeof value === 'string') return new RegExp(TOKEN).test(value);
    if (Array.isArray(value)) return value.some((item) => this.isUnknown(item));
    if (!isObject(value)) return false;
    return Object.entries(value).some(([key, item]) => this.isUnknown(key) || this.isUnknown(item));
  }

  /** A value as one expression, tokens replaced by what they stand for. */
  expression(value: JsonValue): Expression {
    if (!this.isUnknown(value)) return constant(value);
    if (typeof value === 'string') return this.#ofText(value);
    if (Array.isArray(value)) {
      return call(
        'createArray',
        value.map((item) => this.expression(item)),
      );
    }
    const members = isObject(value) ? Object.entries(value) : [];
    return call(
      'createObject',
      members.flatMap(([key, item]) => [this.expression(key), this.expression(item)]),
    );
  }

  /**
   * A value with `[...]` where something is left to evaluate. A text that looks like that shows as it is: the real
   * CLI's snapshots have no escape.
   */
  shown(value: JsonValue): JsonValue {
    if (typeof value === 'string') {
      return this.isUnknown(value) ? `[${printExpression(this.#ofText(value))}]` : value;
    }
    if (Array.isArray(value)) return value.map((item) => this.shown(item));
    if (!isObject(value)) return value;
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      setProperty(result, String(this.shown(key)), this.shown(item));
    }
    return result;
  }

  #ofText(value: string): Expression {
    if (this.stands(value)) {
      const rest = this.#byToken.get(value.toLowerCase());
      if (rest !== undefined) return rest;
    }
    return this.#idOf(value) ?? this.#formatted(value);
  }

  /** An id in a place that is not known, the way templates write it. */
  #idOf(value: string): Expression | undefined {
    const id =
      /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\/providers\/([^/]+)\/(.+)$/i.exec(
        value,
      );
    const [, subscription = '', group, namespace = '', path = ''] = id ?? [];
    const segments = path.split('/');
    if (!id || segments.length % 2 !== 0 || segments.includes('providers')) return undefined;
    const even = (wanted: number) => segments.filter((_, i) => i % 2 === wanted);
    const parts = [[namespace, ...even(0)].join('/'), ...even(1)];
    const scope = group === undefined ? [subscription] : [subscription, group];
    const name = group === undefined ? 'subscriptionResourceId' : 'resourceId';
    return call(
      name,
      [...scope, ...parts].map((part) => this.expression(part)),
    );
  }

  #formatted(value: string): Expression {
    const args: Expression[] = [];
    const escaped = value.replaceAll('{', '{{').replaceAll('}', '}}');
    const format = escaped.replace(TOKEN, (token) => {
      args.push(this.#ofText(token));
      return `{${args.length - 1}}`;
    });
    return call('format', [text(format), ...args]);
  }
}

/** Known values are written out, so that what is left can be read. */
function constant(value: JsonValue): Expression {
  if (Array.isArray(value)) return call('createArray', value.map(constant));
  if (!isObject(value)) return literalExpression(value, at);
  return call(
    'createObject',
    Object.entries(value).flatMap(([key, item]) => [text(key), constant(item)]),
  );
}
