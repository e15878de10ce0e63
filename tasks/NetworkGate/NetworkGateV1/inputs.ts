import {
  choice,
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
    delay: seconds({ default: 0, min: 0, max: 86_400 }),
    interval: seconds({ default: 15, min: 1, max: 3600 }),
    minimumSuccessDuration: seconds({ default: 0, min: 0, max: 86_400 }),
    timeout: seconds({ default: 300, min: 0, max: 86_400 }),
    onUnknown: choice(['fail', 'pass'], { default: 'fail' }),
    concurrency: integer({ default: 16, min: 1, max: 256 }),
    resultsFolder: path(),
  },
  (given, problem) => {
    if (given.topology === undefined) {
      if (given.gates === undefined) problem('gates', 'is needed without a topology');
      if (given.stamp !== 'all') problem('stamp', 'names a stamp of a topology, and none is given');
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

export type Inputs = InputsOf<typeof inputs>;
