import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../../http/json-body.ts';
import { RegistryError } from './errors.ts';
import type { Grant, RegistryClaims } from './tokens.ts';
import { createMint } from './tokens.ts';

export interface AuthOptions {
  /** Host name, with its port if that is not 443: service, realm and audience of the tokens. */
  loginServer: string;
  /** Object id behind an Entra token that is meant for this registry. */
  identify(accessToken: string): string | undefined;
  /** Whether an identity has an ARM action on this registry. */
  isAllowed(objectId: string, action: string): boolean;
  /** Seconds; 10800 if absent. */
  refreshLifetime?: number;
  /** Seconds; 4500 if absent. */
  accessLifetime?: number;
  now: () => number;
}

/** Azure's role actions behind the actions of a repository scope. */
const rights: Record<string, string> = {
  pull: 'Microsoft.ContainerRegistry/registries/pull/read',
  push: 'Microsoft.ContainerRegistry/registries/push/write',
  delete: 'Microsoft.ContainerRegistry/registries/artifacts/delete',
  metadata_read: 'Microsoft.ContainerRegistry/registries/pull/read',
  metadata_write: 'Microsoft.ContainerRegistry/registries/push/write',
};
const catalogue = 'Microsoft.ContainerRegistry/registries/read';

/** User name that goes with a refresh token where a client only knows passwords. */
const tokenUser = '00000000-0000-0000-0000-000000000000';
const formLimit = 64 * 1024;

/** The registry's token service, and the check of its tokens. */
export interface Auth {
  /** Answers `/oauth2/exchange` and `/oauth2/token`. @returns false for other paths */
  serve(url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** What the bearer may do. @throws RegistryError 401 with a challenge */
  bearer(request: IncomingMessage, wanted?: Grant): Bearer;
  /** A link to one blob that needs no further token, as it is handed to data hosts. */
  linkFor(digest: string): string;
  linkedDigest(token: string): string | undefined;
}

export interface Bearer {
  objectId: string;
  may(repository: string, action: string): boolean;
}

export function createAuth(o: AuthOptions): Auth {
  const mint = createMint(o.loginServer);
  const seconds = (): number => Math.floor(o.now() / 1000);

  function sign(
    grant: RegistryClaims['grant'],
    sub: string,
    lifetime: number,
    access: Grant[] = [],
  ): string {
    const exp = seconds() + lifetime;
    return mint.sign({ grant, aud: o.loginServer, sub, exp, access }, seconds());
  }

  function checkService(form: URLSearchParams): void {
    const service = form.get('service');
    if (service === o.loginServer) return;
    throw new RegistryError(
      400,
      'INVALID_SERVICE',
      `the service is '${service ?? ''}', this registry is '${o.loginServer}'`,
    );
  }

  function exchange(form: URLSearchParams): Record<string, string> {
    const grant = form.get('grant_type') ?? '';
    if (grant !== 'access_token' && grant !== 'access_token_refresh_token') {
      throw new RegistryError(400, 'UNSUPPORTED_GRANT', `grant_type '${grant}' is not supported`);
    }
    checkService(form);
    const objectId = o.identify(form.get('access_token') ?? '');
    const known =
      objectId !== undefined &&
      [...Object.values(rights), catalogue].some((action) => o.isAllowed(objectId, action));
    if (!known) throw denied('the identity has no role on this registry');
    return { refresh_token: sign('refresh_token', objectId, o.refreshLifetime ?? 10_800) };
  }

  function access(objectId: string, scopes: readonly string[]): Record<string, string> {
    const granted = scopes.flatMap((text) => text.split(' ')).flatMap(parseScope);
    const allowed = granted.map(({ type, name, actions }) => ({
      type,
      name,
      actions: expand(type, actions).filter((action) => o.isAllowed(objectId, action.right)),
    }));
    const grants = allowed.map(({ type, name, actions }) => ({
      type,
      name,
      actions: actions.map(({ action }) => action),
    }));
    return {
      access_token: sign('access_token', objectId, o.accessLifetime ?? 4500, grants),
    };
  }

  function refreshed(token: string): string {
    const claims = mint.read(token, 'refresh_token', seconds());
    if (claims === undefined) throw denied('the refresh token is not valid here, or has expired');
    return claims.sub;
  }

  function token(form: URLSearchParams): Record<string, string> {
    checkService(form);
    const grant = form.get('grant_type') ?? '';
    switch (grant) {
      case 'refresh_token':
        return access(refreshed(form.get('refresh_token') ?? ''), form.getAll('scope'));
      case 'password':
        if (form.get('username') !== tokenUser) throw denied('the admin user is disabled');
        return access(refreshed(form.get('password') ?? ''), form.getAll('scope'));
      default:
        throw new RegistryError(400, 'UNSUPPORTED_GRANT', `grant_type '${grant}' is not supported`);
    }
  }

  function tokenForBasic(url: URL, request: IncomingMessage): Record<string, string> {
    checkService(url.searchParams);
    const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '');
    if (basic === null) throw denied('anonymous pull is disabled');
    const [user = '', ...password] = Buffer.from(basic[1] ?? '', 'base64')
      .toString()
      .split(':');
    if (user !== tokenUser) throw denied('the admin user is disabled');
    return access(refreshed(password.join(':')), url.searchParams.getAll('scope'));
  }

  function challenge(wanted: Grant | undefined, error: string | undefined): RegistryError {
    const parts = [`realm="https://${o.loginServer}/oauth2/token"`, `service="${o.loginServer}"`];
    if (wanted !== undefined) {
      parts.push(`scope="${wanted.type}:${wanted.name}:${wanted.actions.join(',')}"`);
    }
    if (error !== undefined) parts.push(`error="${error}"`);
    return denied('authentication required, visit https://aka.ms/acr/authorization', {
      headers: { 'WWW-Authenticate': `Bearer ${parts.join(',')}` },
      detail: (wanted?.actions ?? []).map((action) => ({
        Type: wanted?.type,
        Name: wanted?.name,
        Action: action,
      })),
    });
  }

  return {
    async serve(url, request, response) {
      const body = async (): Promise<URLSearchParams> =>
        new URLSearchParams((await readBody(request, formLimit)).toString('utf8'));
      const route = `${request.method ?? ''} ${url.pathname.replace(/\/$/, '')}`;
      switch (route) {
        case 'POST /oauth2/exchange':
          sendJson(response, 200, exchange(await body()));
          return true;
        case 'POST /oauth2/token':
          sendJson(response, 200, token(await body()));
          return true;
        case 'GET /oauth2/token':
          sendJson(response, 200, tokenForBasic(url, request));
          return true;
        default:
          return false;
      }
    },
    bearer(request, wanted) {
      const match = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '');
      if (match === null) throw challenge(wanted, undefined);
      const claims = mint.read(match[1] ?? '', 'access_token', seconds());
      if (claims === undefined) throw challenge(wanted, 'invalid_token');
      const may = (type: string, name: string, action: string): boolean =>
        claims.access.some(
          (grant) => grant.type === type && grant.name === name && grant.actions.includes(action),
        );
      if (wanted !== undefined) {
        const { type, name, actions } = wanted;
        if (!actions.every((action) => may(type, name, action))) {
          throw challenge(wanted, 'insufficient_scope');
        }
      }
      return {
        objectId: claims.sub,
        may: (repository, action) => may('repository', repository, action),
      };
    },
    linkFor: (digest) => sign('blob', digest, 1200),
    linkedDigest: (given) => mint.read(given, 'blob', seconds())?.sub,
  };
}

function denied(
  message: string,
  more: { detail?: unknown; headers?: Record<string, string> } = {},
): RegistryError {
  return new RegistryError(401, 'UNAUTHORIZED', message, more);
}

/** `repository:<name>:<actions>`; the name may hold colons (a host with a port). */
function parseScope(text: string): Grant[] {
  if (text === '') return [];
  const parts = text.split(':');
  if (parts.length < 3) {
    throw new RegistryError(400, 'INVALID_SCOPE', `'${text}' is not a scope`);
  }
  const type = parts[0] ?? '';
  const actions = (parts.at(-1) ?? '').split(',');
  return [{ type, name: parts.slice(1, -1).join(':'), actions }];
}

function expand(type: string, actions: readonly string[]): { action: string; right: string }[] {
  if (type === 'registry') return actions.map((action) => ({ action, right: catalogue }));
  if (type !== 'repository') return [];
  const all = actions.includes('*') ? Object.keys(rights) : actions;
  return all.flatMap((action) => {
    const right = rights[action];
    return right === undefined ? [] : [{ action, right }];
  });
}
