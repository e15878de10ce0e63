import type { Call } from '../call.ts';
import { scopeOf } from '../deployments/host.ts';
import { ArmError, invalidContent } from '../errors.ts';
import { isWithin } from '../ids.ts';
import { asTexts, isObject, type Json } from '../json.ts';
import { checkLocation } from '../locations.ts';
import { readTags } from '../subscriptions.ts';
import type { DeploymentScope } from '../template/types.ts';
import {
  stackType,
  type DenyMode,
  type DenySettings,
  type StackSettings,
  type UnmanageActions,
} from './record.ts';

const envelopeMembers = ['location', 'tags', 'properties', 'id', 'name', 'type', 'systemData'];

/** What a stack's request may say; the other members are only shown. */
export const settingMembers: readonly string[] = [
  'template',
  'templateLink',
  'parameters',
  'parametersLink',
  'actionOnUnmanage',
  'debugSetting',
  'bypassStackOutOfSyncError',
  'deploymentScope',
  'description',
  'denySettings',
  'validationLevel',
  'extensionConfigs',
  'externalInputs',
  'externalInputDefinitions',
];

/** Only the service writes them; clients send them back as they got them. */
const readOnlyMembers = [
  'provisioningState',
  'correlationId',
  'detachedResources',
  'deletedResources',
  'failedResources',
  'resources',
  'deploymentExtensions',
  'deploymentId',
  'outputs',
  'duration',
  'error',
];

const unsupported = [
  'templateLink',
  'parametersLink',
  'extensionConfigs',
  'externalInputs',
  'externalInputDefinitions',
];

/** Members in their documented spelling. @throws ArmError for those that are not known */
export function members(
  value: Json,
  known: readonly string[],
  path: string,
  what = 'DeploymentStack',
): Json {
  const result: Json = {};
  for (const [key, item] of Object.entries(value)) {
    const name = known.find((member) => member.toLowerCase() === key.toLowerCase());
    if (name === undefined) {
      throw invalidContent(
        `Could not find member '${key}' on object of type '${what}'. Path '${path}${key}'`,
      );
    }
    if (item === null || item === undefined) continue;
    if (unsupported.includes(name)) {
      throw new ArmError(
        400,
        'DeploymentStackPropertyNotSupported',
        `The deployment stack property '${path}${name}' is not supported by the sandbox.`,
        { target: `${path}${name}` },
      );
    }
    result[name] = item;
  }
  return result;
}

/** One of the words of a setting, without regard to case. @throws ArmError */
function word<T extends string>(value: unknown, known: readonly T[], path: string): T {
  const found = known.find((item) => item.toLowerCase() === String(value).toLowerCase());
  if (found !== undefined) return found;
  throw invalidContent(
    `Error converting value ${JSON.stringify(value) ?? 'undefined'} to type 'String': known are '${known.join(', ')}'. Path '${path}'`,
  );
}

const actions = ['delete', 'detach'] as const;

function objectAt(properties: Json, name: string): Json {
  const value = properties[name];
  if (isObject(value)) return value;
  throw invalidContent(`Required property '${name}' not found in JSON. Path 'properties'`);
}

function readUnmanage(given: Json): UnmanageActions {
  const path = 'properties.actionOnUnmanage.';
  const known = members(
    given,
    ['resources', 'resourceGroups', 'managementGroups', 'resourcesWithoutDeleteSupport'],
    path,
    'ActionOnUnmanage',
  );
  return {
    resources: word(known['resources'], actions, `${path}resources`),
    resourceGroups: word(known['resourceGroups'] ?? 'detach', actions, `${path}resourceGroups`),
  };
}

function readDeny(given: Json): DenySettings {
  const path = 'properties.denySettings.';
  const known = members(
    given,
    ['mode', 'excludedPrincipals', 'excludedActions', 'applyToChildScopes'],
    path,
    'DenySettings',
  );
  const modes: readonly DenyMode[] = ['none', 'denyDelete', 'denyWriteAndDelete'];
  const settings: DenySettings = {
    mode: word(known['mode'], modes, `${path}mode`),
    excludedPrincipals: asTexts(known['excludedPrincipals']),
    excludedActions: asTexts(known['excludedActions']),
    applyToChildScopes: known['applyToChildScopes'] === true,
  };
  const limits = { excludedPrincipals: 5, excludedActions: 200 };
  for (const [name, limit] of Object.entries(limits)) {
    const { length } = settings[name as keyof typeof limits];
    if (length > limit) {
      throw invalid(
        `The deny settings have ${String(length)} ${name}; up to ${String(limit)} are permitted.`,
      );
    }
  }
  return settings;
}

function invalid(message: string): ArmError {
  return new ArmError(400, 'DeploymentStackInvalidDeploymentStackDefinition', message);
}

function readScope(call: Call, given: unknown, own: DeploymentScope): DeploymentScope {
  if (given === undefined) return own;
  if (typeof given !== 'string' || !isWithin(given, own.id)) {
    throw invalid(
      `The deployment scope '${String(given)}' is not valid: it must be the scope of the stack, '${own.id}', or lie below it.`,
    );
  }
  const scope = scopeOf(call.manager, `${given}/providers/${stackType}`);
  if (scope.resourceGroup !== undefined && scope.subscriptionId !== undefined) {
    call.manager.subscriptions.requireGroup(scope.subscriptionId, scope.resourceGroup);
  }
  return scope;
}

/** Name and body of a request for a stack or for its what-if. @throws ArmError */
export function readEnvelope(call: Call, name: string, known: readonly string[]): Json {
  if (!/^[-\w._()]{1,90}$/.test(name)) {
    throw new ArmError(
      400,
      'InvalidDeploymentStackName',
      `The provided deployment stack name '${name}' is invalid. It has 1 to 90 letters, digits, '-', '.', '_', '(' or ')'.`,
    );
  }
  const missing = "Required property 'properties' not found in JSON. Path ''";
  if (!isObject(call.body)) throw invalidContent(missing);
  const body = members(call.body, envelopeMembers, '');
  if (!isObject(body['properties'])) throw invalidContent(missing);
  const properties = members(
    body['properties'],
    [...known, ...settingMembers, ...readOnlyMembers],
    'properties.',
  );
  return { ...body, properties };
}

/**
 * What a request says of a stack at `scope`, its envelope checked.
 * @throws ArmError for what is unknown, missing, or not supported here, by name
 */
export function readSettings(call: Call, body: Json, scope: DeploymentScope): StackSettings {
  const properties = body['properties'] as Json;
  const actionOnUnmanage = objectAt(properties, 'actionOnUnmanage');
  const { description } = properties;
  const parameters = properties['parameters'] ?? {};
  if (!isObject(parameters)) {
    throw invalidContent("Error converting value to an object. Path 'properties.parameters'");
  }
  if (properties['template'] === undefined) {
    throw invalid('The template of the deployment stack is missing.');
  }
  if (typeof description === 'string' && description.length > 4096) {
    throw invalid('The description of the deployment stack has more than 4096 characters.');
  }
  const group = call.manager.store.get(scope.id);
  const location =
    scope.kind === 'subscription' || body['location'] !== undefined
      ? checkLocation(body['location'], 'regional', stackType)
      : group?.location;
  const tags = readTags(body['tags']);
  return {
    template: properties['template'],
    parameters,
    deploymentScope: readScope(call, properties['deploymentScope'], scope),
    unmanage: readUnmanage(actionOnUnmanage),
    actionOnUnmanage,
    deny: readDeny(objectAt(properties, 'denySettings')),
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    ...(typeof description === 'string' ? { description } : {}),
  };
}

/** What a DELETE says: without a word everything is detached. */
export function readDeleteActions(query: URLSearchParams): UnmanageActions {
  const given = (name: string): 'delete' | 'detach' => {
    const key = `unmanageAction.${name}`;
    const found = [...query].find(([other]) => other.toLowerCase() === key.toLowerCase());
    return word(found?.[1] ?? 'detach', actions, key);
  };
  return { resources: given('Resources'), resourceGroups: given('ResourceGroups') };
}
