import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLargeError, readBody, sendJson } from '../../http/json-body.ts';
import type { Handler } from '../../http/tls-server.ts';
import type { Call, Reply } from './call.ts';
import { ArmError } from './errors.ts';
import { segmentsOf } from './ids.ts';
import { parseBody } from './jsonc.ts';
import type { Manager } from './manager.ts';
import { requireTenant } from './rbac/tenants.ts';
import { dispatch } from './routes/dispatch.ts';
import { metadataEndpoints } from './routes/metadata.ts';
import type { Principal } from './server.ts';

/** Template and parameters of one request, in bytes; ARM's own limit. */
const bodyLimit = 4 * 1024 * 1024;

/** Reads a request, finds out who asks, lets the routes answer, and keeps the record of it. */
export function createRouter(manager: Manager): Handler {
  return async (request, response) => {
    // Not resolved against the host: a path that starts with two slashes would be taken for another host.
    const url = new URL(`https://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`);
    const segments = segmentsOf(safelyDecoded(url.pathname));
    const path = `/${segments.join('/')}`;
    const correlationId = header(request, 'x-ms-correlation-request-id') ?? randomUUID();
    const method = request.method ?? 'GET';
    let principal: Principal | undefined;
    let reply: Reply;
    try {
      const body = ['PUT', 'POST', 'PATCH'].includes(method)
        ? (await readBody(request, bodyLimit)).toString('utf8')
        : '';
      if (method === 'GET' && path.toLowerCase() === '/metadata/endpoints') {
        reply = { status: 200, body: metadataEndpoints(url.origin, manager.tenantId) };
      } else {
        principal = authenticate(manager, request);
        requireTenant(manager, principal, segments);
        const call: Call = {
          manager,
          method,
          base: url.origin,
          path,
          segments,
          query: url.searchParams,
          apiVersion: requiredVersion(url.searchParams),
          body: parseBody(body),
          principal,
          correlationId,
          ...conditions(request),
        };
        reply = await dispatch(call);
      }
    } catch (error) {
      reply = refusal(error);
    }
    manager.activity.push({
      method,
      path,
      status: reply.status,
      principal: principal?.objectId ?? '',
    });
    answer(request, response, reply, correlationId);
  };
}

function authenticate(manager: Manager, request: IncomingMessage): Principal {
  const authorization = header(request, 'authorization');
  const challenge = (error: string, text: string): Record<string, string> => ({
    'WWW-Authenticate':
      `Bearer authorization_uri="https://login.windows.net/${manager.tenantId}", error="${error}", ` +
      `error_description="${text}"`,
  });
  if (authorization === undefined) {
    throw new ArmError(
      401,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
      {
        headers: challenge(
          'invalid_token',
          "The authentication failed because of missing 'Authorization' header.",
        ),
      },
    );
  }
  const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw new ArmError(
      401,
      'AuthenticationFailedInvalidHeader',
      "Authentication failed. The 'Authorization' header is provided in an invalid format.",
      { headers: challenge('invalid_token', 'The header is provided in an invalid format.') },
    );
  }
  const principal = manager.options.authenticate(token);
  if (principal !== undefined) return { ...principal, auxiliary: auxiliaryOf(manager, request) };
  throw new ArmError(401, 'InvalidAuthenticationToken', 'The access token is invalid.', {
    headers: challenge('invalid_token', 'The access token is invalid.'),
  });
}

/** The service takes three of them, and ignores those that it does not know. */
function auxiliaryOf(manager: Manager, request: IncomingMessage): Principal[] {
  const tokens = (header(request, 'x-ms-authorization-auxiliary') ?? '').split(/[;,]/);
  return tokens.slice(0, 3).flatMap((part) => {
    const token = /^\s*Bearer\s+(\S+)\s*$/i.exec(part)?.[1];
    return (token === undefined ? undefined : manager.options.authenticate(token)) ?? [];
  });
}

function requiredVersion(query: URLSearchParams): string {
  for (const [key, value] of query)
    if (key.toLowerCase() === 'api-version' && value !== '') return value;
  throw new ArmError(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  );
}

function conditions(request: IncomingMessage): { ifMatch?: string; ifNoneMatch?: string } {
  const ifMatch = header(request, 'if-match');
  const ifNoneMatch = header(request, 'if-none-match');
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function safelyDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function refusal(error: unknown): Reply {
  if (error instanceof ArmError) {
    return { status: error.status, body: { error: error.body }, headers: error.headers };
  }
  if (error instanceof BodyTooLargeError) {
    const message = `The request content size exceeds the maximum size of ${String(error.limit)} bytes.`;
    return { status: 413, body: { error: { code: 'RequestContentTooLarge', message } } };
  }
  // A fault of the sandbox itself: say so, with the place, rather than pretend.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: { error: { code: 'InternalServerError', message } } };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  correlationId: string,
): void {
  const requestId = randomUUID();
  const clientRequestId = header(request, 'x-ms-client-request-id');
  const headers = {
    'Cache-Control': 'no-cache',
    Pragma: 'no-cache',
    Expires: '-1',
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': correlationId,
    'x-ms-routing-request-id': `SANDBOX:${new Date().toISOString()}:${requestId}`,
    ...(clientRequestId === undefined ? {} : { 'x-ms-client-request-id': clientRequestId }),
    ...reply.headers,
  };
  if (request.method === 'HEAD' || reply.status === 204) {
    response.writeHead(reply.status, headers).end();
    return;
  }
  sendJson(response, reply.status, reply.body, headers);
}
