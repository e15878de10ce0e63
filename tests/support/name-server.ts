import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { decode, encode } from 'dns-packet';
import type { Answer, Packet } from 'dns-packet';

/** A DNS server on loopback over a table: a name to its aliases and addresses, in order. */
export interface NameServer {
  readonly server: string;
  readonly names: Map<string, readonly string[]>;
  /** Names that were asked for, in order, one for each question. */
  readonly asked: string[];
  /** Those of them that are not in the table. */
  readonly missed: string[];
  /** Called after each of them was answered. */
  onMissing: (name: string) => void;
  close(): Promise<void>;
}

export async function startNameServer(): Promise<NameServer> {
  const names = new Map<string, readonly string[]>();
  const asked: string[] = [];
  const questions = new Set<string>();
  const missed: string[] = [];
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address() as AddressInfo;
  const server: NameServer = {
    server: `127.0.0.1:${port}`,
    names,
    asked,
    missed,
    onMissing: () => undefined,
    close: () => new Promise((done) => socket.close(() => done())),
  };
  socket.on('message', (message, from) => {
    const query = decode(message);
    const name = (query.questions?.[0]?.name ?? '').toLowerCase();
    // One that is sent again, since the answer took its time, is the same question.
    const question = `${from.port} ${query.id}`;
    if (!questions.has(question)) asked.push(name);
    questions.add(question);
    const way = names.get(name);
    const answers: Answer[] = [];
    let owner = name;
    for (const step of way ?? []) {
      const type = /^[\d.]+$/.test(step) ? 'A' : 'CNAME';
      answers.push({ name: owner, type, ttl: 10, data: step });
      if (type === 'CNAME') owner = step;
    }
    const answer: Packet = {
      id: query.id ?? 0,
      type: 'response',
      flags: way === undefined ? 3 : 0,
      questions: query.questions ?? [],
      answers,
    };
    socket.send(encode(answer), from.port, from.address);
    if (way !== undefined) return;
    missed.push(name);
    server.onMissing(name);
  });
  return server;
}
