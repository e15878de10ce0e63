import type { ImageSource } from './image.ts';
import { tagsExist } from './present-tags.ts';
import { RepositoryPush } from './repository-push.ts';
import type { PushOptions, PushResult, PushTarget } from './repository-push.ts';
import type { RegistrySession } from './session.ts';

/**
 * Pushes an image to one repository.
 *
 * @throws SpokelineError IMAGE_DIGEST_MISMATCH, REGISTRY_REQUEST, REGISTRY_AUTH, REGISTRY_TAG_EXISTS
 */
export async function pushImage(
  image: ImageSource,
  target: PushTarget,
  session: RegistrySession,
  options: PushOptions,
): Promise<PushResult> {
  const push = new RepositoryPush(image, target, session, options);
  await pushAll([push]);
  return push.result;
}

/**
 * Carries pushes out together, in their order: blobs first, then the manifests that name them, the
 * roots last, once for each tag; then asks the registry for the digests. No tag of any of them moves
 * unless everything of all of them is there.
 *
 * @throws SpokelineError IMAGE_DIGEST_MISMATCH, REGISTRY_REQUEST, REGISTRY_AUTH, REGISTRY_TAG_EXISTS
 */
export async function pushAll(pushes: readonly RepositoryPush[]): Promise<void> {
  for (const push of pushes) await push.look();
  refuseConflicts(pushes, 'nothing was sent');
  for (const push of pushes) await push.bring();
  // Uploading takes time, in which somebody else may have made a tag.
  const immutable = pushes.filter((push) => push.mayConflict);
  for (const push of immutable) await push.look();
  refuseConflicts(immutable, 'no tag was moved');
  for (const push of pushes) await push.name();
}

function refuseConflicts(pushes: readonly RepositoryPush[], outcome: string): void {
  const conflicts = pushes.flatMap((push) => push.conflicts);
  if (conflicts.length > 0) throw tagsExist(conflicts, outcome);
}
