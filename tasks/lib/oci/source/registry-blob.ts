import { Readable } from 'node:stream';
import { SpokelineError } from '../../errors.ts';
import type { Descriptor } from '../descriptor.ts';
import { refusal } from '../failure.ts';
import type { RegistryResponse } from '../http.ts';
import type { ByteRange } from '../image.ts';
import { getFollowed } from './registry-reader.ts';
import type { RepositoryReader } from './registry-reader.ts';

/** Breaks in a row, without a byte between them, after which a blob is given up. */
const tries = 5;

/**
 * The content of a blob. When the connection breaks off it goes on from the byte where it stopped;
 * a registry whose links expire meanwhile is asked for a new one.
 */
export function openRegistryBlob(
  reader: RepositoryReader,
  blob: Descriptor,
  range: ByteRange = { start: 0 },
): Readable {
  const last = Math.min(range.end ?? Infinity, blob.size - 1);
  const content = contentOf(reader, blob, range.start, last);
  return Readable.from(content, { objectMode: false, highWaterMark: 1024 * 1024 });
}

async function* contentOf(
  reader: RepositoryReader,
  blob: Descriptor,
  start: number,
  last: number,
): AsyncGenerator<Buffer> {
  const { session, signal } = reader;
  let at = start;
  for (let breaks = 0; at <= last;) {
    let trouble: unknown;
    try {
      for await (const chunk of await part(reader, blob, at, last)) {
        yield chunk;
        at += chunk.length;
        breaks = 0;
      }
      if (at > last) return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SpokelineError && !error.transient) throw error;
      trouble = error;
    }
    breaks += 1;
    if (breaks === tries) throw brokenOff(session.path.loginServer, blob, at, trouble);
    await session.pause(breaks, signal);
  }
}

/** The bytes from `at` on, at least some of them and none after `last`. */
async function part(
  reader: RepositoryReader,
  blob: Descriptor,
  at: number,
  last: number,
): Promise<AsyncIterable<Buffer>> {
  const whole = at === 0 && last === blob.size - 1;
  const headers: Record<string, string> = whole ? {} : { range: `bytes=${at}-${last}` };
  const target = `/v2/${reader.repository}/blobs/${blob.digest}`;
  const response = await getFollowed(reader, target, { headers, streamed: true });
  const { stream, status } = response;
  if (stream === undefined || (status !== 200 && status !== 206)) {
    stream?.destroy();
    throw unreadable(reader, blob, response);
  }
  const from = status === 206 && !whole ? startOf(response) : 0;
  if (from === undefined || from > at) {
    stream.destroy();
    throw unreadable(reader, blob, response);
  }
  return between(stream, at - from, last + 1 - from);
}

/** First byte of a partial answer. */
function startOf({ headers }: RegistryResponse): number | undefined {
  const first = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
  return first === undefined ? undefined : Number(first);
}

/** Bytes `from` up to, without, `to`: not every server heeds a range. */
async function* between(
  stream: AsyncIterable<Buffer>,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of stream) {
    const piece = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.length;
    if (piece.length > 0) yield piece;
    if (at >= to) return;
  }
}

function unreadable(
  { session }: RepositoryReader,
  { digest }: Descriptor,
  response: RegistryResponse,
): SpokelineError {
  const { loginServer } = session.path;
  if (response.status === 404) {
    const message = `${loginServer} has no blob ${digest}, which its manifest names`;
    return new SpokelineError('IMAGE_CONTENT_MISSING', message);
  }
  const fault = refusal(`GET of blob ${digest}`, response, session.path);
  // Links to storage are signed for a while; a new one may be had from the registry.
  const passing = response.status === 403 || response.status === 429 || response.status >= 500;
  return passing
    ? new SpokelineError('REGISTRY_REQUEST', fault.message, { transient: true, cause: fault })
    : fault;
}

function brokenOff(
  loginServer: string,
  { digest, size }: Descriptor,
  at: number,
  trouble: unknown,
): SpokelineError {
  const reason = trouble instanceof Error ? trouble.message : 'it ended early';
  const message = `Blob ${digest} cannot be read from ${loginServer} beyond byte ${at} of ${size}: ${reason}`;
  return new SpokelineError('REGISTRY_REQUEST', message, { cause: trouble });
}
