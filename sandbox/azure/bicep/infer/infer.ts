import type { Model } from '../model/model.ts';
import { report } from '../model/model.ts';
import type { AnySymbol, LocalSymbol } from '../model/symbols.ts';
import type { Span } from '../syntax/token.ts';
import type {
  ArrayNode,
  CallNode,
  Expression,
  ForNode,
  LambdaNode,
  ObjectNode,
  SpreadNode,
} from '../syntax/nodes.ts';
import { keyText } from '../syntax/read.ts';
import { isAssignable } from './assignable.ts';
import { accessType, indexType } from './infer-access.ts';
import { callType, lambdaCallOf } from './infer-call.ts';
import { binaryType, ternaryType, unaryType } from './infer-operators.ts';
import { declaredType } from './declared-type.ts';
import {
  ANY,
  ARRAY,
  ERROR,
  NULL,
  OBJECT,
  STRING,
  arrayOf,
  INT,
  isOpen,
  nameOf,
  unionOf,
} from './value-type.ts';
import type { ValueType } from './value-type.ts';

/** Works out the types of a file's expressions, and reports what cannot work. */
export class Inference {
  readonly model: Model;
  private readonly types = new Map<Expression, ValueType>();
  private readonly pending = new Set<Expression>();

  constructor(model: Model) {
    this.model = model;
  }

  /** The type of an expression; what is wrong in it is reported once. */
  of(node: Expression): ValueType {
    const known = this.types.get(node);
    if (known) return known;
    // A cycle, which is reported elsewhere.
    if (this.pending.has(node)) return ANY;
    this.pending.add(node);
    const type = this.infer(node);
    this.pending.delete(node);
    this.types.set(node, type);
    return type;
  }

  /** Reports an error at a place; the result is its type. */
  fail(at: Span, code: string, message: string): ValueType {
    report(this.model, at, code, message);
    return ERROR;
  }

  /** The type of a lambda's body, or `error`; what is wrong in it is not reported. */
  body(lambda: LambdaNode): ValueType {
    const { diagnostics } = this.model;
    const before = diagnostics.length;
    const type = this.of(lambda.body);
    const wrong = diagnostics.splice(before).some(({ level }) => level === 'Error');
    return wrong ? ERROR : type;
  }

  private infer(node: Expression): ValueType {
    switch (node.kind) {
      case 'string':
        for (const part of node.expressions) this.of(part);
        return node.expressions.length > 0
          ? STRING
          : { kind: 'string', value: node.segments[0] ?? '' };
      case 'integer':
        return { kind: 'int', value: node.digits };
      case 'boolean':
        return { kind: 'bool', value: node.value };
      case 'null':
        return NULL;
      case 'parentheses':
        return this.of(node.expression);
      case 'nonnull': {
        const type = this.of(node.expression);
        if (type.kind !== 'union') return type;
        return unionOf(type.members.filter(({ kind }) => kind !== 'null'));
      }
      case 'object':
        return this.object(node);
      case 'array':
        return this.array(node);
      case 'for':
        return this.loop(node);
      case 'if':
        this.of(node.condition);
        return this.of(node.body);
      case 'unary':
        return unaryType(this, node);
      case 'binary':
        return binaryType(this, node);
      case 'ternary':
        return ternaryType(this, node);
      case 'variable':
        return this.named(node, this.model.references.get(node));
      case 'access':
        return accessType(this, node);
      case 'index':
        return indexType(this, node);
      case 'call':
        return callType(this, node);
      case 'nested': {
        const symbol = this.model.references.get(node);
        return symbol?.kind === 'resource' ? { kind: 'resource', symbol } : ANY;
      }
      case 'lambda':
        return lambdaCallOf(this.model, node)
          ? { kind: 'lambda' }
          : this.fail(
              node,
              'BCP242',
              'Lambda functions may only be specified directly as function arguments.',
            );
      case 'missing':
        return ERROR;
    }
  }

  private named(node: Expression, symbol: AnySymbol | undefined): ValueType {
    switch (symbol?.kind) {
      case 'param':
        if (this.model.kind === 'params')
          return symbol.node.value ? this.of(symbol.node.value) : ANY;
        return declaredType(this.model, symbol.node.type, symbol.node.decorators);
      case 'var': {
        const { type, value } = symbol.node;
        if (type) return declaredType(this.model, type);
        const found = this.of(value);
        if (found.kind !== 'error') return found;
        const message = `The referenced declaration with name "${symbol.name}" is not valid.`;
        return this.fail(node, 'BCP062', message);
      }
      case 'resource':
      case 'module': {
        const single: ValueType =
          symbol.kind === 'resource' ? { kind: 'resource', symbol } : { kind: 'module', symbol };
        return symbol.loop ? arrayOf(single) : single;
      }
      case 'local':
        return this.local(symbol);
      default:
        return symbol ? ANY : ERROR;
    }
  }

  private local(symbol: LocalSymbol): ValueType {
    const { owner, role, node } = symbol;
    if (role === 'index') return INT;
    if (role === 'parameter') return declaredType(this.model, node.type);
    if (owner.kind === 'for') return itemOf(this.of(owner.source));
    const call = lambdaCallOf(this.model, owner);
    const position = owner.parameters.indexOf(node);
    const source = call?.arguments[0];
    if (!call || !source) return ANY;
    return lambdaVariable(call, position, this.of(source));
  }

  private object(node: ObjectNode): ValueType {
    const properties = new Map<string, ValueType>();
    let rest: ValueType | undefined;
    for (const member of node.members) {
      if (member.kind === 'spread') {
        this.spread(member, OBJECT);
        rest = ANY;
        continue;
      }
      if (member.key.kind === 'string') this.of(member.key);
      const name = keyText(member);
      const type = this.of(member.value);
      if (name === undefined) rest = ANY;
      else properties.set(name, type);
    }
    return { kind: 'object', properties, rest, strict: true };
  }

  private spread({ expression, start, end }: SpreadNode, wanted: ValueType): ValueType {
    const type = this.of(expression);
    if (isAssignable(type, wanted)) return type;
    const message = `The spread operator "..." can only be used in this context for an expression assignable to type "${nameOf(wanted)}".`;
    return this.fail({ start, end }, 'BCP402', message);
  }

  private array(node: ArrayNode): ValueType {
    let spread = false;
    const items = node.items.map((item) => {
      if (item.kind !== 'spread') return this.of(item);
      spread = true;
      return itemOf(this.spread(item, ARRAY));
    });
    const item = items.length > 0 ? unionOf(items) : ANY;
    return spread ? arrayOf(item) : { kind: 'array', item, items };
  }

  private loop(node: ForNode): ValueType {
    const source = this.of(node.source);
    if (!isOpen(source) && source.kind !== 'array' && source.kind !== 'union') {
      this.fail(
        node.source,
        'BCP137',
        `Loop expected an expression of type "array" but the provided value is of type "${nameOf(source)}".`,
      );
      return ERROR;
    }
    return arrayOf(this.of(node.body));
  }
}

const itemOf = (type: ValueType): ValueType => (type.kind === 'array' ? type.item : ANY);

/** What the parameter of a lambda stands for. */
function lambdaVariable(call: CallNode, position: number, source: ValueType): ValueType {
  const { name } = call.name;
  if (name === 'reduce' || source.kind !== 'array') return ANY;
  if (position === 1 && (name === 'map' || name === 'filter')) return INT;
  return source.item;
}
