import { declaredType, parameterType } from '../infer/declared-type.ts';
import { expectValue } from '../infer/expect.ts';
import { Inference } from '../infer/infer.ts';
import { checkCondition } from '../infer/infer-operators.ts';
import { NULL, STRING, isNullable, isOpen, nameOf, unionOf } from '../infer/value-type.ts';
import type { ValueType } from '../infer/value-type.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import type { Expression } from '../syntax/nodes.ts';
import { keyText, propertyNamed } from '../syntax/read.ts';
import { valuesOf } from '../syntax/walk.ts';
import { parametersOf } from './bodies.ts';
import { checkRange } from './ranges.ts';

const DECLARED = 'module[] | (resource | module) | resource[]';

const isDeclared = ({ kind }: ValueType): boolean => kind === 'resource' || kind === 'module';

/** What a declaration depends on: resources and modules, or loops of such. */
function checkOrder(inference: Inference, order: Expression): void {
  const fits = (type: ValueType): boolean =>
    isOpen(type) || isDeclared(type) || (type.kind === 'array' && !type.items && fits(type.item));
  if (order.kind !== 'array') {
    const type = inference.of(order);
    if (isOpen(type) || type.kind === 'array' || type.kind === 'union') return;
    const message = `The property "dependsOn" expected a value of type "(${DECLARED})[]" but the provided value is of type "${nameOf(type)}".`;
    inference.fail(order, 'BCP036', message);
    return;
  }
  for (const item of order.items) {
    if (item.kind === 'spread') continue;
    const type = inference.of(item);
    const members = type.kind === 'union' ? type.members : [type];
    if (members.every(fits)) continue;
    const message = `The enclosing array expected an item of type "${DECLARED}", but the provided item was of type "${nameOf(type)}".`;
    inference.fail(item, 'BCP034', message);
  }
}

/** Names are texts; conditions are bools. */
function checkBody(inference: Inference, symbol: ResourceSymbol | ModuleSymbol): void {
  if (symbol.condition) {
    const { condition } = symbol.condition;
    // With the parentheses that an `if` has to have.
    const start = inference.model.text.lastIndexOf('(', condition.start);
    checkCondition(inference, condition, { start, end: condition.end });
  }
  const order = propertyNamed(symbol.body, 'dependsOn')?.value;
  if (order) checkOrder(inference, order);
  const name = propertyNamed(symbol.body, 'name')?.value;
  if (name) expectValue(inference, name, { type: STRING, property: 'name' });
}

function checkModuleParameters(inference: Inference, { body, target }: ModuleSymbol): void {
  const params = propertyNamed(body, 'params')?.value;
  if (!target || params?.kind !== 'object') return;
  const { required } = parametersOf(target);
  for (const member of params.members) {
    const property = member.kind === 'property' ? keyText(member) : undefined;
    if (member.kind === 'spread' || property === undefined) continue;
    const declared = parameterType(target, property);
    // A null stands for "not given", which parameters with a default accept.
    const type = required.includes(property) ? declared : unionOf([declared, NULL]);
    const holder = { what: 'object', at: member.key };
    expectValue(inference, member.value, { type, property, holder });
  }
}

const NULLABLE_DEFAULT =
  "Nullable-typed parameters may not be assigned default values. They have an implicit default of 'null' that cannot be overridden.";

function checkParametersFile(inference: Inference, model: Model): void {
  const target = model.using?.target;
  for (const { name, node } of model.params) {
    if (!target || !node.value) continue;
    expectValue(inference, node.value, { type: parameterType(target, name) });
    const declared =
      target.kind === 'json' ? undefined : target.params.find((p) => p.name === name);
    if (declared) checkRange(inference, node.value, declared.node.decorators);
  }
}

function missingType(model: Model, end: number): void {
  const start = end + (/^[ \t]*/.exec(model.text.slice(end))?.[0].length ?? 0);
  report(
    model,
    { start, end: start },
    'BCP279',
    'Expected a type at this location. Please specify a valid type expression or one of the following types: "any", "array", "bool", "int", "object", "string".',
  );
}

/** Looks for values that are plainly not of the type that they must have, and for what cannot be done with them. */
export function checkTypes(model: Model): void {
  const inference = new Inference(model);
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) if (statement.kind !== 'func') inference.of(value);
    if (statement.kind === 'func') {
      const { body, returns } = statement.lambda;
      expectValue(inference, body, { type: declaredType(model, returns) });
    }
  }
  if (model.kind === 'params') {
    checkParametersFile(inference, model);
    return;
  }
  for (const node of [...model.params.map((p) => p.node), ...model.outputs]) {
    if (!node.type) missingType(model, node.name.end);
  }
  const expected = (value: ValueType, node: ModelValue): void =>
    expectValue(inference, node.value, {
      type: value,
      ...(node.kind === 'param' ? {} : { holder: { what: node.kind, at: node.name } }),
    });
  for (const { node } of model.params) {
    const { value, type, decorators } = node;
    if (!value) continue;
    if (isNullable(declaredType(model, type))) {
      const start = model.text.lastIndexOf('=', value.start);
      report(model, { start, end: value.end }, 'BCP326', NULLABLE_DEFAULT);
    }
    expected(declaredType(model, type, decorators), { ...node, value });
    checkRange(inference, value, decorators);
  }
  for (const { node } of model.vars) if (node.type) expected(declaredType(model, node.type), node);
  for (const node of model.outputs) {
    const decorators = node.decorators.filter((d) => d.name.name === 'discriminator');
    expected(declaredType(model, node.type, decorators), node);
  }
  for (const symbol of [...model.resources, ...model.modules]) checkBody(inference, symbol);
  for (const module of model.modules) checkModuleParameters(inference, module);
}

type ModelValue = {
  kind: 'param' | 'var' | 'output';
  name: { start: number; end: number };
  value: Parameters<typeof expectValue>[1];
};
