import { ancestorsOf } from '../emit/ancestors.ts';
import type { FileContext } from '../emit/context.ts';
import { isResource, targetOf } from '../emit/references.ts';
import { contextOf } from '../emit/template.ts';
import { constantOf } from '../model/constant.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import type { Expression } from '../syntax/nodes.ts';
import { bare, propertyNamed } from '../syntax/read.ts';

const nameOf = (symbol: ResourceSymbol | ModuleSymbol): Expression | undefined =>
  propertyNamed(symbol.body, 'name')?.value;

const constant = (model: Model, node: Expression) => constantOf(model, node, () => undefined);

/** A resource of the file, `symbol` or `symbol[0]`; undefined for elements that are not known before. */
function placeOf(c: FileContext, symbol: ResourceSymbol, index?: Expression): string | undefined {
  const at = index && constant(c.model, index);
  if (index && at === undefined) return undefined;
  return `${symbol.node.start}[${String(at ?? '')}]`;
}

/** What a resource's name is unique in: its parent, the resource that it extends, or the file's own scope. */
function spaceOf(c: FileContext, symbol: ResourceSymbol): string | undefined {
  const ancestors = ancestorsOf(c, symbol);
  const parent = ancestors.at(-1);
  const scope = propertyNamed((ancestors[0]?.symbol ?? symbol).body, 'scope')?.value;
  if (parent) {
    const isHere = !scope || (scope.kind === 'call' && scope.arguments.length === 0);
    return isHere ? placeOf(c, parent.symbol, parent.index) : undefined;
  }
  if (!scope) return '';
  const target = targetOf(c, scope);
  if (isResource(target)) return placeOf(c, target.symbol, target.index);
  const node = bare(scope);
  return node.kind === 'call' && node.arguments.length === 0 ? '' : undefined;
}

/** The subscription and group of a module's scope, as far as they are written in the file. */
function moduleSpace(c: FileContext, symbol: ModuleSymbol): string | undefined {
  const scope = propertyNamed(symbol.body, 'scope')?.value;
  if (!scope) return '/';
  const target = targetOf(c, scope);
  const node = bare(scope);
  let parts: readonly (Expression | undefined)[];
  if (isResource(target)) parts = [target.index ? undefined : nameOf(target.symbol)];
  else if (node.kind === 'call') parts = node.arguments;
  else return undefined;
  const texts = parts.map((part) => part && constant(c.model, part));
  if (texts.includes(undefined)) return undefined;
  const isSubscription = node.kind === 'call' && node.name.name === 'subscription';
  const [subscription, group] = isSubscription || texts.length > 1 ? texts : ['', texts[0]];
  return `${String(subscription ?? '')}/${String(group ?? '')}`;
}

interface Named {
  symbol: ResourceSymbol | ModuleSymbol;
  key: string;
}

/** Resources and modules by what must be unique; those with conditions may exclude each other. */
function keyed(
  c: FileContext,
  symbol: ResourceSymbol | ModuleSymbol,
  space: string | undefined,
  type: string,
): Named[] {
  const node = nameOf(symbol);
  const name = node && constant(c.model, node);
  if (symbol.condition || space === undefined || typeof name !== 'string') return [];
  return [{ symbol, key: JSON.stringify([space, type, name]) }];
}

function repeated(
  model: Model,
  named: readonly Named[],
  code: string,
  text: (names: string) => string,
) {
  const groups = new Map<string, Named[]>();
  for (const each of named) groups.set(each.key, [...(groups.get(each.key) ?? []), each]);
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const names = group.map(({ symbol }) => `"${symbol.name}"`).join(', ');
    for (const { symbol } of group) report(model, nameOf(symbol) ?? symbol.node, code, text(names));
  }
}

/** How many segments a name has must agree with the type. */
function checkSegments(c: FileContext, symbol: ResourceSymbol): void {
  const name = nameOf(symbol);
  if (name?.kind !== 'string') return;
  const slashes = name.segments.join('').split('/').length - 1;
  if (symbol.outer || propertyNamed(symbol.body, 'parent')) {
    if (slashes === 0) return;
    const message =
      'Expected resource name to not contain any "/" characters. Child resources with a parent resource reference (via the parent property or via nesting) must not contain a fully-qualified name.';
    report(c.model, name, 'BCP170', message);
    return;
  }
  const wanted = symbol.type.split('/').length - 2;
  // What is interpolated may hold some of them.
  if (slashes === wanted || (name.expressions.length > 0 && slashes < wanted)) return;
  const message = `Expected resource name to contain ${wanted} "/" character(s). The number of name segments must match the number of segments in the resource type.`;
  report(c.model, name, 'BCP169', message);
}

/** Looks at the names that resources and modules get. */
export function checkNames(model: Model): void {
  if (model.kind === 'params') return;
  const c = contextOf(model);
  for (const symbol of model.resources) checkSegments(c, symbol);
  const resources = [...model.resources]
    .sort((a, b) => a.node.start - b.node.start)
    .flatMap((symbol) => keyed(c, symbol, spaceOf(c, symbol), symbol.type.toLowerCase()));
  repeated(
    model,
    resources,
    'BCP121',
    (names) =>
      `Resources: ${names} are defined with this same name in a file. Rename them or split into different modules.`,
  );
  const modules = model.modules.flatMap((symbol) => keyed(c, symbol, moduleSpace(c, symbol), ''));
  repeated(
    model,
    modules,
    'BCP122',
    (names) =>
      `Modules: ${names} are defined with this same name and this same scope in a file. Rename them or split into different modules.`,
  );
}
