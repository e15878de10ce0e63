import type { Inference } from '../infer/infer.ts';
import type { CallNode, Expression } from '../syntax/nodes.ts';
import { decoratorNamed } from '../syntax/read.ts';

interface Limit {
  decorator: string;
  code: string;
  /** Whether a value under the limit is the wrong one. */
  least: boolean;
}

const LIMITS: readonly Limit[] = [
  { decorator: 'minLength', code: 'BCP333', least: true },
  { decorator: 'maxLength', code: 'BCP332', least: false },
  { decorator: 'minValue', code: 'BCP328', least: true },
  { decorator: 'maxValue', code: 'BCP327', least: false },
];

/** The limit that a decorator sets; undefined if it is no number in the text. */
function limitOf(decorators: readonly CallNode[], name: string): number | undefined {
  const given = decoratorNamed(decorators, name)?.arguments[0];
  if (given?.kind === 'integer') return Number(given.digits);
  const negative = given?.kind === 'unary' && given.operand.kind === 'integer';
  return negative && given.operand.kind === 'integer' ? -Number(given.operand.digits) : undefined;
}

/** Compares a value that stands in the text with the limits of its place. */
export function checkRange(
  inference: Inference,
  value: Expression,
  decorators: readonly CallNode[],
): void {
  const type = inference.of(value);
  const length =
    type.kind === 'string'
      ? type.value?.length
      : type.kind === 'array'
        ? type.items?.length
        : undefined;
  const number = type.kind === 'int' && type.value !== undefined ? Number(type.value) : undefined;
  for (const { decorator, code, least } of LIMITS) {
    const isLength = decorator.endsWith('Length');
    const actual = isLength ? length : number;
    const limit = limitOf(decorators, decorator);
    if (actual === undefined || limit === undefined) continue;
    if (least ? actual >= limit : actual <= limit) continue;
    const [which, size, end] = least
      ? ['less', isLength ? 'short' : 'small', 'minimum']
      : ['greater', isLength ? 'long' : 'large', 'maximum'];
    const [subject, what] = isLength ? ['whose length', 'length'] : ['which', 'value'];
    inference.fail(
      value,
      code,
      `The provided value (${subject} will always be ${which} than or equal to ${actual}) is too ${size} to assign to a target for which the ${end} allowable ${what} is ${limit}.`,
    );
  }
}
