import { pollHeaders, type Call } from '../call.ts';
import type { Operation } from '../operations.ts';
import type { DeploymentScope } from '../template/types.ts';
import { stackType } from './record.ts';

/** A stack's name with where it is. */
export interface Place {
  id: string;
  name: string;
  scope: DeploymentScope;
}

/** @throws ArmError AuthorizationFailed */
export function authorize(call: Call, verb: string, scope: string, type = stackType): void {
  call.manager.access.require(call.principal, `${type}/${verb}`, scope);
}

/** @throws ArmError for a subscription or group that is not there */
export function requireScope(
  call: Call,
  { subscriptionId = '', resourceGroup }: DeploymentScope,
): void {
  call.manager.subscriptions.require(subscriptionId);
  if (resourceGroup !== undefined) {
    call.manager.subscriptions.requireGroup(subscriptionId, resourceGroup);
  }
}

/** Where the outcome of an operation is to be had, once there is one. */
export function resultHeaders(call: Call, operation: Operation): Record<string, string> {
  return pollHeaders(call, operation, { location: true });
}
