import { isDigest } from '../descriptor.ts';
import { repositoryFault, tagFault } from '../reference.ts';
import { authorityOf, dockerHub, hostPort, registryHost } from '../registry-name.ts';

/** What a source begins with that is an image in a registry. */
export const registryPrefix = 'docker://';

/** An image in a registry. */
export interface ImageReference {
  /** Host, with its port if that is not 443. */
  readonly loginServer: string;
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

/** What is wrong with a reference; undefined if nothing is. */
export function referenceFault(text: string): string | undefined {
  const read = readReference(text);
  return typeof read === 'string' ? read : undefined;
}

/** @throws RangeError for a text that `referenceFault` objects to */
export function parseReference(text: string): ImageReference {
  const read = readReference(text);
  if (typeof read === 'string') throw new RangeError(`"${text}" ${read}`);
  return read;
}

/** The reference, or what is wrong with it as the end of a sentence. */
function readReference(text: string): ImageReference | string {
  const [, server = '', path = ''] = /^docker:\/\/([^/]*)\/(.*)$/.exec(text) ?? [];
  const host = hostPort(server);
  // The first part of a name at Docker Hub is no host.
  if (host === undefined || !/[.:]/.test(server)) {
    return 'must be docker://HOST/REPOSITORY:TAG or docker://HOST/REPOSITORY@DIGEST, the host a full name';
  }
  const [, name = '', tag, digest] = /^([^:@]*)(?::([^@]*))?(?:@(.*))?$/.exec(path) ?? [];
  const loginServer = registryHost(authorityOf(host));
  const repository =
    loginServer === dockerHub.registry && !name.includes('/') ? `library/${name}` : name;
  const fault = repositoryFault(repository);
  if (fault !== undefined) return `has the repository ${JSON.stringify(name)}, which ${fault}`;
  if (digest !== undefined) {
    if (isDigest(digest)) return { loginServer, repository, reference: digest };
    return 'has a digest that is not sha256: and 64 lower-case hex digits';
  }
  if (tag === undefined) return 'needs a tag or a digest; latest is not taken for granted';
  const wrong = tagFault(tag);
  if (wrong !== undefined) return `has the tag ${JSON.stringify(tag)}, which ${wrong}`;
  return { loginServer, repository, reference: tag };
}
