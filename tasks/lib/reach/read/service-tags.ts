import type { Estate } from '../model.ts';
import { parsePrefix } from '../ranges.ts';
import type { Resource, Resources } from './resource.ts';
import { listAt, objectAt, textAt, textsAt } from './resource.ts';

/** Not one of Azure's: a file that the user pinned stands among the resources, and is no part of a baseline. */
export const pinnedTagsType = 'Spokeline/pinnedServiceTags';

/**
 * Service tags as Microsoft publishes them every week, or as Azure lists them for a region: `{ values: [{ name,
 * properties: { addressPrefixes } }] }`. Undefined for anything else.
 * https://learn.microsoft.com/azure/virtual-network/service-tags-overview#service-tags-on-premises
 */
export function pinnedTags(file: unknown): Resource | undefined {
  const values = listAt(file, 'values');
  const whole = values.every(
    (one) =>
      textAt(one, 'name') !== undefined &&
      Array.isArray(objectAt(one, 'properties')['addressPrefixes']),
  );
  if (values.length === 0 || !whole) return undefined;
  return { id: '/pinned/serviceTags', type: pinnedTagsType, properties: { values } };
}

/** The pinned tags that the estate's rules and routes name: of thousands of prefixes few matter. */
export function tagsOf(resources: Resources, estate: Estate): Estate['tags'] {
  const files = resources.ofType(pinnedTagsType);
  if (files.length === 0) return {};
  const wanted = namedIn(estate);
  return Object.fromEntries(
    files
      .flatMap(({ properties }) => listAt(properties, 'values'))
      .map((one) => ({
        name: (textAt(one, 'name') ?? '').toLowerCase(),
        prefixes: textsAt(objectAt(one, 'properties'), 'addressPrefixes'),
      }))
      .filter(({ name }) => wanted.has(name))
      .map(({ name, prefixes }) => [name, prefixes]),
  );
}

function namedIn({ networks, subnets, machines, firewalls }: Estate): ReadonlySet<string> {
  const known = <Item>(list: readonly Item[] | 'unread' | undefined): readonly Item[] =>
    list === 'unread' || list === undefined ? [] : list;
  const rules = [
    ...networks.flatMap(({ adminRules }) => known(adminRules)),
    ...[...subnets, ...machines].flatMap(({ securityRules }) => known(securityRules)),
    ...firewalls.flatMap((firewall) => known(firewall.rules)),
  ];
  const texts = [
    ...rules.flatMap(({ sources, destinations }) => [...sources, ...destinations]),
    ...subnets.flatMap(({ routes }) => known(routes).map(({ prefix }) => prefix)),
  ];
  return new Set(
    texts.filter((text) => parsePrefix(text) === undefined).map((text) => text.toLowerCase()),
  );
}
