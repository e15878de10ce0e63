import { SpokelineError } from '../../errors.ts';
import { nameOf } from '../resource-id.ts';
import { asObject, listOf, textOf } from '../../net/json-value.ts';
import type { Diagnostic, Prediction, PropertyChange, ResourceChange } from './model.ts';
import type { Hide } from './secrets.ts';

type Shown = (value: unknown, path: string) => unknown;

/** A nested template that what-if left alone: nothing of it is predicted. */
const shortCircuit = 'NestedDeploymentShortCircuited';

/**
 * Reads the answer to a what-if. Everything secret is hidden here, before anybody sees a value.
 * Throws ARM_REQUEST for an answer that is none.
 */
export function readPrediction(body: unknown, hide: Hide): Prediction {
  const properties = asObject(asObject(body)['properties']);
  const { changes, potentialChanges } = properties;
  if (!Array.isArray(changes)) {
    throw new SpokelineError('ARM_REQUEST', 'Azure answered what-if with something else.');
  }
  const diagnostics = listOf(properties['diagnostics']).map(readDiagnostic);
  return {
    changes: [
      ...listOf(changes).map((change) => readChange(change, false, hide)),
      ...listOf(potentialChanges).map((change) => readChange(change, true, hide)),
      ...diagnostics.filter(({ code }) => code === shortCircuit).map(notExpanded),
    ],
    diagnostics: diagnostics.filter(({ code }) => code !== shortCircuit),
  };
}

function readChange(
  given: Record<string, unknown>,
  potential: boolean,
  hide: Hide,
): ResourceChange {
  const symbol = textOf(given['symbolicName']) ?? '';
  const id = textOf(given['resourceId']) ?? symbol;
  const { type, name } = nameOf(id);
  const reason = textOf(given['unsupportedReason']);
  const shown: Shown = (value, path) => hide(value, path, type);
  return {
    id,
    type: type === '' ? (textOf(asObject(given['extension'])['name']) ?? '') : type,
    name,
    kind: textOf(given['changeType']) ?? 'Unknown',
    potential,
    ...(reason === undefined ? {} : { unsupportedReason: reason }),
    ...values(given, '', shown),
    properties: listOf(given['delta']).flatMap((change) => flat(change, '', shown)),
  };
}

/** The changes at the bottom of one: parents only say that something below differs. */
function flat(given: Record<string, unknown>, parent: string, shown: Shown): PropertyChange[] {
  const own = textOf(given['path']) ?? '';
  const element = parent !== '' && /^\d+$/.test(own);
  const path = parent === '' ? own : element ? `${parent}[${own}]` : `${parent}.${own}`;
  const children = listOf(given['children']);
  if (children.length > 0) return children.flatMap((child) => flat(child, path, shown));
  const kind = textOf(given['propertyChangeType']) ?? 'Unknown';
  return [{ path, kind, element, ...values(given, path, shown) }];
}

function values(given: Record<string, unknown>, path: string, shown: Shown) {
  return {
    ...('before' in given ? { before: shown(given['before'], path) } : {}),
    ...('after' in given ? { after: shown(given['after'], path) } : {}),
  };
}

function readDiagnostic(given: Record<string, unknown>): Diagnostic {
  const target = textOf(given['target']);
  return {
    level: textOf(given['level']) ?? 'Warning',
    code: textOf(given['code']) ?? 'Unknown',
    message: textOf(given['message']) ?? '',
    ...(target === undefined ? {} : { target }),
  };
}

function notExpanded({ target, message }: Diagnostic): ResourceChange {
  const id = target ?? '';
  return {
    id,
    ...nameOf(id),
    kind: 'Unsupported',
    potential: false,
    unsupportedReason: message,
    properties: [],
  };
}
