import { isParamsFile } from '../../lib/bicep/params-file.ts';
import {
  locationName,
  managementGroupName,
  resourceGroupName,
  subscriptionId,
} from '../../lib/host/azure-names.ts';
import {
  choice,
  connection,
  defineInputs,
  document,
  environmentVariables,
  entries,
  flag,
  integer,
  list,
  path,
  paths,
  seconds,
  text,
  type InputsOf,
} from '../../lib/host/inputs.ts';
import { checkDelete, checkScope, checkStack, checkStamps, checkWhatIf } from './input-checks.ts';

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
    action: choice(['plan', 'validate', 'what-if', 'create', 'delete'], {
      default: 'create',
    }),
    kind: choice(['deployment', 'stack'], { default: 'deployment' }),
    template: path(),
    parametersFile: path(),
    parameters: document({ exact: true }),
    environmentVariables: environmentVariables(),
    externalInputs: document({ exact: true }),
    topology: path(),
    overlays: paths(),
    target: choice(['resourceGroup', 'stamp', 'hub', 'subscription', 'managementGroup', 'tenant'], {
      default: 'resourceGroup',
    }),
    stamp: text(),
    stamps: list(),
    concurrency: integer({ default: 4, min: 1, max: 32 }),
    resourceGroup: text({ pattern: resourceGroupName }),
    subscription: text({ pattern: subscriptionId }),
    managementGroup: text({ pattern: managementGroupName }),
    location: text({ pattern: locationName }),
    failOn: choice(['none', 'delete', 'deleteOrReplace', 'change'], { default: 'none' }),
    ignoreChanges: entries(),
    ignoreKnownNoise: flag({ default: true }),
    whatIfFile: path(),
    deleteWhat: choice(['nothing', 'deployment', 'resourceGroup'], { default: 'deployment' }),
    trafficState: choice(['unknown', 'on', 'off'], { default: 'unknown' }),
    onUnmanage: choice(['detachAll', 'deleteResources', 'deleteAll'], { default: 'detachAll' }),
    denyMode: choice(['none', 'denyDelete', 'denyWriteAndDelete'], { default: 'none' }),
    denyExcludedPrincipals: list(),
    denyExcludedActions: list(),
    denyChildScopes: flag({ default: false }),
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
    if (given.action === 'plan') {
      if (given.topology === undefined) problem('topology', 'is needed when action is plan');
      return;
    }
    checkWhatIf(given, problem);
    checkStamps(given, problem);
    checkStack(given, problem);
    if (given.action === 'delete') checkDelete(given, problem);
    else if (given.template === undefined && !isParamsFile(given.parametersFile)) {
      problem('template', `is needed when action is ${given.action}`);
    }
    checkScope(given, problem);
  },
);

export type Inputs = InputsOf<typeof inputs>;
