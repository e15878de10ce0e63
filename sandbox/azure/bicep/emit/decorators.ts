import type { CallNode, Expression } from '../syntax/nodes.ts';
import { decoratorNamed, literalText } from '../syntax/read.ts';
import { toJson } from './arm.ts';
import type { Context } from './context.ts';
import { convert } from './convert.ts';

type Json = Record<string, unknown>;

/** Descriptions in three quotes may be indented like the code around them: that is taken off all lines but the first. */
export function deindent(text: string): string {
  const [first = '', ...rest] = text.split(/\r\n|\r|\n/);
  const indents = rest.map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents.filter((_, i) => rest[i] !== ''));
  const eol = /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
  return [first, ...rest.map((line) => line.slice(common))].join(eol);
}

function jsonOf(c: Context, node: Expression | undefined): unknown {
  return node ? toJson(convert(c, node)) : undefined;
}

/** `@description`, as a template holds it. */
export function descriptionOf(c: Context, decorators: readonly CallNode[]): unknown {
  const decorator = decoratorNamed(decorators, 'description');
  const given = decorator?.arguments[0];
  const plain = literalText(given);
  if (plain === undefined || !given) return jsonOf(c, given);
  return toJson({ kind: 'string', value: deindent(plain) });
}

const SECURE: Readonly<Record<string, string>> = { string: 'securestring', object: 'secureObject' };

/** The members that decorators add to a type. Those of `@metadata` and others are merged. */
export function applyDecorators(
  c: Context,
  json: Json,
  decorators: readonly CallNode[],
  extraMetadata: Json = {},
): Json {
  const result: Json = { ...json };
  const named = (name: string): CallNode | undefined => decoratorNamed(decorators, name);
  if (named('secure') && typeof result['type'] === 'string') {
    result['type'] = SECURE[result['type']] ?? result['type'];
  }
  if (named('sealed')) result['additionalProperties'] = false;
  const given = jsonOf(c, named('metadata')?.arguments[0]);
  const description = descriptionOf(c, decorators);
  const metadata: Json = {
    ...(result['metadata'] as Json | undefined),
    ...(typeof given === 'object' && given !== null ? given : {}),
    ...(description === undefined ? {} : { description }),
    ...extraMetadata,
  };
  if (given !== undefined || Object.keys(metadata).length > 0) result['metadata'] = metadata;
  for (const name of ['minLength', 'maxLength', 'minValue', 'maxValue']) {
    const decorator = named(name);
    if (decorator) result[name] = jsonOf(c, decorator.arguments[0]);
  }
  return result;
}
