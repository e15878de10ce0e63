import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * A port that is free at an address just now, for TCP and for UDP, for a program that takes none of its own choice.
 *
 * It lies below those that systems give to outgoing connections (Linux: from 32768, IANA: from 49152). Out of that
 * range another connection may take the port before the program does; and whoever looks whether the program listens
 * yet may be given the very port that it calls, and then finds itself connected, with itself.
 */
export async function freePort(address: string): Promise<number> {
  for (let tries = 1; tries <= 100; tries += 1) {
    const port = randomInt(20_000, 32_000);
    if ((await freeForTcp(address, port)) && (await freeForUdp(address, port))) return port;
  }
  throw new Error(`no free port at ${address}`);
}

function freeForTcp(address: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once('error', () => done(false));
    server.listen(port, address, () => server.close(() => done(true)));
  });
}

function freeForUdp(address: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((done) => {
    socket.once('error', () => socket.close(() => done(false)));
    socket.bind(port, address, () => socket.close(() => done(true)));
  });
}
