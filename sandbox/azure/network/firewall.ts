import { anyHolds, parseAddress, privateRanges } from './cidr.ts';
import type { Firewall, FirewallRule } from './estate.ts';
import type { Packet } from './security-rules.ts';
import { rangeHolds } from './security-rules.ts';
import type { Verdict } from './verdict.ts';
import { dropped, unknown } from './verdict.ts';

/** What a firewall does with a packet: the end of it, or passing it on. */
export interface Passage {
  /** Set if the flow ends here. */
  verdict?: Verdict;
  /** Whether the packet goes on with the firewall's own address as its source. */
  translated: boolean;
}

/** Application rules are read for these protocols' ports only. */
const applicationPorts: readonly number[] = [80, 443, 1433];

/** Network rules before application rules, first match ends, what no rule names is denied. */
export function passFirewall(firewall: Firewall, packet: Packet): Passage {
  if (firewall.rules === 'unknown') {
    const why = `the firewall ${firewall.address} has rules that are not modelled`;
    return { verdict: unknown(why, '6.1'), translated: false };
  }
  const network = firewall.rules.find((rule) => rule.kind === 'network' && hits(rule, packet));
  const application =
    network === undefined && applicationPorts.includes(packet.port)
      ? firewall.rules.find((rule) => rule.kind === 'application' && hits(rule, packet))
      : undefined;
  const rule = network ?? application;
  if (rule?.access !== 'Allow') {
    const why =
      rule === undefined
        ? `the firewall ${firewall.address} has no rule that allows it`
        : `a rule of the firewall ${firewall.address} denies it`;
    return { verdict: dropped(why, '6.3'), translated: false };
  }
  const inside = anyHolds(privateRanges, parseAddress(packet.destination) ?? 0);
  const translated = rule.kind === 'application' || firewall.alwaysTranslates === true || !inside;
  return { translated };
}

function hits(rule: FirewallRule, packet: Packet): boolean {
  const protocol = rule.protocol.toLowerCase();
  return (
    (protocol === '*' || protocol === packet.protocol.toLowerCase()) &&
    // ICMP has no ports, whatever a rule for any protocol says of them.
    (packet.protocol.toLowerCase() === 'icmp' ||
      rule.ports.some((range) => rangeHolds(range, packet.port))) &&
    holds(rule.sources, packet.source) &&
    holds(rule.destinations, packet.destination)
  );
}

function holds(prefixes: readonly string[], address: string): boolean {
  return prefixes.includes('*') || anyHolds(prefixes, parseAddress(address) ?? 0);
}
