import { propertyNamed } from '../syntax/read.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import { EmitError, append, call, integer, text } from './arm.ts';
import type { Arm } from './arm.ts';
import { ancestorsOf } from './ancestors.ts';
import type { Context } from './context.ts';
import { convert } from './convert.ts';
import { contextAt } from './references.ts';
import { moduleScope, resourceScope } from './scope-data.ts';
import type { ScopeData } from './scope-data.ts';

const DEPLOYMENTS = 'Microsoft.Resources/deployments';

function nameNode(symbol: ResourceSymbol) {
  const name = propertyNamed(symbol.body, 'name');
  if (name) return name.value;
  throw new EmitError(
    symbol.node.name,
    'The specified "resource" declaration is missing the following required properties: "name".',
    'BCP035',
  );
}

/** The resource's own name, as its declaration gives it. */
export function ownName(c: Context, symbol: ResourceSymbol): Arm {
  return convert(c, nameNode(symbol));
}

function split(name: Arm, count: number): Arm[] {
  return Array.from({ length: count }, (_, i) =>
    append(call('split', name, text('/')), integer(i)),
  );
}

interface Names {
  segments: Arm[];
  /** The place of the outermost resource's declaration, where its scope is to be read. */
  root: Context;
  rootSymbol: ResourceSymbol;
}

function namesOf(c: Context, symbol: ResourceSymbol): Names {
  const ancestors = ancestorsOf(c, symbol);
  const typeCount = symbol.type.split('/').length - 1;
  const own = ownName(c, symbol);
  if (ancestors.length === 0) {
    const segments = typeCount === 1 ? [own] : split(own, typeCount);
    return { segments, root: c, rootSymbol: symbol };
  }
  // Each index is written at the place of the next resource below.
  const contexts: Context[] = [];
  let below = c;
  for (const ancestor of [...ancestors].reverse()) {
    const index = ancestor.index && convert(below, ancestor.index);
    below = contextAt(below, ancestor.symbol, index);
    contexts.unshift(below);
  }
  const firstCount = typeCount - ancestors.length;
  const segments = ancestors.flatMap((ancestor, i) => {
    const name = ownName(contexts[i] ?? c, ancestor.symbol);
    return i === 0 && firstCount > 1 ? split(name, firstCount) : [name];
  });
  const rootSymbol = ancestors[0]?.symbol ?? symbol;
  return { segments: [...segments, own], root: contexts[0] ?? c, rootSymbol };
}

/** The name with those of the resources above it, `parent/child`. */
export function qualifiedName(c: Context, symbol: ResourceSymbol): Arm {
  if (ancestorsOf(c, symbol).length === 0) return ownName(c, symbol);
  const { segments } = namesOf(c, symbol);
  const format = segments.map((_, i) => `{${i}}`).join('/');
  return call('format', text(format), ...segments);
}

/** The id of a resource; the place must be that of its declaration. */
export function resourceId(c: Context, symbol: ResourceSymbol): Arm {
  const { segments, root, rootSymbol } = namesOf(c, symbol);
  return qualifiedId(root, resourceScope(c, rootSymbol), symbol.type, segments);
}

/** The name of the deployment that a module becomes; `index` only matters if the name is generated. */
export function moduleName(c: Context, symbol: ModuleSymbol, index: Arm | undefined): Arm {
  const given = propertyNamed(symbol.body, 'name');
  if (given) return convert(c, given.value);
  const unique = call('uniqueString', text(symbol.name), append(call('deployment'), text('name')));
  const parts = symbol.loop ? [index ?? call('copyIndex'), unique] : [unique];
  // A deployment's name has at most 64 characters: 13 of the hash, 3 of the index, a dash before each.
  const room = 64 - parts.length - 13 - (symbol.loop ? 3 : 0);
  const format = [symbol.name.slice(0, room), ...parts.map((_, i) => `{${i}}`)].join('-');
  return call('format', text(format), ...parts);
}

export function moduleId(c: Context, symbol: ModuleSymbol, index: Arm | undefined): Arm {
  return qualifiedId(c, moduleScope(c, symbol), DEPLOYMENTS, [moduleName(c, symbol, index)]);
}

const MANAGEMENT_GROUPS = 'Microsoft.Management/managementGroups';

/** The id of what has these names at that scope. */
export function qualifiedId(c: Context, scope: ScopeData, type: string, names: Arm[]): Arm {
  switch (scope.kind) {
    case 'tenant':
      return call('tenantResourceId', text(type), ...names);
    case 'subscription': {
      const first = scope.subscription ? [scope.subscription(c)] : [];
      return call('subscriptionResourceId', ...first, text(type), ...names);
    }
    case 'resourceGroup': {
      if (!scope.resourceGroup) return call('resourceId', text(type), ...names);
      const subscription =
        scope.subscription?.(c) ?? append(call('subscription'), text('subscriptionId'));
      const group = call(
        'format',
        text('/subscriptions/{0}/resourceGroups/{1}'),
        subscription,
        scope.resourceGroup(c),
      );
      return call('extensionResourceId', group, text(type), ...names);
    }
    case 'managementGroup': {
      const group = scope.managementGroup
        ? call('tenantResourceId', text(MANAGEMENT_GROUPS), scope.managementGroup(c))
        : append(call('managementGroup'), text('id'));
      return call('extensionResourceId', group, text(type), ...names);
    }
    case 'resource':
      return call('extensionResourceId', scope.resource(c), text(type), ...names);
  }
}
