/** What a flow meets on its way: the few facts about an estate that decide reachability. */
export interface Estate {
  networks: readonly VirtualNetwork[];
  subnets: readonly Subnet[];
  /** Machines with a network interface of their own. */
  interfaces: readonly Interface[];
  endpoints: readonly Endpoint[];
  firewalls: readonly Firewall[];
}

export interface VirtualNetwork {
  id: string;
  prefixes: readonly string[];
  peerings: readonly Peering[];
}

/** One half of a peering: it lies in the network that owns it. */
export interface Peering {
  remoteId: string;
  state: string;
  allowVirtualNetworkAccess: boolean;
  allowForwardedTraffic: boolean;
  /** Prefixes of the remote network as of the last synchronisation; its present ones if absent. */
  remotePrefixes?: readonly string[];
}

/** Which rules of the subnet act on private endpoints in it. */
export type EndpointPolicies =
  'Disabled' | 'Enabled' | 'NetworkSecurityGroupEnabled' | 'RouteTableEnabled';

export interface Subnet {
  id: string;
  networkId: string;
  prefixes: readonly string[];
  endpointPolicies: EndpointPolicies;
  securityRules?: readonly SecurityRule[];
  routes?: readonly Route[];
}

export interface SecurityRule {
  name: string;
  priority: number;
  direction: 'Inbound' | 'Outbound';
  access: 'Allow' | 'Deny';
  protocol: string;
  sources: readonly string[];
  destinations: readonly string[];
  sourcePorts: readonly string[];
  destinationPorts: readonly string[];
  sourceGroups: readonly string[];
  destinationGroups: readonly string[];
}

export interface Route {
  name: string;
  prefix: string;
  nextHop: string;
  nextHopAddress?: string;
}

export interface Interface {
  address: string;
  subnetId: string;
  securityRules?: readonly SecurityRule[];
  /** Application security groups it is a member of. */
  groups: readonly string[];
  /** Ports something listens on; absent = every port. */
  ports?: readonly number[];
}

export interface Endpoint {
  address: string;
  subnetId: string;
  /** State of the private link connection: only Approved carries traffic. */
  state: string;
  groups: readonly string[];
  ports: readonly number[];
}

export interface Firewall {
  address: string;
  subnetId: string;
  /** `unknown`: rules exist that this model does not read. */
  rules: readonly FirewallRule[] | 'unknown';
  /** Whether network rules hide the client behind the firewall's own address. */
  alwaysTranslates?: boolean;
}

export interface FirewallRule {
  kind: 'network' | 'application';
  access: 'Allow' | 'Deny';
  protocol: string;
  sources: readonly string[];
  destinations: readonly string[];
  ports: readonly string[];
}
