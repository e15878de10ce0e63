import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request body was longer than the server takes; answered with 413. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly limit: number;

  constructor(limit: number) {
    super(`the request body is larger than ${String(limit)} bytes`);
    this.limit = limit;
  }
}

/** Bytes of a document that no client of ours exceeds: ARM's own limit is 4 MB. */
export const documentLimit = 4 * 1024 * 1024;

/**
 * The whole body of a request.
 * @param limit bytes
 * @throws BodyTooLargeError as soon as more than `limit` arrives
 */
export async function readBody(
  request: IncomingMessage,
  limit: number = documentLimit,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  // An iteration that ends early must leave the connection: the refusal still has to be sent.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const part of body) {
    size += part.length;
    if (size > limit) throw new BodyTooLargeError(limit);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Answers with JSON; `undefined` as body answers with none. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string | number> = {},
): void {
  if (body === undefined) {
    response.writeHead(status, { 'Content-Length': 0, ...headers }).end();
    return;
  }
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
      ...headers,
    })
    .end(text);
}
