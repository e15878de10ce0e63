import { parsePrefix, setOf } from '../reach/ranges.ts';
import type { RangeSet } from '../reach/ranges.ts';
import { hasUnresolved, listAt, objectAt, textAt, valueAt } from '../reach/read/resource.ts';
import type { Resource, Resources } from '../reach/read/resource.ts';

/** Who may use the public way to a service. */
export interface PublicWay {
  /** As the service says it, `Disabled` for instance. */
  readonly state: string;
  /** Addresses, networks and ranges (`a-b`) that are let in; undefined: all. */
  readonly openTo: readonly string[] | undefined;
  /** Whether only a deployment tells. */
  readonly unresolved: boolean;
}

/**
 * Child resources in which services keep their rules. Without any, databases let nobody in and Redis everybody:
 * https://learn.microsoft.com/azure/azure-sql/database/firewall-configure
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-firewall-rules
 * https://azure.github.io/PSRule.Rules.Azure/en/rules/Azure.Redis.FirewallRuleCount/
 */
const parts: Readonly<Record<string, readonly string[]>> = {
  'microsoft.cache/redis': ['firewallRules'],
  'microsoft.dbformysql/flexibleservers': ['firewallRules'],
  'microsoft.dbforpostgresql/flexibleservers': ['firewallRules'],
  'microsoft.eventhub/namespaces': ['networkRuleSets'],
  'microsoft.servicebus/namespaces': ['networkRuleSets'],
  'microsoft.sql/servers': ['firewallRules', 'ipv6FirewallRules'],
  'microsoft.synapse/workspaces': ['firewallRules'],
};

/** What services call rules with a default action; IoT Hub has the plural. */
const ruleNames = ['networkAcls', 'networkRuleSet', 'networkRuleSets'];

/** Lists of Cosmos DB, Event Grid and Data Explorer, which let everybody in while they list nobody. */
const listNames = ['ipRules', 'inboundIpRules', 'allowedIpRangeList'];

/** The last parts of the types in which a service of this type keeps the rules of its public way. */
export function ruleParts(type: string): readonly string[] {
  return parts[type.toLowerCase()] ?? [];
}

export function publicWay(service: Resource, resources: Resources): PublicWay {
  const { type, properties } = service;
  const children = ruleParts(type).flatMap((part) => resources.childrenOf(service.id, part));
  const [ruleSet] = children.filter((child) => /\/networkRuleSets$/i.test(child.type));
  // Flexible database servers say it of their network, namespaces of their rules.
  const states = [properties, objectAt(properties, 'network'), ruleSet?.properties].map((one) =>
    textAt(one, 'publicNetworkAccess'),
  );
  const state = states.find((text) => text !== undefined) ?? 'Enabled (the default)';
  const rules =
    ruleSet?.properties ??
    ruleNames.map((name) => valueAt(properties, name)).find((one) => one !== undefined);
  const ranges = children.filter((child) => child !== ruleSet);
  return {
    state,
    openTo: openTo(service, rules, ranges),
    unresolved: hasUnresolved([
      ...[state, rules],
      ...listNames.map((name) => valueAt(properties, name)),
      ...ranges.map((child) => child.properties),
    ]),
  };
}

function openTo(
  { type, properties }: Resource,
  rules: unknown,
  ranges: readonly Resource[],
): readonly string[] | undefined {
  if (ruleParts(type).includes('firewallRules')) {
    const all = /\/redis$/i.test(type) && ranges.length === 0;
    return all ? undefined : ranges.map((child) => rangeText(child.properties));
  }
  const listed = listNames.flatMap((name) => listAt(properties, name)).flatMap(addressAt);
  if (rules === undefined && listed.length > 0) return listed;
  const allowed = listAt(rules, 'ipRules').flatMap(addressAt);
  // Rules of a search service have no default action: https://learn.microsoft.com/azure/search/service-configure-firewall
  if (/\/searchServices$/i.test(type)) return allowed.length > 0 ? allowed : undefined;
  if (!/^Deny$/i.test(textAt(rules, 'defaultAction') ?? '')) return undefined;
  // A namespace without rules is open, whatever its default:
  // https://learn.microsoft.com/azure/service-bus-messaging/service-bus-ip-filtering
  const bare = allowed.length === 0 && listAt(rules, 'virtualNetworkRules').length === 0;
  return bare && ruleParts(type).includes('networkRuleSets') ? undefined : allowed;
}

function addressAt(rule: unknown): string[] {
  if (typeof rule === 'string') return [rule];
  return ['value', 'ipMask', 'ipAddressOrRange'].flatMap((key) => textAt(rule, key) ?? []);
}

function rangeText(rule: unknown): string {
  const end = (side: string): string =>
    [`${side}IpAddress`, `${side}IP`, `${side}IPv6Address`].flatMap(
      (key) => textAt(rule, key) ?? [],
    )[0] ?? '?';
  const [first, last] = [end('start'), end('end')];
  return first === last ? first : `${first}-${last}`;
}

/** The addresses of one entry of `openTo`; none for what is not IPv4. */
export function addressesOf(text: string): RangeSet {
  const [first, last] = text.split('-').map(parsePrefix);
  if (first === undefined) return [];
  if (!text.includes('-')) return setOf([text]);
  return last === undefined ? [] : [{ first: first.first, last: last.last }];
}
