import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type AccessToken,
  type GetTokenOptions,
  type TokenCredential,
} from '@azure/identity';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { SpokelineError } from '../errors.ts';
import { requestAssertion } from './assertion.ts';
import type { ServiceConnection } from './connection.ts';
import { signInError } from './sign-in-error.ts';

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
  ): Promise<{ token: string; expiresAt: number }>;
}

export interface CredentialOptions {
  /** How requests leave the process; tests trust their own authority here. */
  readonly httpClient?: HttpClient;
  readonly now?: () => number;
}

/** A token is renewed when less than this is left: long enough for a slow request that carries it. */
const renewBeforeMs = 5 * 60_000;

/**
 * The identity of a service connection, as the Azure SDK takes it and as a token source. Each sign-in by
 * federation fetches a new assertion, for one is valid for minutes only (AADSTS700024 in long runs).
 * Nothing of the agent's own environment, such as AZURE_CLIENT_ID, is looked at.
 */
export function credentialFor(
  connection: ServiceConnection,
  options: CredentialOptions = {},
): TokenCredential & TokenSource {
  const now = options.now ?? Date.now;
  const kept = new Map<string, { token: string; expiresAt: number }>();
  const pending = new Map<string, Promise<{ token: string; expiresAt: number }>>();

  async function acquire(scope: string): Promise<{ token: string; expiresAt: number }> {
    let access: AccessToken | null;
    // The library asks for an assertion twice in one sign-in, and replaces an error of it by one of its own,
    // without the cause.
    let asked: Promise<string> | undefined;
    let assertionError: unknown;
    const assertion = (federation: Federation, httpClient: HttpClient) => {
      asked ??= requestAssertion(connection.id, federation, httpClient).catch((error: unknown) => {
        assertionError = error;
        throw error;
      });
      return asked;
    };
    try {
      // A new SDK credential each time: its token cache must not answer when a fresh token is asked for.
      access = await sdkCredential(connection, options, assertion).getToken(scope);
    } catch (error) {
      throw signInError(connection, assertionError ?? error);
    }
    if (!access) throw new SpokelineError('AUTH_FAILED', 'The sign-in service gave no token.');
    const result = { token: access.token, expiresAt: access.expiresOnTimestamp };
    kept.set(scope, result);
    return result;
  }

  const source: TokenSource = {
    async token(scope, signal, { fresh = false } = {}) {
      signal?.throwIfAborted();
      const known = kept.get(scope);
      if (!fresh && known && known.expiresAt - now() > renewBeforeMs) return known;
      // Many requests may find the token old at once; they share one sign-in.
      let request = pending.get(scope);
      if (!request) {
        request = acquire(scope).finally(() => pending.delete(scope));
        pending.set(scope, request);
      }
      try {
        return await untilAborted(request, signal);
      } catch (error) {
        // The sign-in service may be back before the kept token ends.
        const passing = error instanceof SpokelineError && error.transient;
        if (!fresh && passing && known && known.expiresAt > now()) return known;
        throw error;
      }
    },
  };
  return {
    ...source,
    async getToken(scopes: string | string[], getOptions?: GetTokenOptions): Promise<AccessToken> {
      const list = typeof scopes === 'string' ? [scopes] : scopes;
      const scope = list.join(' ');
      const result = await source.token(scope, toSignal(getOptions?.abortSignal));
      return { token: result.token, expiresOnTimestamp: result.expiresAt };
    },
  };
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

type Federation = NonNullable<ServiceConnection['federation']>;

function sdkCredential(
  connection: ServiceConnection,
  options: CredentialOptions,
  assertion: (federation: Federation, httpClient: HttpClient) => Promise<string>,
): TokenCredential {
  const httpClient = options.httpClient ?? createDefaultHttpClient();
  const sdkOptions = {
    httpClient,
    authorityHost: connection.authorityUrl,
    // Instance discovery asks login.microsoft.com about the authority, which a private network may not
    // reach; the authority comes from the connection, so there is nothing to find out.
    disableInstanceDiscovery: true,
    // A secret or an assertion goes to the authority and nowhere else.
    redirectOptions: { maxRetries: 0 },
    retryOptions: { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 5000 },
  };
  const { tenantId, clientId, secret, certificate, federation } = connection;
  if (connection.scheme === 'ManagedServiceIdentity') {
    return new ManagedIdentityCredential({
      ...(clientId === undefined ? {} : { clientId }),
      httpClient: onThisMachine(httpClient),
      retryOptions: sdkOptions.retryOptions,
    });
  }
  if (clientId === undefined) throw incomplete(connection, 'no client id');
  if (federation) {
    return new ClientAssertionCredential(
      tenantId,
      clientId,
      () => assertion(federation, httpClient),
      sdkOptions,
    );
  }
  if (certificate !== undefined) {
    return new ClientCertificateCredential(tenantId, clientId, { certificate }, sdkOptions);
  }
  if (secret === undefined) {
    throw incomplete(connection, 'neither a secret nor a certificate nor a federation');
  }
  return new ClientSecretCredential(tenantId, clientId, secret, sdkOptions);
}

/** An address of the machine itself is never behind a proxy, and answers soon or not at all. */
function onThisMachine(httpClient: HttpClient): HttpClient {
  return {
    sendRequest: (request) => {
      delete request.proxySettings;
      delete request.agent;
      request.timeout = 10_000;
      return httpClient.sendRequest(request);
    },
  };
}

function incomplete({ id }: ServiceConnection, what: string): SpokelineError {
  return new SpokelineError('CONNECTION_INVALID', `The service connection ${id} has ${what}.`);
}

/** The sign-in itself is shared and goes on; only this caller's waiting ends. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function toSignal(signal: GetTokenOptions['abortSignal']): AbortSignal | undefined {
  if (!signal || signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener('abort', () => controller.abort());
  return controller.signal;
}
