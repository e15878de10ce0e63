import { ArmError, badRequest } from '../../errors.ts';
import { nameOf } from '../../ids.ts';
import { asText, sameId } from '../../json.ts';
import { assignmentType } from '../../rbac/access.ts';
import { authorization } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';

export const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Gives a principal a role at a scope; in force at once. */
export const roleAssignments: TypeDefinition = {
  type: assignmentType,
  model: 'authorization.RoleAssignmentCreateParameters',
  apiVersions: authorization,
  location: 'none',
  answer: 'sync',
  deletes: 'sync',
  extension: true,
  checkName(name) {
    if (guid.test(name)) return;
    throw new ArmError(
      400,
      'InvalidRoleAssignmentId',
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    );
  },
  write,
};

function write({ manager, id, properties, existing }: WriteContext): Written {
  const scope = id.scope === '' ? '/' : id.scope;
  const principalId = asText(properties['principalId']) ?? '';
  if (!guid.test(principalId)) {
    throw new ArmError(
      400,
      'InvalidPrincipalId',
      `A valid principal ID must be provided for role assignment; '${principalId}' is none.`,
    );
  }
  const given = asText(properties['roleDefinitionId']) ?? '';
  const role = manager.access.definition(given);
  if (role === undefined) {
    throw new ArmError(
      400,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${given.split('/').at(-1) ?? ''}' does not exist.`,
    );
  }
  if (
    existing !== undefined &&
    (!sameId(asText(existing.properties['principalId']), principalId) ||
      !sameId(asText(existing.properties['scope']), scope))
  ) {
    throw new ArmError(
      400,
      'RoleAssignmentUpdateNotPermitted',
      'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
    );
  }
  const twin = manager.store
    .list(assignmentType)
    .find(
      (other) =>
        !sameId(other.id, id.id) &&
        sameId(asText(other.properties['scope']), scope) &&
        sameId(asText(other.properties['principalId']), principalId) &&
        manager.access.definition(asText(other.properties['roleDefinitionId']) ?? '') === role,
    );
  if (twin !== undefined) {
    throw new ArmError(
      409,
      'RoleAssignmentExists',
      `The role assignment already exists. The ID of the conflicting role assignment is ${twin.name.replaceAll('-', '')}.`,
    );
  }
  if (properties['condition'] !== undefined) {
    throw badRequest(
      `Role assignment '${nameOf(id)}' has a condition; the sandbox does not evaluate conditions.`,
    );
  }
  const prefix = id.subscriptionId === undefined ? '' : `/subscriptions/${id.subscriptionId}`;
  return {
    properties: {
      ...properties,
      principalType: properties['principalType'] ?? 'ServicePrincipal',
      roleDefinitionId: `${prefix}/providers/Microsoft.Authorization/roleDefinitions/${role.name}`,
      principalId,
      scope,
      condition: null,
      conditionVersion: null,
      createdOn: existing?.properties['createdOn'] ?? manager.now().toISOString(),
      updatedOn: manager.now().toISOString(),
    },
  };
}
