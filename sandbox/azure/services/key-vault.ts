import { randomUUID } from 'node:crypto';
import { sendJson } from '../../http/json-body.ts';
import type { Handler } from '../../http/tls-server.ts';
import type { Resource } from '../arm/store.ts';
import type { Identity } from '../entra/entra.ts';
import { text } from '../network/fields.ts';

export interface VaultOptions {
  authorityUrl: string;
  identify(token: string, audience: string): Identity | undefined;
}

const audience = 'https://vault.azure.net';

/** The door of a vault's data plane: the challenge, and the check of tokens. It keeps no secrets. */
export function vaultHandler(resource: Resource, o: VaultOptions): Handler {
  const tenant = text(resource.properties, 'tenantId') ?? '';
  const challenge =
    `Bearer authorization="${o.authorityUrl}/${tenant}", ` + `resource="${audience}"`;
  return (request, response) => {
    request.resume();
    const headers = {
      'x-ms-request-id': randomUUID(),
      'x-ms-keyvault-region': resource.location ?? '',
      'x-ms-keyvault-network-info': 'conn_type=PrivateLink;private_endpoint=true',
    };
    const refuse = (message: string): void => {
      const body = { error: { code: 'Unauthorized', message } };
      sendJson(response, 401, body, { ...headers, 'WWW-Authenticate': challenge });
    };
    const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '');
    if (bearer === null) {
      refuse('AKV10000: Request is missing a Bearer or PoP token.');
      return;
    }
    if (o.identify(bearer[1] ?? '', audience) === undefined) {
      refuse('AKV10022: Invalid token: signature, lifetime or audience is wrong.');
      return;
    }
    const message = `the sandbox keeps no keys, secrets or certificates: ${request.url ?? ''}`;
    sendJson(response, 501, { error: { code: 'NotImplemented', message } }, headers);
  };
}
