import { ArmError } from '../../errors.ts';
import { nameOf } from '../../ids.ts';
import { asObjects, asText, asTexts, sameId } from '../../json.ts';
import { assignmentType, definitionType } from '../../rbac/access.ts';
import { authorization } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { guid } from './role-assignments.ts';

/** Roles: the built-in ones are there from the start, custom ones can be written. */
export const roleDefinitions: TypeDefinition = {
  type: definitionType,
  model: 'authorization.RoleDefinition',
  apiVersions: authorization,
  location: 'none',
  answer: 'sync',
  deletes: 'sync',
  extension: true,
  checkName(name) {
    if (guid.test(name)) return;
    throw new ArmError(
      400,
      'InvalidRoleDefinitionId',
      `The role definition ID '${name}' is not valid. The role definition ID must be a GUID.`,
    );
  },
  write,
  remove({ manager, resource }) {
    if (resource.properties['type'] === 'BuiltInRole') {
      throw new ArmError(
        400,
        'BuiltInRoleCannotBeDeleted',
        `The built-in role '${String(resource.properties['roleName'])}' cannot be deleted.`,
      );
    }
    const used = manager.store
      .list(assignmentType)
      .some((a) => asText(a.properties['roleDefinitionId'])?.endsWith(resource.name) === true);
    if (used) {
      throw new ArmError(
        400,
        'RoleDefinitionHasAssignments',
        'There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).',
      );
    }
  },
};

function write({ manager, id, properties, existing }: WriteContext): Written {
  const roleName = asText(properties['roleName']) ?? '';
  if (existing?.properties['type'] === 'BuiltInRole') {
    throw new ArmError(
      400,
      'BuiltInRoleCannotBeModified',
      `The built-in role '${roleName}' cannot be modified.`,
    );
  }
  const twin = manager.store
    .list(definitionType)
    .find((r) => !sameId(r.id, id.id) && sameId(asText(r.properties['roleName']), roleName));
  if (roleName === '' || twin !== undefined) {
    throw new ArmError(
      twin === undefined ? 400 : 409,
      twin === undefined ? 'InvalidRoleDefinitionName' : 'RoleDefinitionWithSameNameExists',
      `A custom role needs a name of its own; '${roleName}' cannot be used for ${nameOf(id)}.`,
    );
  }
  const scopes = asTexts(properties['assignableScopes']);
  const permissions = asObjects(properties['permissions']);
  if (scopes.length === 0 || permissions.length === 0) {
    throw new ArmError(
      400,
      'InvalidRoleDefinition',
      `The role definition '${roleName}' needs at least one permission and one assignable scope.`,
    );
  }
  return {
    properties: {
      description: '',
      ...properties,
      roleName,
      type: 'CustomRole',
      assignableScopes: scopes,
      permissions: permissions.map((permission) => ({
        actions: asTexts(permission['actions']),
        notActions: asTexts(permission['notActions']),
        dataActions: asTexts(permission['dataActions']),
        notDataActions: asTexts(permission['notDataActions']),
      })),
    },
  };
}
