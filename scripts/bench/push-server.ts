/** Identity, token service and name server of the push suite, in a process of their own. */
import { createSocket } from 'node:dgram';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { decode, encode } from 'dns-packet';
import { startEntra } from '../../sandbox/azure/entra/entra.ts';
import { createAuthority } from '../../sandbox/http/certificates.ts';
import { listenTls } from '../../sandbox/http/tls-server.ts';
import { freePort } from './free-port.ts';
import { basic, names, places } from './push-places.ts';
import type { PushServer } from './push-places.ts';
import { serve } from './server-process.ts';
import { tokenHandler } from './token-service.ts';

const tenantId = '00000000-0000-4000-8000-0000000000ff';

async function startNameServer(): Promise<{ dns: string; close(): void }> {
  const socket = createSocket('udp4');
  const known: ReadonlyMap<string, string> = new Map(Object.entries(names));
  socket.on('message', (message, from) => {
    const { id = 0, questions = [] } = decode(message);
    const name = questions[0]?.name.toLowerCase() ?? '';
    const data = known.get(name);
    const answers = data === undefined ? [] : [{ name, type: 'A' as const, ttl: 10, data }];
    const flags = data === undefined ? 3 : 0;
    socket.send(
      encode({ id, type: 'response', flags, questions, answers }),
      from.port,
      from.address,
    );
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
  const dns = await startNameServer();
  const issued = await authority.issue([...Object.keys(names), ...Object.values(places)]);
  const [certificate, key] = [join(folder, 'registry.pem'), join(folder, 'registry-key.pem')];
  await writeFile(certificate, issued.cert);
  await writeFile(key, issued.key);
  const port = await freePort(places.registry);
  const tokens = await listenTls({
    host: places.tokens,
    port,
    certificate: issued,
    handler: tokenHandler({
      signer: issued,
      basic,
      isKnown: (token) =>
        entra.verify(token, ['https://containerregistry.azure.net']) !== undefined,
    }),
    name: 'tokens',
  });
  const { caFile, caPem } = authority;
  const { authorityUrl } = entra;
  const identity = { authorityUrl, tenantId, clientId, clientSecret };
  const ready: PushServer = { port, dns: dns.dns, caFile, caPem, certificate, key, ...identity };
  serve(
    ready,
    () => ({}),
    async () => {
      dns.close();
      await Promise.all([entra.close(), tokens.close()]);
    },
  );
}

await start(process.argv[2] ?? '');
