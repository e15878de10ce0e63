import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import { isWithin, type ResourceId } from '../ids.ts';
import { asText, type Json } from '../json.ts';
import type { Resource } from '../store.ts';
import type { TypeDefinition } from '../types/definition.ts';

/** Lists of extension types at a scope: role definitions, role assignments, locks. */
export function listAuthorization(call: Call, id: ResourceId, definition: TypeDefinition): Reply {
  const { access, resources, store } = call.manager;
  const scope = id.scope;
  access.require(call.principal, `${definition.type}/read`, scope);
  const filter = call.query.get('$filter')?.trim() ?? '';
  const all = store.list(definition.type);
  if (definition.type.endsWith('/roleDefinitions')) {
    const value = all
      .filter(roleFilter(filter))
      .map((role): Json => ({ ...resources.show(role), id: `${scope}${role.id}` }));
    return { status: 200, body: { value } };
  }
  const value = all
    .filter(scopeFilter(scope, filter, definition))
    .map((resource) => resources.show(resource));
  return { status: 200, body: { value } };
}

function roleFilter(filter: string): (role: Resource) => boolean {
  if (filter === '' || /^atScopeAndBelow\(\)$/i.test(filter)) return () => true;
  const [, property, value] = /^(roleName|type)\s+eq\s+'([^']*)'$/i.exec(filter) ?? [];
  if (property === undefined || value === undefined) throw unsupported(filter);
  const key = property.toLowerCase() === 'type' ? 'type' : 'roleName';
  return ({ properties }) => asText(properties[key])?.toLowerCase() === value.toLowerCase();
}

function scopeFilter(
  scope: string,
  filter: string,
  definition: TypeDefinition,
): (resource: Resource) => boolean {
  const tests: ((resource: Resource) => boolean)[] = [];
  const inherited = definition.type.endsWith('/roleAssignments');
  let below = true;
  for (const part of filter === '' ? [] : filter.split(/\s+and\s+/i)) {
    if (/^atScope\(\)$/i.test(part)) below = false;
    else {
      const value =
        /^principalId\s+eq\s+'?([^']*)'?$/i.exec(part)?.[1] ??
        /^assignedTo\('([^']*)'\)$/i.exec(part)?.[1];
      if (value === undefined || !inherited) throw unsupported(filter);
      tests.push(
        ({ properties }) =>
          asText(properties['principalId'])?.toLowerCase() === value.toLowerCase(),
      );
    }
  }
  return (resource) => {
    const at = resource.scope ?? '/';
    const seen =
      (inherited && isWithin(scope, at)) || (below && isWithin(at, scope)) || at === scope;
    return seen && tests.every((test) => test(resource));
  };
}

function unsupported(filter: string): ArmError {
  return new ArmError(400, 'UnsupportedQuery', `The filter '${filter}' is not supported.`);
}
