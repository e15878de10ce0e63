/** Registry, identity and name server of the push suite, in a process of their own. */
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { decode, encode } from 'dns-packet';
import { startEntra } from '../../sandbox/azure/entra/entra.ts';
import { createRegistry } from '../../sandbox/azure/registry/registry.ts';
import type { Registry } from '../../sandbox/azure/registry/registry.ts';
import { createAuthority } from '../../sandbox/http/certificates.ts';
import { listenTls } from '../../sandbox/http/tls-server.ts';
import type { Handler } from '../../sandbox/http/tls-server.ts';
import { serve } from './server-process.ts';

export interface PushServer {
  /** Name of the registry that the task resolves by `dns`. */
  readonly loginServer: string;
  readonly address: string;
  readonly port: number;
  /** Login server of the same kind of registry for clients that take an address, `address:port`. */
  readonly plain: string;
  /** `address:port` */
  readonly dns: string;
  readonly caFile: string;
  readonly caPem: string;
  readonly authorityUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What came in since the last question. */
export interface Seen {
  readonly requests: number;
  readonly mounts: number;
  /** Digest under the tag 1.0 of the repository that was asked for. */
  readonly digest?: string;
  readonly blobs: number;
}

const tenantId = '00000000-0000-4000-8000-0000000000ff';
const loginServer = 'crbench.azurecr.io';
const address = '127.113.0.101';

async function startNameServer(): Promise<{ dns: string; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const { id = 0, questions = [] } = decode(message);
    const known = questions[0]?.name.toLowerCase() === loginServer;
    const answers = known
      ? [{ name: loginServer, type: 'A' as const, ttl: 10, data: address }]
      : [];
    const answer = encode({ id, type: 'response', flags: known ? 0 : 3, questions, answers });
    socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address() as AddressInfo;
  return { dns: `127.0.0.1:${port}`, close: () => socket.close() };
}

async function start(folder: string): Promise<void> {
  const authority = await createAuthority(folder);
  const entra = await startEntra({ authority, tenantId, port: 0 });
  const clientSecret = 'bench-secret';
  const { clientId } = entra.addApplication({ name: 'bench', secret: clientSecret });
  const names = await startNameServer();
  const identify = (token: string): string | undefined =>
    entra.verify(token, ['https://containerregistry.azure.net'])?.objectId;
  const certificate = await authority.issue([loginServer, address]);
  let requests = 0;
  let mounts = 0;
  const registries: Registry[] = [];
  const listen = async (position: number): Promise<number> => {
    const handler: Handler = (request, response) => {
      requests += 1;
      if (request.url?.includes('mount=') === true) mounts += 1;
      return registries[position]?.handler(request, response);
    };
    const host = address;
    const listener = await listenTls({ host, port: 0, certificate, handler, name: 'registry' });
    closers.push(() => listener.close());
    return listener.port;
  };
  const closers: (() => Promise<void>)[] = [() => entra.close()];
  const ports = [await listen(0), await listen(1)] as const;
  const plain = `${address}:${ports[1]}`;
  for (const server of [loginServer, plain]) {
    registries.push(createRegistry({ loginServer: server, identify, isAllowed: () => true }));
  }
  const ready: PushServer = {
    loginServer,
    address,
    port: ports[0],
    plain,
    dns: names.dns,
    caFile: authority.caFile,
    caPem: authority.caPem,
    authorityUrl: entra.authorityUrl,
    tenantId,
    clientId,
    clientSecret,
  };
  const answer = (repository: string): Seen => {
    const found = registries
      .map(({ content }) => content.repositories.get(repository))
      .find((candidate) => candidate !== undefined);
    const digest = found?.tags.get('1.0');
    const seen = { requests, mounts, blobs: found?.blobs.size ?? 0 };
    requests = 0;
    mounts = 0;
    return digest === undefined ? seen : { ...seen, digest };
  };
  serve(ready, answer, async () => {
    names.close();
    await Promise.all(closers.map((close) => close()));
  });
}

await start(process.argv[2] ?? '');
