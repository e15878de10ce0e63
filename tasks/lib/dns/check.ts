import { SpokelineError, type ErrorDetail } from '../errors.ts';
import { ownerKey, type RecordSet, type ZoneLink } from './model.ts';
import type { Plan } from './plan.ts';

/**
 * Refuses plans that cannot be carried out as a whole, before the first write. Throws DNS_ZONE_MISSING, or
 * DNS_CONFLICT that names each record, its owner and its value.
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
  const conflicts = [...plans.flatMap(conflictsOf), ...doubles(plans)];
  if (conflicts.length > 0) throw conflict(conflicts);
}

/** The error for records or links that belong to somebody else. */
export function conflict(details: readonly ErrorDetail[], written = false): SpokelineError {
  const what = details.length === 1 ? 'One name is' : `${details.length} names are`;
  const end = written ? '' : '; nothing was written';
  return new SpokelineError('DNS_CONFLICT', `${what} taken by somebody else${end}.`, { details });
}

/** Says whose a record is and what it holds. */
export function recordConflict(
  actual: RecordSet,
  wanted: readonly string[],
  owner: string,
): ErrorDetail {
  const holds = actual.addresses.join(', ') || 'no address';
  return {
    target: `${actual.name}.${actual.zone}`,
    message:
      `record ${actual.name} in ${actual.zone} holds ${holds} and belongs to ${ownerOf(actual)}; ` +
      `${owner} needs ${wanted.join(', ')}`,
  };
}

export function linkConflict(actual: ZoneLink, owner: string): ErrorDetail {
  const belongs = actual.tags[ownerKey] ?? 'nobody that spokeline knows';
  return {
    target: `${actual.zone}/${actual.name}`,
    message: `link ${actual.name} of ${actual.zone} links ${actual.networkId} and belongs to ${belongs}, not to ${owner}`,
  };
}

/** Zone groups and policies leave a note of their own in `creator`. */
export function ownerOf(actual: RecordSet): string {
  return actual.metadata[ownerKey] ?? actual.metadata['creator'] ?? 'nobody that spokeline knows';
}

function conflictsOf(plan: Plan): ErrorDetail[] {
  const records = plan.records.flatMap((step) =>
    step.kind === 'conflict'
      ? [recordConflict(step.actual, step.wanted.addresses, plan.owner)]
      : [],
  );
  const links = plan.links.flatMap((step) =>
    step.kind === 'conflict' ? [linkConflict(step.actual, plan.owner)] : [],
  );
  return [...records, ...links];
}

/** Names that two owners of this run want with different addresses. */
function doubles(plans: readonly Plan[]): ErrorDetail[] {
  const seen = new Map<string, { owner: string; value: string }>();
  const found: ErrorDetail[] = [];
  for (const { owner, records } of plans) {
    for (const step of records) {
      if (!('wanted' in step)) continue;
      const { zone, name, addresses } = step.wanted;
      const key = `${name}.${zone}`;
      const value = addresses.join(', ');
      const other = seen.get(key);
      if (other !== undefined && other.value !== value) {
        const message = `record ${name} in ${zone} is wanted by ${other.owner} (${other.value}) and by ${owner} (${value})`;
        found.push({ target: key, message });
      }
      seen.set(key, { owner, value });
    }
  }
  return found;
}
