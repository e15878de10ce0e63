import { membersOf } from '../../topology/members.ts';
import type { Hub, Network as DeclaredNetwork, Topology } from '../../topology/model.ts';
import type { Estate, Network, Subnet, Zone } from '../model.ts';
import { sameId } from '../../net/same-id.ts';
import { readFirewalls } from './firewalls.ts';
import { readBalancers } from './balancers.ts';
import { inSubnets, readEndpoints, readMachines } from './machines.ts';
import { readNetworks, readSubnets } from './networks.ts';
import { lastOf, parentOf } from './resource.ts';
import { tagsOf } from './service-tags.ts';
import type { Resources } from './resource.ts';

/**
 * The reachability model of resources, with what the topology declares besides: names, places outside, and
 * networks that no resource describes, which are then unread, not open.
 */
export function readEstate(resources: Resources, topology?: Topology): Estate {
  const declared = topology === undefined ? [] : declaredNetworks(topology);
  const nameOf = namer(declared);
  const networks = readNetworks(resources, nameOf).map((network) => withSites(network, topology));
  const known = readSubnets(resources, nameOf).filter(({ networkId }) =>
    networks.some(({ id }) => sameId(id, networkId)),
  );
  const missing = declared.filter(
    ({ network }) => !networks.some(({ id }) => sameId(id, network.id)),
  );
  const unread = missing.map(({ name, network }): Network => ({
    id: network.id,
    name,
    prefixes: network.addressSpace,
    peerings: 'unread',
  }));
  const whole = [...networks, ...unread];
  const subnets = [
    ...ownIds(known, whole),
    ...orphans(resources, declared, nameOf, networks),
    ...undescribed(resources, declared),
  ];
  const estate: Estate = {
    networks: whole,
    subnets,
    machines: inSubnets(readMachines(resources), subnets),
    endpoints: inSubnets(readEndpoints(resources), subnets),
    firewalls: readFirewalls(resources, subnets),
    balancers: inSubnets(readBalancers(resources), subnets),
    zones: zonesOf(whole, topology),
    tags: {},
  };
  return { ...estate, tags: tagsOf(resources, estate) };
}

interface Declared {
  readonly name: string;
  readonly network: DeclaredNetwork;
}

function declaredNetworks(topology: Topology): Declared[] {
  return membersOf(topology).map(({ name, part }) => ({ name, network: part.network }));
}

/** The topology's own names: `hub`, `weu`, `weu/application`. */
function namer(declared: readonly Declared[]): (id: string) => string {
  return (id) => {
    const isSubnet = /\/subnets\/[^/]+$/i.test(id);
    const networkId = isSubnet ? parentOf(id) : id;
    const found = declared.find(({ network }) => sameId(network.id, networkId));
    const name = found?.name ?? lastOf(networkId);
    return isSubnet ? `${name}/${lastOf(id)}` : name;
  };
}

/** Networks and subnets under one spelling of their ids. */
function ownIds(subnets: readonly Subnet[], networks: readonly Network[]): Subnet[] {
  return subnets.map((subnet) => {
    const network = networks.find(({ id }) => sameId(id, subnet.networkId));
    return { ...subnet, networkId: network?.id ?? subnet.networkId };
  });
}

/** Subnets that are described though their network is not: a stamp's own template. */
function orphans(
  resources: Resources,
  declared: readonly Declared[],
  nameOf: (id: string) => string,
  networks: readonly Network[],
): Subnet[] {
  return readSubnets(resources, nameOf).flatMap((subnet) => {
    if (networks.some(({ id }) => sameId(id, subnet.networkId))) return [];
    const home = declared.find(({ network }) => sameId(network.id, subnet.networkId));
    return home === undefined ? [] : [{ ...subnet, networkId: home.network.id }];
  });
}

function undescribed(resources: Resources, declared: readonly Declared[]): Subnet[] {
  return declared.flatMap(({ name, network }) =>
    Object.values(network.subnets).flatMap((subnet): Subnet[] => {
      if (resources.get(subnet.id) !== undefined) return [];
      // A network that is described with other subnets does not have this one.
      const owner = resources.get(network.id);
      const others = resources.childrenOf(network.id, 'subnets');
      if (owner !== undefined && others.length > 0) return [];
      return [
        {
          id: subnet.id,
          networkId: owner?.id ?? network.id,
          name: `${name}/${subnet.name}`,
          prefixes: [subnet.prefix],
          endpointPolicies: 'Disabled',
          securityRules: 'unread',
          routes: 'unread',
        },
      ];
    }),
  );
}

/** A declared site is where the hub's gateway leads, whatever its own tables say, and whatever it learns. */
function withSites(network: Network, topology: Topology | undefined): Network {
  const sites = Object.values(topology?.zones ?? {}).filter(({ kind }) => kind === 'on-premises');
  if (topology === undefined || sites.length === 0) return network;
  if (!sameId(network.id, topology.hub.network.id)) return network;
  const { learns: _declared, ...known } = network.gateway ?? { prefixes: [], bgp: [] };
  const prefixes = [...known.prefixes, ...sites.flatMap((site) => site.prefixes)];
  return { ...network, gateway: { ...known, prefixes } };
}

function zonesOf(networks: readonly Network[], topology: Topology | undefined): Zone[] {
  const declared = Object.values(topology?.zones ?? {}).map((zone): Zone => {
    const hub: Hub | undefined = topology?.hub;
    const home = networks.find(({ id }) => hub !== undefined && sameId(id, hub.network.id));
    return zone.kind === 'public' || home === undefined ? zone : { ...zone, networkId: home.id };
  });
  const sites = networks.flatMap(({ id, name, gateway }): Zone[] => {
    const taken = new Set(declared.flatMap(({ prefixes }) => prefixes));
    const prefixes = [...(gateway?.prefixes ?? []), ...(gateway?.bgp ?? [])].filter(
      (p) => !taken.has(p),
    );
    if (prefixes.length === 0) return [];
    return [{ name: `behind ${name}`, kind: 'on-premises', prefixes, networkId: id }];
  });
  return [...declared, ...sites];
}
