import { parseAddress, parsePrefix, prefixHolds } from './cidr.ts';
import type { SecurityRule } from './estate.ts';

/** Three-valued: rules may name sets whose members nobody here knows. */
export type Answer = 'yes' | 'no' | 'unknown';

/** One packet's view of a flow, as a network security group matches it. */
export interface Packet {
  source: string;
  destination: string;
  port: number;
  protocol: string;
  /** Application security groups; undefined = nobody knows the membership. */
  sourceGroups: readonly string[] | undefined;
  destinationGroups: readonly string[] | undefined;
}

export interface Decision {
  access: 'allow' | 'deny' | 'unknown';
  /** Name of the deciding rule. */
  rule: string;
  /** Whether one of the group's own rules decided, not a default one. */
  own: boolean;
}

/** What a service tag holds, asked for one address. */
export type TagReader = (tag: string, address: string) => Answer;

/** Client ports of the systems in use; a rule about source ports that splits them is unknown. */
const ephemeral = { low: 1024, high: 65535 };

function defaultRule(
  name: string,
  priority: number,
  direction: SecurityRule['direction'],
  access: SecurityRule['access'],
  source: string,
  destination: string,
): SecurityRule {
  return {
    name,
    priority,
    direction,
    access,
    protocol: '*',
    sources: [source],
    destinations: [destination],
    sourcePorts: ['*'],
    destinationPorts: ['*'],
    sourceGroups: [],
    destinationGroups: [],
  };
}

/** The rules every group ends with; they can be preceded, never removed. */
const defaults: readonly SecurityRule[] = [
  defaultRule('AllowVnetInBound', 65000, 'Inbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  defaultRule('AllowAzureLoadBalancerInBound', 65001, 'Inbound', 'Allow', 'AzureLoadBalancer', '*'),
  defaultRule('DenyAllInBound', 65500, 'Inbound', 'Deny', '*', '*'),
  defaultRule('AllowVnetOutBound', 65000, 'Outbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  defaultRule('AllowInternetOutBound', 65001, 'Outbound', 'Allow', '*', 'Internet'),
  defaultRule('DenyAllOutBound', 65500, 'Outbound', 'Deny', '*', '*'),
];

/** Lowest priority number first, first match decides, the rest is not read. */
export function evaluate(
  rules: readonly SecurityRule[],
  direction: SecurityRule['direction'],
  packet: Packet,
  tag: TagReader,
): Decision {
  const ordered = [...rules, ...defaults]
    .filter((rule) => rule.direction === direction)
    .sort((one, other) => one.priority - other.priority);
  const doubtful: SecurityRule[] = [];
  for (const rule of ordered) {
    const match = ruleMatches(rule, packet, tag);
    if (match === 'no') continue;
    if (match === 'unknown') {
      doubtful.push(rule);
      continue;
    }
    const against = doubtful.find((other) => other.access !== rule.access);
    const own = !defaults.includes(rule);
    if (against !== undefined) return { access: 'unknown', rule: against.name, own: true };
    return { access: rule.access === 'Allow' ? 'allow' : 'deny', rule: rule.name, own };
  }
  throw new Error('the default rules of a network security group match every packet');
}

function ruleMatches(rule: SecurityRule, packet: Packet, tag: TagReader): Answer {
  const protocol = rule.protocol.toLowerCase();
  if (protocol !== '*' && protocol !== packet.protocol.toLowerCase()) return 'no';
  const portless = packet.protocol.toLowerCase() === 'icmp';
  if (!portless && !rule.destinationPorts.some((range) => rangeHolds(range, packet.port))) {
    return 'no';
  }
  return every([
    portless ? 'yes' : sourcePortsMatch(rule.sourcePorts),
    side(rule.sources, rule.sourceGroups, packet.source, packet.sourceGroups, tag),
    side(
      rule.destinations,
      rule.destinationGroups,
      packet.destination,
      packet.destinationGroups,
      tag,
    ),
  ]);
}

function side(
  prefixes: readonly string[],
  groups: readonly string[],
  address: string,
  memberOf: readonly string[] | undefined,
  tag: TagReader,
): Answer {
  if (groups.length > 0) {
    if (memberOf === undefined) return 'unknown';
    const lower = memberOf.map((id) => id.toLowerCase());
    return groups.some((id) => lower.includes(id.toLowerCase())) ? 'yes' : 'no';
  }
  return some(prefixes.map((prefix) => prefixMatches(prefix, address, tag)));
}

function prefixMatches(prefix: string, address: string, tag: TagReader): Answer {
  if (prefix === '*' || prefix.toLowerCase() === 'any') return 'yes';
  const range = parsePrefix(prefix);
  if (range === undefined) return tag(prefix, address);
  const value = parseAddress(address);
  return value !== undefined && prefixHolds(range, value) ? 'yes' : 'no';
}

function sourcePortsMatch(ranges: readonly string[]): Answer {
  return some(
    ranges.map((range) => {
      const parsed = parseRange(range);
      if (parsed.high < ephemeral.low || parsed.low > ephemeral.high) return 'no';
      return parsed.low <= ephemeral.low && parsed.high >= ephemeral.high ? 'yes' : 'unknown';
    }),
  );
}

/** Whether `*`, `443` or `10000-10005` holds a port. */
export function rangeHolds(range: string, port: number): boolean {
  const { low, high } = parseRange(range);
  return port >= low && port <= high;
}

function parseRange(range: string): { low: number; high: number } {
  if (range === '*') return { low: 0, high: 65535 };
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
  if (match === null) throw new Error(`'${range}' is not a port range`);
  return { low: Number(match[1]), high: Number(match[2] ?? match[1]) };
}

function some(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

function every(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}
