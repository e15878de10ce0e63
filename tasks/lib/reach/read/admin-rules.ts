import type { AdminRule } from '../model.ts';
import { sameId } from '../../net/same-id.ts';
import { parsePorts } from '../ports.ts';
import type { Resource, Resources } from './resource.ts';
import { hasUnresolved, lastOf, listAt, parentOf, textAt, textsAt } from './resource.ts';

const manager = 'Microsoft.Network/networkManagers';

/**
 * The rules of Virtual Network Managers that are in effect on a network: as Azure lists them for it, and those of
 * predicted configurations whose groups name the network as a member. A configuration acts only once it is
 * deployed; a predicted one counts as deployed. Members by condition are Azure Policy's, and not seen.
 * https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins
 */
export function readAdminRules(
  resources: Resources,
  network: string,
): readonly AdminRule[] | 'unread' | undefined {
  const predicted = resources
    .ofType(`${manager}/securityAdminConfigurations/ruleCollections/rules`)
    .filter(({ id }) => appliesTo(resources, resources.get(parentOf(id)), network));
  const effective = resources
    .childrenOf(network, 'effectiveSecurityAdminRules')
    .filter(({ properties }) => resources.get(textAt(properties, 'ruleId')) === undefined);
  const all = [...effective, ...predicted];
  if (all.length === 0) return undefined;
  const rules = all.map(readRule);
  const known = rules.filter((rule) => rule !== undefined);
  return known.length < rules.length ? 'unread' : known;
}

function appliesTo(resources: Resources, collection: Resource | undefined, network: string) {
  return listAt(collection?.properties, 'appliesToGroups').some((group) =>
    resources
      .childrenOf(textAt(group, 'networkGroupId') ?? '', 'staticMembers')
      .some(({ properties }) => sameId(textAt(properties, 'resourceId') ?? '', network)),
  );
}

/** Undefined for a rule that names a network group, or whose words are not known yet. */
function readRule({ id, properties }: Resource): AdminRule | undefined {
  const access = (['Allow', 'AlwaysAllow', 'Deny'] as const).find(
    (word) => word.toLowerCase() === textAt(properties, 'access')?.toLowerCase(),
  );
  const direction = (['Inbound', 'Outbound'] as const).find(
    (word) => word.toLowerCase() === textAt(properties, 'direction')?.toLowerCase(),
  );
  const sides = [...listAt(properties, 'sources'), ...listAt(properties, 'destinations')];
  const priority = Number(properties['priority']);
  // No range is every port.
  const ports = (key: string): string[] => {
    const given = textsAt(properties, key);
    return given.length === 0 ? ['*'] : given;
  };
  const [sourcePorts, destinationPorts] = [
    ports('sourcePortRanges'),
    ports('destinationPortRanges'),
  ];
  if (
    access === undefined ||
    direction === undefined ||
    !Number.isInteger(priority) ||
    hasUnresolved(properties) ||
    sides.some((side) => /^networkGroup$/i.test(textAt(side, 'addressPrefixType') ?? '')) ||
    [...sourcePorts, ...destinationPorts].some((text) => parsePorts(text) === undefined)
  ) {
    return undefined;
  }
  return {
    name: lastOf(textAt(properties, 'ruleId') ?? id),
    priority,
    direction,
    access,
    protocol: textAt(properties, 'protocol') ?? 'Any',
    sources: prefixesOf(properties, 'sources'),
    destinations: prefixesOf(properties, 'destinations'),
    sourcePorts,
    destinationPorts,
    sourceGroups: [],
    destinationGroups: [],
  };
}

/** Nothing named is everything. */
function prefixesOf(properties: unknown, key: string): string[] {
  const given = listAt(properties, key).flatMap((side) => textAt(side, 'addressPrefix') ?? []);
  return given.length === 0 ? ['*'] : given;
}
