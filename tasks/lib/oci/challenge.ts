import { SpokelineError } from '../errors.ts';

/** Where tokens of a registry come from, as its own answer to a request without one says. */
export interface BearerChallenge {
  readonly scheme: 'bearer';
  /** Host, with its port if that is not 443: the registry's own or a declared one. */
  readonly host: string;
  /** Path and query of the token endpoint. */
  readonly path: string;
  readonly service: string;
}

/** How a registry wants to be signed in to. */
export type Challenge = BearerChallenge | { readonly scheme: 'basic' };

/**
 * Reads the `WWW-Authenticate` header of a registry; tokens are preferred to passwords.
 *
 * A realm on a host that is neither the registry's own nor declared is refused: whoever can forge
 * the answer of a registry could otherwise have the identity's credential sent to himself.
 *
 * @throws SpokelineError REGISTRY_AUTH
 */
export function readChallenge(
  header: string | undefined,
  host: string,
  declared: readonly string[] = [],
): Challenge {
  if (header === undefined) {
    throw new SpokelineError('REGISTRY_AUTH', `${host} asks for a login without saying which`);
  }
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(header)?.[1];
  if (bearer !== undefined) return readBearer(bearer, host, declared);
  const scheme = /^\s*([A-Za-z]+)/.exec(header)?.[1]?.toLowerCase();
  if (scheme === 'basic') return { scheme };
  throw new SpokelineError(
    'REGISTRY_AUTH',
    `${host} asks for ${scheme ?? 'an unknown'} authentication; bearer tokens and passwords are supported`,
  );
}

function readBearer(text: string, host: string, declared: readonly string[]): BearerChallenge {
  const fields = new Map<string, string>();
  for (const [, name, quoted, plain] of text.matchAll(/([a-z_]+)=(?:"([^"]*)"|([^\s,"]+))/gi)) {
    const key = name?.toLowerCase() ?? '';
    if (!fields.has(key)) fields.set(key, quoted ?? plain ?? '');
  }
  const realm = fields.get('realm') ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const known = url !== undefined && [host, ...declared].includes(url.host);
  if (url?.protocol !== 'https:' || !known || url.username !== '') {
    throw new SpokelineError(
      'REGISTRY_AUTH',
      `${host} sends its clients to ${url?.origin ?? JSON.stringify(realm)} for tokens`,
      {
        hint:
          `Only ${[host, ...declared].join(', ')} may be trusted with the identity; nothing was sent ` +
          'there. If it is the token service of this registry, add its host to tokenHosts (of a source: ' +
          'sourceTokenHosts).',
      },
    );
  }
  return {
    scheme: 'bearer',
    host: url.host,
    path: `${url.pathname}${url.search}`,
    service: fields.get('service') ?? host,
  };
}
