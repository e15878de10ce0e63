import {
  connection,
  defineInputs,
  integer,
  list,
  path,
  paths,
  seconds,
  text,
} from '../../lib/host/inputs.ts';
import type { InputsOf } from '../../lib/host/inputs.ts';
import { loginServerOf, repositoryFault, tagFault } from '../../lib/oci/reference.ts';
import { checkNetworkInputs } from '../../lib/topology/network-inputs.ts';

export const inputs = defineInputs(
  {
    azureSubscription: connection({ required: true }),
    source: path({ required: true }),
    repository: text({ required: true }),
    tags: list(),
    topology: path(),
    overlays: paths(),
    registry: text(),
    networks: list(),
    resolvers: list(),
    concurrency: integer({ default: 8, min: 1, max: 64 }),
    timeout: seconds({ default: 1800, min: 1, max: 86_400 }),
  },
  (given, problem) => {
    const fault = repositoryFault(given.repository);
    if (fault !== undefined) problem('repository', fault);
    const seen = new Set<string>();
    for (const tag of given.tags) {
      const wrong = seen.has(tag) ? 'is given twice' : tagFault(tag);
      if (wrong !== undefined) problem('tags', `has ${JSON.stringify(tag)}, which ${wrong}`);
      seen.add(tag);
    }
    if (given.registry !== undefined && loginServerOf(given.registry, 'azurecr.io') === undefined) {
      problem('registry', 'must be the name of a registry or its login server');
    }
    if (given.topology === undefined && given.registry === undefined) {
      problem('registry', 'is needed without a topology');
    }
    checkNetworkInputs(given, problem);
  },
);

export type Inputs = InputsOf<typeof inputs>;
