import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { greetPostgres, greetRedis } from '../../../tasks/lib/net/greeting.ts';
import { listen } from '../../support/listen.ts';
import { createTestAuthority } from '../../support/tls.ts';

const name = 'pg.postgres.database.azure.com';
const signal = new AbortController().signal;

describe('net/greeting', () => {
  let ca: string;
  let certificate: { cert: string; key: string };

  before(async () => {
    const authority = await createTestAuthority();
    ca = authority.ca;
    certificate = await authority.issue([name]);
  });

  /** What is seen of a server: the class of the handshake, and what was said. */
  async function greet(
    how: typeof greetPostgres,
    serve: (socket: Socket) => void,
    timeoutMs = 5_000,
  ): Promise<string> {
    const server = await listen(createServer(serve));
    try {
      const at = { address: '127.0.0.1', port: server.port, servername: name, timeoutMs, signal };
      const { handshake, said } = await how({ ...at, ca });
      return `${handshake.class} ${said?.toString('latin1') ?? '-'}`;
    } finally {
      await server.close();
    }
  }

  /** Goes on in TLS, and says this to the first message. */
  function inTls(socket: Socket, words: string): void {
    const secureContext = createSecureContext(certificate);
    const tls = new TLSSocket(socket, { isServer: true, secureContext });
    tls.on('error', () => {});
    tls.once('data', () => tls.end(words));
  }
  const consenting = (words: string) => (socket: Socket) =>
    socket.once('data', () => {
      socket.removeAllListeners('data');
      socket.write('S', () => inTls(socket, words));
    });

  it('hears the first words of a PostgreSQL server after TLS', async () => {
    assert.equal(await greet(greetPostgres, consenting('R....')), 'handshake R....');
  });

  it('hears the first words of a Redis server', async () => {
    assert.equal(await greet(greetRedis, (socket) => inTls(socket, '+PONG')), 'handshake +PONG');
  });

  for (const [title, how, serve, expected, timeoutMs] of [
    [
      'a server that will not encrypt',
      greetPostgres,
      (socket: Socket) => void socket.once('data', () => socket.write('N')),
      'no-tls -',
    ],
    [
      'an SSH server, whose greeting begins with the letter of consent',
      greetPostgres,
      (socket: Socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
      'no-tls -',
    ],
    [
      'a server that hangs up',
      greetPostgres,
      (socket: Socket) => void socket.once('data', () => socket.end()),
      'reset -',
    ],
    ['a server that says nothing', greetPostgres, () => undefined, 'silent -', 2_000],
    ['one that says nothing to a handshake', greetRedis, () => undefined, 'silent -', 2_000],
    [
      'one that hangs up after the handshake',
      greetRedis,
      (socket: Socket) => inTls(socket, ''),
      'handshake -',
    ],
  ] as const) {
    it(`tells ${title}`, async () => {
      assert.equal(await greet(how, serve, timeoutMs), expected);
    });
  }
});
