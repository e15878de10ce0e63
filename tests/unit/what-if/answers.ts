import { assess } from '../../../tasks/lib/deploy/what-if/assess.ts';
import { readPrediction } from '../../../tasks/lib/deploy/what-if/read-prediction.ts';
import type { IgnoreRule } from '../../../tasks/lib/deploy/what-if/rules.ts';
import { hiderOf } from '../../../tasks/lib/deploy/what-if/secrets.ts';

const group = '/subscriptions/s/resourceGroups/rg';
export const idOf = (type: string, name: string) => `${group}/providers/${type}/${name}`;

/** What becomes of an answer of Azure with these changes. */
export function assessed(
  changes: readonly unknown[],
  more: {
    potential?: unknown[];
    diagnostics?: unknown[];
    rules?: IgnoreRule[];
    noise?: boolean;
  } = {},
) {
  const body = {
    status: 'Succeeded',
    properties: {
      changes,
      potentialChanges: more.potential ?? [],
      diagnostics: more.diagnostics ?? [],
    },
  };
  return assess(readPrediction(body, hiderOf([])), {
    rules: more.rules ?? [],
    ignoreKnownNoise: more.noise ?? true,
  });
}

export const modified = (type: string, ...delta: unknown[]) => ({
  resourceId: idOf(type, 'x'),
  changeType: 'Modify',
  delta,
});
export const change = (
  path: string,
  propertyChangeType: string,
  before?: unknown,
  after?: unknown,
) => ({
  path,
  propertyChangeType,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});
export const subnet = { name: 'app', properties: { addressPrefix: '10.0.0.0/24' } };
export const removedSubnet = {
  path: 'properties.subnets',
  propertyChangeType: 'Array',
  children: [change('1', 'Delete', subnet)],
};
export const network = 'Microsoft.Network/virtualNetworks';
export const account = 'Microsoft.Storage/storageAccounts';
