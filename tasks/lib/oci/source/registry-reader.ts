import { createHash } from 'node:crypto';
import { SpokelineError } from '../../errors.ts';
import { shown } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import { refusal } from '../failure.ts';
import type { RegistryResponse } from '../http.ts';
import { acceptManifests } from '../media-types.ts';
import { isPassing, isTransient } from '../session.ts';
import type { RegistrySession } from '../session.ts';
import { manifestLimit } from './graph.ts';

const redirects = 5;
/** Of a document on another host. */
const tries = 4;

/** What is asked of a registry, and of whomever it redirects to. */
export interface Wanted {
  readonly headers: Readonly<Record<string, string>>;
  /** Content of any size is a stream. */
  readonly streamed: boolean;
}

/** Opens a link on another host: without any credential. */
export type FollowLink = (
  url: URL,
  wanted: Wanted,
  signal: AbortSignal,
) => Promise<RegistryResponse>;

/** A registry that is read from. */
export interface SourceRegistry {
  readonly session: RegistrySession;
  /** Opens what the registry redirects to. */
  readonly follow: FollowLink;
  close(): void;
}

/** Requests for one repository of a registry. */
export interface RepositoryReader extends SourceRegistry {
  readonly repository: string;
  readonly signal: AbortSignal;
}

/** A manifest that was found by a tag: its own bytes and the type of the answer describe it. */
export function descriptorOf({ body, headers }: RegistryResponse, what: string): Descriptor {
  const mediaType = headers['content-type']?.split(';')[0]?.trim() ?? '';
  if (body.length > manifestLimit) {
    const message = `${what} is ${body.length} bytes; manifests may have at most ${manifestLimit}`;
    throw new SpokelineError('IMAGE_TOO_LARGE', message);
  }
  if (mediaType === '' || mediaType.length > 255) {
    const message = `${what} came with the media type ${shown(mediaType)}`;
    throw new SpokelineError('IMAGE_MEDIA_TYPE', message);
  }
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return { mediaType, digest, size: body.length };
}

/** Undefined: there is nothing of that name. */
export async function getManifest(
  reader: RepositoryReader,
  reference: string,
): Promise<RegistryResponse | undefined> {
  const target = `/v2/${reader.repository}/manifests/${reference}`;
  const response = await getDocument(reader, target, { accept: acceptManifests });
  if (response.status === 200) return response;
  if (response.status === 404) return undefined;
  throw refusal(`GET of manifest ${reference}`, response, reader.session.path);
}

/** A manifest or a list, which some registries only lead to: registry.k8s.io has none itself. */
export async function getDocument(
  reader: RepositoryReader,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RegistryResponse> {
  const { session, follow, signal } = reader;
  const insistent: FollowLink = async (url, wanted) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await follow(url, wanted, signal);
        const passes = isPassing(response.status) || response.status === 429;
        if (!passes || attempt === tries) return response;
      } catch (error) {
        if (!isTransient(error) || attempt === tries) throw error;
      }
      await session.pause(attempt, signal);
    }
  };
  return getFollowed({ ...reader, follow: insistent }, target, { headers, streamed: false });
}

/**
 * Asks the registry, and whomever it redirects to; its token goes to itself only.
 *
 * @param asked path and query, or the URL to begin with
 */
export async function getFollowed(
  { session, follow, signal }: RepositoryReader,
  asked: string,
  wanted: Wanted,
): Promise<RegistryResponse> {
  const own = new URL(`https://${session.path.loginServer}`);
  let url = new URL(asked, own);
  for (let hops = 0; hops <= redirects; hops += 1) {
    const target = `${url.pathname}${url.search}`;
    const response =
      url.origin === own.origin
        ? await session.send({ method: 'GET', target, ...wanted, signal }, { repeat: true })
        : await follow(url, wanted, signal);
    const { location } = response.headers;
    if (response.status < 300 || response.status >= 400 || location === undefined) return response;
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
    if (next?.protocol !== 'https:' || next.username !== '') {
      throw new SpokelineError(
        'REGISTRY_REQUEST',
        `${url.host} sends clients to ${next?.origin ?? 'something that is not a URL'} for ${asked}`,
        { hint: 'Content is read over https only.' },
      );
    }
    url = next;
  }
  const message = `${session.path.loginServer} redirects more than ${redirects} times for ${asked}`;
  throw new SpokelineError('REGISTRY_REQUEST', message);
}
