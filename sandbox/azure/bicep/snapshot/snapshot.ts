import { Context } from '../../arm/template/context.ts';
import { readDocument } from '../../arm/template/document.ts';
import { deepEqual, isObject } from '../../arm/template/json.ts';
import type { JsonObject, JsonValue } from '../../arm/template/json.ts';
import { EngineError } from '../../arm/template/plan.ts';
import type { DeploymentScope } from '../../arm/template/types.ts';
import { predict } from './predict.ts';
import { World } from './world.ts';
import type { ExternalInputValue, SnapshotMetadata } from './world.ts';

/** What a deployment would make, as `bicep snapshot` writes it. */
export interface Snapshot {
  predictedResources: JsonValue[];
  diagnostics: string[];
  outputs: Record<string, JsonValue>;
}

interface ParametersFile {
  parameters?: Record<string, JsonObject>;
  externalInputDefinitions?: Record<string, { kind: string; config?: JsonValue }>;
}

const EMPTY = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  resources: [],
};

function checkMetadata(kind: DeploymentScope['kind'], metadata: SnapshotMetadata): void {
  const refuse = (what: string): never => {
    const scope = kind.charAt(0).toUpperCase() + kind.slice(1);
    throw new Error(`${what} cannot be specified for a template of scope ${scope}`);
  };
  const { subscriptionId, resourceGroup, managementGroupId } = metadata;
  if (subscriptionId !== undefined && kind !== 'subscription' && kind !== 'resourceGroup') {
    refuse('Subscription ID');
  }
  if (resourceGroup !== undefined && kind !== 'resourceGroup') refuse('Resource group name');
  if (managementGroupId !== undefined && kind !== 'managementGroup') refuse('Management group ID');
}

/** External inputs that are given are put in; the others stay in the expression. */
function given(
  world: World,
  file: ParametersFile,
  inputs: readonly ExternalInputValue[],
): Record<string, unknown> {
  for (const [name, { kind, config }] of Object.entries(file.externalInputDefinitions ?? {})) {
    const fits = (input: ExternalInputValue): boolean =>
      input.kind === kind && deepEqual(input.config ?? null, config ?? null);
    const input = inputs.find(fits);
    if (input !== undefined) world.inputs.set(name, input.value);
  }
  const host = world.host(world.scope('tenant'), '', '', false);
  const context = new Context(readDocument(EMPTY), {}, host);
  const evaluated = Object.entries(file.parameters ?? {}).map(([name, parameter]) => {
    const { expression } = parameter;
    if (typeof expression !== 'string') return [name, parameter] as const;
    const value = world.partial.evaluate(context.parse(expression), context.frame('parameter'));
    return [name, { value }] as const;
  });
  return world.givenParameters(Object.fromEntries(evaluated));
}

/**
 * Predicts what a template and its parameters would make, with expressions where the answer is not known yet.
 * Shape: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-cli#snapshot
 * Throws Error for what no deployment would take.
 */
export function snapshotOf(
  template: object,
  parameters: object,
  metadata: SnapshotMetadata,
  inputs: readonly ExternalInputValue[],
): Snapshot {
  const world = new World(metadata);
  try {
    const kind = readDocument(template).scopeKind;
    checkMetadata(kind, metadata);
    const found = predict(world, kind, template, given(world, parameters, inputs));
    return {
      predictedResources: found.resources,
      diagnostics: found.diagnostics.map(
        ({ target, level, code, message }) => `${target} ${level} ${code}: ${message}`,
      ),
      outputs: found.outputs,
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new Error(
      `Template snapshotting could not be completed for the following reason: '${error.message}'.`,
      { cause: error },
    );
  }
}

/** Metadata as a client sends it: nulls are members that are not there. @throws Error for anything but texts */
export function readMetadata(value: unknown): SnapshotMetadata {
  const members = isObject(value) ? Object.entries(value) : [];
  const known = members.filter(([, member]) => member !== null);
  for (const [name, member] of known) {
    if (typeof member !== 'string') throw new Error(`The metadata "${name}" must be a string.`);
  }
  return Object.fromEntries(known) as SnapshotMetadata;
}
