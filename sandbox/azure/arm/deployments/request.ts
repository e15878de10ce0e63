import type { Call } from '../call.ts';
import { ArmError, invalidContent } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { checkLocation } from '../locations.ts';
import { readTags } from '../subscriptions.ts';
import type { DeploymentRequest } from './deployments.ts';
import { computedParameters, externalInputsVersion } from './external-inputs.ts';
import { scopeOf } from './host.ts';
import { readMode } from './preflight.ts';
import { deploymentType } from './record.ts';

const deploymentMembers = ['location', 'tags', 'properties', 'id', 'name', 'type', 'scope'];
const propertyMembers = [
  'template',
  'templateLink',
  'parameters',
  'parametersLink',
  'mode',
  'debugSetting',
  'onErrorDeployment',
  'expressionEvaluationOptions',
  'validationLevel',
  'extensionConfigs',
];
const laterPropertyMembers = [...propertyMembers, 'externalInputs', 'externalInputDefinitions'];
const unsupported = ['templateLink', 'parametersLink', 'onErrorDeployment', 'extensionConfigs'];

function members(value: Json, known: readonly string[], path: string): Json {
  const result: Json = {};
  for (const [key, item] of Object.entries(value)) {
    const name = known.find((member) => member.toLowerCase() === key.toLowerCase());
    if (name === undefined) {
      throw invalidContent(
        `Could not find member '${key}' on object of type 'DeploymentDefinition'. Path '${path}${key}'`,
      );
    }
    if (item === null || item === undefined) continue;
    if (unsupported.includes(name)) {
      throw new ArmError(
        400,
        'DeploymentPropertyNotSupported',
        `The deployment property '${path}${name}' is not supported by the sandbox.`,
        { target: `${path}${name}` },
      );
    }
    result[name] = item;
  }
  return result;
}

/**
 * The body of a PUT or validate, with its envelope checked.
 * @throws ArmError for what is unknown, missing, or not supported here, by name
 */
export function readRequest(call: Call, id: string, name: string): DeploymentRequest {
  if (!/^[-\w._()]{1,64}$/.test(name)) {
    throw new ArmError(
      400,
      'InvalidDeploymentName',
      `The provided deployment name '${name}' is invalid. It has 1 to 64 letters, digits, '-', '.', '_', '(' or ')'.`,
    );
  }
  if (!isObject(call.body))
    throw invalidContent("Required property 'properties' not found in JSON. Path ''");
  const body = members(call.body, deploymentMembers, '');
  if (!isObject(body['properties'])) {
    throw invalidContent("Required property 'properties' not found in JSON. Path ''");
  }
  const takesInputs = call.apiVersion >= externalInputsVersion;
  const known = takesInputs ? laterPropertyMembers : propertyMembers;
  const properties = members(body['properties'], known, 'properties.');
  if (properties['template'] === undefined) {
    throw new ArmError(
      400,
      'InvalidTemplate',
      'Deployment template validation failed: the template is missing.',
    );
  }
  const scope = scopeOf(call.manager, id);
  const mode = readMode(properties['mode'], scope.kind);
  const location =
    scope.kind === 'subscription'
      ? checkLocation(body['location'], 'regional', deploymentType)
      : undefined;
  if (scope.kind === 'resourceGroup' && body['location'] !== undefined) {
    throw new ArmError(
      400,
      'InvalidDeployment',
      `The 'location' property is not allowed for '${name}' at resource group scope. Please see ` +
        'https://aka.ms/deploy-to-subscription for usage details.',
    );
  }
  const parameters = properties['parameters'] ?? {};
  if (!isObject(parameters))
    throw invalidContent("Error converting value to an object. Path 'properties.parameters'");
  const tags = readTags(body['tags']);
  return {
    id,
    name,
    scope,
    mode,
    template: properties['template'],
    parameters: takesInputs ? computedParameters(properties, parameters, scope) : parameters,
    principal: call.principal,
    apiVersion: call.apiVersion,
    correlationId: call.correlationId,
    base: call.base,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
  };
}
