import { SpokelineError } from '../../errors.ts';
import { isRecord } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import { refusal } from '../failure.ts';
import type { Referrer } from '../image.ts';
import { parseJson } from '../json.ts';
import { indexEntries } from '../manifest.ts';
import { referrersTag, tagKinds } from '../referrer-tags.ts';
import type { ImageGraph } from './graph.ts';
import { descriptorOf, getDocument, getManifest } from './registry-reader.ts';
import type { RepositoryReader } from './registry-reader.ts';

/** Signatures of SBOMs of an image are two deep; nothing that makes sense is much deeper. */
const depthLimit = 8;
/** Pages of one list. */
const pageLimit = 100;

/** Adds what a registry holds about the manifests of the graph, and about that in turn. */
export async function addRegistryReferrers(
  graph: ImageGraph,
  reader: RepositoryReader,
): Promise<Referrer[]> {
  const referrers: Referrer[] = [];
  let subjects = [...graph.manifests.keys()];
  for (let depth = 0; subjects.length > 0; depth += 1) {
    const found = await Promise.all(subjects.map((digest) => about(reader, digest)));
    subjects = [];
    for (const { descriptor, tag } of found.flat()) {
      if (graph.manifests.has(descriptor.digest)) continue;
      if (depth === depthLimit) {
        const { digest } = descriptor;
        throw tooMany(`${digest} is about what is about something, more than ${depth} times over`);
      }
      const manifest = await graph.add(descriptor, 'the list of referrers');
      if (manifest === undefined) continue;
      referrers.push(tag === undefined ? manifest : { ...manifest, tag });
      subjects.push(manifest.digest, ...manifest.manifests);
    }
  }
  return referrers;
}

interface About {
  readonly descriptor: Descriptor;
  readonly tag?: string;
}

async function about(reader: RepositoryReader, digest: string): Promise<About[]> {
  const [listed, ...tagged] = await Promise.all([
    listOf(reader, digest),
    ...tagKinds.map((kind) => taggedWith(reader, `${referrersTag(digest)}.${kind}`)),
  ]);
  return [...listed.map((descriptor) => ({ descriptor })), ...tagged.flat()];
}

/** By the referrers API, or by the list under a tag where the registry has none. */
async function listOf(reader: RepositoryReader, digest: string): Promise<Descriptor[]> {
  const { session, repository } = reader;
  const found: Descriptor[] = [];
  let next: string | undefined = `/v2/${repository}/referrers/${digest}`;
  for (let page = 0; next !== undefined; page += 1) {
    if (page === pageLimit) {
      throw tooMany(`The list of referrers of ${digest} has more than ${pageLimit} pages`);
    }
    const response = await getDocument(reader, next);
    if (page === 0 && (response.status === 404 || response.status === 405)) {
      const list = await getManifest(reader, referrersTag(digest));
      return list === undefined ? [] : entriesOf(list.body, digest);
    }
    if (response.status !== 200) {
      throw refusal(`GET of the referrers of ${digest}`, response, session.path);
    }
    found.push(...entriesOf(response.body, digest));
    next = nextPage(response.headers['link'], new URL(next, `https://${session.path.loginServer}`));
  }
  return found;
}

/** Leaving the rest behind would look like success. */
function tooMany(message: string): SpokelineError {
  return new SpokelineError('IMAGE_TOO_LARGE', message, {
    hint: 'Set referrers to false and copy what is about the image by hand.',
  });
}

function entriesOf(list: Buffer, subject: string): Descriptor[] {
  const fail = (message: string): never => {
    throw new SpokelineError('IMAGE_INVALID', `The list of referrers of ${subject} ${message}`);
  };
  const document = parseJson(list, fail);
  return indexEntries(isRecord(document) ? document : {}, fail);
}

/**
 * Where a list goes on, perhaps on the host that the registry has led to.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
function nextPage(link: string | undefined, asked: URL): string | undefined {
  const next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (next === undefined) return undefined;
  if (URL.canParse(next, asked.href)) return new URL(next, asked).href;
  const message = `${asked.host} says that the list of referrers goes on at what is no URL`;
  throw new SpokelineError('REGISTRY_REQUEST', message);
}

async function taggedWith(reader: RepositoryReader, tag: string): Promise<About[]> {
  const response = await getManifest(reader, tag);
  return response === undefined ? [] : [{ descriptor: descriptorOf(response, tag), tag }];
}
