import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { bundleBicep } from './bicep-bundle.ts';
import type { Bundle } from './bicep-bundle.ts';

describe('bicep: the wire', () => {
  let bundle: Bundle;

  before(async () => {
    bundle = await bundleBicep();
  });
  after(() => bundle?.remove());

  const frame = (message: object): Buffer => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    return Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };

  async function messages(input: Readable, count: number): Promise<Record<string, unknown>[]> {
    let buffer = Buffer.alloc(0);
    const found: Record<string, unknown>[] = [];
    for await (const chunk of input) {
      buffer = Buffer.concat([buffer, chunk as Buffer]);
      for (;;) {
        const head = /^Content-Length: (\d+)\r\n\r\n/.exec(buffer.toString('latin1'));
        const end = head ? head[0].length + Number(head[1]) : Infinity;
        if (!head || buffer.length < end) break;
        found.push(
          JSON.parse(buffer.toString('utf8', head[0].length, end)) as Record<string, unknown>,
        );
        buffer = buffer.subarray(end);
      }
      if (found.length === count) break;
    }
    return found;
  }

  it('over standard input: split frames, unknown methods, notifications, broken JSON, the end', async () => {
    const child = spawn(bundle.path, ['jsonrpc', '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const first = frame({ id: 0, method: 'bicep/version', params: {} });
    child.stdin.write(first.subarray(0, 9));
    child.stdin.write(first.subarray(9));
    child.stdin.write(
      Buffer.concat([
        frame({ method: '$/cancelRequest', params: { id: 0 } }),
        frame({ id: 'x', method: 'bicep/unknown', params: {} }),
        Buffer.from('Content-Length: 3\r\n\r\n{a}'),
        frame({ id: 3, method: 'bicep/compile', params: {} }),
      ]),
    );
    const answers = messages(child.stdout, 4);
    child.stdin.end();
    assert.deepEqual(await answers, [
      { jsonrpc: '2.0', id: 0, result: { version: '0.49.2' } },
      {
        jsonrpc: '2.0',
        id: 'x',
        error: { code: -32601, message: "No method by the name 'bicep/unknown' is found." },
      },
      { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'The message is not JSON.' } },
      {
        jsonrpc: '2.0',
        id: 3,
        error: { code: -32000, message: 'The parameter "path" is missing.' },
      },
    ]);
    assert.equal(await ended, 0);
  });

  it('over a local port; the process ends with the connection', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const child = spawn(bundle.path, ['jsonrpc', '--socket', String(port)], { stdio: 'inherit' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const socket = await new Promise<Socket>((resolve) => server.once('connection', resolve));
    socket.write(frame({ id: 1, method: 'bicep/version', params: {} }));
    const [answer] = await messages(socket, 1);
    assert.deepEqual(answer, { jsonrpc: '2.0', id: 1, result: { version: '0.49.2' } });
    socket.destroy();
    server.close();
    assert.equal(await ended, 0);
  });

  it('nobody at the pipe is an error with its reason', async () => {
    const pipe = join(tmpdir(), 'bicep-nobody.sock');
    const child = spawn(bundle.path, ['jsonrpc', '--pipe', pipe], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    assert.match(await text(child.stderr), /ENOENT.*nobody\.sock/);
    assert.equal(await ended, 1);
  });
});
