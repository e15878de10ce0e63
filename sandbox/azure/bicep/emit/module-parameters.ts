import type { CallNode, Expression } from '../syntax/nodes.ts';
import { bare, keyText, propertyNamed } from '../syntax/read.ts';
import type { ModuleSymbol } from '../model/symbols.ts';
import { EmitError, call, expressionString, text, toJson } from './arm.ts';
import type { Arm } from './arm.ts';
import { symbolOf } from './context.ts';
import type { Context } from './context.ts';
import { convert, loopBody } from './convert.ts';
import { contextAt, isResource, targetOf } from './references.ts';
import { resourceId } from './resource-id.ts';

const object = (members: Record<string, Arm>): Arm => ({
  kind: 'object',
  properties: Object.entries(members).map(([key, value]) => ({ key: text(key), value })),
});

/** `vault.getSecret('name')`: the engine reads the secret, the value never stands in the template. */
function secret(c: Context, node: CallNode): Arm | undefined {
  const target = node.base && targetOf(c, node.base);
  if (!isResource(target) || node.name.name !== 'getSecret') return undefined;
  const { symbol, index } = target;
  const id = resourceId(contextAt(c, symbol, index && convert(c, index)), symbol);
  const [name, version] = node.arguments;
  if (!name) throw new EmitError(node, 'Expected 1 to 2 arguments, but got 0.', 'BCP071');
  return object({
    reference: object({
      keyVault: object({ id }),
      secretName: convert(c, name),
      ...(version ? { secretVersion: convert(c, version) } : {}),
    }),
  });
}

function parameter(c: Context, given: Expression): Arm {
  const node = bare(given);
  if (node.kind === 'variable') {
    const symbol = symbolOf(c, node);
    if (symbol?.kind === 'var' && c.inlined.has(symbol)) return parameter(c, symbol.node.value);
  }
  if (node.kind === 'ternary') {
    const { condition, whenTrue, whenFalse } = node;
    return call('if', convert(c, condition), parameter(c, whenTrue), parameter(c, whenFalse));
  }
  const reference = node.kind === 'call' ? secret(c, node) : undefined;
  return reference ?? object({ value: convert(c, node) });
}

/** In a parameter the loop's name is `value`, whatever the parameter is called. */
function renameCopyIndex(value: Arm): Arm {
  switch (value.kind) {
    case 'call': {
      const named = value.name === 'copyIndex' && value.args[0]?.kind === 'string';
      const args = named && value.args.length === 1 ? [text('value')] : value.args;
      return { ...value, args: args.map(renameCopyIndex), path: value.path.map(renameCopyIndex) };
    }
    case 'array':
      return { ...value, items: value.items.map(renameCopyIndex) };
    case 'object':
      return {
        ...value,
        properties: value.properties.map((p) => ({
          key: renameCopyIndex(p.key),
          value: renameCopyIndex(p.value),
        })),
      };
    case 'string':
    case 'int':
    case 'bool':
    case 'null':
    case 'loop':
      return value;
  }
}

/** The `parameters` of a module's deployment. */
export function moduleParameters(
  c: Context,
  symbol: ModuleSymbol,
): Record<string, unknown> | undefined {
  const params = propertyNamed(symbol.body, 'params');
  if (!params) return undefined;
  const body = bare(params.value);
  if (body.kind !== 'object') {
    throw new EmitError(params.value, 'The value of "params" must be an object literal.', 'BCP183');
  }
  const result: Record<string, unknown> = {};
  for (const member of body.members) {
    const name = member.kind === 'property' ? keyText(member) : undefined;
    if (member.kind === 'spread' || name === undefined) {
      throw new EmitError(member, 'Module parameters must be named one by one.', 'BCP183');
    }
    const value = bare(member.value);
    if (value.kind === 'for') {
      const source = convert(c, value.source);
      const input = renameCopyIndex(loopBody(c, value.body));
      const count = expressionString(call('length', source));
      const direct = input.kind === 'string';
      const json = direct ? toJson(input) : expressionString(input);
      result[name] = { copy: [{ name: 'value', count, input: json }] };
    } else {
      result[name] = toJson(parameter(c, member.value));
    }
  }
  return result;
}
