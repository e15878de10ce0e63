import { sameId } from '../net/same-id.ts';
import { idAt, lastOf, listAt, textAt } from '../reach/read/resource.ts';
import type { Resource, Resources } from '../reach/read/resource.ts';
import { networkTypes } from './state.ts';

/** Private zones that hold a name or a domain above it, the closest first: that one answers, whatever the others have. */
export function zonesAbove(name: string, resources: Resources): Resource[] {
  const wanted = `.${name.toLowerCase()}`;
  return resources
    .ofType(networkTypes.zones)
    .filter(({ id }) => wanted.endsWith(`.${lastOf(id).toLowerCase()}`))
    .sort((one, other) => lastOf(other.id).length - lastOf(one.id).length);
}

/** @param network id of a virtual network */
export function isLinked({ id }: Resource, network: string, resources: Resources): boolean {
  return resources
    .childrenOf(id, 'virtualNetworkLinks')
    .some(({ properties }) => sameId(idAt(properties, 'virtualNetwork') ?? '', network));
}

/** Addresses of a record set by its name in the zone; undefined if there is none. */
export function recordIn(
  { id }: Resource,
  name: string,
  resources: Resources,
): string[] | undefined {
  const record = resources.childrenOf(id, 'A').find((one) => sameId(lastOf(one.id), name));
  if (record === undefined) return undefined;
  return listAt(record.properties, 'aRecords').flatMap((one) => textAt(one, 'ipv4Address') ?? []);
}
