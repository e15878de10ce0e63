import { parameterType } from '../infer/declared-type.ts';
import { isNullable } from '../infer/value-type.ts';
import type { Expression, ObjectNode, PropertyNode } from '../syntax/nodes.ts';
import { bare, keyText, propertyNamed } from '../syntax/read.ts';
import { valuesOf, walk } from '../syntax/walk.ts';
import { refusalOf } from '../model/statement-kinds.ts';
import { report } from '../model/model.ts';
import type { JsonTemplate, Model } from '../model/model.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';

const list = (names: readonly string[]): string => names.map((n) => `"${n}"`).join(', ');

function missing(model: Model, at: { start: number; end: number }, what: string, names: string[]) {
  report(
    model,
    at,
    'BCP035',
    `The specified "${what}" declaration is missing the following required properties: ${list(names)}.`,
  );
}

interface Wanted {
  all: string[];
  required: string[];
}

/** The parameters that a module's file takes. */
export function parametersOf(target: Model | JsonTemplate): Wanted {
  if (target.kind === 'json') {
    const given = (target.template['parameters'] ?? {}) as Record<string, Record<string, unknown>>;
    const all = Object.keys(given);
    const optional = (name: string): boolean =>
      (given[name] !== undefined && 'defaultValue' in given[name]) ||
      isNullable(parameterType(target, name));
    return { all, required: all.filter((name) => !optional(name)) };
  }
  const required = target.params.filter(
    ({ name, node }) => !node.value && !isNullable(parameterType(target, name)),
  );
  return { all: target.params.map((p) => p.name), required: required.map((p) => p.name) };
}

const MODULE_PROPERTIES = ['name', 'params', 'scope', 'dependsOn', 'identity', 'extensionConfigs'];

function unknown(model: Model, body: ObjectNode, allowed: readonly string[], type: string): void {
  for (const member of body.members) {
    const name = member.kind === 'property' ? keyText(member) : undefined;
    if (member.kind === 'spread' || name === undefined || allowed.includes(name)) continue;
    const free = allowed.filter((n) => !propertyNamed(body, n));
    const advice =
      free.length > 0
        ? `Permissible properties include ${list(free)}.`
        : 'No other properties are allowed.';
    report(
      model,
      member.key,
      'BCP037',
      `The property "${name}" is not allowed on objects of type "${type}". ${advice}`,
    );
  }
}

function checkModule(model: Model, symbol: ModuleSymbol): void {
  const { body, target, node } = symbol;
  if (!body) return;
  unknown(model, body, MODULE_PROPERTIES, 'module');
  if (!target) return;
  const wanted = parametersOf(target);
  const params = propertyNamed(body, 'params');
  const value = params && bare(params.value);
  if (value && value.kind !== 'object') return;
  if (!value) {
    if (wanted.required.length > 0) missing(model, node.name, 'module', ['params']);
    return;
  }
  unknown(model, value, wanted.all, 'params');
  if (value.members.some((m) => m.kind === 'spread')) return;
  const absent = wanted.required.filter((name) => !propertyNamed(value, name));
  if (absent.length > 0) missing(model, params?.key ?? node.name, 'object', absent);
}

function checkResource(model: Model, symbol: ResourceSymbol): void {
  const { body, node, outer, type } = symbol;
  if (!body) {
    report(
      model,
      node.value,
      'BCP018',
      'Expected the "{", "[", or "if" character at this location.',
    );
    return;
  }
  if (!propertyNamed(body, 'name') && !body.members.some((m) => m.kind === 'spread')) {
    missing(model, node.name, 'resource', ['name']);
  }
  if (symbol.existing) checkExisting(model, body);
  const asserts = propertyNamed(body, 'asserts');
  if (asserts) report(model, asserts.value, ...refusalOf('assert'));
  const parent = propertyNamed(body, 'parent');
  const scope = propertyNamed(body, 'scope');
  if (scope && (parent || outer)) {
    const message =
      'A child resource\'s scope is computed based on the scope of its ancestor resource. This means that using the "scope" property on a child resource is unsupported.';
    report(model, scope.value, 'BCP164', message);
  }
  if (!parent) return;
  if (outer) {
    report(
      model,
      parent.key,
      'BCP161',
      'A nested resource cannot have the property "parent": its parent is the resource around it.',
    );
  }
  checkParent(model, parent.value, type);
}

// What says which resource is meant, and when to look for it.
const OF_EXISTING = ['name', 'parent', 'scope', 'dependsOn'];

function checkExisting(model: Model, body: ObjectNode): void {
  for (const member of body.members) {
    const name = member.kind === 'property' ? keyText(member) : undefined;
    if (member.kind === 'spread' || name === undefined || OF_EXISTING.includes(name)) continue;
    const message = `The property "${name}" cannot be used in an existing resource declaration.`;
    report(model, member.key, 'BCP173', message);
  }
}

function checkParent(model: Model, value: Expression, type: string): void {
  const inner = bare(value);
  const base = inner.kind === 'index' ? inner.base : inner;
  const symbol = model.references.get(base);
  if (value !== inner || (base.kind !== 'variable' && base.kind !== 'nested')) {
    const message =
      'The "parent" property only permits direct references to resources. Expressions are not supported.';
    report(model, value, 'BCP240', message);
    return;
  }
  // A name that means nothing has been reported.
  if (base.kind === 'variable' && !symbol) return;
  const wanted = type.split('/').slice(0, -1).join('/');
  const mismatch = (given: string): void =>
    report(
      model,
      value,
      'BCP036',
      `The property "parent" expected a value of type "${wanted}" but the provided value is of type "${given}".`,
    );
  if (symbol?.kind !== 'resource') {
    mismatch(symbol?.kind === 'module' ? 'module' : 'any');
    return;
  }
  if (symbol.loop && inner.kind !== 'index') {
    mismatch(`${symbol.type}@${symbol.apiVersion}[]`);
    const message =
      'Directly referencing a resource or module collection is not currently supported here. Apply an array indexer to the expression.';
    report(model, value, 'BCP144', message);
  } else if (wanted.toLowerCase() !== symbol.type.toLowerCase()) {
    mismatch(`${symbol.type}@${symbol.apiVersion}`);
  }
}

function repeated(model: Model, at: { start: number; end: number }, name: string): void {
  report(
    model,
    at,
    'BCP025',
    `The property "${name}" is declared multiple times in this object. Remove or rename the duplicate properties.`,
  );
}

function duplicateProperties(model: Model): void {
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) {
      walk(value, (node) => {
        if (node.kind !== 'object') return;
        const seen = new Map<string, PropertyNode>();
        for (const member of node.members) {
          const name = member.kind === 'property' ? keyText(member) : undefined;
          if (member.kind === 'spread' || name === undefined) continue;
          const first = seen.get(name);
          if (!first) seen.set(name, member);
          else for (const each of [first, member]) repeated(model, each.key, name);
        }
      });
    }
  }
}

/** Looks at the bodies of resources and modules. */
export function checkBodies(model: Model): void {
  duplicateProperties(model);
  for (const symbol of model.resources) checkResource(model, symbol);
  for (const symbol of model.modules) checkModule(model, symbol);
}
