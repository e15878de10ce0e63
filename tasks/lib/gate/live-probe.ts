import { SpokelineError } from '../errors.ts';
import { connectTcp } from '../net/connect.ts';
import type { Resolver } from '../net/resolve.ts';
import { handshake } from '../net/tls.ts';
import type { Estate } from './estate.ts';
import type { HandshakeSeen, NetworkState, Probe } from './probe.ts';

export interface LiveProbeOptions {
  readonly estate: Estate;
  readonly resolver: Resolver;
  readonly state: NetworkState;
  /** The port to dial for a declared one; undefined where there is none. */
  readonly dialled: (port: number) => number | undefined;
  /** For one connection or handshake, in ms. */
  readonly probeTimeout: number;
  /** Instead of the authorities that this process trusts, PEM. */
  readonly ca?: string;
}

/** Probes from this agent. */
export function liveProbe(options: LiveProbeOptions): Probe {
  const { estate, resolver, state, dialled, probeTimeout, ca } = options;
  // The last line of defence: gates documents come from branches, so whatever a check has missed
  // stops here.
  const guard = (address: string): void => {
    if (estate.forbids(address) || !estate.declares(address)) {
      throw new SpokelineError(
        'GATE_TARGET_FORBIDDEN',
        `${address} is outside the declared networks and is not probed`,
      );
    }
  };
  return {
    estate,
    async resolve(name, signal) {
      const [system, witnesses] = await Promise.all([
        resolver.resolve(name, signal),
        resolver.witnesses(name, signal),
      ]);
      return { system, witnesses };
    },
    async connect(address, port, signal) {
      guard(address);
      const common = { address, port, place: estate.place(address) };
      const dialledPort = dialled(port);
      if (dialledPort === undefined) return { ...common, class: 'unmapped', ms: 0 };
      const timeoutMs = probeTimeout;
      const seen = await connectTcp({ address, port: dialledPort, timeoutMs, signal });
      return { ...common, class: seen.class, ms: seen.ms };
    },
    async handshake(address, port, servername, signal): Promise<HandshakeSeen> {
      guard(address);
      const common = { address, port, place: estate.place(address) };
      const dialledPort = dialled(port);
      if (dialledPort === undefined) return { ...common, class: 'unmapped' };
      const seen = await handshake({
        address,
        port: dialledPort,
        servername,
        timeoutMs: probeTimeout,
        signal,
        ...(ca === undefined ? {} : { ca }),
      });
      const { protocol, issuer, daysLeft, reason, subjectAltNames } = seen;
      return {
        ...common,
        class: seen.class === 'handshake' ? 'connected' : seen.class,
        ...(protocol === undefined ? {} : { protocol }),
        ...(issuer === undefined ? {} : { issuer }),
        ...(daysLeft === undefined ? {} : { daysLeft }),
        ...(reason === undefined ? {} : { reason }),
        ...(subjectAltNames === undefined ? {} : { names: subjectAltNames.map(plainName) }),
      };
    },
    peering: (side, signal) => state.peering(side, signal),
  };
}

/** `DNS:a.example` -> `a.example` */
function plainName(name: string): string {
  return name.replace(/^(?:DNS|IP Address):/, '');
}
