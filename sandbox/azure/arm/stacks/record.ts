import type { ArmErrorBody } from '../errors.ts';
import type { Json } from '../json.ts';
import type { DeploymentScope } from '../template/types.ts';

export const stackType = 'Microsoft.Resources/deploymentStacks';

/** https://learn.microsoft.com/rest/api/resources/deployment-stacks#deploymentstackprovisioningstate */
export type StackState =
  | 'creating'
  | 'validating'
  | 'deploying'
  | 'updatingDenyAssignments'
  | 'deletingResources'
  | 'deleting'
  | 'succeeded'
  | 'failed'
  | 'canceled';

export type DenyMode = 'none' | 'denyDelete' | 'denyWriteAndDelete';

/** Who may still touch what a stack manages. */
export interface DenySettings {
  mode: DenyMode;
  /** Object ids. */
  excludedPrincipals: string[];
  excludedActions: string[];
  applyToChildScopes: boolean;
}

/** What becomes of a resource that a stack manages no longer. */
export interface UnmanageActions {
  resources: 'delete' | 'detach';
  resourceGroups: 'delete' | 'detach';
}

export interface ResourceReference {
  id: string;
  type: string;
  apiVersion: string;
}

export interface ManagedResource extends ResourceReference {
  status: 'managed' | 'deleteFailed';
  /** `inapplicable`: it lies outside the scope of the stack. */
  denyStatus: DenyMode | 'inapplicable';
}

export interface FailedResource extends ResourceReference {
  error: ArmErrorBody;
}

/** What a request says of a stack. */
export interface StackSettings {
  template: unknown;
  /** As given: `{ name: { value } }`. */
  parameters: Json;
  /** Where the stack's deployment runs: the stack's own scope, or one below. */
  deploymentScope: DeploymentScope;
  location?: string;
  tags?: Record<string, string>;
  description?: string;
  unmanage: UnmanageActions;
  /** As it was given, to be shown. */
  actionOnUnmanage: Json;
  deny: DenySettings;
}

/** One stack; a PUT changes it in place. */
export interface Stack extends StackSettings {
  id: string;
  name: string;
  scope: DeploymentScope;
  state: StackState;
  correlationId: string;
  /** Client id and time of the first and the last write. */
  created: { by: string; at: Date };
  modified: { by: string; at: Date };
  operationId: string;
  deploymentId?: string;
  shownParameters: Json;
  outputs?: Json;
  resources: ManagedResource[];
  detached: ResourceReference[];
  deleted: ResourceReference[];
  failed: FailedResource[];
  error?: ArmErrorBody;
  duration?: string;
}

const terminal: readonly StackState[] = ['succeeded', 'failed', 'canceled'];

export function isBusy({ state }: Pick<Stack, 'state'>): boolean {
  return !terminal.includes(state);
}

/** Deny settings as they are shown. */
export function showDeny({ mode, ...rest }: DenySettings): Json {
  return { mode, ...rest };
}

/** Who wrote something when, as `systemData` shows it. */
export function systemData({ created, modified }: Pick<Stack, 'created' | 'modified'>): Json {
  return {
    createdBy: created.by,
    createdByType: 'Application',
    createdAt: created.at.toISOString(),
    lastModifiedBy: modified.by,
    lastModifiedByType: 'Application',
    lastModifiedAt: modified.at.toISOString(),
  };
}

/** Versions up to 2024-03-01 name resources by their ids alone. */
export function showReference({ id, type, apiVersion }: ResourceReference, version: string): Json {
  return version < '2025-07-01' ? { id } : { id, type, apiVersion };
}

/** A stack as a GET shows it. https://learn.microsoft.com/rest/api/resources/deployment-stacks */
export function showStack(stack: Stack, version: string): Json {
  const { id, name, location, tags, description, deploymentId, outputs, error, duration } = stack;
  const references = (list: readonly ResourceReference[]): Json[] =>
    list.map((reference) => showReference(reference, version));
  return {
    id,
    name,
    type: stackType,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    systemData: systemData(stack),
    properties: {
      ...(deploymentId === undefined ? {} : { deploymentId }),
      deploymentScope: stack.deploymentScope.id,
      ...(description === undefined ? {} : { description }),
      actionOnUnmanage: stack.actionOnUnmanage,
      denySettings: showDeny(stack.deny),
      parameters: stack.shownParameters,
      provisioningState: stack.state,
      correlationId: stack.correlationId,
      resources: stack.resources.map((managed) => ({
        ...showReference(managed, version),
        status: managed.status,
        denyStatus: managed.denyStatus,
      })),
      detachedResources: references(stack.detached),
      deletedResources: references(stack.deleted),
      failedResources: stack.failed.map((failed) => ({
        ...showReference(failed, version),
        error: failed.error,
      })),
      ...(outputs === undefined ? {} : { outputs }),
      ...(duration === undefined ? {} : { duration }),
      ...(error === undefined ? {} : { error }),
    },
  };
}
