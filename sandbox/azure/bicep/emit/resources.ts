import { decoratorNamed, keyText } from '../syntax/read.ts';
import type { CallNode, ForNode, ObjectNode } from '../syntax/nodes.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import { EmitError, append, call, expressionString, propertiesJson, toJson } from './arm.ts';
import type { ArmProperty } from './arm.ts';
import { ancestorsOf, symbolicName } from './ancestors.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { convert, convertProperty } from './convert.ts';
import { conditionOf } from './convert-access.ts';
import { descriptionOf } from './decorators.ts';
import { DependsOn } from './depends-on.ts';
import { moduleParameters } from './module-parameters.ts';
import { DEPLOYMENTS_VERSION } from './references.ts';
import { moduleName, qualifiedName } from './resource-id.ts';
import { moduleScope, resourceScope, scopeMembers } from './scope-data.ts';
import { nestedTemplate } from './nested-template.ts';

type Json = Record<string, unknown>;

function copyMember(
  c: Context,
  name: string,
  loop: ForNode | undefined,
  decorators: readonly CallNode[],
): Json {
  if (!loop) return {};
  const batch = decoratorNamed(decorators, 'batchSize')?.arguments[0];
  return {
    copy: {
      name,
      count: expressionString(call('length', convert(c, loop.source))),
      ...(batch ? { mode: 'serial', batchSize: toJson(convert(c, batch)) } : {}),
    },
  };
}

/** The members of a body, without those that are written elsewhere. */
function bodyMembers(c: Context, body: ObjectNode | undefined, omit: readonly string[]): Json {
  const properties: ArmProperty[] = [];
  for (const member of body?.members ?? []) {
    if (member.kind === 'spread') {
      throw new EmitError(
        member,
        'The spread operator "..." is not permitted in this location.',
        'BCP401',
      );
    }
    const key = keyText(member);
    if (key === undefined || !omit.includes(key)) properties.push(convertProperty(c, member));
  }
  return propertiesJson(properties);
}

function trailer(c: Context, dependsOn: string[], decorators: readonly CallNode[]): Json {
  const description = descriptionOf(c, decorators);
  return {
    ...(dependsOn.length > 0 ? { dependsOn } : {}),
    ...(description === undefined ? {} : { metadata: { description } }),
  };
}

const jsonOf = (members: Record<string, Parameters<typeof toJson>[0] | undefined>): Json =>
  Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value ? [[key, toJson(value)]] : [])),
  );

function options(c: Context, symbol: ResourceSymbol): Json {
  const result: Json = {};
  for (const name of ['onlyIfNotExists', 'retryOn']) {
    const decorator = decoratorNamed(symbol.node.decorators, name);
    if (decorator) result[name] = decorator.arguments.map((a) => toJson(convert(c, a)));
  }
  return Object.keys(result).length > 0 ? { '@options': result } : {};
}

function resourceJson(c: Context, symbol: ResourceSymbol, dependsOn: DependsOn): Json {
  const { decorators } = symbol.node;
  const condition = conditionOf(c, symbol);
  const root = ancestorsOf(c, symbol)[0];
  return {
    ...copyMember(c, symbolicName(c, symbol), symbol.loop, decorators),
    ...(condition ? { condition: toJson(condition) } : {}),
    ...(symbol.existing ? { existing: true } : {}),
    ...options(c, symbol),
    type: symbol.type,
    apiVersion: symbol.apiVersion,
    ...jsonOf(scopeMembers(c, resourceScope(c, root ? root.symbol : symbol))),
    name: toJson(qualifiedName(c, symbol)),
    ...bodyMembers(c, symbol.body, ['name', 'scope', 'parent', 'dependsOn']),
    ...trailer(c, dependsOn.of(symbol), decorators),
  };
}

function moduleJson(c: Context, symbol: ModuleSymbol, dependsOn: DependsOn): Json {
  const { decorators } = symbol.node;
  const scope = moduleScope(c, symbol);
  const place = c.model.targetScope === 'resourceGroup' ? 'resourceGroup' : 'deployment';
  const location = append(call(place), { kind: 'string', value: 'location' });
  const parameters = moduleParameters(c, symbol);
  return {
    ...copyMember(c, symbol.name, symbol.loop, decorators),
    ...(symbol.condition ? { condition: toJson(convert(c, symbol.condition.condition)) } : {}),
    type: 'Microsoft.Resources/deployments',
    apiVersion: DEPLOYMENTS_VERSION,
    name: toJson(moduleName(c, symbol, undefined)),
    ...bodyMembers(c, symbol.body, ['name', 'params', 'scope', 'dependsOn']),
    ...jsonOf(scopeMembers(c, scope)),
    ...(scope.kind === 'resourceGroup' ? {} : { location: toJson(location) }),
    properties: {
      expressionEvaluationOptions: { scope: 'inner' },
      mode: 'Incremental',
      ...(parameters ? { parameters } : {}),
      template: nestedTemplate(symbol),
    },
    ...trailer(c, dependsOn.of(symbol), decorators),
  };
}

/** The `resources` of a template: a list, or with symbolic names an object. */
export function resourcesJson(c: Context): Json | Json[] {
  const dependsOn = new DependsOn(c);
  const result = new Map<string, Json>();
  const add = (name: string, build: () => Json): void => {
    const json = attempt(c.model, build);
    if (json) result.set(name, json);
  };
  for (const symbol of c.model.resources) {
    // Without symbolic names a template only lists what it deploys.
    const listed = c.symbolic ? !c.inlined.has(symbol) : !symbol.existing;
    if (listed) add(symbolicName(c, symbol), () => resourceJson(c, symbol, dependsOn));
  }
  for (const symbol of c.model.modules) {
    add(symbol.name, () => moduleJson(c, symbol, dependsOn));
  }
  return c.symbolic ? Object.fromEntries(result) : [...result.values()];
}
