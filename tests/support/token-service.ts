import { createPrivateKey, randomUUID, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RegistryUser } from './debian-registry.ts';
import { createTestAuthority } from './tls.ts';

/** Seconds that a token lives. */
const lifetime = 300;

/** What a registry has to know of the service whose tokens it takes. */
export interface TokenTrust {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM of the authority behind the signatures. */
  readonly bundle: string;
}

export interface TokenRequest {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/** A token service beside a registry: https://distribution.github.io/distribution/spec/auth/jwt/ */
export class TokenService {
  /** Everything that it was asked, in order. */
  readonly requests: TokenRequest[] = [];
  readonly trust: TokenTrust;
  readonly #server: Server;
  readonly #user: RegistryUser;
  readonly #key: KeyObject;
  readonly #certificate: string;

  private constructor(server: Server, user: RegistryUser, bundle: string, pair: Pair) {
    const { address, port } = server.address() as AddressInfo;
    this.trust = {
      realm: `https://${address}:${port}/token`,
      service: 'test',
      issuer: 'test',
      bundle,
    };
    this.#server = server;
    this.#user = user;
    this.#key = createPrivateKey(pair.key);
    this.#certificate = new X509Certificate(pair.cert).raw.toString('base64');
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** @param user who gets what he asks for; nobody else gets anything */
  static async start(host: string, user: RegistryUser): Promise<TokenService> {
    const authority = await createTestAuthority('Token authority');
    const pair = await authority.issue([host]);
    const server = createServer(pair);
    await once(server.listen(0, host), 'listening');
    return new TokenService(server, user, authority.ca, pair);
  }

  get host(): string {
    return new URL(this.trust.realm).host;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.trust.realm);
    this.requests.push({ url, headers: request.headers });
    const { name, password } = this.#user;
    const basic = Buffer.from(`${name}:${password}`).toString('base64');
    const known = request.headers.authorization === `Basic ${basic}`;
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    const refused = { errors: [{ code: 'UNAUTHORIZED', message: 'wrong user or password' }] };
    const given = { token: this.#token(url), expires_in: lifetime };
    response.end(JSON.stringify(known ? given : refused));
  }

  #token(url: URL): string {
    const now = Math.floor(Date.now() / 1000);
    const { issuer: iss, service: aud } = this.trust;
    const access = url.searchParams.getAll('scope').map((scope) => {
      const [type, repository, actions = ''] = scope.split(':');
      return { type, name: repository, actions: actions.split(',') };
    });
    const times = { iat: now, nbf: now - 10, exp: now + lifetime };
    const claims = { iss, aud, sub: this.#user.name, jti: randomUUID(), ...times, access };
    const header = { typ: 'JWT', alg: 'ES256', x5c: [this.#certificate] };
    const content = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const;
    return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
  }
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}
