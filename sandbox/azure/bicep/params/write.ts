import type { JsonValue } from '../../arm/template/json.ts';
import { expressionText } from '../emit/arm.ts';
import { Assignments } from './assignments.ts';
import type { Assigned } from './assignments.ts';
import type { Model } from '../model/model.ts';

function parameterJson(assigned: Assigned): object {
  switch (assigned.kind) {
    case 'value':
      return { value: assigned.value };
    case 'expression':
      return { expression: `[${expressionText(assigned.arm)}]` };
    case 'reference':
      return { reference: assigned.reference };
  }
}

/** The parameters document of a `.bicepparam` file. Throws EmitError where a value cannot be worked out. */
export function parametersOf(
  model: Model,
  overrides: Readonly<Record<string, JsonValue>>,
): Record<string, unknown> {
  const assignments = new Assignments(model, overrides);
  const parameters: Record<string, object> = {};
  for (const [name, assigned] of assignments.all()) parameters[name] = parameterJson(assigned);
  const externalInputDefinitions = assignments.inputs.json();
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
    contentVersion: '1.0.0.0',
    parameters,
    ...(externalInputDefinitions ? { externalInputDefinitions } : {}),
  };
}
