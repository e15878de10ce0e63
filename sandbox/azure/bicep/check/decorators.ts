import { declaredType } from '../infer/declared-type.ts';
import { isAssignable } from '../infer/assignable.ts';
import { expectValue } from '../infer/expect.ts';
import { Inference } from '../infer/infer.ts';
import {
  ARRAY,
  INT,
  OBJECT,
  STRING,
  arrayOf,
  isOpen,
  nameOf,
  unionOf,
  withoutNull,
} from '../infer/value-type.ts';
import type { ValueType } from '../infer/value-type.ts';
import { DECORATORS } from '../model/functions.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { CallNode } from '../syntax/nodes.ts';
import { decoratorNamed, unwrapBody } from '../syntax/read.ts';
import type { StatementNode } from '../syntax/statements.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';
import { typeChildrenOf, typeOf } from '../syntax/walk.ts';
import { isConstant } from './constants.ts';

/** What a decorator stands before. */
interface Place {
  kind: StatementNode['kind'] | 'property';
  decorators: readonly CallNode[];
  type: TypeNode | undefined;
}

const OF_TYPES = ['description', 'discriminator', 'maxLength', 'maxValue', 'metadata', 'minLength'];
const OF_VALUES = [...OF_TYPES, 'minValue', 'sealed', 'secure'];

interface Rule {
  code: string;
  what: string;
  allowed: readonly string[];
}

const RULES: Partial<Record<Place['kind'], Rule>> = {
  param: { code: 'BCP125', what: 'a parameter', allowed: [...OF_VALUES, 'allowed'] },
  var: { code: 'BCP126', what: 'a variable', allowed: ['description', 'export'] },
  resource: {
    code: 'BCP127',
    what: 'a resource',
    allowed: ['batchSize', 'description', 'onlyIfNotExists', 'retryOn'],
  },
  module: { code: 'BCP128', what: 'a module', allowed: ['batchSize', 'description'] },
  output: { code: 'BCP129', what: 'an output', allowed: OF_VALUES },
  type: { code: 'BCP297', what: 'a type', allowed: [...OF_VALUES, 'export'] },
  property: { code: 'BCP297', what: 'a type', allowed: [...OF_VALUES, 'export'] },
  metadata: { code: 'BCP269', what: 'a metadata', allowed: ['description'] },
};

const TEXT_OR_OBJECT = unionOf([OBJECT, STRING]);
const MEASURED = unionOf([ARRAY, STRING]);

/** The types that a decorator can be attached to. */
const TARGETS: Readonly<Record<string, ValueType>> = {
  discriminator: OBJECT,
  maxLength: MEASURED,
  maxValue: INT,
  minLength: MEASURED,
  minValue: INT,
  sealed: OBJECT,
  secure: TEXT_OR_OBJECT,
};

const ARGUMENTS: Readonly<Record<string, readonly ValueType[]>> = {
  allowed: [ARRAY],
  batchSize: [INT],
  description: [STRING],
  discriminator: [STRING],
  maxLength: [INT],
  maxValue: [INT],
  metadata: [OBJECT],
  minLength: [INT],
  minValue: [INT],
  retryOn: [arrayOf(STRING), INT],
};

// What these say comes with a type that somebody has declared elsewhere.
const NOT_OF_REFERENCES = ['allowed', 'maxLength', 'maxValue', 'minLength', 'minValue', 'secure'];
const NOT_OF_LITERALS = ['allowed', 'maxLength', 'minLength'];

class DecoratorCheck {
  private readonly model: Model;
  private readonly inference: Inference;

  constructor(model: Model) {
    this.model = model;
    this.inference = new Inference(model);
  }

  place(place: Place): void {
    const rule = RULES[place.kind];
    for (const decorator of place.decorators) {
      const { name } = decorator.name;
      if (!DECORATORS.has(name)) continue;
      this.duplicate(place, decorator);
      if (rule && !rule.allowed.includes(name)) {
        const message = `Function "${name}" cannot be used as ${rule.what} decorator.`;
        report(this.model, decorator.name, rule.code, message);
        continue;
      }
      if (place.kind === 'property' && name === 'export') {
        const message = 'The "@export()" decorator must target a top-level statement.';
        this.at(decorator, 'BCP361', message);
      }
      const good = this.arguments(decorator);
      // Behind `sys.` the compiler looks at nothing else.
      if (decorator.base) continue;
      if (good) this.numbers(decorator);
      this.target(place, decorator);
    }
    this.order(place.decorators, 'minLength', 'maxLength');
    this.order(place.decorators, 'minValue', 'maxValue');
  }

  /** Findings about a whole decorator begin at its `@`. */
  private at(decorator: CallNode, code: string, message: string): void {
    const start = this.model.text.lastIndexOf('@', decorator.start);
    report(this.model, { start, end: decorator.end }, code, message);
  }

  private duplicate({ decorators }: Place, decorator: CallNode): void {
    // Behind `sys.` the compiler takes as many as there are.
    if (decorator.base) return;
    const same = decorators.filter((d) => d.name.name === decorator.name.name && !d.base);
    if (same.length < 2) return;
    this.at(decorator, 'BCP166', `Duplicate "${decorator.name.name}" decorator.`);
  }

  private arguments(decorator: CallNode): boolean {
    const wanted = ARGUMENTS[decorator.name.name] ?? [];
    let good = true;
    for (const [i, node] of decorator.arguments.entries()) {
      const type = this.inference.of(node);
      const expected = wanted[i];
      if (expected && !isAssignable(type, expected)) {
        const message = `Argument of type "${nameOf(type)}" is not assignable to parameter of type "${nameOf(expected)}".`;
        report(this.model, node, 'BCP070', message);
        good = false;
      } else if (!isConstant(this.model, node)) {
        good = false;
      }
    }
    return good;
  }

  private numbers(decorator: CallNode): void {
    const [first] = decorator.arguments;
    if (!first) return;
    const { name } = decorator.name;
    const type = this.inference.of(first);
    const number = type.kind === 'int' && type.value !== undefined ? Number(type.value) : undefined;
    if (name === 'allowed' && type.kind === 'array' && type.items?.length === 0) {
      report(this.model, first, 'BCP099', 'The "allowed" array must contain one or more items.');
    }
    if (number === undefined) return;
    if (name === 'batchSize' && number < 1) {
      const message = `Expected a batch size of at least 1 but the specified value was "${number}".`;
      report(this.model, first, 'BCP154', message);
    }
    if (name.endsWith('Length') && number < 0) {
      report(this.model, first, 'BCP168', 'Length must not be a negative value.');
    }
  }

  private order(decorators: readonly CallNode[], least: string, most: string): void {
    const [low, high] = [least, most].map((name) => decoratorNamed(decorators, name));
    const [min, max] = [low, high].map((decorator) => {
      const node = decorator?.arguments[0];
      const type = node && this.inference.of(node);
      return type?.kind === 'int' && type.value !== undefined ? Number(type.value) : undefined;
    });
    if (!low || low.base || min === undefined || max === undefined || min <= max) return;
    this.at(
      low,
      'BCP331',
      `A type's "${least}" must be less than or equal to its "${most}", but a minimum of ${min} and a maximum of ${max} were specified.`,
    );
  }

  /** Whether what is decorated has a fitting type. */
  private target({ type, kind }: Place, decorator: CallNode): void {
    const { name } = decorator.name;
    if (!type) return;
    const wanted = TARGETS[name];
    const given = withoutNull(declaredType(this.model, type));
    if (wanted && !isOpen(given) && !isAssignable(given, wanted)) {
      const message = `The decorator "${name}" can only be attached to targets of type "${nameOf(wanted)}", but the target has type "${nameOf(given)}".`;
      this.at(decorator, 'BCP124', message);
    }
    if (name === 'discriminator' && type.kind !== 'type-union' && type.kind !== 'type-nullable') {
      const message =
        'The "discriminator" decorator can only be applied to object-only union types with unique member types.';
      this.at(decorator, 'BCP363', message);
    }
    const isReference =
      type.kind === 'type-name' &&
      ['type', 'imported'].includes(this.model.references.get(type)?.kind ?? '');
    if (isReference && NOT_OF_REFERENCES.includes(name)) {
      const message = `The decorator "${name}" may not be used on statements whose declared type is a reference to a user-defined type.`;
      this.at(decorator, 'BCP308', message);
    }
    const isLiteral = type.kind === 'type-union' || type.kind === 'type-literal';
    if (isLiteral && kind === 'param' && NOT_OF_LITERALS.includes(name)) {
      const message = `The '${name}' decorator may not be used on targets of a union or literal type. The allowed values for this parameter or type definition will be derived from the union or literal type automatically.`;
      this.at(decorator, 'BCP295', message);
    }
    if (name === 'allowed' && kind === 'param' && given.kind !== 'array')
      this.allowed(decorator, given);
  }

  private allowed(decorator: CallNode, type: ValueType): void {
    const list = decorator.arguments[0];
    if (list?.kind === 'array') expectValue(this.inference, list, { type: arrayOf(type) });
  }

  /** The decorators inside of a type. */
  parts(type: TypeNode): void {
    if (type.kind === 'type-object') {
      const properties = [...type.properties, ...(type.additional ? [type.additional] : [])];
      for (const each of properties) this.place({ ...each, kind: 'property' });
    }
    if (type.kind === 'type-tuple') {
      for (const item of type.items) this.place({ ...item, kind: 'property' });
    }
    for (const part of typeChildrenOf(type)) this.parts(part);
  }

  statement(statement: StatementNode): void {
    const type = typeOf(statement);
    const { decorators, kind } = statement;
    const [first] = decorators;
    if (first && kind === 'targetScope') {
      const { start } = first;
      const sign = { start, end: start + 1 };
      report(this.model, sign, 'BCP130', 'Decorators are not allowed here.');
      return;
    }
    this.place({ kind, decorators, type });
    if (type) this.parts(type);
    const batch = decoratorNamed(decorators, 'batchSize');
    if (!batch || batch.base) return;
    if (statement.kind === 'resource' || statement.kind === 'module') {
      if (unwrapBody(statement.value).loop) return;
      const message =
        'The decorator "batchSize" can only be attached to resource or module collections.';
      this.at(batch, 'BCP155', message);
    }
  }
}

/** Looks at what stands behind `@`: where it stands, and what it is given. */
export function checkDecorators(model: Model): void {
  if (model.kind === 'params') return;
  const check = new DecoratorCheck(model);
  for (const statement of model.program.statements) check.statement(statement);
}
