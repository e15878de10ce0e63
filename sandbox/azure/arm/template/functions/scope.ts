import { EngineError, invalidTemplate } from '../engine-error.ts';
import type { Frame } from '../evaluate/frame.ts';
import { toJson } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { integerAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';

/** Functions about the deployment itself: its scope, parameters, variables and copies. */
export const scope: readonly BuiltIn[] = [
  strict('parameters', 1, 1, (values, call) => {
    const name = stringAt(values, 0, call);
    const { locals, context } = call.frame;
    if (locals === undefined) return context.parameter(name);
    const value = locals.get(name.toLowerCase());
    if (value === undefined)
      throw invalidTemplate(`The template parameter '${name}' is not found.`);
    return value;
  }),
  strict('variables', 1, 1, (values, call) => {
    const name = stringAt(values, 0, call);
    if (call.frame.place === 'parameter' || call.frame.place === 'function') {
      throw notHere('variables');
    }
    return call.frame.context.variable(name);
  }),
  strict('copyIndex', 0, 2, copyIndex),
  strict('deployment', 0, 0, (_, { frame }) => deployment(frame)),
  strict('environment', 0, 0, (_, { frame }) => toJson(frame.context.host.environment)),
  strict('deployer', 0, 0, (_, { frame }) => {
    const { deployer } = frame.context.host;
    if (deployer === undefined) throw notHere('deployer');
    return toJson(deployer);
  }),
  strict('tenant', 0, 0, (_, { frame }) => ({
    countryCode: 'NL',
    displayName: 'Sandbox',
    id: `/tenants/${frame.context.host.tenantId}`,
    tenantId: frame.context.host.tenantId,
  })),
  strict('subscription', 0, 0, (_, { frame }) => {
    const { host } = frame.context;
    const id = host.scope.subscriptionId;
    if (id === undefined) throw notHere('subscription');
    const found = host.subscription(id);
    if (found === undefined) {
      throw new EngineError('SubscriptionNotFound', `The subscription '${id}' could not be found.`);
    }
    const { subscriptionId, tenantId, displayName } = found;
    return { id: found.id, subscriptionId, tenantId, displayName };
  }),
  strict('resourceGroup', 0, 0, (_, { frame }) => resourceGroup(frame)),
  strict('managementGroup', 0, 0, (_, { frame }) => {
    const { host } = frame.context;
    if (host.scope.kind !== 'managementGroup') throw notHere('managementGroup');
    const name = host.scope.id.split('/').pop() ?? '';
    return toJson(
      host.managementGroup?.(name) ?? {
        id: host.scope.id,
        name,
        type: 'Microsoft.Management/managementGroups',
        properties: { displayName: name, tenantId: host.tenantId },
      },
    );
  }),
];

/** ARM prints the name in capitals in this error. */
export function notHere(name: string): EngineError {
  return invalidTemplate(
    `The template function '${name.toUpperCase()}' is not expected at this location.`,
  );
}

function resourceGroup(frame: Frame): JsonValue {
  const { host } = frame.context;
  const { subscriptionId, resourceGroup: name } = host.scope;
  if (subscriptionId === undefined || name === undefined) throw notHere('resourceGroup');
  const found = host.resourceGroup(subscriptionId, name);
  if (found === undefined) {
    throw new EngineError('ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
  }
  return toJson({
    id: found.id,
    name: found.name,
    type: 'Microsoft.Resources/resourceGroups',
    location: found.location,
    tags: found.tags ?? {},
    properties: found.properties ?? { provisioningState: 'Succeeded' },
  });
}

function deployment(frame: Frame): JsonObject {
  const { host, document } = frame.context;
  const result: JsonObject = { name: host.deployment.name };
  // Only deployments outside of resource groups have a location of their own.
  if (host.deployment.location !== undefined) result['location'] = host.deployment.location;
  result['properties'] = {
    template: document,
    parameters: frame.place === 'parameter' ? {} : frame.context.parameterValues(),
    mode: 'Incremental',
    provisioningState: 'Accepted',
  };
  return result;
}

/** copyIndex(), copyIndex(offset), copyIndex('loop'), copyIndex('loop', offset). */
function copyIndex(values: readonly JsonValue[], call: CallSite): number {
  const { copies } = call.frame;
  const named = typeof values[0] === 'string';
  const name = named ? stringAt(values, 0, call) : undefined;
  const offsetAt = named ? 1 : 0;
  const offset = values.length > offsetAt ? integerAt(values, offsetAt, call) : 0;
  if (!named && values.length > 1) {
    throw invalidTemplate(
      "The template function 'copyIndex' expects the name of the loop as its first parameter.",
    );
  }
  const counter = copies.findLast((copy) =>
    name === undefined
      ? copy.kind === 'resource' || copy.kind === 'output'
      : copy.name?.toLowerCase() === name.toLowerCase(),
  );
  if (counter === undefined) {
    throw invalidTemplate(
      name === undefined
        ? "The template function 'copyIndex' is not expected at this location: without the name " +
            'of a loop it can ' +
            'only be used in a resource or an output with a copy.'
        : `The template function 'copyIndex' is not expected at this location: there is no loop ` +
            `'${name}' here.`,
    );
  }
  return counter.index + offset;
}
