import { readFault } from '../causes.ts';
import type { ArmFault, Content, DeploymentState } from '../port.ts';
import { asObject, listOf, textOf } from '../../net/json-value.ts';

/**
 * A deployment stack: a deployment that remembers its resources, so that it knows which of them its template
 * names no longer.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/deployment-stacks
 */

/** What becomes of what the template names no longer; groups are deleted by `deleteAll` only. */
export type OnUnmanage = 'detachAll' | 'deleteResources' | 'deleteAll';

/** What others than the excluded ones may not do with the resources of a stack. */
export type DenyMode = 'none' | 'denyDelete' | 'denyWriteAndDelete';

export interface StackSettings {
  readonly onUnmanage: OnUnmanage;
  readonly deny: {
    readonly mode: DenyMode;
    /** Object ids. */
    readonly excludedPrincipals: readonly string[];
    readonly excludedActions: readonly string[];
    readonly applyToChildScopes: boolean;
  };
}

/** A stack as it is or has become. */
export interface StackView {
  readonly deployment: DeploymentState;
  /** `deploying`, `deletingResources`, ... or an end, in lower case. */
  readonly stage: string;
  /** Of its last deployment; before that has begun, of the one before. */
  readonly deploymentId: string | undefined;
  readonly managed: readonly string[];
  readonly detached: readonly string[];
  readonly deleted: readonly string[];
  readonly failed: readonly { readonly id: string; readonly fault: ArmFault }[];
}

/** What is deleted and what is left, in the words of Azure. */
export function unmanageActions(on: OnUnmanage) {
  return {
    resources: on === 'detachAll' ? 'detach' : 'delete',
    resourceGroups: on === 'deleteAll' ? 'delete' : 'detach',
    managementGroups: 'detach',
  } as const;
}

/** The body that makes, changes, validates or predicts a stack. */
export function stackBody(
  { location, tags, template, parameters }: Content,
  { onUnmanage, deny }: StackSettings,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    ...(location === undefined ? {} : { location }),
    tags,
    properties: {
      template,
      parameters,
      actionOnUnmanage: unmanageActions(onUnmanage),
      denySettings: deny,
      ...more,
    },
  };
}

const ends: Readonly<Record<string, string>> = {
  succeeded: 'Succeeded',
  failed: 'Failed',
  canceled: 'Canceled',
};

/** Reads a stack as Azure shows it; undefined for anything else. */
export function readStack(body: unknown): StackView | undefined {
  const resource = asObject(body);
  const properties = asObject(resource['properties']);
  const { id } = resource;
  const state = textOf(properties['provisioningState']);
  if (typeof id !== 'string' || state === undefined) return undefined;
  const stage = state.toLowerCase();
  const failed = failuresOf(properties['failedResources']);
  const outputs: Record<string, { type: string; value?: unknown }> = {};
  for (const [name, given] of Object.entries(asObject(properties['outputs']))) {
    const output = asObject(given);
    const value = 'value' in output ? { value: output['value'] } : {};
    outputs[name] = { type: textOf(output['type']) ?? '', ...value };
  }
  const tags = Object.entries(asObject(resource['tags'])).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    deployment: {
      id,
      state: ends[stage] ?? state,
      correlationId: textOf(properties['correlationId']),
      tags: Object.fromEntries(tags),
      outputs,
      fault: faultOf(properties['error'], failed),
    },
    stage,
    deploymentId: textOf(properties['deploymentId']),
    managed: idsOf(properties['resources']),
    detached: idsOf(properties['detachedResources']),
    deleted: idsOf(properties['deletedResources']),
    failed,
  };
}

/** The stack's own error only points at its list of failed resources. */
function faultOf(error: unknown, failed: StackView['failed']): ArmFault | undefined {
  const fault = readFault(error);
  if (fault === undefined || failed.length === 0) return fault;
  return { ...fault, details: failed.map(({ id, fault: own }) => ({ ...own, target: id })) };
}

function failuresOf(list: unknown): StackView['failed'] {
  return listOf(list).flatMap((entry) => {
    const fault = readFault(entry['error']);
    const { id } = entry;
    return typeof id === 'string' && fault !== undefined ? [{ id, fault }] : [];
  });
}

function idsOf(list: unknown): string[] {
  return listOf(list).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
}
