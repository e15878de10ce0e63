import { createHash } from 'node:crypto';
import { SpokelineError } from '../../errors.ts';
import { shown } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import { refusal } from '../failure.ts';
import type { RegistryResponse } from '../http.ts';
import { acceptManifests } from '../media-types.ts';
import type { RegistrySession } from '../session.ts';
import { manifestLimit } from './graph.ts';

/** Opens a link to the content of a blob, on another host: without any credential. */
export type FollowLink = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<RegistryResponse>;

/** A registry that is read from. */
export interface SourceRegistry {
  readonly session: RegistrySession;
  /** Opens what the registry redirects to for the content of a blob. */
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
  { session, repository, signal }: RepositoryReader,
  reference: string,
): Promise<RegistryResponse | undefined> {
  const target = `/v2/${repository}/manifests/${reference}`;
  const headers = { accept: acceptManifests };
  const request = { method: 'GET' as const, target, headers, signal };
  const response = await session.send(request, { repeat: true });
  if (response.status === 200) return response;
  if (response.status === 404) return undefined;
  throw refusal(`GET of manifest ${reference}`, response, session.path);
}
