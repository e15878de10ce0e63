import type { Readable } from 'node:stream';
import { SpokelineError } from '../errors.ts';
import { refusal } from './failure.ts';
import type { RegistryPath } from './failure.ts';
import type { RegistryHttp, RegistryResponse } from './http.ts';
import type { Blob, ImageSource } from './image.ts';
import { isDataEndpointOf } from './registry-name.ts';
import { isTransient } from './session.ts';
import type { RegistrySession } from './session.ts';

/** Enough to tell a layer from an error page, and nothing that a link would notice. */
const sampleBytes = 64 * 1024;
const tries = 4;

/** A data endpoint whose way was judged like the registry's own. */
export interface DataEndpoint extends RegistryPath {
  readonly http: RegistryHttp;
}

/** What was seen of one data endpoint. */
export interface ReplicaEvidence {
  readonly endpoint: string;
  readonly address: string;
  /**
   * `pulled`: it gave the first bytes of a layer. `reached`: it answered with its certificate, but
   * does not serve that layer to this link; the registry signs links for the replica that it
   * redirects to, and replication takes its time.
   */
  readonly result: 'pulled' | 'reached';
  /** Status of its answer. */
  readonly status: number;
}

export interface ReplicaCheckOptions {
  readonly session: RegistrySession;
  readonly repository: string;
  readonly endpoints: readonly DataEndpoint[];
  /** The way to a data endpoint that was not declared, judged now. */
  readonly open: (host: string) => Promise<DataEndpoint>;
  readonly signal: AbortSignal;
}

/**
 * Pulls the first bytes of one layer as a node would: the login server redirects to a data
 * endpoint, which gets no credentials but the link's own.
 *
 * @returns nothing for a registry that hands layers out itself, once it has done so
 * @throws SpokelineError REGISTRY_REPLICA
 */
export async function checkReplicas(
  source: ImageSource,
  options: ReplicaCheckOptions,
): Promise<ReplicaEvidence[]> {
  const blob = smallest(source);
  if (blob === undefined) return [];
  const { session, repository, signal, endpoints } = options;
  const target = `/v2/${repository}/blobs/${blob.digest}`;
  const sample = await firstBytes(blob.open({ start: 0, end: sampleEnd(blob) }));
  const answer = await session.send(
    { method: 'GET', target, headers: range(blob), streamed: true, signal },
    { repeat: true },
  );
  const what = `GET of blob ${blob.digest}`;
  if (answer.status === 200 || answer.status === 206) {
    await compare(session.path.loginServer, answer, sample);
    return [];
  }
  if (answer.status !== 307 && answer.status !== 302) throw refusal(what, answer, session.path);
  const link = linkOf(answer, session.path.loginServer);
  const known = endpoints.find(({ loginServer }) => loginServer === link.host);
  const redirected = known ?? (await options.open(link.host));
  const others = endpoints.filter((endpoint) => endpoint !== redirected);
  const path = `${link.pathname}${link.search}`;
  return Promise.all([
    pull(redirected, path, blob, sample, true, options),
    ...others.map((endpoint) => pull(endpoint, path, blob, sample, false, options)),
  ]);
}

/** The smallest layer: which one does not matter for the way. */
function smallest({ blobs }: ImageSource): Blob | undefined {
  return [...blobs.values()].filter(({ size }) => size > 0).sort((a, b) => a.size - b.size)[0];
}

function sampleEnd({ size }: Blob): number {
  return Math.min(size, sampleBytes) - 1;
}

function range(blob: Blob): Record<string, string> {
  return { range: `bytes=0-${sampleEnd(blob)}` };
}

function linkOf(answer: RegistryResponse, loginServer: string): URL {
  const location = answer.headers['location'] ?? '';
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const isPlain = url?.protocol === 'https:' && url.username === '';
  if (isPlain && isDataEndpointOf(loginServer, url.hostname)) return url;
  throw new SpokelineError(
    'REGISTRY_REPLICA',
    `${loginServer} hands layers out through ${url?.host ?? 'a Location that is not a URL'}, which is no data ` +
      'endpoint of its own; nothing was sent there',
    {
      hint:
        'Turn dedicated data endpoints on (az acr update --data-endpoint-enabled): without them layers come ' +
        'from a storage account that has no private record of the registry.',
    },
  );
}

async function pull(
  endpoint: DataEndpoint,
  target: string,
  blob: Blob,
  sample: Buffer,
  mustServe: boolean,
  { signal, session }: ReplicaCheckOptions,
): Promise<ReplicaEvidence> {
  const { loginServer: name, address } = endpoint;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const request = { method: 'GET', target, headers: range(blob), streamed: true } as const;
      const answer = await endpoint.http({ ...request, signal });
      const { status } = answer;
      if (status === 200 || status === 206) {
        await compare(name, answer, sample);
        return { endpoint: name, address, result: 'pulled', status };
      }
      if (!mustServe && status < 500) return { endpoint: name, address, result: 'reached', status };
      if (status < 500 || attempt === tries) throw failed(name, `answered ${status}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SpokelineError && error.code === 'REGISTRY_REPLICA') throw error;
      const said = error instanceof Error ? error.message : String(error);
      const { hint } = error instanceof SpokelineError ? error : {};
      if (!isTransient(error) || attempt === tries) throw failed(name, said, hint, error);
    }
    await session.pause(attempt, signal);
  }
}

async function compare(name: string, answer: RegistryResponse, sample: Buffer): Promise<void> {
  const got = answer.stream === undefined ? answer.body : await firstBytes(answer.stream);
  if (got.subarray(0, sample.length).equals(sample)) return;
  throw failed(name, 'gave other bytes than were pushed');
}

/** Up to the length of a sample; the rest is not read. */
async function firstBytes(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length >= sampleBytes) break;
  }
  return Buffer.concat(parts).subarray(0, sampleBytes);
}

function failed(name: string, what: string, hint?: string, cause?: unknown): SpokelineError {
  return new SpokelineError('REGISTRY_REPLICA', `A layer cannot be pulled from ${name}: ${what}`, {
    hint:
      hint ??
      'The image is pushed, but nodes that pull through this endpoint will fail in this way.',
    ...(cause === undefined ? {} : { cause }),
  });
}
