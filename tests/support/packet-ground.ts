import type {
  Endpoint,
  Estate,
  Machine,
  Network,
  Peering,
  Route,
  Subnet,
} from '../../tasks/lib/reach/model.ts';

/** Where a packet is, and everything that is there. */
export interface Spot {
  readonly address: string;
  readonly subnet?: Subnet;
  readonly network?: Network;
  readonly machine?: Machine;
  readonly endpoint?: Endpoint;
  readonly outside?: 'internet' | 'site';
}

export type Hop =
  | { kind: 'local' | 'internet' | 'gateway' | 'none' | 'unknown' }
  | { kind: 'appliance'; address: string }
  | { kind: 'peer'; out: Peering; back: Peering; remote: Network };

export const none = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

function bitsOf(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
}

/** Length of the prefix if it holds the address, else -1. */
export function matchLength(prefix: string, address: string): number {
  if (!/^[\d.]+(\/\d+)?$/.test(prefix)) return -1;
  const [base = '', length = '32'] = prefix.split('/');
  return bitsOf(base).slice(0, Number(length)) === bitsOf(address).slice(0, Number(length))
    ? Number(length)
    : -1;
}

export const within = (prefixes: readonly string[], address: string): boolean =>
  prefixes.some((prefix) => matchLength(prefix, address) >= 0);

/** Where things are, and where packets for them go next. */
export class Ground {
  readonly estate: Estate;

  constructor(estate: Estate) {
    this.estate = estate;
  }

  spot(address: string, subnetId?: string): Spot {
    const subnet = this.estate.subnets.find(
      (s) => (subnetId === undefined || s.id === subnetId) && within(s.prefixes, address),
    );
    if (subnet === undefined) {
      const site = this.estate.zones.some(
        (z) => z.kind === 'on-premises' && within(z.prefixes, address),
      );
      return { address, outside: site ? 'site' : 'internet' };
    }
    const network = this.estate.networks.find((n) => n.id === subnet.networkId);
    const here = (item: { address?: string; subnetId: string }) =>
      item.address === address && item.subnetId === subnet.id;
    const endpoint = this.estate.endpoints.find(here);
    const machine = this.estate.machines.find(here);
    return {
      address,
      subnet,
      ...(network && { network }),
      ...(endpoint && { endpoint }),
      ...(machine && { machine }),
    };
  }

  subnet(id: string): Subnet | undefined {
    return this.estate.subnets.find((subnet) => subnet.id === id);
  }

  gatewaySpot(): Spot | undefined {
    const network = this.estate.networks.find((n) => n.gateway !== undefined);
    if (network === undefined) return undefined;
    const subnet = this.estate.subnets.find(
      (s) => s.networkId === network.id && s.id.endsWith('GatewaySubnet'),
    );
    return { address: '', network, ...(subnet && { subnet }) };
  }

  peers(network: Network | undefined): { out: Peering; back: Peering; remote: Network }[] {
    if (network === undefined || network.peerings === 'unread') return [];
    const found = [];
    for (const out of network.peerings) {
      const remote = this.estate.networks.find((n) => n.id === out.remoteId);
      if (remote === undefined || remote.peerings === 'unread') continue;
      const back = remote.peerings.find((p) => p.remoteId === network.id);
      if (back?.state === 'Connected' && out.state === 'Connected')
        found.push({ out, back, remote });
    }
    return found;
  }

  gatewayFor(network: Network | undefined): Network | undefined {
    if (network?.gateway !== undefined) return network;
    return this.peers(network).find(
      ({ out, back, remote }) =>
        out.useRemoteGateways && back.allowGatewayTransit && remote.gateway !== undefined,
    )?.remote;
  }

  hop(spot: Spot, target: Spot): Hop {
    const { network, subnet } = spot;
    if (network === undefined) return { kind: 'none' };
    const table = subnet?.routes === 'unread' ? [] : (subnet?.routes ?? []);
    let user: { hop: Hop; length: number } | undefined;
    for (const route of table) {
      const length = matchLength(route.prefix, target.address);
      if (length >= 0 && (user === undefined || length > user.length))
        user = { hop: nextOf(route), length };
    }
    const peers = this.peers(network);
    if (target.endpoint !== undefined && target.subnet !== undefined) {
      const joined = peers.find(({ remote }) => remote === target.network);
      if (target.network === network || joined !== undefined) {
        const policies = target.subnet.endpointPolicies;
        const obeys = policies === 'Enabled' || policies === 'RouteTableEnabled';
        const own = Math.max(
          ...(target.network?.prefixes ?? []).map((p) => matchLength(p, target.address)),
        );
        if (user !== undefined && obeys && user.length >= own) return user.hop;
        if (user?.length === 32 && !obeys) return { kind: 'unknown' };
        return joined === undefined ? { kind: 'local' } : { kind: 'peer', ...joined };
      }
    }
    const system: { hop: Hop; length: number }[] = [];
    const offer = (prefixes: readonly string[], hop: Hop): void => {
      for (const prefix of prefixes) {
        const length = matchLength(prefix, target.address);
        if (length >= 0) system.push({ hop, length });
      }
    };
    offer(network.prefixes, { kind: 'local' });
    for (const peer of peers) {
      offer(peer.out.remotePrefixes ?? peer.remote.prefixes, { kind: 'peer', ...peer });
    }
    const inside = system.length > 0;
    const gateway = this.gatewayFor(network)?.gateway;
    if (gateway !== undefined && subnet?.disableBgpRoutePropagation !== true && !inside) {
      offer([...gateway.prefixes, ...gateway.bgp], { kind: 'gateway' });
    }
    if (!table.some(({ prefix }) => prefix === '0.0.0.0/0')) offer(none, { kind: 'none' });
    offer(['0.0.0.0/0'], { kind: 'internet' });
    // Gateway routes win against the routes to nowhere of the same length: they were offered before.
    let best = user;
    for (const one of system) if (best === undefined || one.length > best.length) best = one;
    return best?.hop ?? { kind: 'none' };
  }
}

function nextOf({ nextHop, nextHopAddress }: Route): Hop {
  if (nextHop === 'VirtualAppliance') return { kind: 'appliance', address: nextHopAddress ?? '' };
  if (nextHop === 'VnetLocal') return { kind: 'local' };
  if (nextHop === 'Internet') return { kind: 'internet' };
  return nextHop === 'None' ? { kind: 'none' } : { kind: 'gateway' };
}

export function hasDefaultRoute(subnet: Subnet | undefined): boolean {
  const routes = subnet?.routes ?? [];
  return routes !== 'unread' && routes.some(({ prefix }) => prefix === '0.0.0.0/0');
}
