import { ArmError } from '../../errors.ts';
import { isWithin } from '../../ids.ts';
import { locks as versions } from '../api-versions.ts';
import type { TypeDefinition } from '../definition.ts';

/** Forbids deleting, or writing at all, at its scope and below; enforced for every write and delete. */
export const locks: TypeDefinition = {
  type: 'Microsoft.Authorization/locks',
  model: 'authorization.ManagementLock',
  apiVersions: versions,
  location: 'none',
  answer: 'sync',
  deletes: 'sync',
  extension: true,
  checkName(name) {
    // https://learn.microsoft.com/rest/api/resources/management-locks/create-or-update-at-resource-level
    if (name.length <= 260 && !/[<>%&:\\?/\p{Cc}]/u.test(name)) return;
    throw new ArmError(
      400,
      'InvalidLockName',
      `The lock name '${name}' is invalid. It can have at most 260 characters and cannot contain <, >, %, &, :, ` +
        '\\, ?, /, or control characters.',
    );
  },
  write: ({ properties }) => ({ properties }),
  forbids(lock, id, verb) {
    if (verb === 'write' && lock.properties['level'] !== 'ReadOnly') return false;
    const scope = lock.scope ?? '';
    // A lock on a child also keeps its parents: deleting them would delete it.
    return isWithin(id, scope) || (verb === 'delete' && isWithin(scope, id));
  },
};
