import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Authority } from '../../http/certificates.ts';
import type { Faults } from '../../http/faults.ts';
import type { Handler, TlsListener } from '../../http/tls-server.ts';
import { listenTls } from '../../http/tls-server.ts';
import type { Resource, ResourceReader } from '../arm/store.ts';
import type { Hole } from './blackhole.ts';
import { createBlackhole, keyOf } from './blackhole.ts';
import { anyHolds, parseAddress } from './cidr.ts';
import type { Estate } from './estate.ts';
import { list, text } from './fields.ts';
import { reach } from './reach.ts';
import type { PublishedEndpoint } from './read-estate.ts';
import { readEndpoints, readEstate } from './read-estate.ts';
import type { Verdict } from './verdict.ts';

export interface NetworkOptions {
  /** Where the agent is: an address inside a subnet of the store. Everything is seen from there. */
  agentAddress: string;
  /** Declared port to the port that is really opened, 443 to 10443 for instance. */
  ports: Readonly<Record<number, number>>;
  authority: Authority;
  /** What answers for a resource at a private endpoint's address, which has these names. */
  services: (resource: Resource, names: readonly string[]) => Handler;
  faults?: Faults;
  /** One line for each address that changes its state; standard error if absent. */
  log?: (line: string) => void;
}

/** The estate's private addresses, live on this machine as the agent would meet them. */
export interface Network {
  /**
   * Resolves when listeners and silent places match the store.
   * @throws Error if they could not be made to: an address in use, a fact that is not modelled
   */
  settled(): Promise<void>;
  verdict(from: string, to: string, port: number, protocol: string): Verdict;
  stop(): Promise<void>;
}

/** Changes come in bursts (a deployment): one recomputation for each burst. */
const debounceMs = 5;

interface Service {
  hole: Hole;
  targetId: string;
  names: string[];
}

/** Starts with what the store holds and follows its changes. */
export async function startNetwork(store: ResourceReader, o: NetworkOptions): Promise<Network> {
  const log = o.log ?? ((line: string) => process.stderr.write(`sandbox network: ${line}\n`));
  const blackhole = createBlackhole();
  const listeners = new Map<string, { listener: TlsListener; signature: string }>();
  const reported = new Map<string, string>();
  let failure: Error | undefined;
  let pending = false;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();

  function say(key: string, line: string): void {
    if (reported.get(key) === line) return;
    reported.set(key, line);
    log(`${key} ${line}`);
  }

  async function reconcile(): Promise<void> {
    const { services, holes } = decide(store, o, say);
    const problems: string[] = [];
    for (const [key, { listener, signature }] of listeners) {
      if (services.get(key)?.signature === signature) continue;
      listeners.delete(key);
      await listener.close();
    }
    for (const { host } of holes.values()) requireLocal(host);
    const failed = await blackhole.set([...holes.values()]);
    for (const [key, code] of failed) problems.push(`${key} cannot be made silent: ${code}`);
    for (const [key, wanted] of services) {
      if (listeners.has(key)) continue;
      try {
        const listener = await open(wanted.service);
        listeners.set(key, { listener, signature: wanted.signature });
      } catch (error) {
        problems.push(`${key} cannot be served: ${messageOf(error)}`);
      }
    }
    if (problems.length > 0) throw new Error(problems.join('; '));
  }

  async function open({ hole, targetId, names }: Service): Promise<TlsListener> {
    requireLocal(hole.host);
    return listenTls({
      ...hole,
      certificate: await o.authority.issue(names),
      name: names[0] ?? hole.host,
      faults: o.faults,
      handler: (request, response) => {
        const resource = store.get(targetId);
        if (resource === undefined) throw new Error(`${targetId} is gone`);
        return o.services(resource, names)(request, response);
      },
    });
  }

  function schedule(): void {
    if (pending || stopped) return;
    pending = true;
    turn = turn.then(async () => {
      await delay(debounceMs);
      pending = false;
      if (stopped) return;
      try {
        await reconcile();
        failure = undefined;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        log(failure.message);
      }
    });
  }

  async function settled(): Promise<void> {
    for (let seen; seen !== turn;) {
      seen = turn;
      await seen;
    }
    if (failure !== undefined) throw failure;
  }

  const unsubscribe = store.onChange(schedule);
  const stop = async (): Promise<void> => {
    stopped = true;
    unsubscribe();
    await turn;
    await blackhole.stop();
    await Promise.all([...listeners.values()].map(({ listener }) => listener.close()));
    listeners.clear();
  };
  schedule();
  try {
    await settled();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    settled,
    verdict: (from, to, port, protocol) => reach(readEstate(store), from, to, port, protocol),
    stop,
  };
}

interface Decided {
  services: Map<string, { service: Service; signature: string }>;
  holes: Map<string, Hole>;
}

function decide(
  store: ResourceReader,
  o: NetworkOptions,
  say: (key: string, line: string) => void,
): Decided {
  const estate = readEstate(store);
  const decided: Decided = { services: new Map(), holes: new Map() };
  const published = readEndpoints(store);
  const addresses = new Set([
    ...published.map(({ endpoint }) => endpoint.address),
    ...stale(store),
  ]);
  for (const address of addresses) {
    const here = published.filter(({ endpoint }) => endpoint.address === address);
    for (const [declared, dialled] of Object.entries(o.ports)) {
      const hole = { host: address, port: dialled };
      const key = keyOf(hole);
      const found = reach(estate, o.agentAddress, address, Number(declared), 'tcp');
      say(key, `${found.result}: ${found.why} (rule ${found.rule})`);
      if (found.result === 'refused') continue;
      const chosen = found.result === 'allowed' ? choose(store, estate, o, here) : undefined;
      if (chosen === undefined) {
        decided.holes.set(key, hole);
        continue;
      }
      const { targetId, names } = chosen;
      const signature = [targetId.toLowerCase(), ...names].join(' ');
      decided.services.set(key, { service: { hole, targetId, names }, signature });
    }
  }
  return decided;
}

/** The endpoint that answers at an address: the reachable one, if two networks use the address. */
function choose(
  store: ResourceReader,
  estate: Estate,
  o: NetworkOptions,
  here: readonly PublishedEndpoint[],
): PublishedEndpoint | undefined {
  return here.find(({ endpoint, targetId, names }) => {
    const alone = { ...estate, endpoints: [endpoint] };
    const { result } = reach(alone, o.agentAddress, endpoint.address, 443, 'tcp');
    return result === 'allowed' && names.length > 0 && store.get(targetId) !== undefined;
  });
}

/**
 * Addresses that records name and that lie in a network, though nothing has them: in Azure such a
 * connection times out, on a loopback address nobody opened it would be refused.
 */
function stale(store: ResourceReader): string[] {
  const prefixes = store
    .list('Microsoft.Network/virtualNetworks')
    .flatMap(({ properties }) => list(properties['addressSpace'], 'addressPrefixes'))
    .filter((prefix) => typeof prefix === 'string');
  const addresses = store
    .list('Microsoft.Network/privateDnsZones/A')
    .flatMap(({ properties }) => list(properties, 'aRecords'))
    .flatMap((record) => text(record, 'ipv4Address') ?? []);
  return [...new Set(addresses)].filter((address) => {
    const value = parseAddress(address);
    return value !== undefined && anyHolds(prefixes, value);
  });
}

/**
 * An estate's address may also be one of this machine's real interfaces: binding it would show the
 * sandbox to the outside.
 */
function requireLocal(address: string): void {
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    for (const entry of entries ?? []) {
      if (!entry.internal && entry.address === address) {
        throw new Error(`${address} is this machine's own address on ${name}`);
      }
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
