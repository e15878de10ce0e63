import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendJson } from '../../http/json-body.ts';
import type { Entra } from './entra.ts';

export interface ImdsOptions {
  entra: Entra;
  /** Client ids of the identities that this machine has. */
  identities: { system?: string; user?: readonly string[] };
  /** 0 takes a free one. A real machine has it at 169.254.169.254:80. */
  port: number;
  host?: string;
}

/** The metadata service of one machine, as far as tokens go. */
export interface Imds {
  url: string;
  /** Path and query of each request for a token. */
  requests: string[];
  /** How many of the next requests are answered with this status. */
  failing: { times: number; status: number };
  close(): Promise<void>;
}

/**
 * Starts the metadata service that gives tokens to programs of a virtual machine. It speaks plain http, as the
 * real one does: it is on the machine itself.
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
export async function startImds(o: ImdsOptions): Promise<Imds> {
  const host = o.host ?? '127.0.0.1';
  const requests: string[] = [];
  const failing = { times: 0, status: 500 };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const url = new URL(request.url ?? '/', 'http://localhost');
    const refuse = (status: number, error: string, description: string): void => {
      sendJson(response, status, { error, error_description: description });
    };
    if (request.headers['metadata'] !== 'true') {
      refuse(400, 'invalid_request', 'Required metadata header not specified');
      return;
    }
    // Microsoft's own library ends the path with a slash, which the real service takes as well.
    if (!/^\/metadata\/identity\/oauth2\/token\/?$/.test(url.pathname)) {
      refuse(404, 'not_found', `the sandbox's metadata service has no ${url.pathname}`);
      return;
    }
    requests.push(`${url.pathname}${url.search}`);
    if (failing.times > 0) {
      failing.times -= 1;
      refuse(failing.status, 'busy', 'The service is busy.');
      return;
    }
    const asked = url.searchParams.get('client_id');
    const { system, user = [] } = o.identities;
    // Without a system-assigned one, a single other identity is meant.
    const silent = system ?? (user.length === 1 ? user[0] : undefined);
    const clientId = asked === null ? silent : user.find((id) => id === asked);
    const resource = url.searchParams.get('resource');
    if (clientId === undefined || resource === null) {
      refuse(400, 'invalid_request', 'Identity not found');
      return;
    }
    const { token, expiresAt, lifetime } = o.entra.tokenFor(clientId, resource);
    sendJson(response, 200, {
      access_token: token,
      client_id: clientId,
      expires_in: String(lifetime),
      expires_on: String(expiresAt),
      ext_expires_in: String(lifetime),
      not_before: String(expiresAt - lifetime),
      resource,
      token_type: 'Bearer',
    });
  }

  const server: Server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${String(port)}`,
    requests,
    failing,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
