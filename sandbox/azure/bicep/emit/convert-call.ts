import type { CallNode } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import { EmitError, call, fromJson, text } from './arm.ts';
import type { Arm } from './arm.ts';
import { symbolOf } from './context.ts';
import type { Context } from './context.ts';
import { convert } from './convert.ts';
import { symbolicName } from './ancestors.ts';
import { contextAt, isResource, symbolicReference, targetOf } from './references.ts';
import { resourceId } from './resource-id.ts';

function loadedContent(c: Context, node: CallNode): Arm | undefined {
  const variable = c.loadedNames.get(node);
  if (variable !== undefined) return call('variables', text(c.imports.loadedName(node, variable)));
  const content = c.model.loaded.get(node);
  if (!content) return undefined;
  return 'text' in content ? text(content.text) : fromJson(content.value);
}

const otherScopes = new Set(['managementGroup', 'resourceGroup', 'subscription']);

/** The last name of what `nameof()` was given. */
function nameOf(node: CallNode): Arm {
  const given = node.arguments[0] && bare(node.arguments[0]);
  if (given?.kind === 'variable' || given?.kind === 'access' || given?.kind === 'nested') {
    return text(given.name.name);
  }
  if (given?.kind === 'index' && given.index.kind === 'string') {
    return text(given.index.segments.join(''));
  }
  throw new EmitError(node, 'The argument of nameof() must be a symbol or a property.', 'BCP408');
}

/** `resource.listKeys()` and its like. */
function resourceCall(c: Context, node: CallNode): Arm | undefined {
  const target = node.base && targetOf(c, node.base);
  if (!isResource(target)) return undefined;
  const { symbol, index } = target;
  if (!node.name.name.toLowerCase().startsWith('list')) {
    const { name } = node.name;
    if (name === 'getSecret') {
      const message =
        'Function "getSecret" is not valid at this location. It can only be used when directly assigning to a module parameter with a secure decorator.';
      throw new EmitError(node, message, 'BCP180');
    }
    const message = `The type "${symbol.type}" does not contain function "${name}".`;
    throw new EmitError(node.name, message, 'BCP109');
  }
  const given = node.arguments.map((a) => convert(c, a));
  const id =
    c.symbolic && !c.inlined.has(symbol)
      ? symbolicReference(c, symbolicName(c, symbol), index)
      : resourceId(contextAt(c, symbol, index && convert(c, index)), symbol);
  return call(node.name.name, id, ...(given.length > 0 ? given : [text(symbol.apiVersion)]));
}

/** A function call of any kind. */
export function convertCall(c: Context, node: CallNode): Arm {
  const base = node.base && bare(node.base);
  const baseSymbol = base && symbolOf(c, base);
  const given = (): Arm[] => node.arguments.map((a) => convert(c, a));
  if (baseSymbol?.kind === 'wildcard') {
    const target = c.imports.member(baseSymbol, node.name.name);
    if (target?.kind === 'func') return call(c.imports.functionName(target), ...given());
    throw new EmitError(
      node.name,
      `The function "${node.name.name}" does not exist in namespace "${baseSymbol.name}".`,
      'BCP107',
    );
  }
  if (base && baseSymbol?.kind !== 'namespace') {
    const converted = resourceCall(c, node);
    if (converted) return converted;
    throw new EmitError(
      node.name,
      `The value does not contain a function "${node.name.name}".`,
      'BCP109',
    );
  }
  const symbol = symbolOf(c, node);
  if (symbol?.kind === 'func') return call(c.imports.functionName(symbol), ...given());
  if (symbol?.kind === 'imported') {
    const target = c.imports.target(symbol);
    if (target?.kind === 'func') return call(c.imports.functionName(target), ...given());
  }
  const loaded = loadedContent(c, node);
  if (loaded) return loaded;
  const first = node.arguments[0];
  if (node.name.name === 'any' && first) return convert(c, first);
  if (node.name.name === 'nameof') return nameOf(node);
  // Another scope is no value that an expression could have.
  if (node.arguments.length > 0 && otherScopes.has(node.name.name)) {
    return { kind: 'object', properties: [] };
  }
  return call(node.name.name, ...given());
}
