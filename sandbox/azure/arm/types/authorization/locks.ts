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
  write: ({ properties }) => ({ properties }),
};
