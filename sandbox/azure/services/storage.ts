import { randomUUID } from 'node:crypto';
import type { Handler } from '../../http/tls-server.ts';
import type { Resource } from '../arm/store.ts';

interface Refusal {
  status: number;
  code: string;
  message: string;
  headers?: Record<string, string>;
}

/** The door of a storage account: the errors a caller without rights meets. It keeps no data. */
export function storageHandler(resource: Resource, o: { authorityUrl: string }): Handler {
  return (request, response) => {
    request.resume();
    const url = new URL(request.url ?? '/', 'https://localhost');
    const id = randomUUID();
    const refusal = refuse(resource, o.authorityUrl, url, request.headers.authorization);
    const body = Buffer.from(
      '\ufeff<?xml version="1.0" encoding="utf-8"?>' +
        `<Error><Code>${refusal.code}</Code><Message>${refusal.message}\n` +
        `RequestId:${id}\nTime:${new Date().toISOString()}</Message></Error>`,
    );
    response
      .writeHead(refusal.status, {
        'Content-Type': 'application/xml',
        'Content-Length': body.length,
        'x-ms-error-code': refusal.code,
        'x-ms-request-id': id,
        'x-ms-version': '2025-05-05',
        Server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0',
        ...refusal.headers,
      })
      .end(request.method === 'HEAD' ? undefined : body);
  };
}

function refuse(
  { properties }: Resource,
  authorityUrl: string,
  url: URL,
  authorization: string | undefined,
): Refusal {
  if (authorization !== undefined) {
    return {
      status: 403,
      code: 'AuthenticationFailed',
      message:
        'Server failed to authenticate the request. Make sure the value of Authorization header ' +
        'is formed correctly including the signature.',
    };
  }
  if (url.searchParams.get('comp') !== null) {
    const realm = `${authorityUrl}/common/oauth2/authorize`;
    return {
      status: 401,
      code: 'NoAuthenticationInformation',
      message:
        'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
      headers: {
        'WWW-Authenticate': `Bearer authorization_uri=${realm} resource_id=https://storage.azure.com`,
      },
    };
  }
  if (url.pathname === '/') {
    return {
      status: 400,
      code: 'InvalidQueryParameterValue',
      message: 'Value for one of the query parameters specified in the request URI is invalid.',
    };
  }
  if (properties['allowBlobPublicAccess'] === true) {
    const message = 'The specified resource does not exist.';
    return { status: 404, code: 'ResourceNotFound', message };
  }
  return {
    status: 409,
    code: 'PublicAccessNotPermitted',
    message: 'Public access is not permitted on this storage account.',
  };
}
