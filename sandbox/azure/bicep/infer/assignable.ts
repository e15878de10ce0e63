import { isOpen, withoutNull } from './value-type.ts';
import type { ValueType } from './value-type.ts';

/** Whether a value of one type may stand where another is wanted, as far as it is known: in doubt it may. */
export function isAssignable(from: ValueType, to: ValueType): boolean {
  if (isOpen(from) || isOpen(to)) return true;
  if (from.kind === 'union') {
    const plain = withoutNull(from);
    return plain.kind === 'union'
      ? plain.members.every((member) => isAssignable(widened(member), widened(to)))
      : isAssignable(plain, to);
  }
  if (to.kind === 'union') return to.members.some((member) => isAssignable(from, member));
  switch (from.kind) {
    case 'string':
    case 'int':
    case 'bool':
      return (
        to.kind === from.kind &&
        (to.value === undefined || from.value === undefined || to.value === from.value)
      );
    case 'array':
      return to.kind === 'array' && areItemsAssignable(from, to);
    case 'resource':
    case 'module':
      return to.kind === 'object' || to.kind === from.kind;
    default:
      return to.kind === from.kind;
  }
}

function areItemsAssignable(
  from: ValueType & { kind: 'array' },
  to: ValueType & { kind: 'array' },
): boolean {
  // Of arrays of different lengths only literals are judged, where they are written.
  if (to.items) return true;
  return (from.items ?? [from.item]).every((item) => isAssignable(item, to.item));
}

/** Several values are only told apart by their kind: some of them may fit. */
function widened(type: ValueType): ValueType {
  switch (type.kind) {
    case 'string':
    case 'int':
    case 'bool':
      return { kind: type.kind };
    case 'union':
      return { kind: 'union', members: type.members.map(widened) };
    default:
      return type;
  }
}
