import type { ImageSource } from './image.ts';
import { repositoryFault } from './reference.ts';
import { wholeRegistryOf } from './registry-name.ts';

/**
 * The repository that an image is copied from or was built on, if it is one of this registry: its
 * layers can be mounted there instead of being sent.
 * https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
export function mountSource(
  image: ImageSource,
  loginServer: string,
  repository: string,
): string | undefined {
  const { from } = image;
  const registry = wholeRegistryOf(loginServer);
  const isFromHere = from !== undefined && wholeRegistryOf(from.loginServer) === registry;
  if (isFromHere && from.repository !== repository) return from.repository;
  for (const { annotations } of image.manifests) {
    const base = annotations['org.opencontainers.image.base.name'];
    const prefix = `${registry}/`;
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
