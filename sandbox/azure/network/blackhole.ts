import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';

/** An address and port where every connection attempt gets no answer. */
export interface Hole {
  host: string;
  port: number;
}

export interface Blackhole {
  /** Makes these, and only these, places silent. Resolves when they are, with what could not be. */
  set(holes: readonly Hole[]): Promise<Map<string, string>>;
  stop(): Promise<void>;
}

/**
 * Runs in the worker. It listens with the shortest queue and never returns to its event loop, so
 * nothing is ever accepted: all it awaits is settled by microtasks and nextTick, which need no
 * loop. Once the queue is full, the kernel drops every further SYN, as a security group does; no
 * privilege and no packet filter is needed. It is text because the program around it is one
 * bundled file.
 */
const workerSource = `
const { workerData, receiveMessageOnPort } = require('node:worker_threads');
const { createServer } = require('node:net');
const flag = new Int32Array(workerData.flag);
const servers = new Map();
function open({ host, port }) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.code || error.message));
    server.listen({ host, port, backlog: 1, exclusive: true }, () => resolve(undefined));
    servers.set(host + ':' + port, server);
  });
}
async function run() {
  for (let seen = 0; ; ) {
    Atomics.wait(flag, 0, seen);
    seen = Atomics.load(flag, 0);
    for (let next; (next = receiveMessageOnPort(workerData.port)) !== undefined; ) {
      const { close, add, end } = next.message;
      for (const key of close) {
        servers.get(key)?.close();
        servers.delete(key);
      }
      const failed = [];
      for (const hole of add) {
        const code = await open(hole);
        const key = hole.host + ':' + hole.port;
        if (code !== undefined) {
          servers.delete(key);
          failed.push([key, code]);
        }
      }
      workerData.port.postMessage({ failed });
      if (end) {
        for (const server of servers.values()) server.close();
        workerData.port.close();
        return;
      }
    }
  }
}
void run();
`;

interface Command {
  close: string[];
  add: Hole[];
  end: boolean;
}

/** How long a connection to a silent place is tried before the place counts as silent. */
const silenceMs = 60;
/** A queue of length 1 takes two connections on Linux; more attempts than this mean it never fills. */
const mostFillers = 8;

export function createBlackhole(): Blackhole {
  const fillers = new Map<string, Socket[]>();
  let worker: Link | undefined;

  return {
    async set(holes) {
      const wanted = new Map(holes.map((hole) => [keyOf(hole), hole]));
      const close = [...fillers.keys()].filter((key) => !wanted.has(key));
      const add = [...wanted].filter(([key]) => !fillers.has(key)).map(([, hole]) => hole);
      if (close.length === 0 && add.length === 0) return new Map();
      for (const key of close) {
        for (const socket of fillers.get(key) ?? []) socket.destroy();
        fillers.delete(key);
      }
      worker ??= startWorker();
      const failed = await worker.send({ close, add, end: false });
      const filled = add.filter((hole) => !failed.has(keyOf(hole)));
      await Promise.all(
        filled.map(async (hole) => {
          fillers.set(keyOf(hole), await fill(hole));
        }),
      );
      return failed;
    },
    async stop() {
      for (const sockets of fillers.values()) for (const socket of sockets) socket.destroy();
      fillers.clear();
      const link = worker;
      worker = undefined;
      await link?.end();
    },
  };
}

interface Link {
  send(command: Command): Promise<Map<string, string>>;
  end(): Promise<void>;
}

function startWorker(): Link {
  const flag = new SharedArrayBuffer(4);
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(workerSource, {
    eval: true,
    workerData: { flag, port: port2 },
    transferList: [port2],
    execArgv: [],
  });
  worker.unref();
  const turn = new Int32Array(flag);
  const send = async (command: Command): Promise<Map<string, string>> => {
    const answer = once(port1, 'message') as Promise<[{ failed: [string, string][] }]>;
    port1.postMessage(command);
    Atomics.add(turn, 0, 1);
    Atomics.notify(turn, 0);
    const [{ failed }] = await answer;
    return new Map(failed);
  };
  return {
    send,
    async end() {
      const exited = once(worker, 'exit');
      worker.ref();
      await send({ close: [], add: [], end: true });
      port1.close();
      await exited;
    },
  };
}

/** Connects until the place goes silent; the connections stay, they are what fills the queue. */
async function fill(hole: Hole): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let turn = 0; turn < mostFillers; turn += 1) {
    const socket = await tryConnect(hole);
    if (socket === undefined) return sockets;
    sockets.push(socket);
  }
  for (const socket of sockets) socket.destroy();
  throw new Error(`this system keeps accepting at ${keyOf(hole)}: drops cannot be shown here`);
}

function tryConnect({ host, port }: Hole): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, silenceMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.unref();
      // The worker's end resets them all when a place is opened again: that is no failure.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

export function keyOf({ host, port }: Hole): string {
  return `${host}:${String(port)}`;
}
