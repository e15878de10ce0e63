import type { AccessNode, Expression, IndexNode } from '../syntax/nodes.ts';
import { bare, literalText } from '../syntax/read.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import { EmitError, NULL, append, asCall, call, text } from './arm.ts';
import type { Arm } from './arm.ts';
import { symbolOf } from './context.ts';
import type { Context } from './context.ts';
import { convert } from './convert.ts';
import { ancestorsOf, symbolicName } from './ancestors.ts';
import { isModuleValue } from './module-values.ts';
import { hasSecureOutputs, isSecureOutput } from './module-outputs.ts';
import {
  DEPLOYMENTS_VERSION,
  contextAt,
  isResource,
  moduleIdAt,
  moduleReference,
  resourceReference,
  symbolicReference,
  targetOf,
} from './references.ts';
import type { Target } from './references.ts';
import { moduleName, ownName, resourceId } from './resource-id.ts';

const isSafe = (name: string): boolean => name === 'tryGet' || name === 'tryIndexFromEnd';

/** Whether a null on the left ends the whole chain: `a.?b.c`. */
function continuesChain(c: Context, node: Expression): boolean {
  if (node.kind === 'access' || node.kind === 'index') return true;
  if (node.kind === 'nonnull') return continuesChain(c, node.expression);
  const first = node.kind === 'call' ? node.arguments[0] : undefined;
  if (node.kind === 'call' && node.name.name === 'any' && first && !symbolOf(c, node)) {
    return continuesChain(c, first);
  }
  return false;
}

function plainAccess(c: Context, node: AccessNode | IndexNode, step: Arm): Arm {
  const base = convert(c, node.base);
  const fromEnd = node.kind === 'index' && node.fromEnd;
  if (node.safe) return call(fromEnd ? 'tryIndexFromEnd' : 'tryGet', base, step);
  if (
    continuesChain(c, node.base) &&
    base.kind === 'call' &&
    base.path.length === 0 &&
    isSafe(base.name)
  ) {
    const extra = fromEnd
      ? call('createObject', text('value'), step, text('fromEnd'), { kind: 'bool', value: true })
      : step;
    return { ...base, args: [...base.args, extra] };
  }
  if (fromEnd) return call('indexFromEnd', base, step);
  return append(base, step);
}

/** The condition of a resource: its own and those of the resources that it, or one of its parents, is written in. */
export function conditionOf(c: Context, symbol: ResourceSymbol): Arm | undefined {
  const outer = aroundOf(c, symbol);
  const own = symbol.condition && convert(c, symbol.condition.condition);
  return outer && own ? call('and', outer, own) : (own ?? outer);
}

function aroundOf(c: Context, symbol: ResourceSymbol): Arm | undefined {
  if (symbol.outer) return conditionOf(c, symbol.outer);
  const parent = ancestorsOf(c, symbol).at(-1);
  if (!parent) return undefined;
  const { symbol: target, index } = parent;
  return aroundOf(contextAt(c, target, index && convert(c, index)), target);
}

function guard(condition: Arm | undefined, value: Arm): Arm {
  return condition ? call('if', condition, value, NULL) : value;
}

function resourceAccess(
  c: Context,
  target: Target<ResourceSymbol>,
  name: string,
  safe: boolean,
): Arm {
  const { symbol, index } = target;
  const there = contextAt(c, symbol, index && convert(c, index));
  const condition = safe ? conditionOf(there, symbol) : undefined;
  switch (name) {
    case 'id':
      return guard(condition, resourceId(there, symbol));
    case 'name':
      return guard(condition, ownName(there, symbol));
    case 'type':
      return text(symbol.type);
    case 'apiVersion':
      return text(symbol.apiVersion);
    case 'properties':
      if (!safe) return resourceReference(c, target, false);
      break;
    default:
      break;
  }
  const reference = guard(condition, resourceReference(c, target, true));
  return safe ? call('tryGet', reference, text(name)) : append(reference, text(name));
}

function moduleCondition(c: Context, target: Target<ModuleSymbol>): Arm | undefined {
  const { symbol, index } = target;
  if (!symbol.condition) return undefined;
  return convert(contextAt(c, symbol, index && convert(c, index)), symbol.condition.condition);
}

function moduleAccess(
  c: Context,
  target: Target<ModuleSymbol>,
  node: AccessNode,
  secure: boolean | undefined,
): Arm {
  const { symbol, index } = target;
  const condition = node.safe ? moduleCondition(c, target) : undefined;
  if (node.name.name === 'name') {
    const at = index && convert(c, index);
    return guard(condition, moduleName(contextAt(c, symbol, at), symbol, at));
  }
  if (node.name.name !== 'outputs') {
    throw new EmitError(
      node.name,
      `The type "module" does not contain property "${node.name.name}". Available properties include "name", "outputs".`,
      'BCP053',
    );
  }
  if (secure ?? hasSecureOutputs(symbol)) {
    const id = c.symbolic ? symbolicReference(c, symbol.name, index) : moduleIdAt(c, target);
    return guard(condition, call('listOutputsWithSecureValues', id, text(DEPLOYMENTS_VERSION)));
  }
  const reference = moduleReference(c, target);
  if (!node.safe) return append(reference, text('outputs'));
  return call('tryGet', guard(condition, reference), text('outputs'));
}

/** `module.outputs.name`, also where the module is the variable of a lambda. */
function outputAccess(c: Context, outputs: AccessNode, node: AccessNode): Arm {
  const target = targetOf(c, outputs.base);
  const name = node.name.name;
  let base: Arm;
  let steps: Arm[] = [text(name), text('value')];
  if (target && !isResource(target)) {
    const secure = isSecureOutput(target.symbol, name);
    base = moduleAccess(c, target, outputs, secure);
    if (secure) steps = [text(name)];
  } else {
    base = convert(c, outputs);
  }
  const start = asCall(base);
  if (node.safe) return steps.reduce((value, step) => call('tryGet', value, step), base);
  if (start.path.length === 0 && isSafe(start.name)) {
    return { ...start, args: [...start.args, ...steps] };
  }
  const last = start.args[start.args.length - 1];
  if (start.name === 'if' && start.path.length === 0 && last?.kind === 'null') {
    return call('tryGet', start, ...steps);
  }
  return append(start, ...steps);
}

/** `base.name` and `base.?name`. */
export function convertAccess(c: Context, node: AccessNode): Arm {
  const target = targetOf(c, node.base);
  if (isResource(target)) return resourceAccess(c, target, node.name.name, node.safe);
  if (target) return moduleAccess(c, target, node, undefined);
  const base = bare(node.base);
  if (base.kind === 'access' && base.name.name === 'outputs' && isModuleValue(c, base.base)) {
    return outputAccess(c, base, node);
  }
  const symbol = symbolOf(c, base);
  if (symbol?.kind === 'wildcard') {
    const member = c.imports.member(symbol, node.name.name);
    if (member?.kind === 'var') return call('variables', text(c.imports.nameOf(member)));
    throw new EmitError(
      node.name,
      `The type "${symbol.name}" does not contain property "${node.name.name}".`,
      'BCP053',
    );
  }
  return plainAccess(c, node, text(node.name.name));
}

/** `base[index]` and its safe and from-the-end forms. */
export function convertIndex(c: Context, node: IndexNode): Arm {
  const target = targetOf(c, node);
  if (isResource(target)) return resourceReference(c, target, true);
  if (target) return moduleReference(c, target);
  const name = literalText(node.index);
  const base = targetOf(c, node.base);
  // What the text writes as `resource['id']` means the same as `resource.id`.
  if (name !== undefined && isResource(base)) return resourceAccess(c, base, name, node.safe);
  const wanted = symbolicNameOf(c, node);
  if (wanted) throw new EmitError(node, `The resource "${wanted}" is not a collection.`, 'BCP076');
  return plainAccess(c, node, convert(c, node.index));
}

function symbolicNameOf(c: Context, node: IndexNode): string | undefined {
  const base = targetOf(c, node.base);
  return isResource(base) && !base.symbol.loop ? symbolicName(c, base.symbol) : undefined;
}
