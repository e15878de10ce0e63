import { isIP } from 'node:net';
import * as v from 'valibot';
import { sameId } from '../../net/same-id.ts';
import { bothAt, idAt, textAt } from '../../reach/read/resource.ts';
import type { Resources } from '../../reach/read/resource.ts';
import type { Check, Verdict } from '../check.ts';
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
    const verdict = verdictOf(expected, good, findings, aboutOnly(seen, ids), relevant);
    const open = (subject?.subnets ?? []).filter(({ id }) => leavesBySix(seen.resources, id));
    return verdict.status === 'pass' && open.length > 0 ? sixVerdict(expected, open) : verdict;
  },
};

/** Whether a subnet has IPv6 addresses that a default route may take anywhere. */
function leavesBySix(resources: Resources, subnetId: string): boolean {
  const properties = resources.get(subnetId)?.properties;
  const table = idAt(properties, 'routeTable') ?? '';
  const closed = resources
    .childrenOf(table, 'routes')
    .some(
      ({ properties: one }) =>
        textAt(one, 'addressPrefix') === '::/0' && /^None$/i.test(textAt(one, 'nextHopType') ?? ''),
    );
  const prefixes = bothAt(properties, 'addressPrefix', 'addressPrefixes');
  return !closed && prefixes.some((prefix) => prefix.includes(':'));
}

function sixVerdict(expected: string, subnets: readonly { readonly name: string }[]): Verdict {
  const names = subnets.map(({ name }) => name).join(', ');
  return {
    status: 'unknown',
    code: 'ROUTE_IPV6',
    class: 'ipv6',
    expected,
    observed: `${names} has IPv6 addresses, whose routes are not looked at`,
    hint: `Route ::/0 of ${names} to None, or take IPv6 off: only IPv4 is looked at.`,
  };
}

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
    if (unread.some(({ scope }) => sameId(scope, tableId))) return [];
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
