import { nearest } from '../topology/nearest.ts';
import type { GateCheck, GateContext } from './gate-check.ts';
import { isPlain, type ProblemDocument } from './problems.ts';

/** A check that may fail for a while, and why. */
export interface Waiver {
  readonly reason: string;
  /** The last day on which it counts, `YYYY-MM-DD`, in UTC. */
  readonly until: string;
}

/** A waiver with the ids that it is for: an id, or one that ends in `*`. */
export interface WaiverRule extends Waiver {
  readonly check: string;
}

const keys = ['check', 'reason', 'until'];

/** Reads `waivers:`, a list of `{ check, reason, until }`; each problem goes to the document. */
export function readWaivers(given: unknown, document: ProblemDocument): WaiverRule[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    document.problem(['waivers'], 'waivers must be a list');
    return [];
  }
  return given.flatMap((entry: unknown, position) => {
    const path = ['waivers', position];
    if (!isPlain(entry)) {
      document.problem(path, 'a waiver must be a map with check, reason and until');
      return [];
    }
    for (const key of Object.keys(entry)) {
      if (!keys.includes(key)) document.unknownKey([...path, key], key, keys);
    }
    const { check, reason, until } = entry;
    if (typeof check !== 'string' || check === '') {
      document.problem(
        path,
        'a waiver needs check: the id of a check, with * at its end for several',
      );
    }
    if (typeof reason !== 'string' || reason.trim().length < 10) {
      document.problem(path, 'a waiver needs a reason of at least 10 characters');
    }
    if (typeof until !== 'string' || !isDay(until)) {
      document.problem(path, "a waiver needs until: a day such as '2027-01-31'");
    }
    return [{ check: String(check), reason: String(reason), until: String(until) }];
  });
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text) === true;
}

/**
 * The checks with the waivers that are for them, of several the one that ends last. A waiver for no check is a
 * mistake, such as a check that was renamed; one for a stamp that is not looked at this time is none.
 */
export function waive(
  checks: readonly GateCheck[],
  waivers: readonly WaiverRule[],
  context: Pick<GateContext, 'topology' | 'stamps'>,
  document: ProblemDocument,
): GateCheck[] {
  for (const [position, waiver] of waivers.entries()) {
    if (checks.some(({ id }) => isWaivedBy(id, waiver)) || isElsewhere(waiver, context)) continue;
    const near = nearest(
      waiver.check,
      checks.map(({ id }) => id),
    );
    const mean = near === undefined ? '' : `; did you mean ${near}?`;
    document.problem(['waivers', position, 'check'], `${waiver.check} is no check here${mean}`);
  }
  return checks.map((check) => {
    const [last] = waivers
      .filter((waiver) => isWaivedBy(check.id, waiver))
      .sort((a, b) => (a.until < b.until ? 1 : -1));
    if (last === undefined) return check;
    return { ...check, waiver: { reason: last.reason, until: last.until } };
  });
}

function isWaivedBy(id: string, { check }: WaiverRule): boolean {
  return check.endsWith('*') ? id.startsWith(check.slice(0, -1)) : id === check;
}

/** Whether a waiver names a stamp of the topology that was not chosen. */
function isElsewhere(
  { check }: WaiverRule,
  { topology, stamps }: Pick<GateContext, 'topology' | 'stamps'>,
): boolean {
  const [name = '', ...rest] = check.split('/');
  const known = Object.hasOwn(topology?.stamps ?? {}, name);
  return rest.length > 0 && known && !stamps.some((stamp) => stamp.name === name);
}

/** Whether a waiver still counts at a time in ms. */
export function counts({ until }: Waiver, now: number): boolean {
  return now < Date.parse(until) + 86_400_000;
}
