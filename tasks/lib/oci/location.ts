import { SpokelineError } from '../errors.ts';

/**
 * Path and query of a `Location` header, which registries write absolute, or relative to the request
 * that it answers.
 *
 * The rest of the text is kept as it came, since it may hold state that does not survive
 * rebuilding. Another host is refused: the next request carries the token and the layer.
 *
 * @param asked path and query of that request
 * @throws SpokelineError REGISTRY_REQUEST
 */
export function ownLocation(location: string | undefined, host: string, asked = '/'): string {
  if (location === undefined || location === '') {
    throw new SpokelineError('REGISTRY_REQUEST', `${host} answered an upload without a Location`, {
      hint: 'A proxy before the registry may have removed it; without it no upload can go on.',
    });
  }
  const base = `https://${host}${asked}`;
  const url = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url?.protocol !== 'https:' || url.host !== host || url.username !== '') {
    throw new SpokelineError(
      'REGISTRY_REQUEST',
      `${host} sends the upload to ${url?.origin ?? 'a Location that is not a URL'}`,
      {
        hint:
          url?.protocol === 'http:'
            ? 'Nothing is sent unencrypted. The proxy before the registry has to tell it of https ' +
              '(X-Forwarded-Proto), or the registry to answer with relative URLs.'
            : 'Neither the token nor the image is sent to another host than the login server.',
      },
    );
  }
  return `${url.pathname}${url.search}`;
}

/** Adds the closing digest to an upload's location. */
export function withDigest(target: string, digest: string): string {
  return `${target}${target.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}
