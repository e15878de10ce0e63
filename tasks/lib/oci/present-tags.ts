import { SpokelineError } from '../errors.ts';
import type { ManifestStore } from './manifest-store.ts';

/** Tags that are to name an image. */
export interface WantedTags {
  readonly repository: string;
  readonly tags: readonly string[];
  /** Whether a tag that names another digest already is a reason to fail. */
  readonly immutable?: boolean;
}

/**
 * What the wanted tags name now; those that nobody has made are left out.
 *
 * @param digest that they are to name
 * @throws SpokelineError REGISTRY_TAG_EXISTS, naming all that may not move
 */
export async function presentTags(
  store: ManifestStore,
  { repository, tags, immutable }: WantedTags,
  digest: string,
): Promise<ReadonlyMap<string, string>> {
  const present = new Map<string, string>();
  await Promise.all(
    tags.map(async (tag) => {
      const found = await store.digestOf(tag);
      if (found !== undefined) present.set(tag, found);
    }),
  );
  const others = [...present].filter(([, found]) => found !== digest);
  if (immutable !== true || others.length === 0) return present;
  const details = others.map(([tag, found]) => ({
    message: `${repository}:${tag} is ${found}, not ${digest}`,
    code: 'REGISTRY_TAG_EXISTS',
    target: tag,
  }));
  throw new SpokelineError(
    'REGISTRY_TAG_EXISTS',
    `${details.map(({ message }) => message).join('; ')}; nothing was sent`,
    { details, hint: 'Push under a tag of its own, or set immutable to false.' },
  );
}
