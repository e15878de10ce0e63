/** Targets of the gate suite, in a process of their own: most accept, some never answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { serve } from './server-process.ts';

export interface Target {
  readonly address: string;
  readonly port: number;
}

export interface Targets {
  readonly open: readonly Target[];
  /** The kernel drops what is sent there, as a firewall would. */
  readonly silent: readonly Target[];
}

async function listen(address: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end();
  });
  server.listen(0, address);
  await once(server, 'listening');
  return server;
}

/**
 * Listens with the shortest queue and then stands still, so that nothing is ever accepted; ends
 * with its parent, which is all that it looks at.
 */
const silentScript = `
  const { createServer } = require('node:net');
  const parent = process.ppid;
  const ports = {};
  const addresses = process.argv.slice(1);
  for (const address of addresses) {
    const server = createServer();
    server.listen({ port: 0, host: address, backlog: 1 }, () => {
      ports[address] = server.address().port;
      if (Object.keys(ports).length < addresses.length) return;
      require('node:fs').writeSync(1, JSON.stringify(ports));
      require('node:fs').closeSync(1);
      const cell = new Int32Array(new SharedArrayBuffer(4));
      while (process.ppid === parent) Atomics.wait(cell, 0, 0, 500);
      process.exit();
    });
  }`;

async function start(open: number, silent: number): Promise<void> {
  const servers = await Promise.all(
    Array.from({ length: open }, (_, index) =>
      listen(`127.112.${2 + Math.floor(index / 250)}.${(index % 250) + 1}`),
    ),
  );
  const addresses = Array.from({ length: silent }, (_, index) => `127.112.1.${index + 1}`);
  const child = spawn(process.execPath, ['-e', silentScript, ...addresses], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const ports = JSON.parse(await text(child.stdout)) as Record<string, number>;
  const silentTargets = addresses.map((address) => ({ address, port: ports[address] ?? 0 }));
  const fillers: Socket[] = [];
  for (const { address, port } of silentTargets) {
    // A queue of one holds two connections; from then on every SYN is dropped.
    for (let place = 0; place < 2; place += 1) {
      const socket = connect(port, address);
      socket.on('error', () => undefined);
      fillers.push(socket);
      await once(socket, 'connect');
    }
  }
  const ready: Targets = {
    open: servers.map((server) => {
      const { address, port } = server.address() as AddressInfo;
      return { address, port };
    }),
    silent: silentTargets,
  };
  serve(
    ready,
    () => undefined,
    async () => {
      for (const socket of fillers) socket.destroy();
      for (const server of servers) server.close();
      child.kill('SIGKILL');
      await ended;
    },
  );
}

await start(Number(process.argv[2]), Number(process.argv[3]));
