import { defaultScope, scopeOf } from '../emit/scope-data.ts';
import type { ScopeData } from '../emit/scope-data.ts';
import { ancestorsOf } from '../emit/ancestors.ts';
import type { Context } from '../emit/context.ts';
import { isResource, targetOf } from '../emit/references.ts';
import { contextOf } from '../emit/template.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { ModuleSymbol, ResourceSymbol, Scope } from '../model/symbols.ts';
import { propertyNamed } from '../syntax/read.ts';

type Kind = ScopeData['kind'];

// Where resources of these types live. Others are not judged: this compiler has no library of resource types.
const SCOPES: Readonly<Record<string, readonly Scope[]>> = {
  'microsoft.resources/resourcegroups': ['subscription'],
  'microsoft.management/managementgroups': ['tenant'],
  'microsoft.subscription/aliases': ['tenant'],
};

const IN_GROUPS = [
  'Microsoft.Compute/disks',
  'Microsoft.Compute/virtualMachines',
  'Microsoft.Compute/virtualMachineScaleSets',
  'Microsoft.ContainerRegistry/registries',
  'Microsoft.ContainerService/managedClusters',
  'Microsoft.KeyVault/vaults',
  'Microsoft.ManagedIdentity/userAssignedIdentities',
  'Microsoft.Network/networkInterfaces',
  'Microsoft.Network/networkSecurityGroups',
  'Microsoft.Network/privateDnsZones',
  'Microsoft.Network/privateEndpoints',
  'Microsoft.Network/publicIPAddresses',
  'Microsoft.Network/routeTables',
  'Microsoft.Network/virtualNetworks',
  'Microsoft.OperationalInsights/workspaces',
  'Microsoft.Storage/storageAccounts',
  'Microsoft.Web/serverfarms',
  'Microsoft.Web/sites',
].map((type) => type.toLowerCase());

function allowedFor(type: string): readonly Scope[] | undefined {
  const lower = type.toLowerCase();
  const group = IN_GROUPS.some((known) => lower === known || lower.startsWith(`${known}/`));
  return SCOPES[lower] ?? (group ? ['resourceGroup'] : undefined);
}

/** Whether a resource would be deployed where the file itself is not. */
function isElsewhere(model: Model, given: ScopeData): boolean {
  switch (given.kind) {
    case 'tenant':
    case 'resource':
      return false;
    case 'managementGroup':
      return !['tenant', 'managementGroup'].includes(model.targetScope);
    case 'subscription':
      return model.targetScope !== given.kind || given.subscription !== undefined;
    case 'resourceGroup':
      return model.targetScope !== given.kind || given.resourceGroup !== undefined;
  }
}

const quoted = (list: readonly string[]): string => list.map((s) => `"${s}"`).join(', ');

/** Where the outermost of the resources that one belongs to is deployed. */
function rootScope(c: Context, symbol: ResourceSymbol): ScopeData {
  const root = ancestorsOf(c, symbol)[0]?.symbol ?? symbol;
  const property = propertyNamed(root.body, 'scope');
  const target = property && targetOf(c, property.value);
  const given = property ? scopeOf(c, property.value) : undefined;
  if (given?.kind === 'resource' && isResource(target)) return rootScope(c, target.symbol);
  return given ?? defaultScope(c.model.targetScope);
}

function checkChild(c: Context, symbol: ResourceSymbol, root: ResourceSymbol): void {
  if (symbol.existing || !isElsewhere(c.model, rootScope(c, root))) return;
  const message = `A resource's computed scope must match that of the Bicep file for it to be deployable. This resource's scope is computed from the "scope" property value assigned to ancestor resource "${root.name}". You must use modules to deploy resources to a different scope.`;
  report(c.model, symbol.node.value, 'BCP165', message);
}

function check(context: Context, symbol: ResourceSymbol | ModuleSymbol): void {
  const { model } = context;
  const root = symbol.kind === 'resource' ? ancestorsOf(context, symbol)[0]?.symbol : undefined;
  if (symbol.kind === 'resource' && root) {
    checkChild(context, symbol, root);
    return;
  }
  const property = propertyNamed(symbol.body, 'scope');
  const given = property ? scopeOf(context, property.value) : defaultScope(model.targetScope);
  if (!given) {
    report(
      model,
      property?.value ?? symbol.node,
      'BCP036',
      'The property "scope" expected a value that is a scope known at compile time: tenant(), managementGroup(), subscription(), resourceGroup() or a resource.',
    );
    return;
  }
  const at = property?.value ?? symbol.node.value;
  if (symbol.kind === 'module') checkModule(model, symbol, given.kind, at);
  else if (given.kind === 'resource') {
    if (!symbol.existing && isElsewhere(model, rootScope(context, symbol))) notHere(model, at);
  } else checkResource(model, symbol, given, at);
}

const GROUP_SCOPES =
  'current resource group: resourceGroup(), named resource group in same subscription: resourceGroup(<name>), named resource group in a different subscription: resourceGroup(<subId>, <name>), current subscription: subscription(), named subscription: subscription(<subId>) or tenant: tenant()';
const SUBSCRIPTION_SCOPES =
  'current subscription: subscription(), named subscription: subscription(<subId>), named resource group in same subscription: resourceGroup(<name>), named resource group in different subscription: resourceGroup(<subId>, <name>), or tenant: tenant()';

/** From a subscription or a group no management group can be reached. */
function checkReach(model: Model, given: Kind, at: Span): void {
  const { targetScope } = model;
  if (given !== 'managementGroup') return;
  if (targetScope !== 'subscription' && targetScope !== 'resourceGroup') return;
  const [code, scopes] =
    targetScope === 'subscription' ? ['BCP115', SUBSCRIPTION_SCOPES] : ['BCP116', GROUP_SCOPES];
  report(
    model,
    at,
    code,
    `Unsupported scope for module deployment in a "${targetScope}" target scope. Omit this property to inherit the current scope, or specify a valid scope. Permissible scopes include ${scopes}.`,
  );
}

function checkModule(model: Model, symbol: ModuleSymbol, given: Kind, at: Span): void {
  checkReach(model, given, at);
  const { target } = symbol;
  if (!target || target.kind === 'json' || target.targetScope === given) return;
  if (!propertyNamed(symbol.body, 'scope')) {
    const message =
      'The specified "module" declaration is missing the following required properties: "scope".';
    report(model, symbol.node.name, 'BCP035', message);
  }
  report(
    model,
    at,
    'BCP134',
    `Scope "${given}" is not valid for this module. Permitted scopes: "${target.targetScope}".`,
  );
}

interface Span {
  start: number;
  end: number;
}

function checkResource(model: Model, symbol: ResourceSymbol, given: ScopeData, at: Span): void {
  const allowed = allowedFor(symbol.type);
  if (allowed && !allowed.some((scope) => scope === given.kind)) {
    report(
      model,
      at,
      'BCP135',
      `Scope "${given.kind}" is not valid for this resource type. Permitted scopes: ${quoted(allowed)}.`,
    );
  } else if (!symbol.existing && isElsewhere(model, given)) {
    notHere(model, at);
  }
}

function notHere(model: Model, at: Span): void {
  const message =
    "A resource's scope must match the scope of the Bicep file for it to be deployable. You must use modules to deploy resources to a different scope.";
  report(model, at, 'BCP139', message);
}

/** Looks at where resources and modules are to be deployed. */
export function checkScopes(model: Model): void {
  const context = contextOf(model);
  for (const symbol of [...model.resources, ...model.modules]) check(context, symbol);
}
