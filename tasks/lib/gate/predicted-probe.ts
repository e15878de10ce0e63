import { sameId } from '../reach/model.ts';
import { idAt } from '../reach/read/resource.ts';
import type { Estate } from './estate.ts';
import type { PeeringSeen, Probe } from './probe.ts';
import type { StateSeen } from './state.ts';

/** Kinds of checks that look at state, and can be judged before anything is deployed. */
export const stateKinds: ReadonlySet<string> = new Set([
  'peering',
  'route',
  'nsg',
  'public-access',
  'private-endpoint',
  'dns-zone',
  'address-plan',
  'reach',
]);

/** Answers from predicted resources. It has no way to the network: whatever would probe is refused. */
export function predictedProbe(estate: Estate, seen: StateSeen): Probe {
  const refuse = (): never => {
    throw new TypeError('nothing is probed before a deployment');
  };
  return {
    estate,
    resolve: refuse,
    connect: refuse,
    handshake: refuse,
    request: refuse,
    outside: refuse,
    ask: refuse,
    greet: refuse,
    state: () => Promise.resolve(seen),
    peering({ network, remote }): Promise<PeeringSeen> {
      if (seen.resources.get(network) === undefined) {
        return Promise.resolve({ state: 'failed', reason: 'no template describes it' });
      }
      const leads = (from: string, to: string): boolean =>
        seen.resources
          .childrenOf(from, 'virtualNetworkPeerings')
          .some(({ properties }) => sameId(idAt(properties, 'remoteVirtualNetwork') ?? '', to));
      if (!leads(network, remote)) return Promise.resolve({ state: 'missing' });
      const peering = leads(remote, network) ? 'Connected' : 'Initiated';
      return Promise.resolve({ state: 'found', peering });
    },
  };
}
