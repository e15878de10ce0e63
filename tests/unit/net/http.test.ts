import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pinnedAgent, readText, request, RequestTimeout } from '../../../tasks/lib/net/http.ts';
import { createTestAuthority, listenTls, readBody, type TestServer } from '../../support/tls.ts';

const name = 'cr.azurecr.io';
const address = '127.0.0.1';
const signal = new AbortController().signal;

describe('net/http', () => {
  let ca: string;
  let server: TestServer;
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
  let ports: Set<number | undefined>;

  before(async () => {
    const authority = await createTestAuthority();
    ca = authority.ca;
    server = await listenTls(await authority.issue([name]), (incoming, response) => {
      ports.add(incoming.socket.remotePort);
      void handle(incoming, response);
    });
  });
  after(() => server.close());
  beforeEach(() => {
    ports = new Set();
    handle = (_incoming, response) => void response.end('ok');
  });

  const common = () => ({ address, port: server.port, signal, timeoutMs: 5_000, ca });

  it('dials the address under the name of the URL', async () => {
    let seen: { host?: string; url?: string; method?: string } = {};
    handle = (incoming, response) => {
      seen = { host: incoming.headers.host, url: incoming.url, method: incoming.method };
      response.writeHead(201, { 'x-a': 'b' }).end('body');
    };
    const response = await request({
      ...common(),
      url: `https://${name}/v2/?a=b%20c`,
      method: 'HEAD',
    });
    assert.deepEqual(seen, { host: name, url: '/v2/?a=b%20c', method: 'HEAD' });
    assert.equal(response.status, 201);
    assert.equal(response.headers['x-a'], 'b');
    assert.equal(await readText(response), '');
  });

  it('refuses a certificate of another name', async () => {
    await assert.rejects(request({ ...common(), url: 'https://other.azurecr.io/' }), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('refuses an authority that is not trusted', async () => {
    const { ca: _ca, ...untrusting } = common();
    await assert.rejects(request({ ...untrusting, url: `https://${name}/` }), {
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it('refuses http, and a name where an address has to be', () => {
    assert.throws(
      () => request({ ...common(), url: 'http://cr.azurecr.io/' }),
      new TypeError('http:// is not allowed, only https://'),
    );
    assert.throws(
      () => request({ ...common(), url: `https://${name}/`, address: 'localhost' }),
      new TypeError('"localhost" is no IP address'),
    );
  });

  it('gives a redirect to the caller', async () => {
    handle = (_incoming, response) =>
      void response.writeHead(307, { location: 'https://evil.example/' }).end();
    const response = await request({ ...common(), url: `https://${name}/` });
    assert.equal(response.status, 307);
    assert.equal(response.headers.location, 'https://evil.example/');
    await readText(response);
  });

  const parts = () => [Buffer.from('one '), Buffer.from('two')];
  const bodies: [string, () => Parameters<typeof request>[0]['body']][] = [
    ['text', () => 'one two'],
    ['bytes', () => Buffer.from('one two')],
    ['a stream', () => Readable.from(parts())],
    [
      'an iterable',
      async function* () {
        yield* await Promise.resolve(parts());
      },
    ],
  ];
  for (const [title, body] of bodies) {
    it(`sends ${title}`, async () => {
      handle = async (incoming, response) => void response.end(`got ${await readBody(incoming)}`);
      const url = `https://${name}/`;
      const response = await request({ ...common(), url, method: 'PUT', body: body() });
      assert.equal(await readText(response), 'got one two');
    });
  }

  it('keeps connections of an agent, and ends them', async () => {
    const agent = pinnedAgent({ maxSockets: 1, ca });
    try {
      for (let index = 0; index < 3; index += 1) {
        await readText(await request({ ...common(), url: `https://${name}/`, agent }));
      }
      assert.equal(ports.size, 1);
    } finally {
      agent.destroy();
    }
  });

  it('opens a connection each time without an agent', async () => {
    for (let index = 0; index < 2; index += 1) {
      await readText(await request({ ...common(), url: `https://${name}/` }));
    }
    assert.equal(ports.size, 2);
  });

  it('gives up on silence before the answer', async () => {
    handle = () => {};
    await assert.rejects(
      request({ ...common(), url: `https://${name}/`, timeoutMs: 50 }),
      (error) =>
        error instanceof RequestTimeout && error.message === `${name} was silent for 50 ms`,
    );
  });

  it('gives up on silence within the answer', async () => {
    handle = (_incoming, response) => void response.writeHead(200).write('part');
    const response = await request({ ...common(), url: `https://${name}/`, timeoutMs: 1_000 });
    await assert.rejects(readText(response));
  });

  it('fails when the answer is cut off', async () => {
    handle = (_incoming, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('part', () => response.destroy());
    };
    const response = await request({ ...common(), url: `https://${name}/` });
    await assert.rejects(readText(response), { code: 'ECONNRESET' });
  });

  it('destroys the source when the request fails', async () => {
    handle = (incoming) => void incoming.socket.destroy();
    const body = new Readable({ read() {} });
    body.push('part');
    const sending = request({ ...common(), url: `https://${name}/`, method: 'PUT', body });
    await assert.rejects(sending);
    assert.equal(body.destroyed, true);
  });

  it('fails when the source fails', async () => {
    handle = (incoming) => void incoming.resume();
    const body = (async function* () {
      yield Buffer.from('part');
      await Promise.reject(new Error('the file changed'));
    })();
    const sending = request({ ...common(), url: `https://${name}/`, method: 'PUT', body });
    await assert.rejects(sending, { message: 'the file changed' });
  });

  it('stops when told', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    handle = () => controller.abort(reason);
    const options = { ...common(), url: `https://${name}/`, signal: controller.signal };
    await assert.rejects(request(options), reason);
    await assert.rejects(request(options), reason);
  });

  it('reads no more than it should', async () => {
    handle = (_incoming, response) => void response.end('x'.repeat(100));
    const response = await request({ ...common(), url: `https://${name}/` });
    await assert.rejects(
      readText(response, 99),
      new RangeError('the answer is longer than 99 bytes'),
    );
  });
});
