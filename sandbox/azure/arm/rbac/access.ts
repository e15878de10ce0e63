import { randomUUID } from 'node:crypto';
import { ArmError } from '../errors.ts';
import { isWithin, lastOf } from '../ids.ts';
import { asObjects, asTexts, sameId, textAt } from '../json.ts';
import type { Principal } from '../server.ts';
import type { Resource, Store } from '../store.ts';
import { builtInRoles, type RolePermissions } from './built-in-roles.ts';

/** A role of a test's own. */
export interface CustomRole {
  name?: string;
  actions: string[];
  notActions?: string[];
  dataActions?: string[];
}

export const assignmentType = 'Microsoft.Authorization/roleAssignments';
export const definitionType = 'Microsoft.Authorization/roleDefinitions';

/** A right that a write needs on another resource that its body names. */
export interface Link {
  action: string;
  scope: string;
}

/** A deny assignment: it wins against every role. */
export interface Denial {
  id: string;
  name: string;
  scope: string;
}

/** Answers who may do what where, from the role assignments in the store. */
export class Access {
  /** Finds the deny assignment that forbids an action. */
  denial: (principal: Principal, action: string, scope: string) => Denial | undefined = () =>
    undefined;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    for (const role of builtInRoles) {
      const id = `/providers/${definitionType}/${role.id}`;
      store.put({
        id,
        name: role.id,
        type: definitionType,
        apiVersion: '2022-04-01',
        properties: {
          roleName: role.name,
          type: 'BuiltInRole',
          description: '',
          assignableScopes: ['/'],
          permissions: [
            {
              actions: role.actions,
              notActions: role.notActions,
              dataActions: role.dataActions ?? [],
              notDataActions: role.notDataActions ?? [],
            },
          ],
        },
      });
    }
  }

  /** Gives a role at a scope. @throws Error for an unknown built-in role */
  assign(objectId: string, role: string | CustomRole, scope: string): Resource {
    const roleDefinitionId = typeof role === 'string' ? this.#builtIn(role) : this.#define(role);
    const name = randomUUID();
    const trimmed = scope.replace(/\/+$/, '');
    return this.#store.put({
      id: `${trimmed}/providers/${assignmentType}/${name}`,
      name,
      type: assignmentType,
      apiVersion: '2022-04-01',
      scope: trimmed === '' ? '/' : trimmed,
      properties: {
        roleDefinitionId,
        principalId: objectId,
        principalType: 'ServicePrincipal',
        scope: trimmed === '' ? '/' : trimmed,
        condition: null,
        conditionVersion: null,
      },
    });
  }

  /** The definition that an id names, whatever scope the id is spelled with. */
  definition(roleDefinitionId: string): Resource | undefined {
    const name = lastOf(roleDefinitionId).toLowerCase();
    return this.#store.list(definitionType).find((role) => role.name.toLowerCase() === name);
  }

  /** True if a role assignment at the scope or above it allows the action. */
  can(objectId: string, action: string, scope: string, data = false): boolean {
    for (const assignment of this.#store.list(assignmentType)) {
      const { principalId, roleDefinitionId, scope: held } = assignment.properties;
      if (typeof principalId !== 'string' || !sameId(principalId, objectId)) continue;
      if (typeof held !== 'string' || !isWithin(scope, held)) continue;
      if (typeof roleDefinitionId !== 'string') continue;
      const role = this.definition(roleDefinitionId);
      for (const permission of asObjects(role?.properties['permissions'])) {
        if (allows(permission, action, data)) return true;
      }
    }
    return false;
  }

  /** @throws ArmError 403 AuthorizationFailed or DenyAssignmentAuthorizationFailed, in the service's words */
  require(principal: Principal, action: string, scope: string): void {
    if (this.can(principal.objectId, action, scope)) {
      const denial = this.denial(principal, action, scope);
      if (denial === undefined) return;
      throw new ArmError(
        403,
        'DenyAssignmentAuthorizationFailed',
        `The client '${principal.clientId}' with object id '${principal.objectId}' has permission to perform ` +
          `action '${action}' on scope '${scope}'; however, the access is denied because of the deny assignment ` +
          `with name '${denial.name}' and Id '${denial.id}' at scope '${denial.scope}'.`,
      );
    }
    throw new ArmError(
      403,
      'AuthorizationFailed',
      `The client '${principal.clientId}' with object id '${principal.objectId}' does not have ` +
        `authorization to perform action '${action}' over scope '${scope === '' ? '/' : scope}' or the scope ` +
        'is invalid. If access was recently granted, please refresh your credentials.',
    );
  }

  /** @throws ArmError 403 LinkedAuthorizationFailed for the first action that is missing */
  requireLinks(principal: Principal, action: string, scope: string, links: readonly Link[]): void {
    for (const link of links) {
      const missing = links
        .filter((other) => other.action === link.action)
        .filter((other) => !this.can(principal.objectId, other.action, other.scope))
        .map((other) => other.scope);
      if (missing.length === 0) continue;
      throw new ArmError(
        403,
        'LinkedAuthorizationFailed',
        `The client '${principal.clientId}' with object id '${principal.objectId}' has permission to perform ` +
          `action '${action}' on scope '${scope}'; however, it does not have permission to perform ` +
          `action(s) '${link.action}' on the linked scope(s) '${[...new Set(missing)].join(',')}' ` +
          'or the linked scope(s) are invalid.',
      );
    }
  }

  #builtIn(name: string): string {
    const role = this.#store
      .list(definitionType)
      .find((known) => textAt(known.properties, 'roleName')?.toLowerCase() === name.toLowerCase());
    if (role !== undefined) return role.id;
    const known = builtInRoles.map((builtIn) => builtIn.name).join(', ');
    throw new Error(`the role '${name}' is not known; known: ${known}`);
  }

  #define(role: CustomRole): string {
    const name = randomUUID();
    return this.#store.put({
      id: `/providers/${definitionType}/${name}`,
      name,
      type: definitionType,
      apiVersion: '2022-04-01',
      properties: {
        roleName: role.name ?? `custom-${name}`,
        type: 'CustomRole',
        description: '',
        assignableScopes: ['/'],
        permissions: [
          {
            actions: role.actions,
            notActions: role.notActions ?? [],
            dataActions: role.dataActions ?? [],
            notDataActions: [],
          },
        ],
      },
    }).id;
  }
}

function allows(permission: unknown, action: string, data: boolean): boolean {
  const { actions, notActions, dataActions, notDataActions } =
    permission as Partial<RolePermissions>;
  const granted = asTexts(data ? dataActions : actions);
  const denied = asTexts(data ? notDataActions : notActions);
  return granted.some((p) => matches(p, action)) && !denied.some((p) => matches(p, action));
}

const patterns = new Map<string, RegExp>();

/** Role actions compare case-blind; `*` stands for any text, slashes included. */
export function matches(pattern: string, action: string): boolean {
  let expression = patterns.get(pattern);
  if (expression === undefined) {
    const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    expression = new RegExp(`^${escaped.join('.*')}$`, 'i');
    patterns.set(pattern, expression);
  }
  return expression.test(action);
}
