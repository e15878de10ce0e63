import { anyHolds, parseAddress } from './cidr.ts';
import type { Endpoint, Estate, Interface, Subnet } from './estate.ts';
import { sameId } from './fields.ts';
import { networkOf } from './routing.ts';
import { connectedPeerings } from './service-tags.ts';

/** Where an address is: its subnet, and the interface or endpoint that has it. */
export interface Place {
  subnet: Subnet;
  interface?: Interface;
  endpoint?: Endpoint;
  /** Application security groups; undefined = a machine that the estate does not describe. */
  groups: readonly string[] | undefined;
}

/**
 * The place of an address, in one network if `networkId` is given; networks that are not joined
 * may use the same addresses.
 */
export function locate(estate: Estate, address: string, networkId?: string): Place | undefined {
  const value = parseAddress(address);
  if (value === undefined) throw new Error(`'${address}' is not an IPv4 address`);
  const subnet = estate.subnets.find(
    (found) =>
      (networkId === undefined || sameId(found.networkId, networkId)) &&
      anyHolds(found.prefixes, value),
  );
  return subnet === undefined ? undefined : placeIn(estate, subnet.id, address);
}

export function placeIn(estate: Estate, subnetId: string, address: string): Place {
  const subnet = estate.subnets.find((found) => sameId(found.id, subnetId));
  if (subnet === undefined) throw new Error(`subnet ${subnetId} does not exist`);
  const here = (item: { address: string; subnetId: string }): boolean =>
    item.address === address && sameId(item.subnetId, subnet.id);
  const endpoint = estate.endpoints.find(here);
  if (endpoint !== undefined) return { subnet, endpoint, groups: endpoint.groups };
  const card = estate.interfaces.find(here);
  if (card !== undefined) return { subnet, interface: card, groups: card.groups };
  return { subnet, groups: undefined };
}

/** The endpoint that announces this address to a place: in its own network, or one joined to it. */
export function endpointFor(estate: Estate, place: Place, address: string): Endpoint | undefined {
  const home = networkOf(estate, place.subnet);
  const joined = [home, ...connectedPeerings(estate, home).map(({ remote }) => remote)];
  for (const network of joined) {
    const found = locate(estate, address, network.id)?.endpoint;
    if (found !== undefined) return found;
  }
  return undefined;
}
