import { SpokelineError } from '../errors.ts';
import type { ErrorDetail } from '../errors.ts';
import type { ManifestStore } from './manifest-store.ts';

/** Tags that are to name an image. */
export interface WantedTags {
  readonly repository: string;
  readonly tags: readonly string[];
  /** Whether a tag that names another digest already is a reason to fail. */
  readonly immutable?: boolean;
}

/** What these tags name now; those that nobody has made are left out. */
export async function presentTags(
  store: ManifestStore,
  tags: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const present = new Map<string, string>();
  await Promise.all(
    tags.map(async (tag) => {
      const found = await store.digestOf(tag);
      if (found !== undefined) present.set(tag, found);
    }),
  );
  return present;
}

/**
 * The tags that may not move but would have to.
 *
 * @param digest that they are to name
 */
export function conflictsOf(
  { repository, tags, immutable }: WantedTags,
  present: ReadonlyMap<string, string>,
  digest: string,
): readonly ErrorDetail[] {
  if (immutable !== true) return [];
  return tags.flatMap((tag) => {
    const found = present.get(tag);
    if (found === undefined || found === digest) return [];
    const message = `${repository}:${tag} is ${found}, not ${digest}`;
    return [{ message, code: 'REGISTRY_TAG_EXISTS', target: tag }];
  });
}

/** @param outcome what has become of the push, as the end of the message */
export function tagsExist(conflicts: readonly ErrorDetail[], outcome: string): SpokelineError {
  return new SpokelineError(
    'REGISTRY_TAG_EXISTS',
    `${conflicts.map(({ message }) => message).join('; ')}; ${outcome}`,
    { details: conflicts, hint: 'Push under a tag of its own, or set immutable to false.' },
  );
}
