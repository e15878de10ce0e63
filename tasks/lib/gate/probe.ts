import type { Family, Resolution } from '../net/resolve.ts';
import type { Estate, Place } from './estate.ts';
import type { StateSeen } from './state.ts';

/** What the system's resolver and the declared ones said about a name. */
export interface NameSeen {
  readonly system: Resolution;
  readonly witnesses: readonly Resolution[];
}

/** `unmapped`: the estate is on loopback and has no port for this one, so nobody looked. */
export type ConnectClass =
  'connected' | 'refused' | 'timeout' | 'reset' | 'unreachable' | 'unmapped';

/**
 * `tls-alert`: the peer speaks no TLS, or none that this agent accepts. `silent`: it was reached and did not
 * finish in time. `connected` is the good end.
 */
export type HandshakeClass =
  | ConnectClass
  | 'silent'
  | 'tls-alert'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'certificate-expired';

export interface ConnectSeen {
  readonly address: string;
  readonly port: number;
  readonly place: Place;
  readonly class: ConnectClass;
  readonly ms: number;
}

export interface HandshakeSeen {
  readonly address: string;
  readonly port: number;
  readonly place: Place;
  readonly class: HandshakeClass;
  readonly protocol?: string;
  readonly issuer?: string;
  readonly names?: readonly string[];
  readonly daysLeft?: number;
  /** What the TLS library or the network said. */
  readonly reason?: string;
}

/** How a handshake differs from that of every program on this agent. */
export interface HandshakeHow {
  /** The newest version that is offered. */
  readonly newest?: 'TLSv1.2' | 'TLSv1.1';
  /** Instead of the authorities that the agent trusts, PEM. */
  readonly ca?: string;
}

/** How a name outside the estate was reached over TLS on 443. `forbidden`: it is an address of the platform. */
export interface OutsideSeen {
  readonly class: HandshakeClass | NonNullable<Resolution['error']> | 'forbidden';
  readonly address?: string;
}

/** `no-tls`: the server was reached and will not encrypt. */
export interface GreetingSeen extends Omit<HandshakeSeen, 'class'> {
  readonly class: HandshakeClass | 'no-tls';
  /** The first bytes that the server said after TLS. */
  readonly said?: Uint8Array;
}

export interface HttpAsk {
  /** https only. */
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  /** Whether to show the client certificate of the task. */
  readonly showCertificate?: boolean;
  readonly ca?: string;
}

/** `no-certificate`: the task was given no client certificate to show, so nobody looked. */
export type HttpClass =
  Exclude<HandshakeClass, 'connected'> | 'answered' | 'not-http' | 'no-certificate';

export interface HttpSeen {
  readonly address: string;
  readonly port: number;
  readonly place: Place;
  readonly class: HttpClass;
  readonly ms: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Undefined when it is too long to look at. Matched by checks, never kept. */
  readonly body?: string;
  readonly reason?: string;
}

/** One side of a peering: whose network, and which network it should lead to. */
export interface PeeringSide {
  readonly owner: 'stamp' | 'hub';
  /** Resource ids of virtual networks. */
  readonly network: string;
  readonly remote: string;
}

export type PeeringSeen =
  | { readonly state: 'found'; readonly peering: string; readonly sync?: string }
  | { readonly state: 'missing' }
  | { readonly state: 'network-missing' }
  | { readonly state: 'forbidden'; readonly missing: string }
  | { readonly state: 'no-connection' }
  /** Of predicted resources: no template has the network. */
  | { readonly state: 'undescribed' }
  | { readonly state: 'failed'; readonly reason: string };

/** The port to Azure's own state; the only other way to look is a live probe. */
export interface NetworkState {
  peering(side: PeeringSide, signal: AbortSignal): Promise<PeeringSeen>;
  /** The resources of the estate's networks, as Azure has them or as they are predicted. */
  state(signal: AbortSignal): Promise<StateSeen>;
}

/**
 * The verbs that checks have. All but `resolve` and `outside` refuse every address outside the declared
 * networks with GATE_TARGET_FORBIDDEN, whatever a check asks for.
 */
export interface Probe {
  readonly estate: Estate;
  /** IPv4 addresses of a name if no other family is asked for. */
  resolve(name: string, signal: AbortSignal, family?: Family): Promise<NameSeen>;
  connect(address: string, port: number, signal: AbortSignal): Promise<ConnectSeen>;
  handshake(
    address: string,
    port: number,
    name: string,
    signal: AbortSignal,
    how?: HandshakeHow,
  ): Promise<HandshakeSeen>;
  /** One request to an address under the name of its URL; a redirect is an answer. */
  request(address: string, ask: HttpAsk, signal: AbortSignal): Promise<HttpSeen>;
  /** A name that the topology declares as egress; any other is refused with GATE_TARGET_FORBIDDEN. */
  outside(name: string, signal: AbortSignal): Promise<OutsideSeen>;
  /** What one DNS server says: a declared resolver, or an address inside the declared networks. */
  ask(server: string, name: string, signal: AbortSignal, family?: Family): Promise<Resolution>;
  /** The first words of a database server after TLS, without credentials. */
  greet(
    protocol: 'postgres' | 'redis',
    address: string,
    port: number,
    name: string,
    signal: AbortSignal,
  ): Promise<GreetingSeen>;
  peering(side: PeeringSide, signal: AbortSignal): Promise<PeeringSeen>;
  /** The resources of the estate's networks, as Azure has them or as they are predicted. */
  state(signal: AbortSignal): Promise<StateSeen>;
}
