import { SpokelineError } from '../../errors.ts';
import { isDigest } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import type { RegistryResponse } from '../http.ts';
import type { ImageSource } from '../image.ts';
import { ImageGraph } from './graph.ts';
import { Problems } from './problems.ts';
import { imageOf } from './read-image.ts';
import type { ImageReference } from './reference.ts';
import { openRegistryBlob } from './registry-blob.ts';
import { descriptorOf, getManifest } from './registry-reader.ts';
import type { RepositoryReader, SourceRegistry } from './registry-reader.ts';
import { addRegistryReferrers } from './registry-referrers.ts';
import { addVariants } from './variants.ts';
import type { SourceWish } from './wish.ts';

/**
 * Reads an image in another registry. Its manifests are read now, each blob when it is sent on:
 * nothing is kept on disk.
 *
 * @throws SpokelineError IMAGE_… with every problem found; REGISTRY_REQUEST, REGISTRY_AUTH
 */
export async function readRegistry(
  { loginServer, repository, reference }: ImageReference,
  wish: SourceWish,
  registry: SourceRegistry,
  signal: AbortSignal,
): Promise<ImageSource> {
  const reader: RepositoryReader = { ...registry, repository, signal };
  const what = `Image ${loginServer}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
  const problems = new Problems();
  const { top, answer } = await topOf(reader, reference, what);
  const graph = new ImageGraph(
    {
      async manifest(descriptor, from): Promise<Buffer | undefined> {
        const isTop = descriptor.digest === top.digest;
        const response = isTop ? answer : await getManifest(reader, descriptor.digest);
        if (response?.body.length === descriptor.size) return response.body;
        const message =
          response === undefined
            ? `is missing; ${from} names it`
            : `is ${response.body.length} bytes; its descriptor in ${from} says ${descriptor.size}`;
        const code = response === undefined ? 'IMAGE_CONTENT_MISSING' : 'IMAGE_INVALID';
        problems.add(message, descriptor.digest, code);
        return undefined;
      },
      blob: (descriptor) =>
        Promise.resolve({
          ...descriptor,
          origin: `${loginServer}/${repository}@${descriptor.digest}`,
          open: (range) => openRegistryBlob(reader, descriptor, range),
        }),
    },
    problems,
  );
  const root = await addVariants(graph, problems, top, reference, wish.platforms);
  const referrers =
    root !== undefined && wish.referrers ? await addRegistryReferrers(graph, reader) : [];
  if (problems.count > 0 || root === undefined) throw problems.failure(what);
  return {
    ...imageOf(graph, root, referrers),
    from: { loginServer, repository },
    close() {
      registry.close();
      return Promise.resolve();
    },
  };
}

/** What a tag or digest names, and the answer that says so. */
async function topOf(
  reader: RepositoryReader,
  reference: string,
  what: string,
): Promise<{ readonly top: Descriptor; readonly answer: RegistryResponse }> {
  const answer = await getManifest(reader, reference);
  if (answer === undefined) {
    throw new SpokelineError('IMAGE_CONTENT_MISSING', `${what} does not exist; nothing was sent`);
  }
  const top = descriptorOf(answer, what);
  // The graph compares it with the content: a registry must not choose what a digest means.
  return { top: isDigest(reference) ? { ...top, digest: reference } : top, answer };
}
