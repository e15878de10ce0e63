import { asObject, listOf } from '../../net/json-value.ts';

/**
 * What-if of a stack, in the words of what-if of a deployment, so that the same rules, policy and reports hold
 * for both. `detach` becomes `Detach`; that a resource which is there already would become the stack's is a
 * change of it, since the stack may delete it from then on; other deny settings are a change of the stack.
 * https://github.com/Azure/azure-rest-api-specs/tree/main/specification/resources/resource-manager/Microsoft.Resources/deploymentStacks/stable/2025-07-01/examples
 */
export function asPrediction(body: unknown, stackId: string): Record<string, unknown> {
  const properties = asObject(asObject(body)['properties']);
  const changes = asObject(properties['changes']);
  const given = changes['resourceChanges'];
  // A body that says nothing of resources must not pass for one that says that nothing changes.
  if (!Array.isArray(given)) return {};
  const resources = listOf(given);
  return {
    properties: {
      changes: [
        ...resources.filter((one) => !isPotential(one)).map(resourceChange),
        ...denyChange(changes['denySettingsChange'], stackId),
      ],
      potentialChanges: resources.filter(isPotential).map(resourceChange),
      diagnostics: listOf(properties['diagnostics']).map((one) => ({
        ...one,
        level: capital(one['level']),
      })),
    },
  };
}

function isPotential(change: Record<string, unknown>): boolean {
  return String(change['changeCertainty']).toLowerCase() === 'potential';
}

function resourceChange(change: Record<string, unknown>): Record<string, unknown> {
  const configuration = asObject(change['resourceConfigurationChanges']);
  const management = asObject(change['managementStatusChange']);
  const kind = capital(change['changeType']);
  const delta = listOf(configuration['delta']).map(propertyChange);
  const adopted =
    (kind === 'NoChange' || kind === 'Modify') &&
    is(management['before'], 'unmanaged') &&
    is(management['after'], 'managed');
  return {
    ...change,
    resourceId: change['id'],
    changeType: adopted ? 'Modify' : kind,
    ...('before' in configuration ? { before: configuration['before'] } : {}),
    ...('after' in configuration ? { after: configuration['after'] } : {}),
    delta: adopted
      ? [
          {
            path: 'managementStatus',
            propertyChangeType: 'Modify',
            before: 'unmanaged',
            after: 'managed',
          },
          ...delta,
        ]
      : delta,
  };
}

/** Nothing for a stack that is not there yet and denies nothing. */
function denyChange(given: unknown, stackId: string): Record<string, unknown>[] {
  const { before, after, delta } = asObject(given);
  const changed = listOf(delta).map(propertyChange);
  const denies = !is(asObject(after)['mode'] ?? asObject(after)['Mode'], 'none');
  if (changed.length === 0 || (before === undefined && !denies)) return [];
  return [
    {
      resourceId: stackId,
      changeType: before === undefined ? 'Create' : 'Modify',
      delta: changed.map((change) => ({
        ...change,
        path: `denySettings.${String(change['path'])}`,
      })),
    },
  ];
}

function propertyChange(change: Record<string, unknown>): Record<string, unknown> {
  const children = change['children'];
  return {
    ...change,
    propertyChangeType: capital(change['changeType'] ?? change['propertyChangeType']),
    ...(Array.isArray(children) ? { children: listOf(children).map(propertyChange) } : {}),
  };
}

/** `noChange` is `NoChange` there. */
function capital(word: unknown): string | undefined {
  if (typeof word !== 'string') return undefined;
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

function is(value: unknown, word: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === word;
}
