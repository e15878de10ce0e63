import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import type { Authority } from '../../../sandbox/http/certificates.ts';
import { createAuthority } from '../../../sandbox/http/certificates.ts';
import { createFaults } from '../../../sandbox/http/faults.ts';
import { readBody, sendJson } from '../../../sandbox/http/json-body.ts';
import type { Handler, TlsListener } from '../../../sandbox/http/tls-server.ts';
import { listenTls } from '../../../sandbox/http/tls-server.ts';

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

describe('sandbox TLS server', () => {
  let directory: string;
  let authority: Authority;
  const open: TlsListener[] = [];

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tls-'));
    authority = await createAuthority(directory);
  });
  after(() => rm(directory, { recursive: true }));
  afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));

  async function serve(handler: Handler, faults = createFaults()): Promise<TlsListener> {
    const listener = await listenTls({
      host: '127.0.0.1',
      port: 0,
      certificate: await authority.issue(['localhost', '127.0.0.1']),
      handler,
      faults,
      name: 'test',
    });
    open.push(listener);
    return listener;
  }

  function call(listener: TlsListener, method = 'GET', body = '', url = '/'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        listener.url + url,
        { method, ca: authority.caPem, agent: false },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const status = incoming.statusCode ?? 0;
            resolve({ status, headers: incoming.headers, body: Buffer.concat(parts).toString() });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  it('serves a handler under the run authority', async () => {
    const listener = await serve(async (incoming, response) => {
      sendJson(response, 201, { got: (await readBody(incoming)).toString() }, { 'X-Own': 'yes' });
    });
    const answer = await call(listener, 'PUT', 'hello');
    assert.equal(answer.status, 201);
    assert.equal(answer.body, '{"got":"hello"}');
    assert.equal(answer.headers['x-own'], 'yes');
  });

  it('issues certificates for exactly the given names', async () => {
    const listener = await serve((_incoming, response) => {
      sendJson(response, 200, {});
    });
    const socket = connect({ host: '127.0.0.1', port: listener.port, ca: authority.caPem });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
    });
    const certificate = socket.getPeerCertificate();
    assert.equal(certificate.subjectaltname, 'DNS:localhost, IP Address:127.0.0.1');
    assert.equal(socket.authorized, true);
    socket.destroy();
  });

  it('is refused by name when asked for another', async () => {
    const listener = await serve((_incoming, response) => {
      sendJson(response, 200, {});
    });
    const socket = connect({
      host: '127.0.0.1',
      port: listener.port,
      servername: 'other.example',
      ca: authority.caPem,
    });
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
      socket.once('error', resolve);
    });
    assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('keeps one certificate per list of names', async () => {
    const first = await authority.issue(['b.example', 'a.example']);
    assert.equal(await authority.issue(['a.example', 'b.example']), first);
    assert.notEqual(await authority.issue(['a.example']), first);
  });

  it('issues an expired certificate on request', async () => {
    const range = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') };
    const listener = await listenTls({
      host: '127.0.0.1',
      port: 0,
      certificate: await authority.issue(['localhost'], range),
      handler: () => undefined,
      name: 'expired',
    });
    open.push(listener);
    await assert.rejects(call(listener), { code: 'CERT_HAS_EXPIRED' });
  });

  it('refuses to issue for nobody', async () => {
    await assert.rejects(authority.issue([]), { message: 'a certificate needs at least one name' });
  });

  it('turns a rejected handler into a 500 that names the error', async () => {
    const listener = await serve(() => Promise.reject(new Error('type is not known')));
    const answer = await call(listener);
    assert.equal(answer.status, 500);
    assert.match(answer.body, /type is not known/);
  });

  it('answers 413 to a body above the limit', async () => {
    const listener = await serve(async (incoming, response) => {
      await readBody(incoming, 10);
      sendJson(response, 200, {});
    });
    const answer = await call(listener, 'POST', 'x'.repeat(11));
    assert.equal(answer.status, 413);
    assert.match(answer.body, /larger than 10 bytes/);
  });

  it('never listens on every address', async () => {
    const certificate = await authority.issue(['localhost']);
    const handler: Handler = () => undefined;
    await assert.rejects(
      listenTls({ host: '0.0.0.0', port: 0, certificate, handler, name: 'wide' }),
      { message: 'wide: a sandbox server never listens on every address' },
    );
  });

  it('rejects when the port is taken', async () => {
    const listener = await serve(() => undefined);
    const certificate = await authority.issue(['localhost']);
    const { port } = listener;
    await assert.rejects(
      listenTls({ host: '127.0.0.1', port, certificate, handler: () => undefined, name: 'x' }),
      { code: 'EADDRINUSE' },
    );
  });

  it('closes with a request open', async () => {
    let reached: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const listener = await serve(() => {
      reached();
      return new Promise<void>(() => undefined);
    });
    const pending = call(listener).then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    );
    await asked;
    await listener.close();
    assert.equal(await pending, 'ECONNRESET');
  });

  describe('faults', () => {
    it('answers in place of the handler, counted', async () => {
      const faults = createFaults([
        { path: '^/deploy', status: 429, headers: { 'Retry-After': '1' }, count: 1, skip: 1 },
      ]);
      const listener = await serve((_incoming, response) => {
        sendJson(response, 200, 'real');
      }, faults);
      const seen: number[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        seen.push((await call(listener, 'GET', '', '/deployments')).status);
      }
      assert.deepEqual(seen, [200, 429, 200]);
    });

    it('sends the given body and headers', async () => {
      const faults = createFaults([
        { status: 503, body: { error: { code: 'Busy' } }, headers: { 'X-A': 'b' } },
      ]);
      const listener = await serve(() => undefined, faults);
      const answer = await call(listener);
      assert.equal(answer.status, 503);
      assert.equal(answer.body, '{"error":{"code":"Busy"}}');
      assert.equal(answer.headers['x-a'], 'b');
    });

    it('resets the connection', async () => {
      const faults = createFaults([{ reset: true, count: 1 }]);
      const listener = await serve((_incoming, response) => {
        sendJson(response, 200, {});
      }, faults);
      await assert.rejects(call(listener, 'PUT', 'x'), { code: 'ECONNRESET' });
      assert.equal((await call(listener)).status, 200);
    });

    it('delays and then lets the handler answer', async () => {
      const listener = await serve(
        (_incoming, response) => {
          sendJson(response, 200, 'late');
        },
        createFaults([{ delayMs: 20 }]),
      );
      assert.equal((await call(listener)).body, '"late"');
    });
  });
});
