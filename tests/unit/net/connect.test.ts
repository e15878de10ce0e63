import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { connectTcp } from '../../../tasks/lib/net/connect.ts';
import { handshake, secure } from '../../../tasks/lib/net/tls.ts';
import { listen } from '../../support/listen.ts';
import { silentPort } from '../../support/silent-port.ts';
import { createTestAuthority, type TestAuthority } from '../../support/tls.ts';

const signal = new AbortController().signal;
const address = '127.0.0.1';
const name = 'kv.vault.azure.net';

describe('net/connect', () => {
  it('tells an open port', async () => {
    const server = await listen(createServer());
    try {
      const result = await connectTcp({ address, port: server.port, timeoutMs: 2_000, signal });
      assert.equal(result.class, 'connected');
      assert.equal(result.socket, undefined);
      assert.ok(result.ms >= 0);
    } finally {
      await server.close();
    }
  });

  it('hands over the connection on request', async () => {
    const server = await listen(createServer((socket) => socket.end('hello')));
    try {
      const options = { address, port: server.port, timeoutMs: 2_000, signal, keep: true };
      const { socket } = await connectTcp(options);
      assert.ok(socket);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      assert.equal(Buffer.concat(chunks).toString(), 'hello');
    } finally {
      await server.close();
    }
  });

  it('tells a refusal', async () => {
    const server = await listen(createServer());
    await server.close();
    const result = await connectTcp({ address, port: server.port, timeoutMs: 2_000, signal });
    assert.equal(result.class, 'refused');
  });

  it('tells dropped packets, and stops when told', async () => {
    const silent = await silentPort();
    try {
      const result = await connectTcp({ address, port: silent.port, timeoutMs: 200, signal });
      assert.equal(result.class, 'timeout');
      const tls = await handshake({
        address,
        port: silent.port,
        servername: name,
        timeoutMs: 200,
        signal,
      });
      assert.equal(tls.class, 'timeout');
      const reason = new Error('stop');
      const controller = new AbortController();
      const options = { address, port: silent.port, timeoutMs: 10_000, signal: controller.signal };
      const waiting = connectTcp(options);
      controller.abort(reason);
      await assert.rejects(waiting, reason);
      await assert.rejects(connectTcp(options), reason);
    } finally {
      await silent.close();
    }
  });

  it('tells an address without a way', async () => {
    // A broadcast address takes no TCP connection; the kernel says so without sending anything.
    const result = await connectTcp({
      address: '255.255.255.255',
      port: 9,
      timeoutMs: 2_000,
      signal,
    });
    assert.equal(result.class, 'unreachable');
  });
});

describe('net/tls', () => {
  let authority: TestAuthority;
  before(async () => {
    authority = await createTestAuthority('Spokeline test authority');
  });

  async function shake(
    certificate: { cert: string; key: string },
    servername: string,
    ca: string | undefined = authority.ca,
  ) {
    const server = await listen(createTlsServer(certificate));
    try {
      const trust = ca === '' ? {} : { ca };
      const options = {
        address,
        port: server.port,
        servername,
        timeoutMs: 5_000,
        signal,
        ...trust,
      };
      return await handshake(options);
    } finally {
      await server.close();
    }
  }

  it('shakes hands under the name, at the address', async () => {
    const seen = await shake(await authority.issue([name, '*.example.net']), name);
    assert.equal(seen.class, 'handshake');
    assert.equal(seen.protocol, 'TLSv1.3');
    assert.equal(seen.issuer, 'Spokeline test authority');
    assert.deepEqual(seen.subjectAltNames, [`DNS:${name}`, 'DNS:*.example.net']);
    assert.deepEqual(seen.chain, [name, 'Spokeline test authority']);
    assert.ok((seen.daysLeft ?? 0) >= 364, String(seen.daysLeft));
    assert.equal(seen.reason, undefined);
  });

  it("tells a neighbour's endpoint by the name in its certificate", async () => {
    const seen = await shake(await authority.issue(['other.vault.azure.net']), name);
    assert.equal(seen.class, 'certificate-name');
    assert.deepEqual(seen.subjectAltNames, ['DNS:other.vault.azure.net']);
  });

  it('tells an authority that is not trusted', async () => {
    const seen = await shake(await authority.issue([name]), name, '');
    assert.equal(seen.class, 'certificate-untrusted');
    assert.equal(seen.reason, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('tells the wrong name even if the authority is not trusted either', async () => {
    const seen = await shake(await authority.issue(['other.vault.azure.net']), name, '');
    assert.equal(seen.class, 'certificate-name');
  });

  it('tells an expired certificate', async () => {
    const day = 86_400_000;
    const certificate = await authority.issue([name], {
      notBeforeDate: new Date(Date.now() - 10 * day),
      notAfterDate: new Date(Date.now() - 3 * day),
    });
    const seen = await shake(certificate, name);
    assert.equal(seen.class, 'certificate-expired');
    assert.ok(seen.daysLeft !== undefined && seen.daysLeft <= -3, String(seen.daysLeft));
  });

  it('tells a certificate that is not valid yet', async () => {
    const certificate = await authority.issue([name], {
      notBeforeDate: new Date(Date.now() + 86_400_000),
    });
    assert.equal((await shake(certificate, name)).class, 'certificate-expired');
  });

  const others: [string, () => Server, string][] = [
    [
      'a server that speaks no TLS',
      () => createServer((s) => s.end('HTTP/1.1 400 Bad\r\n\r\n')),
      'tls-alert',
    ],
    ['a server that hangs up', () => createServer((s) => s.destroy()), 'reset'],
    ['a server that resets', () => createServer((s) => s.resetAndDestroy()), 'reset'],
    ['a server without a certificate', () => createTlsServer({}), 'tls-alert'],
  ];
  for (const [title, create, outcome] of others) {
    it(`tells ${title}`, async () => {
      const server = await listen(create());
      try {
        const options = { address, port: server.port, servername: name, timeoutMs: 5_000, signal };
        assert.equal((await handshake(options)).class, outcome);
      } finally {
        await server.close();
      }
    });
  }

  it('tells a server that says nothing from one that is not reached', async () => {
    const server = await listen(createServer(() => {}));
    try {
      const at = { address, port: server.port, timeoutMs: 5_000, signal, keep: true };
      const { socket } = await connectTcp(at);
      assert.ok(socket);
      const seen = await secure(socket, { servername: name, timeoutMs: 50, signal });
      assert.equal(seen.class, 'silent');
    } finally {
      await server.close();
    }
  });

  it('tells a refusal', async () => {
    const server = await listen(createServer());
    await server.close();
    const options = { address, port: server.port, servername: name, timeoutMs: 2_000, signal };
    assert.equal((await handshake(options)).class, 'refused');
  });

  it('stops when told', async () => {
    const server = await listen(createServer(() => controller.abort(reason)));
    const controller = new AbortController();
    const reason = new Error('stop');
    try {
      await assert.rejects(
        handshake({
          address,
          port: server.port,
          servername: name,
          timeoutMs: 10_000,
          signal: controller.signal,
        }),
        reason,
      );
    } finally {
      await server.close();
    }
  });
});
