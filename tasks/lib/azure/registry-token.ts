import { SpokelineError } from '../errors.ts';
import type { BearerChallenge } from '../oci/challenge.ts';
import type { RegistryPath } from '../oci/failure.ts';
import type { RegistryHttp, RegistryResponse } from '../oci/http.ts';
import { expiryOf } from '../oci/login.ts';
import type { OnThrottled, RegistryLogin, RegistryToken, TokenHosts } from '../oci/login.ts';
import { tokenAnswer, tokenIn } from '../oci/token-answer.ts';
import type { TokenSource } from './credential.ts';

/**
 * Registries may refuse tokens made for Resource Manager; this audience is the registry's own, in all clouds.
 * https://learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm
 */
export const registryScope = 'https://containerregistry.azure.net/.default';

export interface RegistryLoginOptions {
  readonly tokens: TokenSource;
  readonly tenantId: string;
  readonly http: RegistryHttp;
  readonly path: RegistryPath;
  readonly tokenHosts?: TokenHosts;
  /** Hides a token from the log. */
  readonly mask: (secret: string) => void;
}

/**
 * Signs in to Azure Container Registry: Entra token -> refresh token of the registry -> access
 * token for all scopes in one request. The refresh token is kept for the run; when the registry no
 * longer takes it, a new one is fetched once.
 * https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
export function registryLogin(options: RegistryLoginOptions): RegistryLogin {
  let refresh: string | undefined;
  return {
    async accessToken(challenge, scopes, signal, onThrottled): Promise<RegistryToken> {
      if (challenge.scheme !== 'bearer') {
        throw new SpokelineError(
          'REGISTRY_AUTH',
          `${options.path.loginServer} wants a user name and a password, not an Entra identity`,
          { hint: 'Give a docker-registry service connection in containerRegistry instead.' },
        );
      }
      const kept = refresh;
      refresh ??= await exchange(options, challenge, signal, onThrottled);
      let response = await access(options, challenge, scopes, refresh, signal);
      if (response.status === 401 && kept !== undefined) {
        refresh = await exchange(options, challenge, signal, onThrottled);
        response = await access(options, challenge, scopes, refresh, signal);
      }
      const what = 'the request for an access token';
      const answer = tokenAnswer(response, options.path, what, onThrottled);
      const token = tokenIn(answer, ['access_token'], options.path, what);
      options.mask(token);
      const expiresAt = expiryOf(token);
      const authorization = `Bearer ${token}`;
      return expiresAt === undefined ? { authorization } : { authorization, expiresAt };
    },
  };
}

async function exchange(
  options: RegistryLoginOptions,
  challenge: BearerChallenge,
  signal: AbortSignal,
  onThrottled: OnThrottled,
): Promise<string> {
  const { token } = await options.tokens.token(registryScope, signal);
  options.mask(token);
  const form = new URLSearchParams({
    grant_type: 'access_token',
    service: challenge.service,
    tenant: options.tenantId,
    access_token: token,
  });
  const target = challenge.path.replace(/\/token$/, '/exchange');
  const response = await post(options, challenge.host, target, form, signal);
  const what = 'the exchange of the Entra token';
  const refresh = tokenIn(
    tokenAnswer(response, options.path, what, onThrottled),
    ['refresh_token'],
    options.path,
    what,
  );
  options.mask(refresh);
  return refresh;
}

async function access(
  options: RegistryLoginOptions,
  challenge: BearerChallenge,
  scopes: readonly string[],
  refreshToken: string,
  signal: AbortSignal,
): Promise<RegistryResponse> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    service: challenge.service,
    refresh_token: refreshToken,
  });
  for (const scope of scopes) form.append('scope', scope);
  return post(options, challenge.host, challenge.path, form, signal);
}

async function post(
  { http, tokenHosts }: RegistryLoginOptions,
  host: string,
  target: string,
  form: URLSearchParams,
  signal: AbortSignal,
): Promise<RegistryResponse> {
  const body = Buffer.from(form.toString());
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  const send = tokenHosts?.get(host) ?? http;
  return send({ method: 'POST', target, headers, body, signal });
}
