import * as v from 'valibot';
import { assertFlow, flowsOfStamps } from '../../reach/flows.ts';
import { parsePorts } from '../../reach/ports.ts';
import type { PortRange } from '../../reach/ports.ts';
import { everything, setOf, without } from '../../reach/ranges.ts';
import { bothAt, idAt, lastOf, textAt } from '../../reach/read/resource.ts';
import { sameId } from '../../net/same-id.ts';
import { membersOf } from '../../topology/members.ts';
import type { Topology } from '../../topology/model.ts';
import type { Check } from '../check.ts';
import { matrixOf } from '../matrix-of.ts';
import type { Finding, StateSeen, Subject } from '../state.ts';
import {
  aboutOnly,
  judgeSubnets,
  networkField,
  networkTypes,
  subjectOf,
  subnetNames,
  subnetsField,
  verdictOf,
} from '../state.ts';
import { flagField } from './fields.ts';

const schema = v.strictObject({
  network: networkField,
  subnets: subnetsField,
  endpointPolicies: v.optional(flagField),
});
type Spec = v.InferOutput<typeof schema> & {
  readonly subject?: Subject | undefined;
  readonly topology?: Topology | undefined;
};

/** Sources that are anybody: `::/0` is anybody who speaks IPv6. */
const anybody = /^(\*|any|internet|::\/0|0{1,4}(:0{1,4}){7}\/0)$/i;
/** Nobody listens on port 0: a rule from 1 on lets everything in. */
const everyPort: PortRange = { from: 1, to: 65535 };

/**
 * A security group on every subnet, no rule that lets anything in from anywhere, groups that count for private
 * endpoints, and none that stops a declared flow.
 */
export const nsg: Check<Spec, StateSeen> = {
  kind: 'nsg',
  schema,
  reference: {
    summary:
      'Every subnet has a security group, none lets anything in from anywhere, groups count for private endpoints, and none stops a declared flow.',
    example: `each: stamp`,
  },
  complete: (spec, context) => ({
    ...spec,
    subject: subjectOf(spec, context),
    topology: context.topology,
  }),
  target: ({ subject }) => subject?.network.name ?? '',
  observe: (_spec, probe, signal) => probe.state(signal),
  judge(spec, seen) {
    const { subject, topology } = spec;
    const expected = `a security group on ${subnetNames(subject)} that lets in what is declared`;
    const groups: string[] = [];
    const findings = judgeSubnets(subject, seen, (subnet, { properties }) => {
      const id = idAt(properties, 'networkSecurityGroup');
      if (id !== undefined) groups.push(id);
      return [
        ...judgeGroup(seen, subnet.name, id),
        ...(spec.endpointPolicies === false ? [] : judgePolicies(seen, subnet, properties)),
      ];
    });
    if (topology !== undefined && subject !== undefined && findings.length === 0) {
      findings.push(...judgeFlows(topology, subject, seen));
    }
    const relevant = [networkTypes.networks, networkTypes.groups];
    const good = [...new Set(groups.map(lastOf))].join(', ');
    const own = subject === undefined ? groups : [subject.network.id, ...groups];
    return verdictOf(expected, good, findings, aboutOnly(seen, own), relevant);
  },
};

function judgeGroup(
  { resources, unread }: StateSeen,
  subnet: string,
  id: string | undefined,
): Finding[] {
  const hint = `Give subnet ${subnet} a network security group.`;
  if (id === undefined) {
    const text = `${subnet} has no security group`;
    return [{ code: 'NSG_MISSING', class: 'no-group', text, hint }];
  }
  if (resources.get(id) === undefined) {
    if (unread.some(({ scope }) => sameId(scope, id))) return [];
    const text = `the security group of ${subnet} is not among the resources`;
    return [{ code: 'NSG_MISSING', class: 'no-group', text, hint }];
  }
  return resources.childrenOf(id, 'securityRules').flatMap(({ id: ruleId, properties }) => {
    const is = (key: string, value: string) => textAt(properties, key)?.toLowerCase() === value;
    const sources = bothAt(properties, 'sourceAddressPrefix', 'sourceAddressPrefixes');
    const ports = bothAt(properties, 'destinationPortRange', 'destinationPortRanges');
    const open =
      is('direction', 'inbound') &&
      is('access', 'allow') &&
      (sources.some((text) => anybody.test(text)) ||
        without(everything, setOf(sources)).length === 0) &&
      covers(
        ports.flatMap((text) => parsePorts(text) ?? []),
        everyPort,
      );
    if (!open) return [];
    const name = lastOf(ruleId);
    const text = `rule ${name} on ${subnet} lets anything in from anywhere`;
    const hint = `Narrow rule ${name} of ${lastOf(id)} to sources and ports.`;
    return [{ code: 'NSG_ANY_INBOUND', class: 'any-any', text, hint }];
  });
}

/** Whether ranges hold all of another one, together. */
function covers(ranges: readonly PortRange[], { from, to }: PortRange): boolean {
  const sorted = [...ranges].sort((one, other) => one.from - other.from);
  let next = from;
  for (const range of sorted) if (range.from <= next) next = Math.max(next, range.to + 1);
  return next > to;
}

function judgePolicies(
  { resources }: StateSeen,
  subnet: { readonly id: string; readonly name: string },
  properties: unknown,
): Finding[] {
  const holds = resources
    .ofType(networkTypes.endpoints)
    .some((endpoint) => sameId(idAt(endpoint.properties, 'subnet') ?? '', subnet.id));
  const policies = textAt(properties, 'privateEndpointNetworkPolicies') ?? 'Disabled';
  if (!holds || /^(Enabled|NetworkSecurityGroupEnabled)$/i.test(policies)) return [];
  const text = `endpoint network policies of ${subnet.name} are ${policies}`;
  const hint = `Set privateEndpointNetworkPolicies of ${subnet.name} to Enabled: its group does not count for endpoints.`;
  return [{ code: 'NSG_POLICIES_OFF', class: 'policies-off', text, hint }];
}

/** Declared flows of this network that a security group stops. */
function judgeFlows(topology: Topology, subject: Subject, seen: StateSeen): Finding[] {
  const owner = membersOf(topology).find(({ part }) => part.network === subject.network)?.name;
  const isOwn = (end: string): boolean => end.startsWith(`${owner}/`);
  const flows = flowsOfStamps(topology.flows, Object.keys(topology.stamps)).filter(
    ({ expect, from, to }) => expect === 'allowed' && (isOwn(from) || isOwn(to)),
  );
  if (flows.length === 0) return [];
  const matrix = matrixOf(seen, topology);
  return flows.flatMap((flow) => {
    // Of the two ends, the one whose group decides.
    const endOf = (by: string) => (by.startsWith('outbound') ? flow.from : flow.to);
    const stopped = assertFlow(matrix, flow).deviations.filter(
      ({ result, rules, by }) =>
        result === 'dropped' && rules.some((rule) => rule.startsWith('1.')) && isOwn(endOf(by)),
    );
    const [first] = stopped;
    if (first === undefined) return [];
    const { from, to, ports, by } = first;
    const more = stopped.length > 1 ? ` and ${stopped.length - 1} more` : '';
    return {
      code: 'NSG_FLOW_DENIED',
      class: 'flow-denied',
      text: `flow ${flow.name}: ${by} of ${endOf(by)} stops ${from} to ${to} on ${ports}${more}`,
      hint: `Allow what flow ${flow.name} declares, or take the flow out of the topology.`,
    };
  });
}
