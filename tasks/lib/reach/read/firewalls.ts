import { host } from '../../net/cidr.ts';
import type { Firewall, FirewallRule, Subnet } from '../model.ts';
import { privateRanges } from '../model.ts';
import { sameId } from '../../net/same-id.ts';
import { parsePrefix } from '../ranges.ts';
import type { Resource, Resources } from './resource.ts';
import {
  hasUnresolved,
  idAt,
  idsAt,
  isUnresolved,
  lastOf,
  listAt,
  objectAt,
  textAt,
  textsAt,
  valueAt,
} from './resource.ts';

/** Azure keeps the first four addresses of a subnet, and a firewall takes the next one. */
const firstUsable = 4;

export function readFirewalls(resources: Resources, subnets: readonly Subnet[]): Firewall[] {
  return resources.ofType('Microsoft.Network/azureFirewalls').flatMap(({ id, properties }) => {
    const policy = resources.get(idAt(properties, 'firewallPolicy'));
    const rules =
      idAt(properties, 'firewallPolicy') === undefined
        ? classicRules(resources, properties)
        : policyRules(resources, policy, false);
    const ranges = textsAt(objectAt(policy?.properties, 'snat'), 'privateRanges');
    return listAt(properties, 'ipConfigurations').flatMap((configuration): Firewall[] => {
      const inner = objectAt(configuration, 'properties');
      const subnet = subnets.find((one) => sameId(one.id, idAt(inner, 'subnet') ?? ''));
      const given = textAt(inner, 'privateIPAddress');
      const prefix = subnet?.prefixes.find((text) => parsePrefix(text) !== undefined);
      if (subnet === undefined || prefix === undefined) return [];
      const address =
        given === undefined || isUnresolved(given) ? host(prefix, firstUsable) : given;
      return [
        {
          name: lastOf(id),
          address,
          subnetId: subnet.id,
          rules,
          ...(ranges.length === 0 ? {} : { keepsSourceFor: ranges.flatMap(keptBy) }),
        },
      ];
    });
  });
}

function keptBy(range: string): readonly string[] {
  return /^IANAPrivateRanges$/i.test(range) ? privateRanges : [range];
}

function policyRules(
  resources: Resources,
  policy: Resource | undefined,
  parent: boolean,
): readonly FirewallRule[] | 'unread' {
  if (policy === undefined) return 'unread';
  const base = idAt(policy.properties, 'basePolicy');
  const above = base === undefined ? [] : policyRules(resources, resources.get(base), true);
  if (above === 'unread') return above;
  const groups = resources.childrenOf(policy.id, 'ruleCollectionGroups');
  // A policy that was read alone lists its groups; what they say is then not known.
  const listed = listAt(policy.properties, 'ruleCollectionGroups').length;
  if (listed > groups.length || groups.some(({ properties }) => hasUnresolved(properties))) {
    return 'unread';
  }
  const own = groups.map(({ properties }) =>
    listAt(properties, 'ruleCollections').flatMap((collection) =>
      readCollection(resources, collection, parent, Number(properties['priority'])),
    ),
  );
  const rules = [...above, ...own.flat()];
  return rules.includes('unread') ? 'unread' : rules.filter((rule) => rule !== 'unread');
}

const kinds: ReadonlyMap<string, FirewallRule['kind']> = new Map([
  ['applicationrule', 'application'],
  ['natrule', 'dnat'],
  ['networkrule', 'network'],
]);

function accessOf(action: string): 'Allow' | 'Deny' {
  return /^Deny$/i.test(action) ? 'Deny' : 'Allow';
}

function readCollection(
  resources: Resources,
  collection: unknown,
  parent: boolean,
  groupPriority: number,
): (FirewallRule | 'unread')[] {
  const action = textAt(objectAt(collection, 'action'), 'type') ?? 'Allow';
  const priority = Number(valueAt(collection, 'priority'));
  return listAt(collection, 'rules').map((rule) => {
    const kind = kinds.get((textAt(rule, 'ruleType') ?? '').toLowerCase());
    if (kind === undefined) return 'unread';
    return readRule(resources, rule, {
      kind,
      access: accessOf(action),
      parent,
      groupPriority,
      priority,
    });
  });
}

type Frame = Pick<FirewallRule, 'kind' | 'access' | 'parent' | 'groupPriority' | 'priority'>;

function readRule(resources: Resources, rule: unknown, frame: Frame): FirewallRule | 'unread' {
  const groups = [...textsAt(rule, 'sourceIpGroups'), ...textsAt(rule, 'destinationIpGroups')];
  if (groups.some((id) => resources.get(id) === undefined)) return 'unread';
  const grouped = (key: string): string[] =>
    textsAt(rule, key).flatMap((id) => textsAt(resources.get(id)?.properties, 'ipAddresses'));
  const names = [...textsAt(rule, 'targetFqdns'), ...textsAt(rule, 'destinationFqdns')];
  // Tags of names and categories of the web are lists that nobody publishes; so is a name in a network rule.
  const opaque = ['fqdnTags', 'webCategories', 'targetUrls'].some(
    (key) => listAt(rule, key).length > 0,
  );
  const translatedName = textAt(rule, 'translatedFqdn') !== undefined;
  if (opaque || translatedName || (frame.kind === 'network' && names.length > 0)) return 'unread';
  const protocols = listAt(rule, 'protocols');
  const port = Number(textAt(rule, 'translatedPort'));
  const address = textAt(rule, 'translatedAddress');
  return {
    ...frame,
    name: textAt(rule, 'name') ?? '',
    protocols: frame.kind === 'application' ? ['Tcp'] : textsAt(rule, 'ipProtocols').map(anyAsStar),
    sources: [...textsAt(rule, 'sourceAddresses'), ...grouped('sourceIpGroups')],
    destinations: [...textsAt(rule, 'destinationAddresses'), ...grouped('destinationIpGroups')],
    ports:
      frame.kind === 'application'
        ? protocols.map((one) => String(valueAt(one, 'port')))
        : textsAt(rule, 'destinationPorts'),
    names: frame.kind === 'application' ? names : [],
    ...(address === undefined ? {} : { translated: { address, port } }),
  };
}

function anyAsStar(protocol: string): string {
  return protocol === 'Any' ? '*' : protocol;
}

/** Rules of a firewall without a policy. */
function classicRules(
  resources: Resources,
  properties: unknown,
): readonly FirewallRule[] | 'unread' {
  const lists = [
    ['networkRuleCollections', 'network'],
    ['applicationRuleCollections', 'application'],
    ['natRuleCollections', 'dnat'],
  ] as const;
  const rules = lists.flatMap(([key, kind]) =>
    listAt(properties, key).flatMap((collection) => {
      const inner = objectAt(collection, 'properties');
      const action = textAt(objectAt(inner, 'action'), 'type') ?? 'Allow';
      return listAt(inner, 'rules').map((rule): FirewallRule | 'unread' => {
        if (hasUnresolved(rule) || idsAt(rule, 'sourceIpGroups').length > 0) return 'unread';
        const given = rule as Record<string, unknown>;
        // A policy's rules call the protocols of network rules ipProtocols.
        const alike =
          kind === 'application' ? given : { ...given, ipProtocols: given['protocols'] };
        return readRule(resources, alike, {
          kind,
          access: accessOf(action),
          parent: false,
          groupPriority: 0,
          priority: Number(inner['priority']),
        });
      });
    }),
  );
  return rules.includes('unread') ? 'unread' : rules.filter((rule) => rule !== 'unread');
}
