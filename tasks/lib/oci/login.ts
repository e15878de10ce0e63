import type { Challenge } from './challenge.ts';
import type { RegistryHttp, RegistryResponse } from './http.ts';

export interface RegistryToken {
  /** For the Authorization header, its scheme included. */
  readonly authorization: string;
  /** Milliseconds since 1970, by the registry's word; undefined if it does not say. */
  readonly expiresAt?: number;
}

/** Told of an answer by which a token service asks to wait; the error that follows is transient. */
export type OnThrottled = (answer: RegistryResponse) => void;

/**
 * The port to an identity: gets one credential for all scopes. Throws SpokelineError REGISTRY_AUTH.
 */
export interface RegistryLogin {
  accessToken(
    challenge: Challenge,
    scopes: readonly string[],
    signal: AbortSignal,
    onThrottled: OnThrottled,
  ): Promise<RegistryToken>;
}

/** The ways to declared token services, by host; each pinned and judged like the registry's own. */
export type TokenHosts = ReadonlyMap<string, RegistryHttp>;

/** `exp` of a token in ms. Its signature is the registry's business; undefined if it is no JWT. */
export function expiryOf(token: string): number | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
    const exp =
      typeof claims === 'object' && claims !== null ? (claims as { exp?: unknown }).exp : undefined;
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
