import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Certificate } from '../../sandbox/http/certificates.ts';
import { readBody, sendJson } from '../../sandbox/http/json-body.ts';
import type { Handler } from '../../sandbox/http/tls-server.ts';
import { tokenIssuer, tokenService } from './docker-registry.ts';

export interface TokenServiceOptions {
  /** Signs tokens; the registry has the certificate in its bundle. */
  readonly signer: Certificate;
  /** Whether a token of the sign-in service is a good one. */
  isKnown(entraToken: string): boolean;
  /** What the pair of user and password has to be, for clients that have no Entra identity. */
  readonly basic: string;
}

const lifetime = 4500;

/** The token service of a registry, for clients of both kinds: ACR's exchange, and user and password. */
export function tokenHandler({ signer, isKnown, basic }: TokenServiceOptions): Handler {
  const key = createPrivateKey(signer.key);
  const x5c = [new X509Certificate(signer.cert).raw.toString('base64')];
  const refreshTokens = new Set<string>();

  function access(scopes: readonly string[]): string {
    const now = Math.floor(Date.now() / 1000);
    const granted = scopes
      .flatMap((scope) => scope.split(' '))
      .map((scope) => scope.split(':'))
      .map(([type, name, actions]) => ({ type, name, actions: (actions ?? '').split(',') }));
    const head = encode({ typ: 'JWT', alg: 'ES256', x5c });
    const claims = { iss: tokenIssuer, sub: 'bench', aud: tokenService, jti: randomUUID() };
    const times = { exp: now + lifetime, nbf: now - 60, iat: now };
    const text = `${head}.${encode({ ...claims, ...times, access: granted })}`;
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://tokens');
    if (request.method === 'GET') {
      if (request.headers.authorization !== `Basic ${basic}`) return refuse(response);
      const token = access(url.searchParams.getAll('scope'));
      return sendJson(response, 200, { token, expires_in: lifetime });
    }
    const form = new URLSearchParams((await readBody(request, 64 * 1024)).toString());
    if (url.pathname === '/oauth2/exchange') {
      if (!isKnown(form.get('access_token') ?? '')) return refuse(response);
      const token = randomUUID();
      refreshTokens.add(token);
      return sendJson(response, 200, { refresh_token: token });
    }
    if (!refreshTokens.has(form.get('refresh_token') ?? '')) return refuse(response);
    return sendJson(response, 200, { access_token: access(form.getAll('scope')) });
  }
  return answer;
}

function refuse(response: ServerResponse): void {
  sendJson(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'unknown' }] });
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
