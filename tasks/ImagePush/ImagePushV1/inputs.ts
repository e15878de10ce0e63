import {
  connection,
  defineInputs,
  flag,
  integer,
  list,
  path,
  paths,
  registryConnection,
  seconds,
  text,
} from '../../lib/host/inputs.ts';
import type { InputsOf } from '../../lib/host/inputs.ts';
import { loginServerOf, repositoryFault, tagFault } from '../../lib/oci/reference.ts';
import { hostPort } from '../../lib/oci/registry-name.ts';
import { checkNetworkInputs } from '../../lib/topology/network-inputs.ts';

export const inputs = defineInputs(
  {
    azureSubscription: connection(),
    containerRegistry: registryConnection(),
    source: path({ required: true }),
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
    checkNetworkInputs(given, problem);
  },
);

export type Inputs = InputsOf<typeof inputs>;

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
