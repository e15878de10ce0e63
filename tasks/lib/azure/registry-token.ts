import { SpokelineError } from '../errors.ts';
import type { BearerChallenge } from '../oci/challenge.ts';
import { refusal } from '../oci/failure.ts';
import type { RegistryPath } from '../oci/failure.ts';
import type { RegistryHttp, RegistryResponse } from '../oci/http.ts';
import type { RegistryLogin, RegistryToken } from '../oci/session.ts';
import type { TokenSource } from './credential.ts';

/**
 * Registries may refuse tokens made for Resource Manager; this audience is the registry's own, in
 * all
 * clouds. https://learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm
 */
const registryScope = 'https://containerregistry.azure.net/.default';

export interface RegistryLoginOptions {
  readonly tokens: TokenSource;
  readonly tenantId: string;
  readonly http: RegistryHttp;
  readonly path: RegistryPath;
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
    async accessToken(challenge, scopes, signal): Promise<RegistryToken> {
      const kept = refresh;
      refresh ??= await exchange(options, challenge, signal);
      let response = await access(options, challenge, scopes, refresh, signal);
      if (response.status === 401 && kept !== undefined) {
        refresh = await exchange(options, challenge, signal);
        response = await access(options, challenge, scopes, refresh, signal);
      }
      const token = field(options, response, 'access_token', 'the request for an access token');
      const expiresAt = expiryOf(token);
      return expiresAt === undefined ? { token } : { token, expiresAt };
    },
  };
}

async function exchange(
  options: RegistryLoginOptions,
  challenge: BearerChallenge,
  signal: AbortSignal,
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
  const response = await post(options, target, form, signal);
  return field(options, response, 'refresh_token', 'the exchange of the Entra token');
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
  return post(options, challenge.path, form, signal);
}

async function post(
  options: RegistryLoginOptions,
  target: string,
  form: URLSearchParams,
  signal: AbortSignal,
): Promise<RegistryResponse> {
  const body = Buffer.from(form.toString());
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  return options.http({ method: 'POST', target, headers, body, signal });
}

/** Takes a token out of an answer, and hides it. */
function field(
  options: RegistryLoginOptions,
  response: RegistryResponse,
  name: string,
  what: string,
): string {
  const host = options.path.loginServer;
  if (response.status !== 200) {
    const fault = refusal(what, response, options.path);
    const { hint, details } = fault;
    if (response.status === 429 || response.status >= 500) {
      const info = { details, transient: true };
      throw new SpokelineError(
        fault.code,
        fault.message,
        hint === undefined ? info : { ...info, hint },
      );
    }
    if (response.status === 401 || response.status === 403) throw fault;
    throw new SpokelineError('REGISTRY_AUTH', fault.message, {
      hint: `Check that ${host} accepts Entra tokens and that the identity may see it.`,
      details,
    });
  }
  let document: unknown;
  try {
    document = JSON.parse(response.body.toString('utf8'));
  } catch {
    document = undefined;
  }
  const token =
    typeof document === 'object' && document !== null
      ? (document as Record<string, unknown>)[name]
      : undefined;
  if (typeof token !== 'string' || token === '') {
    throw new SpokelineError('REGISTRY_AUTH', `${host} answered ${what} without ${name}`);
  }
  options.mask(token);
  return token;
}

/** `exp` of a token in ms. Its signature is the registry's business; undefined if it is no JWT. */
function expiryOf(token: string): number | undefined {
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
