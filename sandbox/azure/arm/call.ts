import type { Manager } from './manager.ts';
import type { Operation } from './operations.ts';
import type { Principal } from './server.ts';

/** One authenticated request, taken apart. */
export interface Call {
  manager: Manager;
  method: string;
  /** `https://host:port` as the client wrote it, for links in the answer. */
  base: string;
  /** Path with single slashes, as the client spelled it. */
  path: string;
  segments: string[];
  query: URLSearchParams;
  apiVersion: string;
  body: unknown;
  principal: Principal;
  correlationId: string;
  ifMatch?: string;
  ifNoneMatch?: string;
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Headers that tell a client where to ask for a running operation. */
export function pollHeaders(
  call: Call,
  operation: Operation,
  kinds: { asyncOperation?: boolean; location?: boolean },
): Record<string, string> {
  const { operations, retryAfter } = call.manager;
  const url = (kind: string): string =>
    `${call.base}${operations.path(operation, kind)}?api-version=${encodeURIComponent(call.apiVersion)}`;
  return {
    'Retry-After': String(retryAfter),
    ...(kinds.asyncOperation === true ? { 'Azure-AsyncOperation': url('operations') } : {}),
    ...(kinds.location === true ? { Location: url('operationResults') } : {}),
  };
}
