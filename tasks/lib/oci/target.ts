import { SpokelineError } from '../errors.ts';
import { cloudSuffixes, declaredNetworks, dialledPort } from '../topology/model.ts';
import type { Cloud } from '../topology/model.ts';
import { readTopology } from '../topology/read.ts';
import { dataEndpointOf, hostPort, registryHost, wholeRegistryOf } from './registry-name.ts';
import { loginServerOf } from './reference.ts';

/** Where to push, and what counts as private. */
export interface RegistryTarget {
  /** With its port where that is not 443. */
  readonly loginServer: string;
  /** Names that layers are pulled from, one for each replica. */
  readonly dataEndpoints: readonly string[];
  readonly networks: readonly string[];
  readonly resolvers: readonly string[];
  readonly loopback: boolean;
  /** The port to dial for 443. */
  readonly port: number;
}

/** The inputs by which a task names a registry. */
export interface TargetInputs {
  readonly registry: string | undefined;
  /** Host of the registry that the service connection is for, if it says so. */
  readonly connected: string | undefined;
  /** Cloud of a registry that is given by its name, where there is no topology to say it. */
  readonly cloud: Cloud;
  readonly replicas: readonly string[];
  readonly topology: string | undefined;
  readonly overlays: readonly string[];
  readonly networks: readonly string[];
  readonly resolvers: readonly string[];
}

/**
 * The registry of the inputs, else the topology's, else the connection's.
 *
 * @throws SpokelineError INPUT_INVALID, TOPOLOGY_INVALID
 */
export async function registryTarget(given: TargetInputs): Promise<RegistryTarget> {
  const topology =
    given.topology === undefined ? undefined : await readTopology(given.topology, given.overlays);
  const suffix = cloudSuffixes(topology?.cloud ?? given.cloud).registry;
  const named =
    given.registry === undefined
      ? topology?.registry?.loginServer
      : loginServerOf(given.registry, suffix);
  const connected = given.connected === undefined ? undefined : registryHost(given.connected);
  const loginServer = named ?? connected;
  if (loginServer === undefined) {
    throw new SpokelineError('INPUT_INVALID', 'Neither inputs nor topology name a registry', {
      hint: 'Set the input registry, or registry: in the topology.',
    });
  }
  checkConnected(loginServer, connected);
  // A topology's registry is in the region of the hub, as NetworkGate@1 takes it to be.
  const declared =
    topology?.registry?.loginServer === wholeRegistryOf(loginServer)
      ? [topology.hub.region, ...topology.registry.replicas]
      : [];
  const regions = given.replicas.length > 0 ? given.replicas : declared;
  const dataEndpoints = [...new Set(regions)]
    .map((region) => dataEndpointOf(loginServer, region))
    .filter((endpoint) => endpoint !== undefined);
  if (topology === undefined) {
    const { networks, resolvers } = given;
    return { loginServer, dataEndpoints, networks, resolvers, loopback: false, port: 443 };
  }
  const port = dialledPort(topology, 443);
  if (port === undefined) {
    throw new SpokelineError('TOPOLOGY_INVALID', 'The loopback overlay maps no port for 443', {
      hint: 'Add 443 to its ports; what listens on 443 of this machine is another program.',
    });
  }
  return {
    loginServer,
    dataEndpoints,
    networks: declaredNetworks(topology),
    resolvers: topology.hub.dns.resolvers,
    loopback: topology.loopback,
    port,
  };
}

/** The port to dial for a host: its own, else the one that stands for 443. */
export function portFor(server: string, target: Pick<RegistryTarget, 'port'>): number {
  return hostPort(server)?.port ?? target.port;
}

/** A password goes to the registry it was made for. */
function checkConnected(loginServer: string, connected: string | undefined): void {
  if (connected === undefined || connected === loginServer) return;
  if (connected === wholeRegistryOf(loginServer)) return;
  throw new SpokelineError(
    'INPUT_INVALID',
    `containerRegistry is a connection to ${connected}, the push goes to ${loginServer}`,
    { hint: 'Use a connection to that registry; its login is sent nowhere else.' },
  );
}
