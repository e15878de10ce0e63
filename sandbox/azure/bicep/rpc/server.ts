import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { readFrames, writeFrame } from './framing.ts';
import { METHODS } from './methods.ts';

interface Request {
  id?: number | string;
  method?: string;
  params?: unknown;
}

function errorAnswer(id: Request['id'], code: number, message: string): object {
  return { jsonrpc: '2.0', id: id ?? null, error: { code, message } };
}

/** The answer to one message; undefined for notifications. */
export function answer(text: string): object | undefined {
  let request: Request;
  try {
    request = JSON.parse(text) as Request;
  } catch {
    return errorAnswer(undefined, -32700, 'The message is not JSON.');
  }
  const { id, method, params } = request;
  if (id === undefined) return undefined;
  const handler = method === undefined ? undefined : METHODS.get(method);
  if (!handler) {
    return errorAnswer(id, -32601, `No method by the name '${method}' is found.`);
  }
  // The client sends one object; a list with that object is allowed too.
  const given: unknown = Array.isArray(params) ? params[0] : params;
  try {
    const argument = typeof given === 'object' && given !== null ? given : {};
    return { jsonrpc: '2.0', id, result: handler(argument as Record<string, unknown>) };
  } catch (error) {
    return errorAnswer(id, -32000, error instanceof Error ? error.message : String(error));
  }
}

/** Answers requests until the input ends. */
export async function serve(input: Readable, output: Writable): Promise<void> {
  await readFrames(input, (text) => {
    const reply = answer(text);
    if (reply) writeFrame(output, reply);
  });
}

/** Connects to a client that listens on a named pipe or a local port, and serves it. */
export async function serveConnection(where: string | number): Promise<void> {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  try {
    await serve(socket, socket);
  } finally {
    socket.destroy();
  }
}
