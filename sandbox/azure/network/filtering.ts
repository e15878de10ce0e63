import type { Estate } from './estate.ts';
import type { Place } from './places.ts';
import { networkOf } from './routing.ts';
import type { Decision, Packet } from './security-rules.ts';
import { evaluate } from './security-rules.ts';
import { tagsOf } from './service-tags.ts';
import type { Verdict } from './verdict.ts';
import { dropped, unknown } from './verdict.ts';

/** What the security groups at one end of a flow say. */
export interface Filtered {
  /** The end of the flow, if a group stops it or may stop it. */
  stopped?: Verdict;
  /** Whether any group was asked. */
  filtered: boolean;
}

/** The receiving end: the endpoint's connection, then the groups that apply to it. */
export function arrive(estate: Estate, target: Place, packet: Packet): Filtered {
  if (target.endpoint !== undefined && target.endpoint.state !== 'Approved') {
    const why = `the endpoint's connection is ${target.endpoint.state}`;
    return { stopped: dropped(why, '3.8'), filtered: false };
  }
  return filter(estate, target, 'Inbound', packet);
}

/** Both the interface's group and the subnet's must allow; each is evaluated alone. */
export function filter(
  estate: Estate,
  place: Place,
  direction: 'Inbound' | 'Outbound',
  packet: Packet,
): Filtered {
  const { subnet } = place;
  const policies = subnet.endpointPolicies;
  const exempt =
    place.endpoint !== undefined &&
    policies !== 'Enabled' &&
    policies !== 'NetworkSecurityGroupEnabled';
  const groups = exempt ? [] : [subnet.securityRules, place.interface?.securityRules];
  const tag = tagsOf(estate, networkOf(estate, subnet), subnet);
  const decisions: Decision[] = groups.flatMap((rules) =>
    rules === undefined ? [] : [evaluate(rules, direction, packet, tag)],
  );
  const filtered = decisions.length > 0;
  const denied = decisions.find(({ access }) => access === 'deny');
  if (denied !== undefined) {
    const why = `security rule ${denied.rule} denies ${direction.toLowerCase()} at ${subnet.id}`;
    return { stopped: dropped(why, denied.own ? '1.1' : '1.3'), filtered };
  }
  const doubtful = decisions.find(({ access }) => access === 'unknown');
  if (doubtful !== undefined) {
    const why = `security rule ${doubtful.rule} names a set nobody here knows`;
    return { stopped: unknown(why, '2.5'), filtered };
  }
  return { filtered };
}
