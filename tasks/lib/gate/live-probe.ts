import { SpokelineError } from '../errors.ts';
import { connectTcp } from '../net/connect.ts';
import { greetPostgres, greetRedis } from '../net/greeting.ts';
import { askHttps } from '../net/https-answer.ts';
import { parseServer, resolveAt, type Resolver } from '../net/resolve.ts';
import { handshake, type ClientCertificate, type Handshake } from '../net/tls.ts';
import { Trust } from '../net/trust.ts';
import type { Estate } from './estate.ts';
import type { HandshakeClass, HandshakeSeen, HttpSeen, NetworkState, Probe } from './probe.ts';

type AnswerSeen = Omit<HttpSeen, 'address' | 'port' | 'place'>;

export interface LiveProbeOptions {
  readonly estate: Estate;
  readonly resolver: Resolver;
  readonly state: NetworkState;
  /** The port to dial for a declared one; undefined where there is none. */
  readonly dialled: (port: number) => number | undefined;
  /** For one connection, handshake or request, in ms. */
  readonly probeTimeout: number;
  /** Default: the authorities that Node has. */
  readonly trust?: Trust;
  /** What `mtls` checks show. */
  readonly client?: ClientCertificate;
}

/** Of a name outside the estate; the front doors of large services have dozens. */
const outsideAddresses = 8;

/** Probes from this agent. */
export function liveProbe(options: LiveProbeOptions): Probe {
  const { estate, resolver, state, dialled, probeTimeout: timeoutMs, client } = options;
  const { trust = new Trust() } = options;
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
  /** Looks at an address behind the guard, where the estate has a port for the declared one. */
  const look = async <Seen extends object>(
    address: string,
    port: number,
    see: (dialledPort: number) => Promise<Seen>,
  ) => {
    guard(address);
    const common = { address, port, place: estate.place(address) };
    const dialledPort = dialled(port);
    if (dialledPort === undefined) return { ...common, class: 'unmapped' as const, ms: 0 };
    return { ...common, ...(await see(dialledPort)) };
  };
  /** An authority of a check counts instead of all others. */
  const trusting = (own?: string, shown?: ClientCertificate) => {
    if (own === undefined) return { secureContext: trust.context(shown) };
    return { ca: own, ...(shown === undefined ? {} : { client: shown }) };
  };
  return {
    estate,
    async resolve(name, signal, family) {
      const [system, witnesses] = await Promise.all([
        resolver.resolve(name, signal, family),
        resolver.witnesses(name, signal, family),
      ]);
      return { system, witnesses };
    },
    ask(server, name, signal, family) {
      if (!estate.resolvers.includes(server)) guard(parseServer(server).address);
      return resolveAt(server, name, signal, timeoutMs, family);
    },
    async outside(name, signal) {
      if (!estate.outside.includes(name)) {
        throw new SpokelineError(
          'GATE_TARGET_FORBIDDEN',
          `${name} is not declared as egress and is not probed`,
        );
      }
      const { addresses, error } = await resolver.resolve(name, signal);
      const forbidden = addresses.find((one) => estate.forbids(one));
      if (forbidden !== undefined) return { class: 'forbidden', address: forbidden };
      const port = dialled(443);
      const looks = addresses.slice(0, outsideAddresses).map(async (address) => {
        if (port === undefined) return { class: 'unmapped' as const, address };
        const at = { address, port, servername: name, timeoutMs, signal };
        return {
          class: seenOf(await handshake({ ...at, ...trusting() })).class,
          address,
        };
      });
      const seen = await Promise.all(looks);
      // The best of them: one open way is enough to go out, and to fail a denial.
      const reached = seen.find(({ class: end }) => end === 'connected');
      const answered = seen.find(({ class: end }) => end.startsWith('certificate-'));
      return reached ?? answered ?? seen[0] ?? { class: error ?? 'nodata' };
    },
    connect: (address, port, signal) =>
      look(address, port, async (dialledPort) => {
        const seen = await connectTcp({ address, port: dialledPort, timeoutMs, signal });
        return { class: seen.class, ms: seen.ms };
      }),
    handshake: (address, port, servername, signal, how = {}) =>
      look(address, port, async (dialledPort) => {
        const at = { address, port: dialledPort, servername, timeoutMs, signal };
        // Whether an old version is spoken does not depend on whom one trusts.
        const offer = how.newest === undefined ? trusting(how.ca) : { newest: how.newest };
        return seenOf(await handshake({ ...at, ...offer }));
      }),
    request: (address, ask, signal) => {
      const port = Number(new URL(ask.url).port || 443);
      const shown = ask.showCertificate === true ? client : undefined;
      return look(address, port, async (dialledPort): Promise<AnswerSeen> => {
        if (ask.showCertificate === true && shown === undefined) {
          return { class: 'no-certificate', ms: 0 };
        }
        return askHttps({
          ...{ url: ask.url, method: ask.method, address, port: dialledPort, timeoutMs, signal },
          ...trusting(ask.ca, shown),
        });
      });
    },
    greet: (protocol, address, port, servername, signal) =>
      look(address, port, async (dialledPort) => {
        const greet = protocol === 'postgres' ? greetPostgres : greetRedis;
        const at = { address, port: dialledPort, servername, timeoutMs, signal };
        const { handshake: shaken, said } = await greet({ ...at, ...trusting() });
        const seen = shaken.class === 'no-tls' ? { class: 'no-tls' as const } : seenOf(shaken);
        return { ...seen, ...(said === undefined ? {} : { said }) };
      }),
    peering: (side, signal) => state.peering(side, signal),
    state: (signal) => state.state(signal),
  };
}

/** What a handshake showed, as far as checks judge it. */
function seenOf(seen: Handshake): Omit<HandshakeSeen, 'address' | 'port' | 'place'> {
  const { protocol, issuer, daysLeft, reason, subjectAltNames } = seen;
  const result: HandshakeClass = seen.class === 'handshake' ? 'connected' : seen.class;
  return {
    class: result,
    ...(protocol === undefined ? {} : { protocol }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(daysLeft === undefined ? {} : { daysLeft }),
    ...(reason === undefined ? {} : { reason }),
    ...(subjectAltNames === undefined ? {} : { names: subjectAltNames.map(plainName) }),
  };
}

/** `DNS:a.example` -> `a.example` */
function plainName(name: string): string {
  return name.replace(/^(?:DNS|IP Address):/, '');
}
