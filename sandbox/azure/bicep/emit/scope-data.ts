import type { Expression } from '../syntax/nodes.ts';
import { bare, propertyNamed } from '../syntax/read.ts';
import type { ModuleSymbol, ResourceSymbol, Scope } from '../model/symbols.ts';
import { append, call, text } from './arm.ts';
import type { Arm } from './arm.ts';
import { symbolOf } from './context.ts';
import type { Context, FileContext } from './context.ts';
import { convert } from './convert.ts';
import { ownName, resourceId } from './resource-id.ts';
import { contextAt, isResource, targetOf } from './references.ts';
import type { Target } from './references.ts';

type Part = (c: Context) => Arm;

/** Where something is deployed; the parts are read at the place of its declaration. */
export type ScopeData =
  | { kind: 'tenant' }
  | { kind: 'managementGroup'; managementGroup: Part | undefined }
  | { kind: 'subscription'; subscription: Part | undefined }
  | { kind: 'resourceGroup'; subscription: Part | undefined; resourceGroup: Part | undefined }
  /** An extension of another resource: the part is that resource's id. */
  | { kind: 'resource'; resource: Part };

const part = (node: Expression | undefined): Part | undefined => node && ((c) => convert(c, node));

export function defaultScope(scope: Scope): ScopeData {
  switch (scope) {
    case 'tenant':
      return { kind: 'tenant' };
    case 'managementGroup':
      return { kind: 'managementGroup', managementGroup: undefined };
    case 'subscription':
      return { kind: 'subscription', subscription: undefined };
    case 'resourceGroup':
      return { kind: 'resourceGroup', subscription: undefined, resourceGroup: undefined };
  }
}

function ofCall(name: string, given: Expression[]): ScopeData | undefined {
  const [first, second] = given;
  switch (name) {
    case 'tenant':
      return { kind: 'tenant' };
    case 'managementGroup':
      return { kind: 'managementGroup', managementGroup: part(first) };
    case 'subscription':
      return { kind: 'subscription', subscription: part(first) };
    case 'resourceGroup':
      return second
        ? { kind: 'resourceGroup', subscription: part(first), resourceGroup: part(second) }
        : { kind: 'resourceGroup', subscription: undefined, resourceGroup: part(first) };
    default:
      return undefined;
  }
}

function ofResource(c: FileContext, target: Target<ResourceSymbol>): ScopeData {
  const { symbol, index } = target;
  const there = (at: Context): Context => contextAt(at, symbol, index && convert(at, index));
  const name: Part = (at) => ownName(there(at), symbol);
  switch (symbol.type.toLowerCase()) {
    case 'microsoft.resources/resourcegroups': {
      const own = resourceScope(c, symbol);
      const outer = own.kind === 'subscription' ? own.subscription : undefined;
      const subscription: Part | undefined = outer && ((at) => outer(there(at)));
      return { kind: 'resourceGroup', subscription, resourceGroup: name };
    }
    case 'microsoft.management/managementgroups':
      return { kind: 'managementGroup', managementGroup: name };
    default:
      return { kind: 'resource', resource: (at) => resourceId(there(at), symbol) };
  }
}

/** What a `scope:` says; undefined if it is not an expression of a scope. */
export function scopeOf(c: FileContext, expression: Expression): ScopeData | undefined {
  const node = bare(expression);
  const target = targetOf(c, node);
  if (isResource(target)) return ofResource(c, target);
  if (node.kind === 'call') {
    const base = node.base && symbolOf(c, node.base);
    if (!node.base || base?.kind === 'namespace') return ofCall(node.name.name, node.arguments);
  }
  if (node.kind === 'variable') {
    const symbol = symbolOf(c, node);
    if (symbol?.kind === 'var') return scopeOf(c, symbol.node.value);
  }
  return undefined;
}

function declaredScope(c: FileContext, symbol: ResourceSymbol | ModuleSymbol): ScopeData {
  const property = propertyNamed(symbol.body, 'scope');
  const given = property && scopeOf(c, property.value);
  return given ?? defaultScope(c.model.targetScope);
}

/** Where a resource is deployed, by its own declaration: children must ask for the outermost one's. */
export function resourceScope(c: FileContext, symbol: ResourceSymbol): ScopeData {
  return declaredScope(c, symbol);
}

export function moduleScope(c: FileContext, symbol: ModuleSymbol): ScopeData {
  return declaredScope(c, symbol);
}

/** The members `scope`, `subscriptionId` and `resourceGroup` of a resource or module. */
export function scopeMembers(
  c: Context,
  scope: ScopeData,
): { scope?: Arm; subscriptionId?: Arm; resourceGroup?: Arm } {
  const { targetScope } = c.model;
  switch (scope.kind) {
    case 'tenant':
      return targetScope === 'tenant' ? {} : { scope: text('/') };
    case 'managementGroup': {
      if (!scope.managementGroup) return {};
      const type = 'Microsoft.Management/managementGroups';
      const name = scope.managementGroup(c);
      const short = targetScope === 'tenant' || targetScope === 'managementGroup';
      return {
        scope: short
          ? call('format', text(`${type}/{0}`), name)
          : call('tenantResourceId', text(type), name),
      };
    }
    case 'subscription':
      if (scope.subscription) return { subscriptionId: scope.subscription(c) };
      return targetScope === 'resourceGroup'
        ? { subscriptionId: append(call('subscription'), text('subscriptionId')) }
        : {};
    case 'resourceGroup':
      return {
        ...(scope.subscription ? { subscriptionId: scope.subscription(c) } : {}),
        ...(scope.resourceGroup ? { resourceGroup: scope.resourceGroup(c) } : {}),
      };
    case 'resource':
      return { scope: scope.resource(c) };
  }
}
