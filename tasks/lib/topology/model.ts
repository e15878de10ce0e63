import { SpokelineError } from '../errors.ts';
import { membersOf } from './members.ts';
import { nearest } from './nearest.ts';

export type Cloud = 'public' | 'usgovernment' | 'china';

export interface Subnet {
  readonly name: string;
  /** In CIDR notation, inside the network's address space. */
  readonly prefix: string;
  readonly id: string;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly addressSpace: readonly string[];
  readonly subnets: Readonly<Record<string, Subnet>>;
}

/** A private endpoint connection that the owner of a service lets in; with both, both have to be right. */
export interface AcceptedConnection {
  /** Type and name of the service in the place's resource group: `Microsoft.KeyVault/vaults/kv-weu`. */
  readonly service: string;
  /** Id of the endpoint, or of the resource group or subscription that it has to lie in. */
  readonly from?: string;
  /** Message of the request, word for word. */
  readonly message?: string;
}

export interface Hub {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly region: string;
  readonly network: Network;
  readonly firewall?: { readonly privateAddress: string };
  /** Names outside the estate that agents in the hub may reach, and some that they must not. */
  readonly egress?: { readonly allowed: readonly string[]; readonly denied: readonly string[] };
  readonly dns: {
    readonly subscription: string;
    /** Where the private DNS zones live. */
    readonly resourceGroup: string;
    /** Addresses of DNS servers, with `:port` where it is not 53. */
    readonly resolvers: readonly string[];
    /** Whether links ask public DNS for names that a private zone lacks (NxDomainRedirect). */
    readonly fallback: boolean;
  };
  readonly acceptedConnections?: readonly AcceptedConnection[];
}

/** A second network of the platform beside the hub, peered with it, with endpoints of its own. */
export interface Operations {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly region: string;
  readonly network: Network;
  readonly acceptedConnections?: readonly AcceptedConnection[];
}

export interface Stamp {
  readonly name: string;
  readonly role: 'primary' | 'secondary';
  readonly region: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly network: Network;
  /** Share of the traffic, 0 to 1000; absent when the topology does not say. */
  readonly weight?: number | undefined;
  /** Handed to the stamp's template as they are. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly acceptedConnections?: readonly AcceptedConnection[];
}

export interface Registry {
  readonly name: string;
  readonly loginServer: string;
  /** Regions with a replica. */
  readonly replicas: readonly string[];
}

/** A place outside the networks; on-premises is behind the gateway of the hub. */
export interface OutsideZone {
  readonly name: string;
  readonly kind: 'public' | 'on-premises';
  readonly prefixes: readonly string[];
  readonly names?: readonly string[];
}

/** What has to be allowed, all of it, or forbidden, all of it. */
export interface Flow {
  readonly name: string;
  /** `hub/<subnet>`, `operations/<subnet>`, `<stamp>/<subnet>`, `stamp/<subnet>`, `internet`, a zone, an address or a network. */
  readonly from: string;
  readonly to: string;
  /** Both included; empty stands for all ports. */
  readonly ports: readonly { readonly from: number; readonly to: number }[];
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly expect: 'allowed' | 'forbidden';
}

/** The whole estate, validated and with every address planned. */
export interface Topology {
  readonly name: string;
  readonly cloud: Cloud;
  readonly hub: Hub;
  readonly operations?: Operations;
  readonly registry?: Registry;
  readonly stamps: Readonly<Record<string, Stamp>>;
  readonly zones: Readonly<Record<string, OutsideZone>>;
  readonly flows: readonly Flow[];
  /** Absolute path of the gates document. */
  readonly gates?: string;
  /** Whether this estate is a stand-in on 127.0.0.0/8. */
  readonly loopback: boolean;
  /** Declared port -> port to dial; see `dialledPort`. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Address spaces of all networks, in CIDR notation: what "private" means in this estate. */
export function declaredNetworks(topology: Topology): string[] {
  return membersOf(topology).flatMap(({ part }) => [...part.network.addressSpace]);
}

/**
 * The port to connect to for a declared port. Undefined when the estate is on loopback and does not map
 * the port: what listens there is another program, so the caller must answer "unknown", not look.
 */
export function dialledPort(
  topology: Pick<Topology, 'loopback' | 'ports'>,
  port: number,
): number | undefined {
  return topology.ports[String(port)] ?? (topology.loopback ? undefined : port);
}

/**
 * The stamps that a selector names: `all`, a role, a name, or several of these with commas between.
 * In the order of the document, each once. Throws INPUT_INVALID for anything unknown.
 */
export function selectStamps(topology: Topology, selector: string): Stamp[] {
  const wanted = selector.split(',').map((part) => part.trim());
  const stamps = Object.values(topology.stamps);
  const meant = (part: string) =>
    stamps.filter((s) => part === 'all' || s.name === part || s.role === part);
  const unknown = wanted.filter((part) => meant(part).length === 0);
  if (unknown.length > 0) throw noStamp(unknown, stamps);
  const chosen = new Set(wanted.flatMap(meant));
  return stamps.filter((stamp) => chosen.has(stamp));
}

function noStamp(unknown: readonly string[], stamps: readonly Stamp[]): SpokelineError {
  const names = stamps.map((s) => s.name);
  const selectors = [...names, 'primary', 'secondary', 'all'];
  const quoted = unknown.map((part) => `"${part}"`).join(', ');
  return new SpokelineError('INPUT_INVALID', `The topology has no stamp ${quoted}.`, {
    hint: `Known stamps: ${names.join(', ')}. Also allowed: primary, secondary, all.`,
    details: unknown.map((part) => {
      const close = nearest(part, selectors);
      const mean = close === undefined ? '' : `; did you mean "${close}"?`;
      return { message: `stamp "${part}" is not one of ${selectors.join(', ')}${mean}` };
    }),
  });
}

/** Domain names of a cloud's services, without a leading dot. */
export interface CloudSuffixes {
  readonly keyVault: string;
  readonly storageBlob: string;
  readonly storageQueue: string;
  readonly storageTable: string;
  readonly storageFile: string;
  readonly registry: string;
}

// https://learn.microsoft.com/azure/private-link/private-endpoint-dns
const suffixes: Record<Cloud, CloudSuffixes> = {
  public: {
    keyVault: 'vault.azure.net',
    storageBlob: 'blob.core.windows.net',
    storageQueue: 'queue.core.windows.net',
    storageTable: 'table.core.windows.net',
    storageFile: 'file.core.windows.net',
    registry: 'azurecr.io',
  },
  usgovernment: {
    keyVault: 'vault.usgovcloudapi.net',
    storageBlob: 'blob.core.usgovcloudapi.net',
    storageQueue: 'queue.core.usgovcloudapi.net',
    storageTable: 'table.core.usgovcloudapi.net',
    storageFile: 'file.core.usgovcloudapi.net',
    registry: 'azurecr.us',
  },
  china: {
    keyVault: 'vault.azure.cn',
    storageBlob: 'blob.core.chinacloudapi.cn',
    storageQueue: 'queue.core.chinacloudapi.cn',
    storageTable: 'table.core.chinacloudapi.cn',
    storageFile: 'file.core.chinacloudapi.cn',
    registry: 'azurecr.cn',
  },
};

export function cloudSuffixes(cloud: Cloud): CloudSuffixes {
  return suffixes[cloud];
}
