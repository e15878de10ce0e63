import type { AdminRule, SecurityRule, Subnet } from './model.ts';
import type { Answer, MatchRule, Side } from './rule-list.ts';
import { RuleList } from './rule-list.ts';
import { allPorts, parsePorts, protocols } from './ports.ts';
import type { PortMaps, PortRange, Protocol } from './ports.ts';
import type { Neighbourhood } from './tags.ts';
import { unionOfDoubtful } from './tags.ts';

export type Direction = 'Inbound' | 'Outbound';

/** Client ports of the systems in use; a rule about source ports that splits them is doubtful. */
const ephemeral: PortRange = { from: 1024, to: 65535 };

function standard(
  name: string,
  priority: number,
  direction: Direction,
  access: 'Allow' | 'Deny',
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

/**
 * The rules every group ends with; they can be preceded, never removed.
 * https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules
 */
const standards: readonly SecurityRule[] = [
  standard('AllowVnetInBound', 65000, 'Inbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  standard('AllowAzureLoadBalancerInBound', 65001, 'Inbound', 'Allow', 'AzureLoadBalancer', '*'),
  standard('DenyAllInBound', 65500, 'Inbound', 'Deny', '*', '*'),
  standard('AllowVnetOutBound', 65000, 'Outbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  standard('AllowInternetOutBound', 65001, 'Outbound', 'Allow', '*', 'Internet'),
  standard('DenyAllOutBound', 65500, 'Outbound', 'Deny', '*', '*'),
];

/** A security group as it acts in a subnet; what tags hold depends on where it is. */
export function securityGroup(
  rules: readonly SecurityRule[],
  direction: Direction,
  subnet: Subnet,
  neighbours: Neighbourhood,
  maps: PortMaps,
): RuleList {
  const ordered = byPriority([...rules, ...standards], direction).map((rule) =>
    matchRule(rule, subnet, neighbours, standards.includes(rule) ? '1.3' : '1.1'),
  );
  // The last default rule matches everything.
  return new RuleList(ordered, maps.decision('deny', 'no rule', ['1.3']), maps);
}

/** The Network Manager's rules: an Allow passes on to the security groups, an AlwaysAllow does not. */
export function adminRules(
  rules: readonly AdminRule[],
  direction: Direction,
  subnet: Subnet,
  neighbours: Neighbourhood,
  maps: PortMaps,
): RuleList {
  const ordered = byPriority(rules, direction).map((rule) =>
    matchRule(rule, subnet, neighbours, '1.13'),
  );
  return new RuleList(ordered, maps.decision('allow', '', []), maps);
}

/** Lowest priority number first. */
function byPriority<Rule extends SecurityRule | AdminRule>(
  rules: readonly Rule[],
  direction: Direction,
): Rule[] {
  return rules
    .filter((rule) => rule.direction === direction)
    .sort((one, other) => one.priority - other.priority);
}

function matchRule(
  rule: SecurityRule | AdminRule,
  subnet: Subnet,
  neighbours: Neighbourhood,
  base: string,
): MatchRule {
  const side = (prefixes: readonly string[], groups: readonly string[]): Side =>
    groups.length > 0
      ? { groups: groups.map((id) => id.toLowerCase()), doubt: '1.8' }
      : { addresses: unionOfDoubtful(prefixes.map((text) => neighbours.resolve(text, subnet))) };
  const access = { Allow: 'allow', AlwaysAllow: 'skip', Deny: 'deny' } as const;
  return {
    name: `${rule.direction.toLowerCase()} ${rule.name} (${rule.priority})`,
    access: access[rule.access],
    protocols: protocolsOf(rule.protocol),
    ports: rule.destinationPorts.flatMap((text) => parsePorts(text) ?? []),
    sourcePorts: clientPorts(rule.sourcePorts),
    source: side(rule.sources, rule.sourceGroups),
    destination: side(rule.destinations, rule.destinationGroups),
    // Replies need no rule of their own, so whatever allows a request allows the flow.
    rules: [base, ...restsOn(rule), ...(rule.access === 'Deny' ? [] : ['1.2'])],
  };
}

function restsOn(rule: SecurityRule | AdminRule): string[] {
  const found = [];
  for (const text of [...rule.sources, ...rule.destinations]) {
    if (text === '*' || /^[\d./]+$/.test(text)) continue;
    const tag = text.toLowerCase();
    const own: Record<string, string> = {
      virtualnetwork: '2.1',
      internet: '2.4',
      azureloadbalancer: '1.11',
    };
    found.push(own[tag] ?? '2.5');
  }
  if (rule.sourceGroups.length + rule.destinationGroups.length > 0) found.push('1.8');
  const plural = [rule.sources, rule.destinations, rule.destinationPorts];
  if (plural.some((list) => list.length > 1)) found.push('1.7');
  return found;
}

/** Of the protocols that are looked at: Esp and Ah match none of them. */
export function protocolsOf(text: string): readonly Protocol[] {
  const wanted = text.toLowerCase();
  return wanted === '*' || wanted === 'any' ? protocols : protocols.filter((p) => p === wanted);
}

function clientPorts(texts: readonly string[]): Answer {
  const ranges = texts.map((text) => parsePorts(text) ?? allPorts);
  const whole = ranges.some(({ from, to }) => from <= ephemeral.from && to >= ephemeral.to);
  if (whole) return 'yes';
  return ranges.some(({ to }) => to >= ephemeral.from) ? 'maybe' : 'no';
}
