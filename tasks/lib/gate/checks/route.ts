import { isIP } from 'node:net';
import * as v from 'valibot';
import { idAt, textAt } from '../../reach/read/resource.ts';
import type { Check } from '../check.ts';
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

const schema = v.strictObject({
  network: networkField,
  subnets: subnetsField,
  nextHop: v.optional(
    v.pipe(
      v.string('must be an address'),
      v.check((text) => isIP(text) === 4, 'must be an IPv4 address'),
    ),
  ),
});
type Spec = v.InferOutput<typeof schema> & { readonly subject?: Subject | undefined };

/** The default route of each declared subnet leads to the firewall. */
export const route: Check<Spec, StateSeen> = {
  kind: 'route',
  schema,
  reference: {
    summary: 'The default route of each declared subnet leads to the firewall.',
    example: `each: stamp
subnets: [endpoints]`,
  },
  complete(spec, context) {
    const subject = subjectOf(spec, context);
    const nextHop = spec.nextHop ?? context.hub?.firewall?.privateAddress;
    if (nextHop === undefined && subject !== undefined) {
      context.problem([], 'needs nextHop, or a hub with a firewall');
    }
    return { ...spec, subject, ...(nextHop === undefined ? {} : { nextHop }) };
  },
  target: ({ subject, nextHop }) => `${subject?.network.name ?? ''} -> ${nextHop ?? ''}`,
  observe: (_spec, probe, signal) => probe.state(signal),
  judge({ subject, nextHop = '' }, seen) {
    const names = subnetNames(subject);
    const expected = `0.0.0.0/0 of ${names} leads to ${nextHop}`;
    const ids = subject === undefined ? [] : [subject.network.id];
    const findings = judgeSubnets(subject, seen, (subnet, { properties }) => {
      const table = idAt(properties, 'routeTable');
      if (table !== undefined) ids.push(table);
      return judgeTable(seen, subnet.name, table, nextHop);
    });
    const relevant = [networkTypes.networks, networkTypes.tables];
    const good = `to ${nextHop} from ${names}`;
    return verdictOf(expected, good, findings, aboutOnly(seen, ids), relevant);
  },
};

function judgeTable(
  { resources, unread }: StateSeen,
  subnet: string,
  tableId: string | undefined,
  nextHop: string,
): Finding[] {
  const hint = `Give subnet ${subnet} a route table with 0.0.0.0/0 to VirtualAppliance ${nextHop}.`;
  if (tableId === undefined) {
    const text = `${subnet} has no route table`;
    return [{ code: 'ROUTE_TABLE_MISSING', class: 'no-route-table', text, hint }];
  }
  if (resources.get(tableId) === undefined) {
    if (unread.some(({ type }) => type === networkTypes.tables)) return [];
    const text = `the route table of ${subnet} is not among the resources`;
    return [{ code: 'ROUTE_TABLE_MISSING', class: 'no-route-table', text, hint }];
  }
  const routes = resources.childrenOf(tableId, 'routes');
  const first = routes.find(
    ({ properties }) => textAt(properties, 'addressPrefix') === '0.0.0.0/0',
  );
  if (first === undefined) {
    const text = `${subnet} has no default route`;
    return [{ code: 'ROUTE_DEFAULT_MISSING', class: 'no-default-route', text, hint }];
  }
  const hop = textAt(first.properties, 'nextHopType') ?? '';
  const address = textAt(first.properties, 'nextHopIpAddress') ?? '';
  if (/^VirtualAppliance$/i.test(hop) && address === nextHop) return [];
  const text = `0.0.0.0/0 of ${subnet} leads to ${hop} ${address}`.trim();
  return [{ code: 'ROUTE_WRONG_HOP', class: 'wrong-hop', text, hint }];
}
