import { SpokelineError, type ErrorDetail } from '../errors.ts';
import { byHand, type RecordSet, type SetName, type ZoneLink } from './model.ts';
import { ownerIn, ownerKey, partsOf } from './owner.ts';
import type { Mixture, Plan } from './plan.ts';
import { shownValues } from './shown-values.ts';

/**
 * Refuses plans that cannot be carried out as a whole, before the first write. Throws DNS_ZONE_MISSING,
 * DNS_LIMIT, or DNS_CONFLICT that names each record, its owner and its value.
 */
export function refuseObstacles(plans: readonly Plan[], zonesPlace: string): void {
  const missing = [...new Set(plans.flatMap((plan) => plan.missingZones))].sort();
  if (missing.length > 0) {
    throw new SpokelineError(
      'DNS_ZONE_MISSING',
      `${missing.length === 1 ? 'A private DNS zone does' : 'Private DNS zones do'} not exist; nothing was written.`,
      {
        details: missing.map((zone) => ({
          target: zone,
          message: `no zone ${zone} in ${zonesPlace}`,
        })),
      },
    );
  }
  const limits = [...new Set(plans.flatMap((plan) => plan.limits))];
  if (limits.length > 0) {
    throw new SpokelineError(
      'DNS_LIMIT',
      'The plan is larger than Azure allows; nothing was written.',
      { details: limits.map((message) => ({ message })) },
    );
  }
  const conflicts = [...plans.flatMap(conflictsOf), ...doubles(plans)];
  if (conflicts.length > 0) throw conflict(conflicts);
}

/** The error for records or links that belong to somebody else. */
export function conflict(details: readonly ErrorDetail[], written = false): SpokelineError {
  const what = details.length === 1 ? 'One name is' : `${details.length} names are`;
  const end = written ? '' : '; nothing was written';
  return new SpokelineError('DNS_CONFLICT', `${what} taken by somebody else${end}.`, { details });
}

/** `record kv in zone`, or with its type when that is not A. */
export function setText({ zone, name, type }: SetName): string {
  return `${type === 'A' ? 'record' : `${type} record`} ${name} in ${zone}`;
}

/** Says whose a record is and what it holds. */
export function recordConflict(
  actual: RecordSet,
  wanted: readonly string[],
  owner: string,
): ErrorDetail {
  const holds = shownValues(actual.type, actual.values) || 'no value';
  const from = ownerIn(actual) === owner ? `, ${sourcesText(actual)}` : '';
  const who =
    actual.planned === undefined
      ? `holds ${holds} and belongs to ${ownerIn(actual)}${from}`
      : `gets ${holds} from ${ownerIn(actual)} in this run`;
  return {
    target: `${actual.name}.${actual.zone}`,
    message: `${setText(actual)} ${who}; ${owner} needs ${shownValues(actual.type, wanted)}`,
  };
}

/** A name is declared by hand or follows endpoints, also within one owner. */
function sourcesText(actual: RecordSet): string {
  const isDeclared = partsOf(actual, '')?.some(({ source }) => source === byHand) === true;
  return isDeclared ? 'who declared it by hand' : 'for a private endpoint';
}

export function linkConflict(actual: ZoneLink, owner: string): ErrorDetail {
  const belongs = actual.tags[ownerKey] ?? 'nobody that spokeline knows';
  return {
    target: `${actual.zone}/${actual.name}`,
    message: `link ${actual.name} of ${actual.zone} links ${actual.networkId} and belongs to ${belongs}, not to ${owner}`,
  };
}

function conflictsOf(plan: Plan): ErrorDetail[] {
  const { owner } = plan.wish;
  const records = plan.records.flatMap((step) =>
    step.kind === 'conflict' ? [recordConflict(step.actual, step.wanted.values, owner)] : [],
  );
  const links = plan.links.flatMap((step) =>
    step.kind === 'conflict' ? [linkConflict(step.actual, owner)] : [],
  );
  return [...records, ...plan.mixtures.map(mixtureConflict), ...links];
}

function mixtureConflict({ wanted, type, actual }: Mixture): ErrorDetail {
  const belongs = actual === undefined ? '' : `, which belongs to ${ownerIn(actual)}`;
  return {
    target: `${wanted.name}.${wanted.zone}`,
    message:
      `${setText(wanted)} cannot stand beside the ${type} record of this name${belongs}: ` +
      'a CNAME excludes every other record',
  };
}

/** Names that an owner both declares and has an endpoint for. */
function doubles(plans: readonly Plan[]): ErrorDetail[] {
  return plans.flatMap(({ wish: { owner, records } }) => {
    const seen = new Map<string, string>();
    return records.flatMap((wanted): ErrorDetail[] => {
      const key = `${wanted.type} ${wanted.name}.${wanted.zone}`;
      const value = shownValues(wanted.type, wanted.values);
      const other = seen.get(key);
      seen.set(key, value);
      if (other === undefined) return [];
      const message = `${setText(wanted)} is wanted by ${owner} (${other}) and by ${owner} (${value})`;
      return [{ target: `${wanted.name}.${wanted.zone}`, message }];
    });
  });
}
