import {
  choice,
  connection,
  defineInputs,
  document,
  integer,
  list,
  path,
  paths,
  seconds,
  text,
} from '../../lib/host/inputs.ts';
import type { InputsOf } from '../../lib/host/inputs.ts';
import { checkNetworkInputs } from '../../lib/topology/network-inputs.ts';

export const inputs = defineInputs(
  {
    topology: path(),
    overlays: paths(),
    gates: path(),
    stamp: text({ default: 'all' }),
    azureSubscription: connection(),
    hubConnection: connection(),
    networks: list(),
    resolvers: list(),
    evidence: choice(['live', 'state', 'template'], { default: 'live' }),
    templates: paths(),
    parametersFile: path(),
    parameters: document(),
    baseline: path(),
    bicepPath: path(),
    serviceTags: path(),
    derive: choice(['auto', 'always', 'never'], { default: 'auto' }),
    clientCertificate: path(),
    delay: seconds({ default: 0, min: 0, max: 86_400 }),
    interval: seconds({ default: 15, min: 1, max: 3600 }),
    minimumSuccessDuration: seconds({ default: 0, min: 0, max: 86_400 }),
    timeout: seconds({ default: 300, min: 0, max: 86_400 }),
    onUnknown: choice(['fail', 'pass'], { default: 'fail' }),
    passes: integer({ default: 1, min: 1, max: 100 }),
    window: integer({ default: 1, min: 1, max: 100 }),
    concurrency: integer({ default: 64, min: 1, max: 256 }),
    resultsFolder: path(),
  },
  (given, problem) => {
    checkEvidence(given, problem);
    if (given.topology === undefined) {
      if (given.gates === undefined) problem('gates', 'is needed without a topology');
      if (given.serviceTags !== undefined) problem('serviceTags', 'is only for a topology');
      if (given.stamp !== 'all') problem('stamp', 'names a stamp of a topology, and none is given');
    }
    if (given.derive === 'always') {
      const missing = ['topology', 'azureSubscription'] as const;
      for (const name of missing.filter((one) => given[one] === undefined)) {
        problem(name, 'is needed when derive is always');
      }
    }
    if (given.passes > given.window) {
      problem('passes', `is ${given.passes}, more than the ${given.window} rounds of window`);
    } else if ((given.passes - 1) * given.interval > given.timeout) {
      problem(
        'passes',
        `is ${given.passes}; so many rounds ${given.interval} s apart do not fit into the timeout of ${given.timeout} s`,
      );
    }
    checkNetworkInputs(given, problem);
    if (given.minimumSuccessDuration > given.timeout) {
      problem(
        'minimumSuccessDuration',
        `is ${given.minimumSuccessDuration} s, more than the timeout of ${given.timeout} s`,
      );
    }
  },
);

/** State and templates are read as a topology names them, and only templates have parameters. */
function checkEvidence(
  given: {
    readonly evidence: string;
    readonly topology: string | undefined;
    readonly templates: readonly string[];
    readonly azureSubscription: unknown;
    readonly hubConnection: unknown;
  } & Partial<Record<(typeof ofTemplates)[number], unknown>>,
  problem: (
    input: 'topology' | 'templates' | 'azureSubscription' | (typeof ofTemplates)[number],
    text: string,
  ) => void,
): void {
  const { evidence } = given;
  if (evidence !== 'live' && given.topology === undefined) {
    problem('topology', `is needed when evidence is ${evidence}`);
  }
  if (evidence === 'template') {
    if (given.templates.length === 0) problem('templates', 'is needed when evidence is template');
    return;
  }
  if (
    evidence === 'state' &&
    given.azureSubscription === undefined &&
    given.hubConnection === undefined
  ) {
    problem('azureSubscription', 'or hubConnection is needed when evidence is state');
  }
  if (given.templates.length > 0) problem('templates', `is not for evidence ${evidence}`);
  for (const name of ofTemplates) {
    if (given[name] !== undefined) problem(name, 'is only for evidence template');
  }
}

const ofTemplates = ['parametersFile', 'parameters', 'baseline', 'bicepPath'] as const;

export type Inputs = InputsOf<typeof inputs>;
