import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { handshake } from '../../../tasks/lib/net/tls.ts';
import { systemTrust, Trust } from '../../../tasks/lib/net/trust.ts';
import { createTestAuthority } from '../../support/tls.ts';

describe('trust', () => {
  let folder: string;
  let bundle: string;
  let server: Server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trust-'));
    const authority = await createTestAuthority();
    bundle = join(folder, 'bundle.pem');
    await writeFile(bundle, authority.ca);
    server = createServer(await authority.issue(['a.example']));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  });

  async function shake(environment: Record<string, string>): Promise<string> {
    const trust = await systemTrust(environment);
    const { port } = server.address() as AddressInfo;
    const seen = await handshake({
      ...{ address: '127.0.0.1', port, servername: 'a.example', timeoutMs: 10_000 },
      ...{ signal: new AbortController().signal, secureContext: trust.context() },
    });
    return seen.class;
  }

  for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    it(`takes the authorities of ${name}`, async () => {
      assert.equal(await shake({ [name]: bundle }), 'handshake');
    });

    it(`passes over ${name} if it is no file`, async () => {
      assert.equal(await shake({ [name]: join(folder, 'gone.pem') }), 'certificate-untrusted');
    });
  }

  it('takes both together', async () => {
    const other = join(folder, 'other.pem');
    await writeFile(other, (await createTestAuthority('Other')).ca);
    for (const [first, second] of [
      [bundle, other],
      [other, bundle],
    ] as const) {
      const environment = { SSL_CERT_FILE: first, NODE_EXTRA_CA_CERTS: second };
      assert.equal(await shake(environment), 'handshake');
    }
  });

  it('makes one context for all connections', () => {
    const trust = new Trust();
    assert.equal(trust.context(), trust.context());
  });
});
