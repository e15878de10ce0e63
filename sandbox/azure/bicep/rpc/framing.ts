import type { Readable, Writable } from 'node:stream';

/** The head of a message that is not one: nothing after it can be understood. */
export class BadFrame extends Error {}

/** Calls `receive` with the text of each message of a stream; ends when the stream ends. Rejects with BadFrame. */
export async function readFrames(input: Readable, receive: (text: string) => void): Promise<void> {
  let buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    buffer = Buffer.concat([buffer, chunk as Buffer]);
    for (;;) {
      const headEnd = buffer.indexOf('\r\n\r\n');
      if (headEnd < 0) {
        if (buffer.length > 4096) throw new BadFrame('no header within the first 4096 bytes');
        break;
      }
      const head = buffer.toString('latin1', 0, headEnd);
      const length = /^content-length: *(\d+) *$/im.exec(head)?.[1];
      if (length === undefined) throw new BadFrame('a header without Content-Length');
      const end = headEnd + 4 + Number(length);
      if (buffer.length < end) break;
      receive(buffer.toString('utf8', headEnd + 4, end));
      buffer = buffer.subarray(end);
    }
  }
}

/** Writes one message. */
export function writeFrame(output: Writable, message: object): void {
  const body = Buffer.from(JSON.stringify(message));
  output.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
}
