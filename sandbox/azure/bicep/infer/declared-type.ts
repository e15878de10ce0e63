import type { JsonTemplate, Model } from '../model/model.ts';
import type { CallNode } from '../syntax/nodes.ts';
import { bare, decoratorNamed, literalText } from '../syntax/read.ts';
import type { TypeAccessNode, TypeNode } from '../syntax/type-nodes.ts';
import {
  ANY,
  ARRAY,
  BOOL,
  INT,
  NULL,
  OBJECT,
  STRING,
  arrayOf,
  unionOf,
  withoutNull,
} from './value-type.ts';
import type { ValueType } from './value-type.ts';

const AMBIENT: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['array', ARRAY],
  ['bool', BOOL],
  ['int', INT],
  ['object', OBJECT],
  ['string', STRING],
]);

/** Types may contain themselves: deeper than this nothing is looked at. */
const DEEPEST = 12;

/** What values a type in the text stands for; `any` where that is not known. */
export function declaredType(
  model: Model,
  type: TypeNode | undefined,
  decorators: readonly CallNode[] = [],
  depth = 0,
): ValueType {
  if (!type || depth > DEEPEST) return ANY;
  const inner = (part: TypeNode): ValueType => declaredType(model, part, [], depth + 1);
  switch (type.kind) {
    case 'type-name': {
      const symbol = model.references.get(type);
      if (symbol?.kind === 'type') {
        return declaredType(model, symbol.node.type, symbol.node.decorators, depth + 1);
      }
      if (symbol?.kind === 'imported' && symbol.target) {
        const target = symbol.target.symbols.get(symbol.original);
        return target?.kind === 'type'
          ? declaredType(symbol.target, target.node.type, target.node.decorators, depth + 1)
          : ANY;
      }
      return symbol ? ANY : allowedOf(decorators, AMBIENT.get(type.name.name) ?? ANY);
    }
    case 'type-literal':
      return literalType(type.value);
    case 'type-array':
      return arrayOf(inner(type.item));
    case 'type-tuple': {
      const items = type.items.map((item) => inner(item.type));
      return { kind: 'array', item: items.length > 0 ? unionOf(items) : ANY, items };
    }
    case 'type-access':
      return accessedType(model, type, depth + 1);
    case 'type-nonnull':
      return withoutNull(inner(type.base));
    case 'type-nullable':
      return unionOf([declaredType(model, type.base, decorators, depth + 1), NULL]);
    case 'type-union':
      return taggedBy(decorators, type.members.map(inner));
    case 'type-object':
      return {
        kind: 'object',
        properties: new Map(
          type.properties.map((p) => [
            p.name,
            declaredType(model, p.type, p.decorators, depth + 1),
          ]),
        ),
        rest: type.additional ? inner(type.additional.type) : undefined,
        strict: false,
        sealed: decoratorNamed(decorators, 'sealed') !== undefined,
      };
    default:
      return ANY;
  }
}

/** `base.name` and its like: a type of another file, or a part of a type. */
function accessedType(model: Model, type: TypeAccessNode, depth: number): ValueType {
  const { base, step } = type;
  const symbol = base.kind === 'type-name' ? model.references.get(base) : undefined;
  if (symbol?.kind === 'wildcard') {
    const name = typeof step === 'object' && 'property' in step ? step.property : '';
    const member = symbol.target?.symbols.get(name);
    if (!symbol.target || member?.kind !== 'type') return ANY;
    return declaredType(symbol.target, member.node.type, member.node.decorators, depth);
  }
  const whole = declaredType(model, base, [], depth);
  if (whole.kind === 'array') {
    if (step === 'items') return whole.items ? ANY : whole.item;
    return (typeof step === 'object' && 'index' in step && whole.items?.[step.index]) || ANY;
  }
  if (whole.kind !== 'object' || step === 'items') return ANY;
  if (step === 'additional') return whole.rest ?? ANY;
  return ('property' in step && whole.properties.get(step.property)) || ANY;
}

/** The union of types; of objects that `@discriminator` tells apart, if that is there. */
function taggedBy(decorators: readonly CallNode[], members: readonly ValueType[]): ValueType {
  const union = unionOf(members);
  const tag = literalText(decoratorNamed(decorators, 'discriminator')?.arguments[0]);
  return union.kind === 'union' && tag !== undefined ? { ...union, tag } : union;
}

function literalType(value: string | number | boolean | null): ValueType {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number') return { kind: 'int', value: String(value) };
  return value === null ? NULL : { kind: 'bool', value };
}

/** `@allowed` makes a type one of literals. */
function allowedOf(decorators: readonly CallNode[], type: ValueType): ValueType {
  const list = decoratorNamed(decorators, 'allowed')?.arguments[0];
  if (list?.kind !== 'array' || type.kind !== 'string') return type;
  const texts = list.items.map((item) => {
    const node = item.kind === 'spread' ? item : bare(item);
    return node.kind === 'string' && node.expressions.length === 0 ? node.segments[0] : undefined;
  });
  if (texts.length === 0 || texts.includes(undefined)) return type;
  return unionOf(texts.map((value) => ({ kind: 'string', value: value ?? '' })));
}

/** The type of a parameter of a file that is used as a module, or that a parameters file is for. */
export function parameterType(target: Model | JsonTemplate, name: string): ValueType {
  if (target.kind !== 'json') {
    const node = target.params.find((p) => p.name === name)?.node;
    return node ? declaredType(target, node.type, node.decorators) : ANY;
  }
  return jsonType(target, 'parameters', name);
}

/** The type of an output of a file that is used as a module. */
export function outputType(target: Model | JsonTemplate, name: string): ValueType {
  if (target.kind === 'json') return jsonType(target, 'outputs', name);
  const output = target.outputs.find((o) => o.name.name === name);
  return output ? declaredType(target, output.type, output.decorators) : ANY;
}

/** What a type of a template refers to, if it refers to one of its definitions. */
function withoutReference(
  target: JsonTemplate,
  json: Record<string, unknown>,
  depth = 0,
): Record<string, unknown> {
  const name = /^#\/definitions\/([^/]+)$/.exec(String(json['$ref'] ?? ''))?.[1];
  const all = (target.template['definitions'] ?? {}) as Record<string, Record<string, unknown>>;
  const found = name === undefined ? undefined : all[name];
  if (!found || depth > DEEPEST) return json;
  const nullable = json['nullable'] === true ? { nullable: true } : {};
  return { ...withoutReference(target, found, depth + 1), ...nullable };
}

function jsonType(target: JsonTemplate, section: string, name: string): ValueType {
  const all = (target.template[section] ?? {}) as Record<string, Record<string, unknown>>;
  const given = withoutReference(target, all[name] ?? {});
  const kind = AMBIENT.get(String(given['type']).toLowerCase().replace('secure', '')) ?? ANY;
  return given['nullable'] === true ? unionOf([kind, NULL]) : kind;
}
