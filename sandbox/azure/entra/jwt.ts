import type { JsonWebKey } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';

/** Claims of a token; which exist depends on who issued it. */
export interface Claims {
  iss?: string;
  sub?: string;
  aud?: string;
  exp?: number;
  nbf?: number;
  appid?: string;
  oid?: string;
}

/** What is wrong with a token, in the order in which it is looked at. */
export type TokenFault = 'malformed' | 'signature' | 'expired' | 'early';

/** Allowed difference between two clocks, in seconds, as Entra allows it. */
const skewSeconds = 300;

/** Claims of a compact JWT without any check, undefined if it is none. */
export function readClaims(token: string): Claims | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const claims = decodePart(parts[1] ?? '');
  if (claims === undefined) return undefined;
  const number = (key: string): number | undefined =>
    typeof claims[key] === 'number' ? claims[key] : undefined;
  const text = (key: string): string | undefined =>
    typeof claims[key] === 'string' ? claims[key] : undefined;
  return dropAbsent({
    iss: text('iss'),
    sub: text('sub'),
    aud: text('aud'),
    exp: number('exp'),
    nbf: number('nbf'),
    appid: text('appid'),
    oid: text('oid'),
  });
}

/** Header of a compact JWT without any check, undefined if it is none. */
export function readHeader(token: string): Record<string, unknown> | undefined {
  return decodePart(token.split('.')[0] ?? '');
}

/**
 * Checks signature (RS256 only: a token may not choose its own algorithm) and dates.
 * @param nowSeconds since 1970
 * @param skew seconds that the clock of whoever made it may be off
 */
export function checkToken(
  token: string,
  keys: readonly JsonWebKey[],
  nowSeconds: number,
  skew: number = skewSeconds,
): { claims: Claims } | { fault: TokenFault } {
  const claims = readClaims(token);
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = readHeader(token);
  if (claims === undefined || header === undefined) return { fault: 'malformed' };
  if (header['alg'] !== 'RS256') return { fault: 'signature' };
  const candidates = keys.filter(
    (key) =>
      header['kid'] === undefined || key['kid'] === undefined || key['kid'] === header['kid'],
  );
  const content = Buffer.from(`${head}.${body}`);
  const signed = candidates.some((key) =>
    verify(
      'RSA-SHA256',
      content,
      createPublicKey({ key, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    ),
  );
  if (!signed) return { fault: 'signature' };
  if (claims.exp === undefined || claims.exp + skew <= nowSeconds) {
    return { fault: 'expired' };
  }
  if (claims.nbf !== undefined && claims.nbf - skew > nowSeconds) return { fault: 'early' };
  return { claims };
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function dropAbsent(claims: Record<keyof Claims, string | number | undefined>): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
