import type { ServiceConnection } from '../../lib/azure/connection.ts';
import type { RegistryConnection } from '../../lib/azure/registry-connection.ts';
import {
  connection,
  defineInputs,
  flag,
  integer,
  list,
  path,
  pathOrReference,
  paths,
  registryConnection,
  seconds,
  text,
} from '../../lib/host/inputs.ts';
import type { InputsOf } from '../../lib/host/inputs.ts';
import { loginServerOf, repositoryFault, tagFault } from '../../lib/oci/reference.ts';
import { platformFault } from '../../lib/oci/platform.ts';
import { hostPort, registryHost } from '../../lib/oci/registry-name.ts';
import { parseReference, referenceFault, registryPrefix } from '../../lib/oci/source/reference.ts';
import { checkNetworkInputs } from '../../lib/topology/network-inputs.ts';

export const inputs = defineInputs(
  {
    azureSubscription: connection(),
    containerRegistry: registryConnection(),
    source: pathOrReference(registryPrefix, { required: true }),
    image: text(),
    platform: list(),
    referrers: flag({ default: true }),
    sourceAzureSubscription: connection(),
    sourceContainerRegistry: registryConnection(),
    sourceTokenHosts: list(),
    sourcePrivate: flag({ default: false }),
    repository: list({ required: true }),
    tags: list(),
    immutable: flag({ default: false }),
    topology: path(),
    overlays: paths(),
    registry: text(),
    networks: list(),
    resolvers: list(),
    tokenHosts: list(),
    replicas: list(),
    verifyReplicas: flag({ default: false }),
    concurrency: integer({ default: 8, min: 1, max: 64 }),
    timeout: seconds({ default: 1800, min: 1, max: 86_400 }),
  },
  (given, problem) => {
    checkEach(given.repository, repositoryFault, (wrong) => problem('repository', wrong));
    checkEach(given.tags, tagFault, (wrong) => problem('tags', wrong));
    checkEach(given.replicas, regionFault, (wrong) => problem('replicas', wrong));
    checkEach(given.tokenHosts, hostFault, (wrong) => problem('tokenHosts', wrong));
    if (given.registry !== undefined && loginServerOf(given.registry, 'azurecr.io') === undefined) {
      problem('registry', 'must be the name of a registry or its login server');
    }
    const named = given.topology ?? given.registry ?? given.containerRegistry;
    if (named === undefined) problem('registry', 'is needed without a topology');
    if (given.azureSubscription !== undefined && given.containerRegistry !== undefined) {
      problem('containerRegistry', 'cannot stand beside azureSubscription: one identity pushes');
    }
    if (given.topology !== undefined && given.replicas.length > 0) {
      problem('replicas', 'cannot stand beside topology, which has its own');
    }
    for (const input of ['containerRegistry', 'sourceContainerRegistry'] as const) {
      const server = given[input]?.registry;
      if (server !== undefined && hostPort(server) === undefined) {
        problem(input, `is a connection to ${server}; allowed: a name or an IPv4 address`);
      }
    }
    checkSource(given, problem);
    checkNetworkInputs(given, problem);
  },
);

export type Inputs = InputsOf<typeof inputs>;

interface SourceInputs {
  readonly source: string;
  readonly image: string | undefined;
  readonly platform: readonly string[];
  readonly sourceAzureSubscription: ServiceConnection | undefined;
  readonly sourceContainerRegistry: RegistryConnection | undefined;
  readonly sourceTokenHosts: readonly string[];
  readonly sourcePrivate: boolean;
}

function checkSource(
  given: SourceInputs,
  problem: (input: keyof SourceInputs, text: string) => void,
): void {
  checkEach(given.platform, platformFault, (wrong) => problem('platform', wrong));
  checkEach(given.sourceTokenHosts, hostFault, (wrong) => problem('sourceTokenHosts', wrong));
  const { sourceAzureSubscription: azure, sourceContainerRegistry: registry } = given;
  if (!given.source.startsWith(registryPrefix)) {
    const only = `is for a source that begins with ${registryPrefix}`;
    if (azure !== undefined) problem('sourceAzureSubscription', only);
    if (registry !== undefined) problem('sourceContainerRegistry', only);
    if (given.sourceTokenHosts.length > 0) problem('sourceTokenHosts', only);
    if (given.sourcePrivate) problem('sourcePrivate', only);
    return;
  }
  if (given.image !== undefined) {
    problem('image', 'is for folders and archives; the image of a registry is named by source');
  }
  if (azure !== undefined && registry !== undefined) {
    problem('sourceContainerRegistry', 'cannot stand beside sourceAzureSubscription');
  }
  const fault = referenceFault(given.source);
  if (fault !== undefined) {
    problem('source', fault);
    return;
  }
  const { loginServer } = parseReference(given.source);
  if (registry !== undefined && registryHost(registry.registry) !== loginServer) {
    // A password goes to the registry that it was made for.
    const message = `is a connection to ${registry.registry}, but the source is at ${loginServer}`;
    problem('sourceContainerRegistry', message);
  }
}

/** Reports entries of a list that are wrong or stand twice. */
function checkEach(
  entries: readonly string[],
  faultOf: (entry: string) => string | undefined,
  problem: (text: string) => void,
): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const wrong = seen.has(entry) ? 'is given twice' : faultOf(entry);
    if (wrong !== undefined) problem(`has ${JSON.stringify(entry)}, which ${wrong}`);
    seen.add(entry);
  }
}

function regionFault(region: string): string | undefined {
  return /^[a-z][a-z0-9]{1,39}$/.test(region) ? undefined : 'must be a region such as westeurope';
}

function hostFault(host: string): string | undefined {
  return hostPort(host) === undefined ? 'must be a host, or host:port' : undefined;
}
