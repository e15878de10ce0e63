import type { Readable } from 'node:stream';

/** A body that can be sent again: 401 and 429 may come after it went out. */
export interface StreamBody {
  /** Bytes; becomes Content-Length. */
  readonly size: number;
  /**
   * Hands all bytes over, piece by piece; a piece may be overwritten once its promise has resolved.
   * Rejects when the body is not what it should be, before its last byte.
   */
  send(write: (piece: Buffer) => Promise<void>): Promise<void>;
}

/** A request to the registry itself; there is no way to name another host. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | StreamBody;
  /** Wants the body of a 2xx answer as a stream: blobs may have any size. */
  readonly streamed?: boolean;
  readonly signal: AbortSignal;
}

export interface RegistryResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Never more than some MiB; empty where there is a stream. */
  readonly body: Buffer;
  /** Of a streamed request that succeeded; has to be read to its end or destroyed. */
  readonly stream?: Readable;
}

/**
 * The port to the network: one registry, its address pinned, its certificate checked against its
 * name. Redirects are answers like any other. Rejects with SpokelineError REGISTRY_REQUEST,
 * `transient` when the connection broke off; with the error of the body's stream when that failed;
 * with the signal's reason when it aborted.
 */
export type RegistryHttp = (request: RegistryRequest) => Promise<RegistryResponse>;
