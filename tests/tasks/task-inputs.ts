import assert from 'node:assert/strict';
import { readInputs, type InputSpec } from '../../tasks/lib/host/inputs.ts';
import { SpokelineError } from '../../tasks/lib/errors.ts';
import { fakePort } from '../support/host.ts';

export const id = '11111111-0000-4000-8000-000000000001';
/** What is said of inputs; empty when all are right. */
export function problems<I>(
  spec: InputSpec<I>,
  inputs: Record<string, string>,
  paths: Record<string, string> = {},
  subscriptionId = id,
): string[] {
  const port = fakePort({
    inputs: { azureSubscription: id, ...inputs },
    paths,
    endpoints: {
      [id]: {
        url: 'https://management.azure.com/',
        scheme: 'ServicePrincipal',
        parameters: { tenantid: id, serviceprincipalid: id, serviceprincipalkey: 'k' },
        data: { environment: 'AzureCloud', subscriptionId },
      },
    },
  });
  try {
    readInputs(spec, port);
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error.details.map((d) => d.message);
  }
  return [];
}
