import type { BinaryNode, Expression, TernaryNode, UnaryNode } from '../syntax/nodes.ts';
import type { Inference } from './infer.ts';
import { isAssignable } from './assignable.ts';
import { BOOL, INT, STRING, isOpen, nameOf, unionOf } from './value-type.ts';
import type { ValueType } from './value-type.ts';

/** `!value` and `-value`. */
export function unaryType(inference: Inference, node: UnaryNode): ValueType {
  const type = inference.of(node.operand);
  const wanted = node.operator === '!' ? BOOL : INT;
  if (type.kind === 'error') return type;
  if (isAssignable(type, wanted)) {
    return type.kind === 'int' && type.value !== undefined
      ? { kind: 'int', value: `-${type.value}` }
      : wanted;
  }
  const message = `Cannot apply operator "${node.operator}" to operand of type "${nameOf(type)}".`;
  return inference.fail(node, 'BCP044', message);
}

const ARITHMETIC = ['+', '-', '*', '/', '%'];
const ORDER = ['<', '<=', '>', '>='];

function wantedBy(operator: string): readonly ValueType[] {
  if (operator === '&&' || operator === '||') return [BOOL];
  if (ARITHMETIC.includes(operator)) return [INT];
  if (ORDER.includes(operator)) return [INT, STRING];
  return operator === '=~' || operator === '!~' ? [STRING] : [];
}

/** Everything with an operator between two values. */
export function binaryType(inference: Inference, node: BinaryNode): ValueType {
  const { operator } = node;
  const left = inference.of(node.left);
  const right = inference.of(node.right);
  if (left.kind === 'error') return left;
  if (right.kind === 'error') return right;
  if (operator === '??') return coalesced(left, right);
  const wanted = wantedBy(operator);
  const fits = wanted.some((type) => isAssignable(left, type) && isAssignable(right, type));
  if (wanted.length === 0 || fits) return ARITHMETIC.includes(operator) ? INT : BOOL;
  const advice =
    operator === '+' && left.kind === 'string' && right.kind === 'string'
      ? ' Use string interpolation instead.'
      : '';
  return inference.fail(
    node,
    'BCP045',
    `Cannot apply operator "${operator}" to operands of type "${nameOf(left)}" and "${nameOf(right)}".${advice}`,
  );
}

function coalesced(left: ValueType, right: ValueType): ValueType {
  if (isOpen(left)) return left;
  const sides = [left, right].flatMap((type) => (type.kind === 'union' ? type.members : [type]));
  const kept = sides.filter(({ kind }) => kind !== 'null');
  return kept.length > 0 ? unionOf(kept) : right;
}

/** A condition must be a bool; whether it is one. */
export function checkCondition(
  inference: Inference,
  node: Expression,
  at: { start: number; end: number } = node,
): boolean {
  const type = inference.of(node);
  if (isAssignable(type, BOOL)) return type.kind !== 'error';
  inference.fail(at, 'BCP046', 'Expected a value of type "bool".');
  return false;
}

/** `condition ? a : b`. */
export function ternaryType(inference: Inference, node: TernaryNode): ValueType {
  const good = checkCondition(inference, node.condition);
  const types = [inference.of(node.whenTrue), inference.of(node.whenFalse)];
  return good ? unionOf(types) : { kind: 'error' };
}
