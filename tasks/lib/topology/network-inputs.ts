import { cidrProblem } from '../net/cidr.ts';
import { serverProblem } from '../net/resolve.ts';

/** The inputs by which a task learns which networks are private: a topology, or a list of its own. */
export interface NetworkInputs {
  readonly topology: string | undefined;
  readonly overlays: readonly string[];
  readonly networks: readonly string[];
  readonly resolvers: readonly string[];
}

/** Reports what is wrong between these inputs: one of the two sources has to be given, and only one. */
export function checkNetworkInputs(
  given: NetworkInputs,
  problem: (input: keyof NetworkInputs, text: string) => void,
): void {
  if (given.topology === undefined) {
    if (given.networks.length === 0) problem('networks', 'is needed without a topology');
    if (given.overlays.length > 0) problem('overlays', 'changes a topology, and none is given');
  } else {
    if (given.networks.length > 0) problem('networks', 'cannot stand beside topology');
    if (given.resolvers.length > 0) problem('resolvers', 'cannot stand beside topology');
  }
  checkAddresses(given, problem);
}

/** Reports networks and resolvers that are none. */
export function checkAddresses(
  given: Pick<NetworkInputs, 'networks' | 'resolvers'>,
  problem: (input: 'networks' | 'resolvers', text: string) => void,
): void {
  for (const network of given.networks) {
    const wrong = cidrProblem(network);
    if (wrong !== undefined) problem('networks', `has ${JSON.stringify(network)}: ${wrong}`);
  }
  for (const resolver of given.resolvers) {
    const wrong = serverProblem(resolver);
    if (wrong !== undefined) problem('resolvers', `has ${JSON.stringify(resolver)}: ${wrong}`);
  }
}
