import * as v from 'valibot';
import { sameId } from '../../net/same-id.ts';
import { countOf, parsePrefix, setOf } from '../../reach/ranges.ts';
import { bothAt, idAt, listAt, objectAt } from '../../reach/read/resource.ts';
import type { Check } from '../check.ts';
import type { StateSeen, Subject } from '../state.ts';
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

/** Azure keeps the first four addresses of each network of a subnet and the last one. */
const kept = 5;

const schema = v.strictObject({
  network: networkField,
  subnets: subnetsField,
  free: v.pipe(
    v.number('must be a number of addresses, 1 or more'),
    v.integer('must be a number of addresses, 1 or more'),
    v.minValue(1, 'must be a number of addresses, 1 or more'),
  ),
});
type Spec = v.InferOutput<typeof schema> & { readonly subject?: Subject | undefined };

/** Each subnet has room left. */
export const addressPlan: Check<Spec, StateSeen> = {
  kind: 'address-plan',
  schema,
  reference: {
    summary: 'Each subnet has so many free addresses left.',
    example: `each: stamp
free: 8`,
  },
  complete: (spec, context) => ({ ...spec, subject: subjectOf(spec, context) }),
  target: ({ subject }) => subject?.network.name ?? '',
  observe: (_spec, probe, signal) => probe.state(signal),
  judge({ subject, free }, seen) {
    const expected = `${free} or more free addresses in ${subnetNames(subject)}`;
    const left: string[] = [];
    const findings = judgeSubnets(subject, seen, (subnet, found) => {
      const texts = new Set(bothAt(found.properties, 'addressPrefix', 'addressPrefixes'));
      const prefixes = [...texts].filter((text) => parsePrefix(text) !== undefined);
      const size = countOf(setOf(prefixes));
      const rest = size - kept * prefixes.length - usedIn(seen, subnet.id, found.properties);
      left.push(`${subnet.name} ${rest}`);
      if (rest >= free) return [];
      return [
        {
          code: 'ADDRESSES_SHORT',
          class: 'short',
          text: `${subnet.name} has ${rest} free addresses`,
          hint: `Give subnet ${subnet.name} a larger network in the topology, or free addresses in it.`,
        },
      ];
    });
    const own = aboutOnly(seen, subject === undefined ? [] : [subject.network.id]);
    return verdictOf(expected, left.join(', '), findings, own, [networkTypes.networks]);
  },
};

/** Azure counts the configurations of a subnet; of what is only predicted, whatever names it takes one. */
function usedIn({ resources, source }: StateSeen, subnetId: string, properties: unknown): number {
  const counted = listAt(properties, 'ipConfigurations').length;
  if (source === 'azure') return counted;
  const isHere = (holder: unknown) => sameId(idAt(holder, 'subnet') ?? '', subnetId);
  const configured = holders.flatMap(([type, list]) =>
    resources
      .ofType(type)
      .flatMap((holder) => listAt(holder.properties, list))
      .filter((one) => isHere(objectAt(one, 'properties'))),
  );
  // One that is deployed has an interface, which is counted.
  const endpoints = resources
    .ofType(networkTypes.endpoints)
    .filter(({ properties: own }) => listAt(own, 'networkInterfaces').length === 0 && isHere(own));
  return Math.max(counted, configured.length + endpoints.length);
}

/** What takes addresses of subnets, and the list in which it says so. */
const holders = [
  [networkTypes.interfaces, 'ipConfigurations'],
  [networkTypes.balancers, 'frontendIPConfigurations'],
  [networkTypes.linkServices, 'ipConfigurations'],
  [networkTypes.firewalls, 'ipConfigurations'],
  [networkTypes.gateways, 'ipConfigurations'],
] as const;
