import type { ImageSource } from './image.ts';
import { repositoryFault } from './reference.ts';

/**
 * The repository that an image is copied from or was built on, if it is one of this registry: its
 * layers can be mounted there instead of being sent.
 * https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
export function mountSource(
  layout: ImageSource,
  loginServer: string,
  repository: string,
): string | undefined {
  const { from } = layout;
  if (from?.loginServer === loginServer && from.repository !== repository) return from.repository;
  for (const { annotations } of layout.manifests) {
    const base = annotations['org.opencontainers.image.base.name'];
    const prefix = `${loginServer}/`;
    if (base === undefined || !base.toLowerCase().startsWith(prefix)) continue;
    const name = base
      .slice(prefix.length)
      .replace(/@.*$/, '')
      .replace(/:[^:/]*$/, '');
    // The image says this of itself, and the name goes into the scope of a token.
    if (repositoryFault(name) === undefined && name !== repository) return name;
  }
  return undefined;
}
