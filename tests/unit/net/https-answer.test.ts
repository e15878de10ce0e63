import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { askHttps } from '../../../tasks/lib/net/https-answer.ts';
import { listen } from '../../support/listen.ts';
import { createTestAuthority } from '../../support/tls.ts';

const name = 'app.example.net';
const signal = new AbortController().signal;

describe('net/https-answer and servers that mean no good', () => {
  let ca: string;
  let certificate: { cert: string; key: string };

  before(async () => {
    const authority = await createTestAuthority();
    ca = authority.ca;
    certificate = await authority.issue([name]);
  });

  /** Asks a server that writes whatever it likes once a request has come. */
  async function ask(serve: (socket: Socket) => void, timeoutMs = 10_000) {
    const server = await listen(
      createServer(certificate, (socket) => {
        socket.on('error', () => {});
        socket.once('data', () => serve(socket));
      }),
    );
    try {
      const at = { address: '127.0.0.1', port: server.port, url: `https://${name}/`, timeoutMs };
      return await askHttps({ ...at, method: 'GET', signal, ca });
    } finally {
      await server.close();
    }
  }

  /** Writes a piece again and again, for as long as it is taken. */
  function forEver(socket: Socket, piece: string): void {
    const timer = setInterval(() => socket.write(piece), 1);
    socket.once('close', () => clearInterval(timer));
  }
  const head = 'HTTP/1.1 200 OK\r\n';

  it('takes no more than 256 KiB of a body that never ends', async () => {
    const answer = await ask((socket) => {
      socket.write(`${head}\r\n`);
      forEver(socket, 'x'.repeat(16_384));
    });
    assert.deepEqual([answer.class, answer.status, answer.body], ['answered', 200, undefined]);
  });

  it('does not unpack what was not asked for packed', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const answer = await ask((socket) => {
      socket.write(`${head}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    });
    assert.equal(answer.class, 'answered');
    assert.ok((answer.body ?? '').length <= bomb.length);
  });

  for (const [title, serve, expected, timeoutMs] of [
    [
      'headers without end',
      (s: Socket) => (s.write(head), forEver(s, 'a: b\r\n'.repeat(500))),
      'not-http',
    ],
    [
      'provisional answers without end',
      (s: Socket) => forEver(s, 'HTTP/1.1 100 Continue\r\n\r\n'),
      'silent',
      2_000,
    ],
    [
      'a body that trickles',
      (s: Socket) => (s.write(`${head}\r\n`), forEver(s, 'x')),
      'silent',
      2_000,
    ],
    ['silence', () => undefined, 'silent', 2_000],
    ['another protocol', (s: Socket) => s.end('220 mail ready\r\n'), 'not-http'],
    [
      'a logging command',
      (s: Socket) => s.end('##vso[task.complete result=Failed;]x\r\n'),
      'not-http',
    ],
    ['a body that is cut off', (s: Socket) => s.end(`${head}Content-Length: 9\r\n\r\nx`), 'reset'],
    ['nothing', (s: Socket) => s.end(), 'reset'],
    [
      'a switch of protocols that nobody asked for',
      (s: Socket) =>
        s.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      'reset',
    ],
    [
      'two lengths',
      (s: Socket) => s.end(`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`),
      'not-http',
    ],
  ] as const) {
    it(`tells ${title}`, async () => {
      const answer = await ask(serve as (socket: Socket) => void, timeoutMs);
      assert.equal(answer.class, expected, answer.reason);
    });
  }

  it('sends no header but Host', async () => {
    let sent = '';
    await ask((socket) => socket.end(`${head}Content-Length: 0\r\n\r\n`));
    const server = await listen(
      createServer(certificate, (socket) => {
        socket.on('error', () => {});
        socket.once('data', (bytes) => {
          sent = bytes.toString();
          socket.end(`${head}Content-Length: 0\r\n\r\n`);
        });
      }),
    );
    const url = `https://${name}/a?b`;
    const at = { address: '127.0.0.1', port: server.port, url, timeoutMs: 10_000 };
    await askHttps({ ...at, method: 'GET', signal, ca });
    await server.close();
    assert.equal(sent, `GET /a?b HTTP/1.1\r\nhost: ${name}\r\nConnection: close\r\n\r\n`);
  });
});
