import { isParamsFile } from '../../lib/bicep/params-file.ts';
import { resourceGroupName, subscriptionId } from '../../lib/host/azure-names.ts';
import {
  choice,
  connection,
  defineInputs,
  document,
  environmentVariables,
  flag,
  integer,
  list,
  path,
  paths,
  seconds,
  text,
  type InputsOf,
} from '../../lib/host/inputs.ts';

const deploymentName = {
  expression: /^[A-Za-z0-9_.()-]{1,64}$/,
  allowed: 'at most 64 letters, digits, and _ - . ( )',
};
const checksum = {
  expression: /^[0-9a-f]{64}$/i,
  allowed: 'a SHA-256 of 64 hexadecimal digits',
};
const version = { expression: /^\d+\.\d+\.\d+$/, allowed: 'a version such as 0.36.1' };

export const inputs = defineInputs(
  {
    azureSubscription: connection({ required: true }),
    action: choice(['plan', 'validate', 'create'], { default: 'create' }),
    template: path(),
    parametersFile: path(),
    parameters: document(),
    environmentVariables: environmentVariables(),
    externalInputs: document(),
    topology: path(),
    overlays: paths(),
    target: choice(['resourceGroup', 'stamp', 'hub'], { default: 'resourceGroup' }),
    stamp: text(),
    stamps: list(),
    concurrency: integer({ default: 4, min: 1, max: 32 }),
    resourceGroup: text({ pattern: resourceGroupName }),
    subscription: text({ pattern: subscriptionId }),
    deploymentName: text({ pattern: deploymentName }),
    bicepPath: path(),
    bicepDownload: flag({ default: false }),
    bicepVersion: text({ pattern: version }),
    bicepChecksum: text({ pattern: checksum }),
    whenActive: choice(['fail', 'wait'], { default: 'fail' }),
    cancelDeployment: flag({ default: true }),
    timeout: seconds({ default: 3600, min: 1, max: 86400 }),
  },
  (given, problem) => {
    if (given.overlays.length > 0 && given.topology === undefined) {
      problem('overlays', 'changes a topology, but the input "topology" is missing');
    }
    if (given.stamps.length > 0 && given.target !== 'stamp' && given.action !== 'plan') {
      problem('stamps', 'selects stamps of the topology; allowed only when target is stamp');
    }
    if (given.action === 'plan') {
      if (given.topology === undefined) problem('topology', 'is needed when action is plan');
      return;
    }
    if (given.template === undefined && !isParamsFile(given.parametersFile))
      problem('template', `is needed when action is ${given.action}`);
    if (given.target === 'resourceGroup') {
      if (given.resourceGroup === undefined) {
        problem('resourceGroup', 'is needed when target is resourceGroup');
      }
      if (
        given.subscription === undefined &&
        given.azureSubscription.subscriptionId === undefined
      ) {
        problem('subscription', 'is needed, for the service connection has no subscription');
      }
      return;
    }
    if (given.topology === undefined)
      problem('topology', `is needed when target is ${given.target}`);
    if (given.target !== 'stamp') return;
    if (given.stamp === undefined && given.stamps.length === 0) {
      problem('stamp', 'is needed when target is stamp');
    }
    if (given.stamp !== undefined && given.stamps.length > 0) {
      problem('stamps', 'is given, and so is the input "stamp"; allowed: one of the two');
    }
  },
);

export type Inputs = InputsOf<typeof inputs>;
