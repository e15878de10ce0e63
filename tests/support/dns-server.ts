import { createSocket, type RemoteInfo } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { freePort } from '../../scripts/bench/free-port.ts';
import { decode, encode, type Packet } from 'dns-packet';

export interface DnsQuery {
  readonly packet: Packet;
  readonly name: string;
  readonly over: 'udp' | 'tcp';
}

/** What to answer: a packet's parts, raw bytes, or nothing at all. */
export type DnsReply = Partial<Packet> | Buffer | undefined;

export interface TestDns {
  /** `127.0.0.1:<port>` */
  readonly server: string;
  readonly port: number;
  readonly queries: DnsQuery[];
  close(): Promise<void>;
}

/** Flags of an answer with this rcode and, where given, TC. */
export function flags(rcode: number, truncated = false): number {
  return 0x0580 | rcode | (truncated ? 0x0200 : 0);
}

/** A DNS server on loopback, UDP and TCP on one port. `reply` may give several answers to one query. */
export async function startTestDns(reply: (query: DnsQuery) => DnsReply[]): Promise<TestDns> {
  const queries: DnsQuery[] = [];
  const answer = (message: Buffer, over: 'udp' | 'tcp'): Buffer[] => {
    const packet = decode(message);
    const query = { packet, name: packet.questions?.[0]?.name ?? '', over };
    queries.push(query);
    return reply(query)
      .filter((part) => part !== undefined)
      .map((part) =>
        Buffer.isBuffer(part)
          ? part
          : encode({
              type: 'response',
              id: packet.id ?? 0,
              flags: flags(0),
              questions: packet.questions ?? [],
              answers: [],
              ...part,
            }),
      );
  };
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const message of answer(chunk.subarray(2), 'tcp')) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        // In two parts, as the network may deliver it.
        socket.write(length);
        socket.write(message);
      }
    });
  });
  const sockets = new Set<Socket>();
  const port = await freePort('127.0.0.1');
  await new Promise<void>((resolve) => tcp.listen(port, '127.0.0.1', resolve));
  const udp = createSocket('udp4');
  udp.on('message', (message, from: RemoteInfo) => {
    for (const part of answer(message, 'udp')) udp.send(part, from.port, from.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${port}`,
    port,
    queries,
    close: async () => {
      await new Promise<void>((resolve) => udp.close(resolve));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
}
