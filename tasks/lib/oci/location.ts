import { SpokelineError } from '../errors.ts';

/**
 * Path and query of a `Location` header, which registries write absolute or relative.
 *
 * The rest of the text is kept as it came, since it may hold state that does not survive
 * rebuilding. Another host is refused: the next request carries the token and the layer.
 *
 * @throws SpokelineError REGISTRY_REQUEST
 */
export function ownLocation(location: string | undefined, host: string): string {
  if (location === undefined || location === '') {
    throw new SpokelineError('REGISTRY_REQUEST', `${host} opened an upload without a Location`);
  }
  const url = URL.canParse(location, `https://${host}`)
    ? new URL(location, `https://${host}`)
    : undefined;
  if (url?.protocol !== 'https:' || url.host !== host || url.username !== '') {
    throw new SpokelineError(
      'REGISTRY_REQUEST',
      `${host} sends the upload to ${url?.origin ?? 'a Location that is not a URL'}`,
      { hint: 'Neither the token nor the image is sent to another host than the login server.' },
    );
  }
  return `${url.pathname}${url.search}`;
}

/** Adds the closing digest to an upload's location. */
export function withDigest(target: string, digest: string): string {
  return `${target}${target.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}
