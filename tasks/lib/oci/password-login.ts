import { SpokelineError } from '../errors.ts';
import type { BearerChallenge } from './challenge.ts';
import type { RegistryPath } from './failure.ts';
import type { RegistryHttp } from './http.ts';
import { expiryOf } from './login.ts';
import type { OnThrottled, RegistryLogin, RegistryToken, TokenHosts } from './login.ts';
import { tokenAnswer, tokenIn } from './token-answer.ts';

export interface Password {
  readonly username: string;
  readonly password: string;
}

export interface PasswordLoginOptions {
  /** Without one the registry is asked for what it gives to anybody. */
  readonly password?: Password;
  readonly http: RegistryHttp;
  readonly path: RegistryPath;
  readonly tokenHosts?: TokenHosts;
  readonly now: () => number;
  /** Hides a secret from the log. */
  readonly mask: (secret: string) => void;
}

/** Seconds that a token lives whose service does not say so, by the specification below. */
const defaultLifetime = 60;

/**
 * Signs in with a user name and a password, or as nobody: to the registry itself where it wants
 * that, else to its token service.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export function passwordLogin(options: PasswordLoginOptions): RegistryLogin {
  const { password, mask } = options;
  const basic =
    password === undefined
      ? undefined
      : Buffer.from(`${password.username}:${password.password}`).toString('base64');
  if (basic !== undefined) mask(basic);
  return {
    accessToken(challenge, scopes, signal, onThrottled): Promise<RegistryToken> {
      if (challenge.scheme === 'bearer')
        return fetchToken(options, basic, challenge, scopes, signal, onThrottled);
      if (basic === undefined) {
        throw new SpokelineError(
          'REGISTRY_AUTH',
          `${options.path.loginServer} wants a user name and a password`,
          { hint: 'Give a docker-registry service connection in containerRegistry.' },
        );
      }
      return Promise.resolve({ authorization: `Basic ${basic}` });
    },
  };
}

async function fetchToken(
  { http, path, tokenHosts, now, mask }: PasswordLoginOptions,
  basic: string | undefined,
  challenge: BearerChallenge,
  scopes: readonly string[],
  signal: AbortSignal,
  onThrottled: OnThrottled,
): Promise<RegistryToken> {
  const query = new URLSearchParams({ service: challenge.service });
  for (const scope of scopes) query.append('scope', scope);
  const target = `${challenge.path}${challenge.path.includes('?') ? '&' : '?'}${query.toString()}`;
  const headers: Record<string, string> =
    basic === undefined ? {} : { authorization: `Basic ${basic}` };
  const send = tokenHosts?.get(challenge.host) ?? http;
  const asked = now();
  const response = await send({ method: 'GET', target, headers, signal });
  const what = `the request for a token at ${challenge.host}`;
  const answer = tokenAnswer(response, path, what, onThrottled);
  const token = tokenIn(answer, ['token', 'access_token'], path, what);
  mask(token);
  const lifetime = Number(answer['expires_in'] ?? defaultLifetime);
  const expiresAt =
    expiryOf(token) ?? asked + (Number.isFinite(lifetime) ? lifetime : defaultLifetime) * 1000;
  return { authorization: `Bearer ${token}`, expiresAt };
}
