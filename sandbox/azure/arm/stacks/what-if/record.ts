import type { ArmErrorBody } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { isBusy, showDeny, systemData, type StackSettings, type StackState } from '../record.ts';

export const whatIfType = 'Microsoft.Resources/deploymentStacksWhatIfResults';

/** What a stack would do, kept until its retention ends. */
export interface WhatIfResult {
  id: string;
  name: string;
  settings: StackSettings;
  stackId: string;
  /** When the stack was changed last; undefined if there is none yet. */
  stackModified?: Date;
  /** ISO 8601, as it was given. */
  retention: string;
  expires: Date;
  state: StackState | 'initializing';
  correlationId: string;
  created: { by: string; at: Date };
  modified: { by: string; at: Date };
  operationId: string;
  /** Resource changes with what changes in each. */
  changes?: Json;
  diagnostics: Json[];
  error?: ArmErrorBody;
}

/**
 * A result as it is shown; a GET leaves out what changes inside of resources, the what-if action has it.
 * https://github.com/Azure/azure-rest-api-specs/tree/main/specification/resources/resource-manager/Microsoft.Resources/deploymentStacks/stable/2025-07-01/examples
 */
export function showResult(result: WhatIfResult, detailed: boolean): Json {
  const { id, name, settings, stackModified, changes, diagnostics, error } = result;
  const { location, tags, description } = settings;
  return {
    id,
    name,
    type: whatIfType,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    systemData: systemData(result),
    properties: {
      deploymentStackResourceId: result.stackId,
      ...(stackModified === undefined
        ? {}
        : { deploymentStackLastModified: stackModified.toISOString() }),
      retentionInterval: result.retention,
      correlationId: result.correlationId,
      deploymentScope: settings.deploymentScope.id,
      ...(description === undefined ? {} : { description }),
      parameters: settings.parameters,
      actionOnUnmanage: settings.actionOnUnmanage,
      denySettings: showDeny(settings.deny),
      provisioningState: result.state,
      ...(changes === undefined ? {} : { changes: detailed ? changes : brief(changes) }),
      ...(diagnostics.length === 0 ? {} : { diagnostics }),
      ...(error === undefined ? {} : { error }),
    },
  };
}

function brief(changes: Json): Json {
  const list = changes['resourceChanges'] as Json[];
  const resourceChanges = list.map((change) => {
    const { resourceConfigurationChanges: _changes, ...rest } = change;
    return rest;
  });
  return { ...changes, resourceChanges };
}

export function isRunning({ state }: WhatIfResult): boolean {
  return state === 'initializing' || isBusy({ state });
}
