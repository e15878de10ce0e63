import { isIP } from 'node:net';
import { contains } from '../net/cidr.ts';
import { isForbidden } from '../net/forbidden.ts';
import { membersOf } from '../topology/members.ts';
import { declaredNetworks } from '../topology/model.ts';
import type { Network, Topology } from '../topology/model.ts';

/** Where an address lies, for people. */
export interface Place {
  /** For example `10.1.2.5 in subnet endpoints (10.1.2.0/27) of stamp weu`. */
  readonly text: string;
  /** Address of the hub's firewall, where the estate has one. */
  readonly firewall?: string;
}

/** What "private" means here, and what the addresses are called. */
export interface Estate {
  /** In CIDR notation. */
  readonly networks: readonly string[];
  /** The declared DNS servers, `address[:port]`. */
  readonly resolvers: readonly string[];
  /** Names outside the networks that may be probed, since the topology declares them. */
  readonly outside: readonly string[];
  declares(address: string): boolean;
  /** Whether it is an address of the platform (metadata, wire server) in any spelling. */
  forbids(address: string): boolean;
  place(address: string): Place;
}

/** The estate of a topology, or of a bare list of networks. */
export function estateOf(
  networks: readonly string[],
  topology?: Topology,
  resolvers: readonly string[] = [],
): Estate {
  const egress = topology?.hub.egress;
  const firewall = topology?.hub.firewall?.privateAddress;
  const owners = topology === undefined ? [] : ownersOf(topology);
  return {
    networks,
    resolvers: topology?.hub.dns.resolvers ?? resolvers,
    outside: [...(egress?.allowed ?? []), ...(egress?.denied ?? [])],
    declares: (address) => isAddress(address) && networks.some((cidr) => contains(cidr, address)),
    forbids: (address) => isForbidden(address),
    place: (address) => {
      const text = describe(address, owners);
      return firewall === undefined ? { text } : { text, firewall };
    },
  };
}

export function estateOfTopology(topology: Topology): Estate {
  return estateOf(declaredNetworks(topology), topology);
}

/** Whether the text is an address, not a name. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

interface Owner {
  readonly name: string;
  readonly network: Network;
}

function ownersOf(topology: Topology): Owner[] {
  return membersOf(topology).map(({ title, part }) => ({ name: title, network: part.network }));
}

function describe(address: string, owners: readonly Owner[]): string {
  if (!isAddress(address)) return address;
  for (const { name, network } of owners) {
    const subnets = Object.values(network.subnets);
    const subnet = subnets.find(({ prefix }) => contains(prefix, address));
    if (subnet !== undefined) {
      return `${address} in subnet ${subnet.name} (${subnet.prefix}) of ${name}`;
    }
    if (network.addressSpace.some((cidr) => contains(cidr, address))) {
      return `${address} in network ${network.name} of ${name}, in no declared subnet`;
    }
  }
  return address;
}
