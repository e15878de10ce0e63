import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { generate } from 'selfsigned';

export interface TestAuthority {
  /** Certificate, PEM. */
  readonly ca: string;
  /** A server certificate for these names and addresses. */
  issue(names: readonly string[], validity?: Validity): Promise<{ cert: string; key: string }>;
  /** A certificate by which a client shows who it is. */
  issueClient(name: string): Promise<{ cert: string; key: string }>;
  /** An authority under this one; its `ca` is the certificate that servers have to send along. */
  issueAuthority(name: string): Promise<TestAuthority>;
}

export interface Validity {
  readonly notBeforeDate?: Date;
  readonly notAfterDate?: Date;
}

export async function createTestAuthority(
  name = 'Test authority',
  above?: { cert: string; key: string },
): Promise<TestAuthority> {
  const own = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(above === undefined ? {} : { ca: above }),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    ca: own.cert,
    issueAuthority: (below) => createTestAuthority(below, { cert: own.cert, key: own.private }),
    async issueClient(client) {
      const issued = await generate([{ name: 'commonName', value: client }], {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { key: own.private, cert: own.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'extKeyUsage', clientAuth: true },
        ],
      });
      return { cert: issued.cert, key: issued.private };
    },
    async issue(names, validity = {}) {
      const issued = await generate([{ name: 'commonName', value: names[0] ?? 'nobody' }], {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { key: own.private, cert: own.cert },
        ...validity,
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'extKeyUsage', serverAuth: true },
          {
            name: 'subjectAltName',
            altNames: names.map((entry) =>
              isIP(entry) === 0 ? { type: 2, value: entry } : { type: 7, ip: entry },
            ),
          },
        ],
      });
      return { cert: issued.cert, key: issued.private };
    },
  };
}

export interface TestServer {
  readonly port: number;
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly host: string;
  /** Ends it with all its connections. */
  close(): Promise<void>;
}

/** An https server on loopback, port 0. */
export async function listenTls(
  certificate: { cert: string; key: string },
  listener: RequestListener,
): Promise<TestServer> {
  const server = createServer(certificate, listener);
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The way out of the Azure clients, trusting a test's own authority. */
export function trustingClient(ca: string): HttpClient {
  const client = createDefaultHttpClient();
  const tlsSettings = { ca };
  return {
    sendRequest: (request) => {
      request.tlsSettings = tlsSettings;
      return client.sendRequest(request);
    },
  };
}

/** Reads a request's body as text. */
export async function readBody(request: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
