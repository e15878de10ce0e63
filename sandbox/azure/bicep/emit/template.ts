import type { Expression, LambdaNode } from '../syntax/nodes.ts';
import type { CallNode } from '../syntax/nodes.ts';
import { decoratorNamed } from '../syntax/read.ts';
import type { OutputNode } from '../syntax/statements.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';
import type { Model } from '../model/model.ts';
import type { FuncSymbol, Scope, TypeSymbol, VarSymbol } from '../model/symbols.ts';
import { copyJson, fromJson, text, toJson } from './arm.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { convert } from './convert.ts';
import { applyDecorators, descriptionOf } from './decorators.ts';
import { ImportClosure } from './import-closure.ts';
import type { ForeignSymbol } from './import-closure.ts';
import { findInlined } from './inline.ts';
import { loadedVariables } from './loaded-variables.ts';
import { resourcesJson } from './resources.ts';
import { needsSymbolicNames } from './symbolic.ts';
import { typeJson } from './types.ts';
import { COMPILER_VERSION } from '../version.ts';

type Json = Record<string, unknown>;

const SCHEMAS: Readonly<Record<Scope, string>> = {
  tenant: '2019-08-01/tenantDeploymentTemplate',
  managementGroup: '2019-08-01/managementGroupDeploymentTemplate',
  subscription: '2018-05-01/subscriptionDeploymentTemplate',
  resourceGroup: '2019-04-01/deploymentTemplate',
};

/** The place of the declarations of a file. */
export function contextOf(model: Model): Context {
  return {
    model,
    symbolic: needsSymbolicNames(model),
    inlined: findInlined(model),
    loadedNames: loadedVariables(model),
    imports: new ImportClosure(model),
    locals: new Map(),
  };
}

/** The same template, but the text of another file. */
const placeOf = (c: Context, { model }: ForeignSymbol): Context => ({
  ...c,
  model,
  inlined: findInlined(model),
  loadedNames: loadedVariables(model),
});

const origin = ({ name, source, original }: ForeignSymbol, renamed: boolean): Json => ({
  '__bicep_imported_from!': {
    sourceTemplate: source,
    ...(renamed && name !== original ? { originalIdentifier: original } : {}),
  },
});

const EXPORT = { '__bicep_export!': true };

function definitions(c: Context): Json {
  const result: Json = {};
  const define = (place: Context, name: string, symbol: TypeSymbol, metadata: Json): void => {
    const { type, decorators } = symbol.node;
    result[name] = attempt(place.model, () => {
      const json = typeJson(place, { model: place.model, type, decorators });
      return applyDecorators(place, json, decorators, metadata);
    });
  };
  for (const symbol of c.model.symbols.values()) {
    if (symbol.kind !== 'type') continue;
    const exported = decoratorNamed(symbol.node.decorators, 'export');
    define(c, symbol.name, symbol, exported ? EXPORT : {});
  }
  for (const foreign of c.imports.foreign) {
    const { symbol, name, original } = foreign;
    if (symbol.kind !== 'type') continue;
    define(placeOf(c, foreign), name, symbol, origin(foreign, !name.endsWith(original)));
  }
  return result;
}

function functionJson(c: Context, lambda: LambdaNode): Json {
  const describe = (type: TypeNode | undefined): Json =>
    type ? typeJson(c, { model: c.model, type, decorators: [] }) : {};
  return {
    parameters: lambda.parameters.map((p) => ({ ...describe(p.type), name: p.name.name })),
    output: { ...describe(lambda.returns), value: toJson(convert(c, lambda.body)) },
  };
}

function functions(c: Context): Json[] {
  const spaces = new Map<string, Json>();
  const define = (place: Context, full: string, symbol: FuncSymbol, extra: Json): void => {
    const [space = '', name = ''] = full.split('.');
    const members = spaces.get(space) ?? {};
    spaces.set(space, members);
    const json = attempt(place.model, () => functionJson(place, symbol.node.lambda)) ?? {};
    const description = descriptionOf(place, symbol.node.decorators);
    const metadata = { ...(description === undefined ? {} : { description }), ...extra };
    members[name] = Object.keys(metadata).length > 0 ? { ...json, metadata } : json;
  };
  for (const symbol of c.model.symbols.values()) {
    if (symbol.kind !== 'func') continue;
    const exported = decoratorNamed(symbol.node.decorators, 'export');
    define(c, c.imports.functionName(symbol), symbol, exported ? EXPORT : {});
  }
  for (const foreign of c.imports.foreign) {
    if (foreign.symbol.kind !== 'func') continue;
    const full = c.imports.functionName(foreign.symbol);
    const local = { ...foreign, name: full.split('.')[1] ?? '' };
    define(placeOf(c, foreign), full, foreign.symbol, origin(local, true));
  }
  const own = (space: string): number => Number(space === '__bicep');
  return [...spaces]
    .sort(([a], [b]) => own(b) - own(a))
    .map(([namespace, members]) => ({ namespace, members }));
}

function contentOf(model: Model, node: CallNode): unknown {
  const content = model.loaded.get(node);
  if (!content) return null;
  return toJson('text' in content ? text(content.text) : fromJson(content.value));
}

function variables(c: Context): Json {
  const loops: object[] = [];
  const result: Json = {};
  const define = (place: Context, name: string, value: Expression): void => {
    attempt(place.model, () => {
      const converted = convert(place, value);
      if (converted.kind === 'loop') loops.push(copyJson(name, converted.source, converted.body));
      else result[name] = toJson(converted);
    });
  };
  for (const [node, name] of c.loadedNames) result[name] = contentOf(c.model, node);
  for (const symbol of c.model.vars) {
    if (!c.inlined.has(symbol)) define(c, symbol.name, symbol.node.value);
  }
  for (const foreign of c.imports.foreign) {
    const { symbol, name, model } = foreign;
    if (symbol.kind === 'content') result[name] = contentOf(model, symbol.node);
    if (symbol.kind === 'var') {
      const { value } = symbol.node;
      define({ ...placeOf(c, foreign), importedLoop: { owner: value, name } }, name, value);
    }
  }
  return loops.length > 0 ? { copy: loops, ...result } : result;
}

function parameters(c: Context): Json {
  const result: Json = {};
  for (const { name, node } of c.model.params) {
    const { decorators, type, value } = node;
    if (!type) continue;
    result[name] = attempt(c.model, () => {
      const json = typeJson(c, { model: c.model, type, decorators });
      if (value) json['defaultValue'] = toJson(convert(c, value));
      const allowed = decoratorNamed(decorators, 'allowed')?.arguments[0];
      if (allowed) json['allowedValues'] = toJson(convert(c, allowed));
      return applyDecorators(c, json, decorators);
    });
  }
  return result;
}

function outputJson(c: Context, output: OutputNode, type: TypeNode): Json {
  const { decorators, value } = output;
  const json = applyDecorators(c, typeJson(c, { model: c.model, type, decorators }), decorators);
  const converted = convert(c, value);
  return converted.kind === 'loop'
    ? { ...json, copy: copyJson(undefined, converted.source, converted.body) }
    : { ...json, value: toJson(converted) };
}

function outputs(c: Context): Json {
  const result: Json = {};
  for (const output of c.model.outputs) {
    const { name, type } = output;
    if (type) result[name.name] = attempt(c.model, () => outputJson(c, output, type));
  }
  return result;
}

function exportedVariable(c: Context, symbol: VarSymbol): Json {
  const description = descriptionOf(c, symbol.node.decorators);
  const { type, decorators } = symbol.node;
  return {
    name: symbol.name,
    ...(description === undefined ? {} : { description }),
    ...(type ? { type: typeJson(c, { model: c.model, type, decorators }) } : {}),
  };
}

function metadata(c: Context): Json {
  const result: Json = { _generator: { name: 'bicep', version: COMPILER_VERSION } };
  const exported = c.model.vars
    .filter((v) => decoratorNamed(v.node.decorators, 'export'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (exported.length > 0) {
    const describe = (v: VarSymbol): Json | undefined =>
      attempt(c.model, () => exportedVariable(c, v));
    result['__bicep_exported_variables!'] = exported.map(describe);
  }
  for (const { name, value } of c.model.metadata) {
    result[name.name] = attempt(c.model, () => toJson(convert(c, value)));
  }
  return result;
}

/** The template of a file. What this compiler cannot express is reported, and left out. */
export function templateOf(model: Model): Json {
  const c = contextOf(model);
  const base = 'https://schema.management.azure.com/schemas/';
  const result: Json = { $schema: `${base}${SCHEMAS[model.targetScope]}.json#` };
  if (c.symbolic) result['languageVersion'] = '2.0';
  result['contentVersion'] = '1.0.0.0';
  result['metadata'] = metadata(c);
  const optional: Json = {
    definitions: definitions(c),
    functions: functions(c),
    parameters: parameters(c),
    variables: variables(c),
  };
  for (const [name, value] of Object.entries(optional)) {
    if (Object.keys(value as object).length > 0) result[name] = value;
  }
  result['resources'] = resourcesJson(c);
  const out = outputs(c);
  if (Object.keys(out).length > 0) result['outputs'] = out;
  return result;
}
