import { randomUUID } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSigningKey } from '../../devops/signing-key.ts';
import type { Authority } from '../../http/certificates.ts';
import type { Faults } from '../../http/faults.ts';
import { readBody, sendJson } from '../../http/json-body.ts';
import type { Handler } from '../../http/tls-server.ts';
import { listenTls } from '../../http/tls-server.ts';
import type { Application, ApplicationRequest } from './applications.ts';
import { Directory } from './applications.ts';
import { discovery } from './discovery.ts';
import { sendTokenError, TokenError } from './errors.ts';
import { checkToken } from './jwt.ts';

export interface EntraOptions {
  authority: Authority;
  tenantId: string;
  /** 0 takes a free one. */
  port: number;
  host?: string;
  faults?: Faults;
  /** Seconds that access tokens are good for; 3600 if absent. */
  tokenLifetime?: number;
  /** Seconds that clients are told; longer ones are refused before they expect it, as withdrawn tokens are. */
  toldLifetime?: number;
  /** Milliseconds since 1970; tests inject it. */
  now?: () => number;
}

/** Who a token speaks for. */
export interface Identity {
  objectId: string;
  clientId: string;
}

export interface Entra {
  tenantId: string;
  /** Base URL without a slash at the end: what service connections call the authority. */
  authorityUrl: string;
  /** @throws Error if the client id is taken */
  addApplication(
    request: ApplicationRequest,
  ): Pick<Application, 'clientId' | 'objectId' | 'secret'>;
  /** Assertions of this issuer are verified with this key, besides those it has. */
  trustIssuer(issuer: string, publicJwk: JsonWebKey): void;
  /**
   * A token for an identity of a machine, which its metadata service vouches for; times in seconds.
   * @throws TokenError for a client id that is none
   */
  tokenFor(
    clientId: string,
    resource: string,
  ): { token: string; expiresAt: number; lifetime: number };
  /** A resource that tokens may be asked for, besides Azure's own; its URL without a scope. */
  addResource(resource: string): void;
  /** Undefined unless signature, dates and audience are right; a slash at the end does not matter. */
  verify(token: string, audiences: readonly string[]): Identity | undefined;
  handler: Handler;
  close(): Promise<void>;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const formLimit = 64 * 1024;

/** Audiences of Azure services in the public cloud that a pipeline may meet. */
const wellKnown: readonly string[] = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://containerregistry.azure.net',
  'https://vault.azure.net',
  'https://storage.azure.com',
  'https://graph.microsoft.com',
];

/** Starts the identity provider of one tenant: discovery, keys, tokens. */
export async function startEntra(o: EntraOptions): Promise<Entra> {
  const now = o.now ?? Date.now;
  const host = o.host ?? '127.0.0.1';
  const lifetime = o.tokenLifetime ?? 3600;
  const told = o.toldLifetime ?? lifetime;
  const key = await createSigningKey();
  const directory = new Directory();
  const resources = new Set(wellKnown);
  let base = '';

  function seconds(): number {
    return Math.floor(now() / 1000);
  }

  function authenticate(form: URLSearchParams): { application: Application; proof: '1' | '2' } {
    const application = directory.find(required(form, 'client_id'), o.tenantId);
    const assertion = form.get('client_assertion');
    if (assertion === null) {
      directory.checkSecret(application, required(form, 'client_secret'));
      return { application, proof: '1' };
    }
    if (required(form, 'client_assertion_type') !== assertionType) {
      const message = `The client_assertion_type must be '${assertionType}'.`;
      throw new TokenError(400, 'invalid_request', 900144, message);
    }
    const home = `${base}/${o.tenantId}`;
    const audiences = [`${home}/oauth2/v2.0/token`, `${home}/oauth2/token`, `${home}/v2.0`];
    directory.checkAssertion(application, assertion, audiences, seconds());
    return { application, proof: '2' };
  }

  function resourceOf(form: URLSearchParams): string {
    const scope = form.get('resource') ?? required(form, 'scope').split(' ')[0] ?? '';
    const resource = form.has('resource') ? scope : scope.replace(/\/\.default$/, '');
    if (!form.has('resource') && resource === scope) {
      const message = `The provided request must include a scope that ends in '/.default', not '${scope}'.`;
      throw new TokenError(400, 'invalid_scope', 1002012, message);
    }
    if (!resources.has(trimSlash(resource))) {
      const message = `The resource principal named ${resource} was not found in the tenant named ${o.tenantId}.`;
      throw new TokenError(400, 'invalid_resource', 500011, message);
    }
    return resource;
  }

  function issue(form: URLSearchParams): Record<string, unknown> {
    const grant = required(form, 'grant_type');
    if (grant !== 'client_credentials') {
      const message = `The app requested an unsupported grant type '${grant}'.`;
      throw new TokenError(400, 'unsupported_grant_type', 70003, message);
    }
    const { application, proof } = authenticate(form);
    const resource = resourceOf(form);
    const issuedAt = seconds();
    const token = sign(application, resource, proof, issuedAt);
    return {
      token_type: 'Bearer',
      expires_in: told,
      ext_expires_in: told,
      ...(form.has('resource') ? { expires_on: String(issuedAt + told), resource } : {}),
      access_token: token,
    };
  }

  function sign(
    application: Application,
    resource: string,
    proof: '1' | '2',
    issuedAt: number,
  ): string {
    return key.sign({
      aud: resource,
      iss: `https://sts.windows.net/${o.tenantId}/`,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + lifetime,
      appid: application.clientId,
      appidacr: proof,
      app_displayname: application.name,
      idtyp: 'app',
      oid: application.objectId,
      sub: application.objectId,
      tid: o.tenantId,
      uti: randomUUID(),
      ver: '1.0',
    });
  }

  async function token(
    tenant: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      checkTenant(tenant);
      const form = new URLSearchParams((await readBody(request, formLimit)).toString('utf8'));
      sendJson(response, 200, issue(form), { 'Cache-Control': 'no-store', Pragma: 'no-cache' });
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      sendTokenError(response, error, base, now());
    }
  }

  function checkTenant(tenant: string): void {
    if (tenant.toLowerCase() === o.tenantId.toLowerCase() || tenant === 'adfs') return;
    const message = `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`;
    throw new TokenError(400, 'invalid_request', 90002, message);
  }

  async function handler(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'https://localhost').pathname;
    const tokenPath = /^\/([^/]+)\/oauth2(?:\/v2\.0)?\/token$/i.exec(path);
    if (tokenPath !== null && request.method === 'POST') {
      await token(tokenPath[1] ?? '', request, response);
      return;
    }
    request.resume();
    if (request.method === 'GET') {
      try {
        const document = discovery(path, { base, tenantId: o.tenantId, keys: [key.publicJwk] });
        if (document !== undefined) {
          checkTenant(document.tenant);
          sendJson(response, 200, document.body);
          return;
        }
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        sendTokenError(response, error, base, now());
        return;
      }
    }
    sendJson(response, 404, {
      error: 'not_found',
      error_description: `the sandbox's Entra has no ${request.method ?? ''} ${path}`,
    });
  }

  const listener = await listenTls({
    host,
    port: o.port,
    certificate: await o.authority.issue(['localhost', host]),
    handler,
    faults: o.faults,
    name: 'entra',
  });
  base = listener.url;

  return {
    tenantId: o.tenantId,
    authorityUrl: base,
    addApplication(request) {
      const { clientId, objectId, secret } = directory.add(request);
      return { clientId, objectId, secret };
    },
    trustIssuer(issuer, publicJwk) {
      directory.trust(issuer, publicJwk);
    },
    tokenFor(clientId, resource) {
      const issuedAt = seconds();
      const application = directory.find(clientId, o.tenantId);
      const token = sign(application, resource, '2', issuedAt);
      return { token, expiresAt: issuedAt + lifetime, lifetime };
    },
    addResource(resource) {
      resources.add(trimSlash(resource));
    },
    verify(given, audiences) {
      // Who shortens the life of tokens wants to see them end.
      const skew = o.tokenLifetime === undefined ? undefined : 0;
      const checked = checkToken(given, [key.publicJwk], seconds(), skew);
      if (!('claims' in checked)) return undefined;
      const { aud, oid, appid } = checked.claims;
      if (aud === undefined || oid === undefined || appid === undefined) return undefined;
      const meant = audiences.some((audience) => trimSlash(audience) === trimSlash(aud));
      return meant ? { objectId: oid, clientId: appid } : undefined;
    },
    handler,
    close: () => listener.close(),
  };
}

/** @throws TokenError AADSTS900144 */
function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value !== null && value !== '') return value;
  const message = `The request body must contain the following parameter: '${name}'.`;
  throw new TokenError(400, 'invalid_request', 900144, message);
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '').toLowerCase();
}
