import type { Resolution } from '../../../tasks/lib/net/resolve.ts';
import type {
  ConnectClass,
  GreetingSeen,
  HandshakeSeen,
  HttpSeen,
  OutsideSeen,
  PeeringSeen,
  Probe,
} from '../../../tasks/lib/gate/probe.ts';
import type { StateSeen } from '../../../tasks/lib/gate/state.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import { estate } from './estate.ts';

/** What the fake network is like; everything not named does not exist. */
export interface World {
  names?: Record<string, Partial<Resolution>>;
  /** What the system says when it is asked for IPv6 addresses. */
  ipv6?: Record<string, Partial<Resolution>>;
  witnesses?: Record<string, Partial<Resolution>[]>;
  ports?: Record<string, ConnectClass>;
  certificates?: Record<string, Omit<HandshakeSeen, 'address' | 'port' | 'place'>>;
  /** By address, for a client that offers old versions only. */
  old?: Record<string, Omit<HandshakeSeen, 'address' | 'port' | 'place'>>;
  /** By URL, or by `URL at address`; with `+certificate` after the URL for a client that shows one. */
  answers?: Record<string, Omit<HttpSeen, 'address' | 'port' | 'place' | 'ms'> & { ms?: number }>;
  servers?: Record<string, Record<string, Partial<Resolution>>>;
  outside?: Record<string, OutsideSeen>;
  greetings?: Record<string, Omit<GreetingSeen, 'address' | 'port' | 'place'>>;
  peerings?: Record<'stamp' | 'hub', PeeringSeen>;
  state?: StateSeen;
}

/** A probe over a table. `asked` lists what it was asked for. */
export function fakeProbe(world: World): Probe & { asked: string[] } {
  const asked: string[] = [];
  const complete = (name: string, answer: Partial<Resolution>): Resolution => ({
    name,
    chain: [],
    addresses: [],
    source: 'system',
    ...answer,
  });
  return {
    asked,
    estate,
    resolve(name, _signal, family = 4) {
      asked.push(`resolve ${name}${family === 6 ? ' AAAA' : ''}`);
      const names = family === 6 ? world.ipv6 : world.names;
      const system = complete(name, names?.[name] ?? { error: 'nxdomain' });
      const others = family === 6 ? [] : (world.witnesses?.[name] ?? []);
      const witnesses = others.map((one) => complete(name, one));
      return Promise.resolve({ system, witnesses });
    },
    ask(server, name, _signal, family = 4) {
      asked.push(`ask ${server} ${name}${family === 6 ? ' AAAA' : ''}`);
      if (family === 6) {
        return Promise.resolve({ ...complete(name, { error: 'nodata' }), source: server });
      }
      const known = world.servers?.[server]?.[name] ?? { error: 'nxdomain' };
      return Promise.resolve({ ...complete(name, known), source: server });
    },
    outside(name) {
      asked.push(`outside ${name}`);
      return Promise.resolve(world.outside?.[name] ?? { class: 'timeout', address: '203.0.113.9' });
    },
    connect(address, port) {
      asked.push(`connect ${address}:${port}`);
      const result = world.ports?.[`${address}:${port}`] ?? 'timeout';
      return Promise.resolve({
        address,
        port,
        place: estate.place(address),
        class: result,
        ms: 3,
      });
    },
    handshake(address, port, name, _signal, how = {}) {
      asked.push(`handshake ${address}:${port} ${name}`);
      const table = how.newest === undefined ? world.certificates : world.old;
      const seen = table?.[address] ?? { class: 'timeout' as const };
      return Promise.resolve({ address, port, place: estate.place(address), ...seen });
    },
    request(address, { url, method, showCertificate }) {
      const key = showCertificate === true ? `${url}+certificate` : url;
      asked.push(`${method} ${key} at ${address}`);
      const port = Number(new URL(url).port || 443);
      const { answers = {} } = world;
      const seen = answers[`${key} at ${address}`] ?? answers[key] ?? { class: 'timeout' as const };
      return Promise.resolve({ address, port, place: estate.place(address), ms: 3, ...seen });
    },
    greet(protocol, address, port) {
      asked.push(`${protocol} ${address}:${port}`);
      const seen = world.greetings?.[address] ?? { class: 'timeout' as const };
      return Promise.resolve({ address, port, place: estate.place(address), ...seen });
    },
    peering(side) {
      asked.push(`peering ${side.owner}`);
      return Promise.resolve(world.peerings?.[side.owner] ?? { state: 'missing' });
    },
    state() {
      asked.push('state');
      return Promise.resolve(
        world.state ?? { resources: new Resources(), unread: [], source: 'azure' as const },
      );
    },
  };
}
