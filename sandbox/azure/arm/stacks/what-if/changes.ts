import type { Call } from '../../call.ts';
import { isWithin, typeOfId } from '../../ids.ts';
import { sameId, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import { groupType } from '../../subscriptions.ts';
import { deltaOf, type PropertyChange } from '../../what-if/delta.ts';
import { expand } from '../../what-if/expand.ts';
import { groupPayload, payloadOf } from '../../what-if/payload.ts';
import { predict, type Change, type ChangeType } from '../../what-if/predict.ts';
import { Session } from '../../what-if/session.ts';
import { deploymentOf } from '../deployment.ts';
import type { Place } from '../place.ts';
import type { DenySettings, ManagedResource, Stack, StackSettings } from '../record.ts';

/** `potential`: it depends on what only the deployment finds out. */
type Certainty = 'definite' | 'potential';

const kinds: Readonly<Record<ChangeType, [type: string, certainty: Certainty] | undefined>> = {
  Create: ['create', 'definite'],
  Modify: ['modify', 'definite'],
  NoChange: ['noChange', 'definite'],
  Deploy: ['modify', 'potential'],
  Unsupported: ['unsupported', 'potential'],
  // The template of a stack deletes nothing, and what is not the stack's is not its business.
  Delete: undefined,
  Ignore: undefined,
};

/** What making or changing a stack would do. @throws ArmError for what validation refuses */
export function stackChanges(
  call: Call,
  place: Place,
  settings: StackSettings,
  before: Stack | undefined,
): { changes: Json; diagnostics: Json[] } {
  const { manager } = call;
  const request = deploymentOf(call, place.id, place.name, settings);
  manager.deployments.validate(request);
  const session = new Session();
  const expansion = expand(manager, { ...request, started: manager.now() }, session);
  const predicted = predict(manager, request, expansion, session, 'FullResourcePayloads');
  const versions = new Map(
    expansion.leaves.map(({ resource }) => [resource.id.toLowerCase(), resource.apiVersion]),
  );
  const managed = before?.resources ?? [];
  const resourceChanges = [
    ...predicted.flatMap((change) => {
      const known = managed.find(({ id }) => sameId(id, change.resourceId));
      const apiVersion = versions.get(change.resourceId.toLowerCase());
      return deployed(place, settings, change, known, apiVersion);
    }),
    ...managed
      .filter(({ id }) => !predicted.some((change) => isNamed(change, id)))
      // A nested deployment that could not be looked into may name them.
      .map((gone) => letGo(manager, settings, gone, expansion.diagnostics.length > 0)),
  ];
  const scopes = [before?.deploymentScope.id, settings.deploymentScope.id];
  return {
    changes: {
      resourceChanges,
      denySettingsChange: denyChange(before?.deny, settings.deny),
      ...(before === undefined || sameId(...(scopes as [string, string]))
        ? {}
        : { deploymentScopeChange: { before: scopes[0], after: scopes[1] } }),
    },
    diagnostics: expansion.diagnostics.map((diagnostic) => ({
      ...diagnostic,
      level: String(diagnostic['level']).toLowerCase(),
    })),
  };
}

function isNamed({ resourceId, changeType }: Change, id: string): boolean {
  return sameId(resourceId, id) && kinds[changeType] !== undefined;
}

function denyStatus(place: Place, { deny }: StackSettings, id: string): string {
  return deny.mode !== 'none' && !isWithin(id, place.scope.id) ? 'inapplicable' : deny.mode;
}

function deployed(
  place: Place,
  settings: StackSettings,
  change: Change,
  known: ManagedResource | undefined,
  apiVersion: string | undefined,
): Json[] {
  const kind = kinds[change.changeType];
  if (kind === undefined) return [];
  const { resourceId: id, unsupportedReason, before, after, delta } = change;
  const [changeType, changeCertainty] = kind;
  return [
    {
      id,
      type: typeOfId(id) ?? groupType,
      ...(apiVersion === undefined ? {} : { apiVersion }),
      changeType,
      changeCertainty,
      managementStatusChange: {
        before: known === undefined ? 'unmanaged' : 'managed',
        after: 'managed',
      },
      denyStatusChange: {
        before: known?.denyStatus ?? 'none',
        after: denyStatus(place, settings, id),
      },
      ...(unsupportedReason === undefined ? {} : { unsupportedReason }),
      resourceConfigurationChanges: {
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        ...(delta === undefined ? {} : { delta: delta.map(shownDelta) }),
      },
    },
  ];
}

function letGo(
  manager: Manager,
  { unmanage }: StackSettings,
  managed: ManagedResource,
  unsure: boolean,
): Json {
  const { id, type, apiVersion } = managed;
  const action = unmanage[type === groupType ? 'resourceGroups' : 'resources'];
  const resource = manager.store.get(id);
  const before =
    resource === undefined
      ? undefined
      : type === groupType
        ? groupPayload(resource, apiVersion)
        : payloadOf(manager, resource, apiVersion);
  return {
    id,
    type,
    apiVersion,
    changeType: action,
    changeCertainty: unsure ? 'potential' : 'definite',
    managementStatusChange: { before: 'managed', after: 'unmanaged' },
    denyStatusChange: { before: managed.denyStatus, after: 'none' },
    resourceConfigurationChanges: before === undefined ? {} : { before },
  };
}

/** A property's change with the words of a stack's what-if. */
function shownDelta({ propertyChangeType, children, ...rest }: PropertyChange): Json {
  return {
    ...rest,
    changeType: `${propertyChangeType.charAt(0).toLowerCase()}${propertyChangeType.slice(1)}`,
    ...(children === undefined ? {} : { children: children.map(shownDelta) }),
  };
}

/** Paths are capitalised here, as in the specification's examples. */
function denyChange(before: DenySettings | undefined, after: DenySettings): Json {
  const sides = [before, after].map((side) => {
    const { mode, excludedPrincipals = [], excludedActions = [], applyToChildScopes } = side ?? {};
    return {
      Mode: mode,
      ...(excludedPrincipals.length === 0 ? {} : { ExcludedPrincipals: excludedPrincipals }),
      ...(excludedActions.length === 0 ? {} : { ExcludedActions: excludedActions }),
      ApplyToChildScopes: applyToChildScopes,
    };
  });
  return {
    ...(before === undefined ? {} : { before }),
    after,
    delta: deltaOf(sides[0] ?? {}, sides[1] ?? {}).map(shownDelta),
  };
}
