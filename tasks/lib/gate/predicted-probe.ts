import type { Estate } from './estate.ts';
import { predictedPeering } from './predicted-state.ts';
import type { Probe } from './probe.ts';
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
    peering: (side) => Promise.resolve(predictedPeering(seen.resources, side)),
  };
}
