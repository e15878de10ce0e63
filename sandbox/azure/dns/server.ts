import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import packet from 'dns-packet';
import type { Answer, DecodedPacket, Packet } from 'dns-packet';
import type { ResourceReader } from '../arm/store.ts';
import type { DnsAnswer } from './answer.ts';
import { answerQuery } from './answer.ts';
import { documentationAddress } from './names.ts';
import type { ZoneOrigin } from './origin.ts';

export interface DnsOptions {
  /** Address and port; port 0 takes one that is free for UDP and TCP. */
  host: string;
  port: number;
  agentAddress: string;
  /** Address of a name in the public world; one of 203.0.113.0/24 if absent. */
  publicAddress?: (name: string) => string;
}

export interface DnsServer {
  host: string;
  port: number;
  close(): Promise<void>;
}

/** Response codes are the low four bits of the flags. */
const codes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 } as const;
/** Bytes of a UDP answer to a client that does not offer more (RFC 1035, 4.2.1). */
const smallestUdp = 512;
const largestUdp = 1232;
const idleMs = 10_000;

/** Answers as Azure-provided DNS does for the agent's network. It never asks another server. */
export async function startDns(store: ResourceReader, o: DnsOptions): Promise<DnsServer> {
  const options = {
    agentAddress: o.agentAddress,
    serverAddress: o.host,
    publicAddress: o.publicAddress ?? documentationAddress,
  };
  const respond = (message: Buffer, limit: number | undefined): Buffer | undefined =>
    reply(message, limit, (name, type) => answerQuery(store, options, name, type));

  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    serveStream(socket, (message) => respond(message, undefined));
  });
  const port = await listenBoth(tcp, o);
  const udp = port.udp;
  udp.on('message', (message: Buffer, from: RemoteInfo) => {
    const answer = respond(message, smallestUdp);
    if (answer !== undefined) udp.send(answer, from.port, from.address, () => undefined);
  });
  // A client that is gone may send back an ICMP error: not the server's end.
  udp.on('error', () => undefined);

  return {
    host: o.host,
    port: port.number,
    async close() {
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => {
          tcp.close(() => {
            resolve();
          });
        }),
        new Promise<void>((resolve) => {
          udp.close(resolve);
        }),
      ]);
    },
  };
}

/** The same port for both; a free TCP port may be taken for UDP, then another one is tried. */
async function listenBoth(
  tcp: ReturnType<typeof createServer>,
  { host, port }: DnsOptions,
): Promise<{ udp: UdpSocket; number: number }> {
  for (let tries = port === 0 ? 5 : 1; ; tries -= 1) {
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(port, host, () => {
        tcp.off('error', reject);
        resolve();
      });
    });
    const { port: number } = tcp.address() as AddressInfo;
    const udp = createSocket('udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once('error', reject);
        udp.bind(number, host, () => {
          udp.off('error', reject);
          resolve();
        });
      });
      return { udp, number };
    } catch (error) {
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
      if (tries <= 1) throw error;
    }
  }
}

/** Messages over TCP follow their length in two bytes; several may come on one connection. */
function serveStream(socket: Socket, respond: (message: Buffer) => Buffer | undefined): void {
  let held = Buffer.alloc(0);
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (part: Buffer) => {
    held = Buffer.concat([held, part]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      const answer = respond(held.subarray(2, end));
      held = held.subarray(end);
      if (answer === undefined) {
        socket.destroy();
        return;
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    }
  });
}

/**
 * @param limit bytes of a UDP answer to a client without EDNS; undefined over TCP
 * @returns undefined for what deserves no answer: too short to have an id, or itself an answer
 */
function reply(
  message: Buffer,
  limit: number | undefined,
  answer: (name: string, type: string) => DnsAnswer,
): Buffer | undefined {
  if (message.length < 12 || (message.readUInt8(2) & 0x80) !== 0) return undefined;
  let query: DecodedPacket;
  try {
    query = packet.decode(message);
  } catch {
    return bare(message, codes.FORMERR);
  }
  const question = query.questions?.[0];
  if (((message.readUInt8(2) >> 3) & 0x0f) !== 0) return bare(message, codes.NOTIMP);
  if (question === undefined || query.questions?.length !== 1) {
    return bare(message, codes.FORMERR);
  }
  const edns = query.additionals?.find((record) => record.type === 'OPT');
  const known = question.class === 'IN' || question.class === 'ANY';
  const found: DnsAnswer = known
    ? answer(question.name, question.type)
    : { code: 'NXDOMAIN', records: [], authority: undefined };
  const full: Packet = {
    type: 'response',
    id: query.id ?? 0,
    flags: flagsOf(query, codes[found.code]),
    questions: [question],
    answers: found.records.map((record): Answer => ({ ...record, class: 'IN' })),
    authorities: found.authority === undefined ? [] : [negative(found.authority)],
    additionals: edns === undefined ? [] : [ednsRecord],
  };
  const encoded = packet.encode(full);
  const room = limit === undefined ? Infinity : Math.max(limit, udpRoom(edns));
  if (encoded.length <= room) return encoded;
  const flags = (full.flags ?? 0) | packet.TRUNCATED_RESPONSE;
  return packet.encode({ ...full, flags, answers: [], authorities: [] });
}

const ednsRecord: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: largestUdp,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

function udpRoom(edns: Answer | undefined): number {
  if (edns?.type !== 'OPT') return 0;
  return Math.min(edns.udpPayloadSize, largestUdp);
}

function flagsOf(query: DecodedPacket, code: number): number {
  const wanted = (query.flags ?? 0) & packet.RECURSION_DESIRED;
  return wanted | packet.RECURSION_AVAILABLE | code;
}

/** A missing name is remembered for the smaller of the two (RFC 2308, 3), so that caches need not compare. */
function negative(origin: ZoneOrigin): Answer {
  return { ...origin, class: 'IN', ttl: Math.min(origin.ttl, origin.data.minimum) };
}

/** A header alone, for a message whose question cannot be repeated. */
function bare(message: Buffer, code: number): Buffer {
  const header = Buffer.alloc(12);
  message.copy(header, 0, 0, 2);
  const opcode = message.readUInt8(2) & 0x78;
  header.writeUInt8(0x80 | opcode | (message.readUInt8(2) & 0x01), 2);
  header.writeUInt8(0x80 | code, 3);
  return header;
}
