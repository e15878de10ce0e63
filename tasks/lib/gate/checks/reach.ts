import * as v from 'valibot';
import { assertFlow, flowsOfStamps } from '../../reach/flows.ts';
import type { FlowVerdict } from '../../reach/flows.ts';
import type { Matrix } from '../../reach/matrix.ts';
import type { Flow, Topology } from '../../topology/model.ts';
import { nearest } from '../../topology/nearest.ts';
import type { Check } from '../check.ts';
import { matrixOf } from '../matrix-of.ts';
import type { StateSeen } from '../state.ts';
import { adminRulesType, blindVerdict, firstGap } from '../state.ts';

const schema = v.strictObject({
  flows: v.optional(
    v.pipe(v.array(v.string('must be a list of flows')), v.minLength(1, 'must be a list of flows')),
  ),
});
type Spec = v.InferOutput<typeof schema> & {
  readonly topology?: Topology | undefined;
  readonly wanted?: readonly Flow[] | undefined;
};

/** The flows of the topology are as declared: allowed ones whole, forbidden ones not at all. */
export const reach: Check<Spec, StateSeen> = {
  kind: 'reach',
  schema,
  reference: {
    summary:
      'The flows of the topology are as declared, for every address and port: see [reachability](reachability.md).',
    example: `flows: [agents-to-endpoints]`,
  },
  complete(spec, { topology, stamp, problem }) {
    if (topology === undefined) {
      problem([], 'needs a topology');
      return spec;
    }
    const names = topology.flows.map(({ name }) => name);
    if (names.length === 0) problem([], 'needs flows in the topology');
    spec.flows?.forEach((name, position) => {
      if (names.includes(name)) return;
      const close = nearest(name, names);
      const mean =
        close === undefined ? `; it has ${names.join(', ')}` : `; did you mean ${close}?`;
      problem(['flows', position], `names no flow of the topology${mean}`);
    });
    const chosen = topology.flows.filter(({ name }) => spec.flows?.includes(name) ?? true);
    const stamps = stamp === undefined ? Object.keys(topology.stamps) : [stamp.name];
    return { ...spec, topology, wanted: flowsOfStamps(chosen, stamps) };
  },
  target: ({ wanted = [] }) =>
    wanted.length <= 3 ? wanted.map(({ name }) => name).join(', ') : `${wanted.length} flows`,
  observe: (_spec, probe, signal) => probe.state(signal),
  judge({ topology, wanted = [] }, seen) {
    const expected = wanted.map(({ name, expect }) => `${name} ${expect}`).join(', ');
    const looked = topology === undefined ? [] : assertAll(wanted, matrixOf(seen, topology));
    const broken = looked.filter(({ verdict }) => verdict === 'broken');
    if (broken.length > 0) {
      return {
        status: 'fail',
        code: broken.some(({ flow }) => flow.expect === 'forbidden')
          ? 'REACH_FORBIDDEN_OPEN'
          : 'REACH_ALLOWED_CLOSED',
        class: 'broken',
        expected,
        observed: broken.map(wordsOf).join('; '),
        hint: 'Mend the rule or route that is named, or the flow in the topology.',
      };
    }
    const unsure = looked.filter(({ verdict }) => verdict === 'unknown');
    const blind = firstGap(seen.unread.filter(({ type }) => type !== adminRulesType));
    if (unsure.length > 0 && blind !== undefined) return blindVerdict(expected, blind);
    if (unsure.length > 0) {
      return {
        status: 'unknown',
        code: 'REACH_UNDECIDED',
        class: 'undecided',
        expected,
        observed: unsure.map(wordsOf).join('; '),
        hint: 'docs/reachability.md says what is not decided, by the number of the rule.',
      };
    }
    const pairs = looked.reduce((sum, one) => sum + one.pairs, 0);
    const observed = `${looked.length} flows, ${pairs} pairs of places${conditionOf(seen)}`;
    return { status: 'pass', code: 'OK', class: 'as-declared', expected, observed };
  },
};

function assertAll(flows: readonly Flow[], matrix: Matrix) {
  return flows.map((flow) => ({ flow, ...assertFlow(matrix, flow) }));
}

/** Reader may not ask for a Network Manager's rules, and most estates have none. */
function conditionOf({ unread }: StateSeen): string {
  const blind = unread.find(({ type }) => type === adminRulesType);
  if (blind === undefined || blind.why === 'no-connection') return '';
  const why = blind.missing === undefined ? '' : ` without ${blind.missing}`;
  return `, unless rules of a Network Manager say otherwise, which were not read${why}`;
}

function wordsOf({ flow, deviations, pairs }: FlowVerdict & { flow: Flow }): string {
  if (pairs === 0) return `${flow.name}: nothing is there to look at`;
  const [first] = deviations;
  if (first === undefined) return flow.name;
  const more = deviations.length > 1 ? ` and ${deviations.length - 1} more` : '';
  const verb = flow.expect === 'allowed' ? 'stopped' : 'let through';
  const by = first.by === '' ? 'the network' : first.by;
  const how = first.result === 'unknown' ? `not decided: ${by}` : `${verb} by ${by}`;
  const rules = first.rules.length === 0 ? '' : ` (reach rules ${first.rules.join(', ')})`;
  return `${flow.name}: ${first.from} to ${first.to} on ${first.ports} ${how}${rules}${more}`;
}
