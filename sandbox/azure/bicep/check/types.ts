import { report } from '../model/model.ts';
import type { JsonTemplate, Model } from '../model/model.ts';
import type { Expression } from '../syntax/nodes.ts';
import { bare, decoratorNamed, keyText, literalText, propertyNamed } from '../syntax/read.ts';
import type { CallNode } from '../syntax/nodes.ts';
import { kindOf, kindOfType } from './value-types.ts';
import type { ValueKind } from './value-types.ts';

const shown = (node: Expression, kind: ValueKind): string => {
  const text = literalText(bare(node));
  return text === undefined ? kind : `'${text}'`;
};

/** Compares a value with a declared kind; unknown ones fit everything. */
function expect(
  model: Model,
  wanted: ValueKind | undefined,
  value: Expression,
  property?: string,
): void {
  const given = kindOf(model, value);
  if (!wanted || !given || wanted === given) return;
  const types = `a value of type "${wanted}" but the provided value is of type "${shown(value, given)}".`;
  if (property === undefined) report(model, value, 'BCP033', `Expected ${types}`);
  else report(model, value, 'BCP036', `The property "${property}" expected ${types}`);
}

/** A default must be one of the values that `@allowed` lists. */
function checkAllowed(model: Model, decorators: readonly CallNode[], value: Expression): void {
  const list = decoratorNamed(decorators, 'allowed')?.arguments[0];
  const given = literalText(bare(value));
  if (list?.kind !== 'array' || given === undefined) return;
  const allowed = list.items.map((item) =>
    item.kind === 'spread' ? undefined : literalText(bare(item)),
  );
  if (allowed.includes(undefined) || allowed.includes(given)) return;
  report(
    model,
    value,
    'BCP033',
    `Expected a value of type "${allowed.map((a) => `'${a}'`).join(' | ')}" but the provided value is of type "'${given}'".`,
  );
}

/** The kind of value that a parameter of a file takes. */
export function parameterKind(target: Model | JsonTemplate, name: string): ValueKind | undefined {
  if (target.kind !== 'json') {
    return kindOfType(target.params.find((p) => p.name === name)?.node.type);
  }
  const given = (target.template['parameters'] ?? {}) as Record<string, { type?: unknown }>;
  const type = String(given[name]?.type).toLowerCase().replace('secure', '');
  return ['string', 'int', 'bool', 'array', 'object'].find((kind) => kind === type) as
    ValueKind | undefined;
}

/** Looks for values whose kind is plainly not the declared one. */
export function checkTypes(model: Model): void {
  if (model.kind === 'params') {
    const target = model.using?.target;
    for (const { name, node } of model.params) {
      if (target && node.value) expect(model, parameterKind(target, name), node.value);
    }
    return;
  }
  for (const { node } of model.params) {
    if (!node.value) continue;
    expect(model, kindOfType(node.type), node.value);
    checkAllowed(model, node.decorators, node.value);
  }
  for (const output of model.outputs) expect(model, kindOfType(output.type), output.value);
  for (const { body, target } of model.modules) {
    const params = propertyNamed(body, 'params')?.value;
    if (!target || params?.kind !== 'object') continue;
    for (const member of params.members) {
      const name = member.kind === 'property' ? keyText(member) : undefined;
      if (member.kind === 'spread' || name === undefined) continue;
      const kind = kindOf(model, member.value);
      // A null stands for "not given", which parameters with a default accept.
      if (kind !== 'null') expect(model, parameterKind(target, name), member.value, name);
    }
  }
}
