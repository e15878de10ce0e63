import type { TypeDefinition } from '../../../sandbox/azure/arm/types/definition.ts';

/** What says where resources of a type live, which body fits, and in which form a request is answered. */
const kept: ReadonlySet<string> = new Set([
  'type',
  'model',
  'apiVersions',
  'location',
  'extension',
  'answer',
  'deletes',
  'busyState',
  'patch',
]);

/**
 * A type that only stores what it is given and hands it back: no checks but those of the property tables, nothing
 * computed, no effect on other resources.
 */
export function echoOf(definition: TypeDefinition): TypeDefinition {
  const form = Object.fromEntries(
    Object.entries(definition).filter(([member]) => kept.has(member)),
  ) as Omit<TypeDefinition, 'write'>;
  return { ...form, write: ({ properties }) => ({ properties }) };
}
