import type { Resolution } from '../net/resolve.ts';
import type { Estate, Place } from './estate.ts';

/** What the system's resolver and the declared ones said about a name. */
export interface NameSeen {
  readonly system: Resolution;
  readonly witnesses: readonly Resolution[];
}

/** `unmapped`: the estate is on loopback and has no port for this one, so nobody looked. */
export type ConnectClass =
  'connected' | 'refused' | 'timeout' | 'reset' | 'unreachable' | 'unmapped';

/**
 * `tls-alert`: the peer speaks no TLS, or none that this agent accepts. `connected` is the good
 * end.
 */
export type HandshakeClass =
  ConnectClass | 'tls-alert' | 'certificate-name' | 'certificate-untrusted' | 'certificate-expired';

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
  | { readonly state: 'failed'; readonly reason: string };

/** The port to Azure's own state; the only other way to look is a live probe. */
export interface NetworkState {
  peering(side: PeeringSide, signal: AbortSignal): Promise<PeeringSeen>;
}

/**
 * The verbs that checks have. `connect` and `handshake` refuse every address outside the declared
 * networks with GATE_TARGET_FORBIDDEN, whatever a check asks for.
 */
export interface Probe {
  readonly estate: Estate;
  resolve(name: string, signal: AbortSignal): Promise<NameSeen>;
  connect(address: string, port: number, signal: AbortSignal): Promise<ConnectSeen>;
  handshake(
    address: string,
    port: number,
    name: string,
    signal: AbortSignal,
  ): Promise<HandshakeSeen>;
  peering(side: PeeringSide, signal: AbortSignal): Promise<PeeringSeen>;
}
