/**
 * What decides reachability in an estate, and nothing else: read from Azure's state or from predicted resources,
 * which look alike. `unread` parts exist but nobody could look at them: whatever rests on them is unknown.
 */
export interface Estate {
  readonly networks: readonly Network[];
  readonly subnets: readonly Subnet[];
  readonly machines: readonly Machine[];
  readonly endpoints: readonly Endpoint[];
  readonly firewalls: readonly Firewall[];
  readonly balancers: readonly Balancer[];
  /** Declared places outside the networks; the internet as such needs no declaration. */
  readonly zones: readonly Zone[];
  /** Prefixes of service tags by lower-case name, from a file that the user pinned. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

export interface Network {
  readonly id: string;
  /** For people; unique in the estate. */
  readonly name: string;
  readonly region?: string;
  readonly prefixes: readonly string[];
  readonly peerings: readonly Peering[] | 'unread';
  readonly gateway?: Gateway;
  /** Of the Virtual Network Manager, read before every security group; absent = none are known. */
  readonly adminRules?: readonly AdminRule[] | 'unread';
}

/** One half of a peering; it lies in the network that owns it. */
export interface Peering {
  readonly remoteId: string;
  readonly state: string;
  readonly allowVirtualNetworkAccess: boolean;
  readonly allowForwardedTraffic: boolean;
  readonly allowGatewayTransit: boolean;
  readonly useRemoteGateways: boolean;
  /** Of the remote network as of the last synchronisation; its present ones if absent. */
  readonly remotePrefixes?: readonly string[];
}

/** The way to on-premises. */
export interface Gateway {
  /** Of its local network gateways. */
  readonly prefixes: readonly string[];
  /** Learned by BGP, where somebody knows them. */
  readonly bgp: readonly string[];
  /** It learns by BGP, and nobody knows what: it may be more than `bgp`. */
  readonly learns?: boolean;
  /** Whether the site passes on what is for the internet; absent = nobody knows. */
  readonly forwards?: boolean;
}

/** Which rules of the subnet act on private endpoints in it. */
export type EndpointPolicies =
  'Disabled' | 'Enabled' | 'NetworkSecurityGroupEnabled' | 'RouteTableEnabled';

export interface Subnet {
  readonly id: string;
  readonly networkId: string;
  /** For people, for example `vnet-hub/agents`; unique in the estate. */
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly endpointPolicies: EndpointPolicies;
  /** Absent = no security group. */
  readonly securityRules?: readonly SecurityRule[] | 'unread';
  /** Absent = no route table. */
  readonly routes?: readonly Route[] | 'unread';
  readonly disableBgpRoutePropagation?: boolean;
  /** It gives its machines no address for the way out, and has no NAT gateway that does. */
  readonly isPrivate?: boolean;
}

export interface SecurityRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: 'Inbound' | 'Outbound';
  readonly access: 'Allow' | 'Deny';
  readonly protocol: string;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly sourcePorts: readonly string[];
  readonly destinationPorts: readonly string[];
  /** Ids of application security groups. */
  readonly sourceGroups: readonly string[];
  readonly destinationGroups: readonly string[];
}

export interface AdminRule extends Omit<SecurityRule, 'access'> {
  readonly access: 'Allow' | 'AlwaysAllow' | 'Deny';
}

export interface Route {
  readonly name: string;
  /** A prefix, or a service tag. */
  readonly prefix: string;
  readonly nextHop: string;
  readonly nextHopAddress?: string;
}

/** A network interface that belongs to no private endpoint. */
export interface Machine {
  readonly name: string;
  /** Absent while none is handed out: then it may be any that is free in the subnet. */
  readonly address?: string;
  readonly subnetId: string;
  readonly securityRules?: readonly SecurityRule[] | 'unread';
  readonly groups: readonly string[];
  /** What listens; absent = anything may. */
  readonly ports?: readonly number[];
  readonly publicAddress?: string;
  /** Rules by which public front ends of balancers let the internet in to it. */
  readonly publicRules?: readonly PublicRule[];
  readonly forwards?: boolean;
}

export interface Endpoint {
  readonly id: string;
  readonly name: string;
  /** Absent while none is handed out: then it may be any that is free in the subnet. */
  readonly address?: string;
  readonly subnetId: string;
  /** Of the private link connection: only Approved carries traffic. */
  readonly state: string;
  readonly groups: readonly string[];
  readonly ports?: readonly number[];
  /** What is behind it: this one resource and sub-resource. */
  readonly target: string;
  readonly names: readonly string[];
  /** A Private Link service of the estate, if that is what is behind it. */
  readonly provider?: Provider;
}

export interface Provider {
  /** What the provider's machines see as the client; an address in `subnetId`. */
  readonly natAddress: string;
  readonly subnetId: string;
  /** Front end of its balancer. */
  readonly frontEnd: string;
}

export interface Balancer {
  readonly name: string;
  readonly address: string;
  readonly subnetId: string;
  readonly sku: 'Basic' | 'Standard';
  readonly rules: readonly BalancerRule[];
}

export interface BalancerRule {
  /** `Tcp`, `Udp` or `All` (all ports). */
  readonly protocol: string;
  readonly frontPort: number;
  /** The end of a range of which each machine has one port, chosen by Azure. */
  readonly lastFrontPort?: number;
  /** Absent = known after the deployment only. */
  readonly backPort?: number;
  /** Addresses of machines in the balancer's network. */
  readonly backends: readonly string[];
  readonly probePort?: number;
}

export interface PublicRule extends Pick<BalancerRule, 'protocol' | 'backPort' | 'probePort'> {
  /** Name of the balancer. */
  readonly balancer: string;
}

export interface Firewall {
  readonly name: string;
  readonly address: string;
  readonly subnetId: string;
  readonly rules: readonly FirewallRule[] | 'unread';
  /** Destinations to which network rules keep the client's address; absent = RFC 1918 and 6598. */
  readonly keepsSourceFor?: readonly string[];
}

export interface FirewallRule {
  readonly name: string;
  readonly kind: 'dnat' | 'network' | 'application';
  readonly access: 'Allow' | 'Deny';
  /** Whether it comes from a parent policy; parents are read first. */
  readonly parent: boolean;
  readonly groupPriority: number;
  readonly priority: number;
  readonly protocols: readonly string[];
  readonly sources: readonly string[];
  /** Prefixes, tags or `*`. */
  readonly destinations: readonly string[];
  readonly ports: readonly string[];
  /** Names of an application rule; the firewall resolves them itself. */
  readonly names: readonly string[];
  /** Where a dnat rule leads. */
  readonly translated?: { readonly address: string; readonly port: number };
}

/** A place outside the networks. */
export interface Zone {
  readonly name: string;
  readonly kind: 'public' | 'on-premises';
  readonly prefixes: readonly string[];
  /** For on-premises: the network whose gateway leads there. */
  readonly networkId?: string;
  /** Names that are served there, for application rules; absent = nobody knows. */
  readonly names?: readonly string[];
  /** The service's own firewall turns this estate away. */
  readonly closed?: boolean;
}

/** Ranges that are nobody's on the internet; Azure routes them to nowhere by default. */
export const privateRanges: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
];

/** Health probes come from here, and DNS is answered here; never a target. */
export const hostAddress = '168.63.129.16';

export const emptyEstate: Estate = {
  networks: [],
  subnets: [],
  machines: [],
  endpoints: [],
  firewalls: [],
  balancers: [],
  zones: [],
  tags: {},
};
