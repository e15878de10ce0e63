import { SpokelineError } from '../errors.ts';

/** Where tokens of a registry come from, as its own answer to a request without one says. */
export interface BearerChallenge {
  /** Path of the token endpoint, on the registry's own host. */
  readonly path: string;
  readonly service: string;
}

/**
 * Reads the `WWW-Authenticate` header of a registry.
 *
 * A realm on any other host is refused: whoever can forge the answer of a registry could otherwise
 * have the identity's token sent to himself.
 *
 * @throws SpokelineError REGISTRY_AUTH
 */
export function readChallenge(header: string | undefined, host: string): BearerChallenge {
  if (header === undefined) {
    throw new SpokelineError('REGISTRY_AUTH', `${host} asks for a login without saying which`);
  }
  const scheme = /^\s*([A-Za-z]+)/.exec(header)?.[1]?.toLowerCase();
  if (scheme !== 'bearer') {
    throw new SpokelineError(
      'REGISTRY_AUTH',
      `${host} asks for ${scheme ?? 'an unknown'} authentication; only bearer tokens are supported`,
      { hint: 'This task signs in to Azure Container Registry with an Entra identity.' },
    );
  }
  const fields = new Map<string, string>();
  for (const [, name, quoted, plain] of header.matchAll(/([a-z_]+)=(?:"([^"]*)"|([^\s,"]+))/gi)) {
    if (name !== undefined) fields.set(name.toLowerCase(), quoted ?? plain ?? '');
  }
  const realm = fields.get('realm') ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url?.protocol !== 'https:' || url.host !== host || url.username !== '') {
    throw new SpokelineError(
      'REGISTRY_AUTH',
      `${host} sends its clients to ${url?.origin ?? JSON.stringify(realm)} for tokens`,
      { hint: `Only ${host} itself is trusted with the identity; nothing was sent there.` },
    );
  }
  return { path: url.pathname, service: fields.get('service') ?? host };
}
