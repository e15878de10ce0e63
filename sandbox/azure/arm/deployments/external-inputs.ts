import { ArmError, invalidContent } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { Context } from '../template/context.ts';
import { readDocument } from '../template/document.ts';
import type { JsonValue } from '../template/json.ts';
import { PartialEvaluation } from '../template/partial/partial-evaluation.ts';
import { EngineError } from '../template/plan.ts';
import type { DeploymentScope, TemplateHost } from '../template/types.ts';

/** The first version whose parameters may be expressions. */
export const externalInputsVersion = '2025-04-01';

const nothing = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  resources: [],
};

/** Parameters know nothing of where they go. */
function nowhere(scope: DeploymentScope, partial: PartialEvaluation): TemplateHost {
  const refuse = (): never => {
    throw new EngineError(
      'InvalidTemplate',
      'A parameter may not ask for the state of a resource.',
    );
  };
  return {
    scope,
    deployment: { name: '', id: '' },
    tenantId: '',
    now: new Date(0),
    newGuid: refuse,
    environment: {},
    resourceGroup: () => undefined,
    subscription: () => undefined,
    reference: refuse,
    listAction: refuse,
    partial,
  };
}

/**
 * The parameters of a request with their expressions computed from its `externalInputs`.
 * https://learn.microsoft.com/azure/templates/microsoft.resources/change-log/deployments
 * @throws ArmError for a definition without a value, a value without a definition, and what cannot be computed
 */
export function computedParameters(properties: Json, given: Json, scope: DeploymentScope): Json {
  const definitions = section(properties, 'externalInputDefinitions');
  const inputs = section(properties, 'externalInputs');
  for (const name of Object.keys(definitions)) {
    if (!Object.hasOwn(inputs, name)) {
      throw invalidContent(
        `The external input '${name}' has no value. Path 'properties.externalInputs'`,
      );
    }
  }
  const partial = new PartialEvaluation({
    externalinputs: ([name]) => {
      const input = inputs[String(name)];
      return isObject(input) && Object.hasOwn(definitions, String(name))
        ? (input['value'] as JsonValue)
        : undefined;
    },
  });
  const context = new Context(readDocument(nothing), {}, nowhere(scope, partial));
  return Object.fromEntries(
    Object.entries(given).map(([name, parameter]) => {
      if (!isObject(parameter) || typeof parameter['expression'] !== 'string') {
        return [name, parameter];
      }
      const value = evaluated(parameter['expression'], context, partial);
      if (partial.residues.isUnknown(value)) {
        throw invalidContent(
          `The expression of the parameter '${name}' asks for what is not given. Path 'properties.parameters.${name}'`,
        );
      }
      return [name, { value }];
    }),
  );
}

function evaluated(expression: string, context: Context, partial: PartialEvaluation): JsonValue {
  try {
    return partial.evaluate(context.parse(expression), context.frame('parameter'));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new ArmError(400, error.code, error.message);
  }
}

function section(properties: Json, name: string): Json {
  const found = properties[name] ?? {};
  if (isObject(found)) return found;
  throw invalidContent(`Error converting value to an object. Path 'properties.${name}'`);
}
