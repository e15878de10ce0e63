import type { Flow } from '../topology/model.ts';
import type { Matrix } from './matrix.ts';
import type { OutcomeSpan, Result } from './outcomes.ts';
import { portText } from './matrix.ts';
import { internet, sends } from './places.ts';
import type { Place } from './places.ts';
import { intersection, parsePrefix } from './ranges.ts';

/** A part of a flow that is not as declared. */
export interface Deviation {
  readonly from: string;
  readonly to: string;
  /** For people, for example `443/tcp`. */
  readonly ports: string;
  readonly result: Result;
  readonly by: string;
  readonly rules: readonly string[];
  readonly path: string;
}

export interface FlowVerdict {
  /** `unknown`: nothing breaks it for certain, and something may. */
  readonly verdict: 'kept' | 'broken' | 'unknown';
  readonly deviations: readonly Deviation[];
  /** How many pairs of places were looked at. */
  readonly pairs: number;
}

/**
 * Whether a flow is as declared, for every address and port of it.
 *
 * An allowed flow to a subnet is one to what is in it: its endpoints and machines, and where it has none that are
 * known, to any machine that may come. A forbidden one is forbidden to all of it.
 */
export function assertFlow(matrix: Matrix, flow: Flow): FlowVerdict {
  const allowed = flow.expect === 'allowed';
  const sources = placesAt(matrix, flow.from).filter(sends);
  const targets = occupied(placesAt(matrix, flow.to), allowed);
  const deviations: Deviation[] = [];
  let pairs = 0;
  for (const source of occupied(sources, allowed)) {
    for (const target of targets) {
      if (single(source) && source === target) continue;
      pairs += 1;
      if (speaksSix(source) && speaksSix(target)) deviations.push(unseenSix(source, target, flow));
      for (const span of spansOf(matrix, source, target, flow)) {
        const reached = span.result === 'allowed' || span.result === 'refused';
        if (span.result !== 'unknown' && reached === allowed) continue;
        deviations.push({
          from: source.name,
          to: target.name,
          ports: `${portText(span)}/${flow.protocol}`,
          result: span.result,
          by: span.by,
          rules: span.rules,
          path: span.path,
        });
      }
    }
  }
  const certain = deviations.some(({ result }) => result !== 'unknown');
  if (pairs === 0) return { verdict: 'unknown', deviations, pairs };
  const verdict = deviations.length === 0 ? 'kept' : certain ? 'broken' : 'unknown';
  return { verdict, deviations, pairs };
}

/** Rows for an end of a flow; `stamp/<subnet>` has been made the stamp's own name before. */
export function placesAt(matrix: Matrix, end: string): Place[] {
  const prefix = parsePrefix(end);
  if (prefix !== undefined) {
    return matrix.rows.filter(({ ranges }) => intersection(ranges, [prefix]).length > 0);
  }
  return matrix.rows.filter(({ subnet, zone }) =>
    zone === undefined ? subnet?.name === end : zone.name === end,
  );
}

function occupied(places: readonly Place[], allowed: boolean): readonly Place[] {
  if (!allowed) return places;
  const known = places.filter(({ zone, machine, endpoint, balancer }) =>
    [zone, machine, endpoint, balancer].some((part) => part !== undefined),
  );
  return known.length > 0 ? known : places;
}

/** Whether there are IPv6 addresses, of which a matrix knows nothing. */
function speaksSix({ subnet, zone, name }: Place): boolean {
  return (
    (zone !== undefined && name === internet) ||
    (subnet ?? zone)?.prefixes.some((prefix) => prefix.includes(':')) === true
  );
}

function unseenSix(source: Place, target: Place, flow: Flow): Deviation {
  const by = 'IPv6, which both ends have and which is not looked at';
  const ports = `IPv6 ${flow.protocol}`;
  return { from: source.name, to: target.name, ports, result: 'unknown', by, rules: [], path: '' };
}

function single({ ranges }: Place): boolean {
  return ranges.length === 1 && ranges[0]?.first === ranges[0]?.last;
}

function spansOf(matrix: Matrix, source: Place, target: Place, flow: Flow): OutcomeSpan[] {
  const spans = matrix.cell(source, target)[flow.protocol];
  if (flow.ports.length === 0 || flow.protocol === 'icmp') return [...spans];
  return flow.ports.flatMap((wanted) =>
    spans.flatMap((span) => {
      const from = Math.max(span.from, wanted.from);
      const to = Math.min(span.to, wanted.to);
      return from <= to ? [{ ...span, from, to }] : [];
    }),
  );
}

/** The flows of a declaration for each stamp that they are meant for. */
export function flowsOfStamps(flows: readonly Flow[], stamps: readonly string[]): Flow[] {
  return flows.flatMap((flow) => {
    const each = [flow.from, flow.to].some((end) => end.startsWith('stamp/'));
    if (!each) return [flow];
    return stamps.map((stamp) => ({
      ...flow,
      name: `${stamp}/${flow.name}`,
      from: flow.from.replace(/^stamp\//, `${stamp}/`),
      to: flow.to.replace(/^stamp\//, `${stamp}/`),
    }));
  });
}
