import { BlockList, isIPv4 } from 'node:net';

/**
 * Routes and packet filters of Linux that do what deployed resources say: the packets then decide, and no code of
 * ours. Written from Azure's pages on routes and security groups, apart from the matrix and from the sandbox. What
 * it does not know it refuses.
 */

export interface ArmResource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Subnet {
  readonly id: string;
  readonly networkId: string;
  readonly prefix: string;
  readonly securityGroup?: string | undefined;
  readonly routeTable?: string | undefined;
}

interface Route {
  readonly prefix: string;
  readonly user: boolean;
  /** To the machine itself, to nowhere, or over an appliance. */
  readonly way: 'deliver' | 'nowhere' | { readonly over: string };
}

type Properties = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => {
  if (typeof value === 'string') return value;
  throw new TypeError(`${JSON.stringify(value)} is no text`);
};
const list = (value: unknown): Properties[] =>
  Array.isArray(value) ? (value as Properties[]) : [];
const inner = (value: Properties): Properties => (value['properties'] ?? {}) as Properties;
const idOf = (value: unknown): string | undefined =>
  (value as { id?: string } | undefined)?.id?.toLowerCase();

export function contains(prefix: string, address: string): boolean {
  const [network = '', bits = ''] = prefix.split('/');
  if (!isIPv4(network)) throw new TypeError(`${prefix} is no prefix`);
  const block = new BlockList();
  block.addSubnet(network, Number(bits));
  return block.check(address);
}

/** The networks of an estate as its resources describe them. */
export class DeployedEstate {
  readonly #resources: Map<string, ArmResource>;

  constructor(resources: readonly ArmResource[]) {
    this.#resources = new Map(resources.map((resource) => [resource.id.toLowerCase(), resource]));
  }

  #get(id: string | undefined): ArmResource {
    const found = this.#resources.get(id?.toLowerCase() ?? '');
    if (found === undefined) throw new Error(`${id} is not among the resources`);
    return found;
  }

  get #networks(): ArmResource[] {
    return [...this.#resources.values()].filter(({ type }) => /\/virtualNetworks$/i.test(type));
  }

  subnetOf(address: string): Subnet {
    for (const network of this.#networks) {
      for (const subnet of list(network.properties['subnets'])) {
        const properties = inner(subnet);
        const prefix = text(properties['addressPrefix']);
        if (!contains(prefix, address)) continue;
        return {
          id: text(subnet['id']),
          networkId: network.id,
          prefix,
          securityGroup: idOf(properties['networkSecurityGroup']),
          routeTable: idOf(properties['routeTable']),
        };
      }
    }
    throw new Error(`${address} is in no subnet`);
  }

  #prefixesOf(network: ArmResource): string[] {
    const space = network.properties['addressSpace'] as { addressPrefixes?: string[] } | undefined;
    return space?.addressPrefixes ?? [];
  }

  /** Prefixes of the networks to which both halves of a peering are connected. */
  #peeredWith(network: ArmResource): string[] {
    return list(network.properties['virtualNetworkPeerings']).flatMap((half) => {
      const own = inner(half);
      const remote = this.#networks.find(
        ({ id }) => id.toLowerCase() === idOf(own['remoteVirtualNetwork']),
      );
      const back = list(remote?.properties['virtualNetworkPeerings']).find(
        (other) => idOf(inner(other)['remoteVirtualNetwork']) === network.id.toLowerCase(),
      );
      const both = [own, back === undefined ? {} : inner(back)];
      if (remote === undefined || both.some((one) => one['peeringState'] !== 'Connected'))
        return [];
      if (both.some((one) => one['allowVirtualNetworkAccess'] === false)) {
        throw new Error('a peering without access is not compiled');
      }
      return this.#prefixesOf(remote);
    });
  }

  /** Where packets that a subnet sends to an address go. */
  wayFrom(subnet: Subnet, address: string): Route['way'] {
    const network = this.#get(subnet.networkId);
    const user = this.#userRoutes(subnet);
    const near = [...this.#prefixesOf(network), ...this.#peeredWith(network)];
    // A default route of the user's withdraws the system's routes to nowhere.
    const reserved = user.some(({ prefix }) => prefix === '0.0.0.0/0')
      ? []
      : ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
    const routes: Route[] = [
      ...user,
      ...near.map((prefix): Route => ({ prefix, user: false, way: 'deliver' })),
      ...reserved.map((prefix): Route => ({ prefix, user: false, way: 'nowhere' })),
    ];
    const bits = ({ prefix }: Route): number => Number(prefix.split('/')[1]);
    const [best] = routes
      .filter(({ prefix }) => contains(prefix, address))
      .sort((a, b) => bits(b) - bits(a) || Number(b.user) - Number(a.user));
    return best?.way ?? 'nowhere';
  }

  #userRoutes({ routeTable }: Subnet): Route[] {
    if (routeTable === undefined) return [];
    return list(this.#get(routeTable).properties['routes']).map((route) => {
      const properties = inner(route);
      const prefix = text(properties['addressPrefix']);
      const hop = text(properties['nextHopType']);
      if (hop === 'None') return { prefix, user: true, way: 'nowhere' };
      if (hop === 'VirtualAppliance') {
        return { prefix, user: true, way: { over: text(properties['nextHopIpAddress']) } };
      }
      throw new Error(`next hop ${hop} is not compiled`);
    });
  }

  /** Rules of a subnet's security group for one direction, in the words of nft; none without a group. */
  filterOf(subnet: Subnet, direction: 'Inbound' | 'Outbound'): string[] {
    if (subnet.securityGroup === undefined) return [];
    const network = this.#get(subnet.networkId);
    const tag = [
      ...this.#prefixesOf(network),
      ...this.#peeredWith(network),
      ...this.#userRoutes(subnet).map(({ prefix }) => prefix),
    ];
    const rules = list(this.#get(subnet.securityGroup).properties['securityRules'])
      .map(inner)
      .filter((rule) => rule['direction'] === direction)
      .sort((a, b) => Number(a['priority']) - Number(b['priority']));
    const inside = `ip saddr { ${tag.join(', ')} } ip daddr { ${tag.join(', ')} }`;
    return [...rules.map((rule) => ruleOf(rule, tag)), `${inside} return`, 'drop'];
  }
}

function ruleOf(rule: Properties, tag: readonly string[]): string {
  const side = (name: string, word: string): string => {
    const one = rule[`${name}AddressPrefix`];
    const many = (rule[`${name}AddressPrefixes`] ?? []) as string[];
    const given = [...(typeof one === 'string' && one !== '' ? [one] : []), ...many];
    if (given.includes('*')) return '';
    const prefixes = given.flatMap((prefix) => (prefix === 'VirtualNetwork' ? tag : [prefix]));
    return `ip ${word} { ${prefixes.join(', ')} } `;
  };
  const one = rule['destinationPortRange'];
  const many = (rule['destinationPortRanges'] ?? []) as string[];
  const ports = [...(typeof one === 'string' && one !== '' ? [one] : []), ...many];
  const protocol = text(rule['protocol']);
  if (!/^(?:tcp|\*)$/i.test(protocol)) throw new Error(`protocol ${protocol} is not compiled`);
  const word = protocol === '*' ? 'th' : 'tcp';
  const all = ports.includes('*');
  const match = all
    ? protocol === '*'
      ? ''
      : 'meta l4proto tcp '
    : `${word} dport { ${ports.join(', ')} } `;
  const verdict = rule['access'] === 'Allow' ? 'return' : 'drop';
  return `${side('source', 'saddr')}${side('destination', 'daddr')}${match}${verdict}`;
}

/** Network rules of a firewall, in the words of nft: what no rule allows is dropped. */
export function firewallRules({ properties }: ArmResource): string[] {
  return list(properties['networkRuleCollections']).flatMap((collection) => {
    const { rules, action } = inner(collection);
    if ((action as { type?: string } | undefined)?.type !== 'Allow') {
      throw new Error('only collections that allow are compiled');
    }
    return list(rules).map((rule) => {
      const set = (key: string): string => `{ ${(rule[key] as string[]).join(', ')} }`;
      return `ip saddr ${set('sourceAddresses')} ip daddr ${set('destinationAddresses')} tcp dport ${set('destinationPorts')} accept`;
    });
  });
}
