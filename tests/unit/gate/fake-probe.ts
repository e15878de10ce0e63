import type { Resolution } from '../../../tasks/lib/net/resolve.ts';
import type {
  ConnectClass,
  HandshakeSeen,
  PeeringSeen,
  Probe,
} from '../../../tasks/lib/gate/probe.ts';
import { estate } from './estate.ts';

/** What the fake network is like; everything not named does not exist. */
export interface World {
  names?: Record<string, Partial<Resolution>>;
  witnesses?: Record<string, Partial<Resolution>[]>;
  ports?: Record<string, ConnectClass>;
  certificates?: Record<string, Omit<HandshakeSeen, 'address' | 'port' | 'place'>>;
  peerings?: Record<'stamp' | 'hub', PeeringSeen>;
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
    resolve(name) {
      asked.push(`resolve ${name}`);
      const system = complete(name, world.names?.[name] ?? { error: 'nxdomain' });
      const witnesses = (world.witnesses?.[name] ?? []).map((one) => complete(name, one));
      return Promise.resolve({ system, witnesses });
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
    handshake(address, port, name) {
      asked.push(`handshake ${address}:${port} ${name}`);
      const seen = world.certificates?.[address] ?? { class: 'timeout' as const };
      return Promise.resolve({ address, port, place: estate.place(address), ...seen });
    },
    peering(side) {
      asked.push(`peering ${side.owner}`);
      return Promise.resolve(world.peerings?.[side.owner] ?? { state: 'missing' });
    },
  };
}
