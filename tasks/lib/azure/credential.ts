import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { SpokelineError } from '../errors.ts';
import { untilAborted } from '../net/until-aborted.ts';
import { requestAssertion } from './assertion.ts';
import { certificateAssertion } from './certificate-assertion.ts';
import type { ServiceConnection } from './connection.ts';
import { requestIdentityToken } from './managed-identity.ts';
import { signInError } from './sign-in-error.ts';
import { requestToken } from './token-request.ts';
import type { GrantedToken } from './token-request.ts';

/** Access tokens of one identity, renewed as needed. */
export interface TokenSource {
  /**
   * A token for a scope such as `https://management.azure.com/.default`. `fresh` asks the sign-in service
   * again even if the kept one is still valid. Throws AUTH_FAILED, or the signal's reason.
   */
  token(
    scope: string,
    signal?: AbortSignal,
    options?: { readonly fresh?: boolean },
  ): Promise<GrantedToken>;
}

export interface CredentialOptions {
  /** How requests leave the process; tests trust their own authority here. */
  readonly httpClient?: HttpClient;
  readonly now?: () => number;
}

/**
 * A token is renewed when less than this is left, long enough for a slow request that carries it; one that does not
 * live much longer, in the second half of its life.
 */
const renewBeforeMs = 5 * 60_000;

interface KeptToken extends GrantedToken {
  readonly renewAt: number;
}

/**
 * The identity of a service connection. Each sign-in by federation fetches a new assertion, for one is valid
 * for minutes only (AADSTS700024 in long runs). Nothing of the agent's own environment, such as
 * AZURE_CLIENT_ID, is looked at.
 */
export function credentialFor(
  connection: ServiceConnection,
  options: CredentialOptions = {},
): TokenSource {
  const now = options.now ?? Date.now;
  const kept = new Map<string, KeptToken>();
  const pending = new Map<string, Promise<GrantedToken>>();

  async function acquire(scope: string): Promise<GrantedToken> {
    const httpClient = options.httpClient ?? createDefaultHttpClient();
    try {
      const granted = await grantedTo(connection, scope, httpClient, now);
      const left = granted.expiresAt - now();
      const renewAt = granted.expiresAt - Math.min(renewBeforeMs, left / 2);
      kept.set(scope, { ...granted, renewAt });
      return granted;
    } catch (error) {
      throw signInError(connection, error);
    }
  }

  return {
    async token(scope, signal, { fresh = false } = {}) {
      signal?.throwIfAborted();
      const known = kept.get(scope);
      if (!fresh && known && now() < known.renewAt) return known;
      // Many requests may find the token old at once; they share one sign-in.
      let request = pending.get(scope);
      if (!request) {
        request = acquire(scope).finally(() => pending.delete(scope));
        pending.set(scope, request);
      }
      try {
        // The sign-in itself is shared and goes on; only this caller's waiting ends.
        return await untilAborted(request, signal);
      } catch (error) {
        // The sign-in service may be back before the kept token ends.
        const passing = error instanceof SpokelineError && error.transient;
        if (!fresh && passing && known && known.expiresAt > now()) return known;
        throw error;
      }
    },
  };
}

/** One sign-in, by what the connection has to prove its identity. */
async function grantedTo(
  connection: ServiceConnection,
  scope: string,
  httpClient: HttpClient,
  now: () => number,
): Promise<GrantedToken> {
  const { id, scheme, clientId, secret, certificate, federation } = connection;
  if (scheme === 'ManagedServiceIdentity') {
    return requestIdentityToken(clientId, scope, httpClient, now);
  }
  if (federation === undefined && certificate === undefined && secret === undefined) {
    throw new SpokelineError(
      'CONNECTION_INVALID',
      `The service connection ${id} has neither a secret nor a certificate nor a federation.`,
    );
  }
  let assertion: string | undefined;
  if (federation !== undefined) assertion = await requestAssertion(id, federation, httpClient);
  else if (certificate !== undefined)
    assertion = certificateAssertion(connection, certificate, now);
  return requestToken(connection, scope, assertion, httpClient, now);
}

const sources = new WeakMap<ServiceConnection, TokenSource>();

/** The connection's tokens; the same source for the same connection, so that clients share tokens. */
export function tokenSource(
  connection: ServiceConnection,
  options: CredentialOptions = {},
): TokenSource {
  let source = sources.get(connection);
  if (!source) {
    source = credentialFor(connection, options);
    sources.set(connection, source);
  }
  return source;
}
