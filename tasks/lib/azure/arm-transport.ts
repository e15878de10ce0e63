import { randomUUID } from 'node:crypto';
import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  decompressResponsePolicy,
  isRestError,
  proxyPolicy,
  setClientRequestIdPolicy,
  userAgentPolicy,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { SpokelineError } from '../errors.ts';
import type { TaskContext } from '../host/context.ts';
import { parseExact, writeExact } from '../net/exact-json.ts';
import { backoff, retryAfter } from '../net/retry.ts';
import type { ArmOptions, ArmResponse } from './arm-client.ts';
import { armError } from './arm-errors.ts';
import { scopeOf, type ServiceConnection } from './connection.ts';
import { tokenSource, type TokenSource } from './credential.ts';

export type ArmMethod = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

export interface ArmRequest {
  readonly method: ArmMethod;
  readonly url: URL;
  readonly body?: unknown;
  readonly options: ArmOptions;
  /** In the clock's milliseconds; no repetition begins after it. */
  readonly deadline: number;
  /** Whether failures of the service are outlived until the deadline, as polling has to. */
  readonly persistent?: boolean;
}

/** Sends single requests to the connection's Resource Manager, repeating what may be repeated. */
export interface ArmTransport {
  urlOf(path: string, query: Readonly<Record<string, string>>): URL;
  /** A URL that the service sent; refused unless it is on the service's own host. */
  ownUrl(url: string, what: string): URL;
  send<T>(request: ArmRequest): Promise<ArmResponse<T>>;
}

export interface TransportOptions {
  /** How requests leave the process; tests trust their own authority here. */
  readonly httpClient?: HttpClient;
  readonly tokens?: TokenSource;
  /** Identities of other tenants whose resources a write may name; their tokens go along with it. */
  readonly auxiliary?: readonly TokenSource[];
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/authenticate-multi-tenant */
const auxiliaryHeader = 'x-ms-authorization-auxiliary';
/** One request without an answer in this time counts as lost. */
const requestTimeoutMs = 100_000;
/** Repetitions of a request that the service fails or nobody answers, unless it is persistent. */
const attempts = 6;
const uncertainStatus = new Set([408, 500, 502, 503, 504]);
// Not sent at all, so that any method may be repeated.
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const lostCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'REQUEST_SEND_ERROR',
  'PARSE_ERROR',
]);
// The network provider works on one change of a virtual network at a time and says so.
const busyCodes = new Set(['AnotherOperationInProgress', 'RetryableError']);

/** What came of one attempt: an answer, or a fault with the knowledge whether to repeat it. */
interface Attempt<T> {
  readonly response?: ArmResponse<T>;
  readonly error?: SpokelineError;
  /** `throttled` repeats until the deadline; `maybe` only if the request may be sent twice. */
  readonly again?: 'throttled' | 'unsent' | 'busy' | 'maybe';
  readonly afterMs?: number;
}

function isIdempotent(request: ArmRequest): boolean {
  const { method, options } = request;
  if (options.idempotent !== undefined) return options.idempotent;
  if (method === 'GET') return true;
  // A second If-Match meets the 404 that the first one left, which is what was wanted.
  if (method === 'DELETE') return true;
  return method === 'PUT' && options.ifMatch === undefined && options.ifNoneMatch === undefined;
}

/** The reason to stop for, as an error of ours. */
export function aborted(signal: AbortSignal): SpokelineError {
  const reason: unknown = signal.reason;
  if (reason instanceof SpokelineError) return reason;
  const timeout = reason instanceof Error && reason.name === 'TimeoutError';
  return timeout
    ? new SpokelineError('TIMEOUT', 'The time for a request to Azure ran out.', { cause: reason })
    : new SpokelineError('CANCELLED', 'The run was cancelled.', { cause: reason });
}

export function createTransport(
  connection: ServiceConnection,
  context: Pick<TaskContext, 'log' | 'clock' | 'signal'>,
  { httpClient = createDefaultHttpClient(), tokens, auxiliary = [] }: TransportOptions = {},
): ArmTransport {
  const { clock, log } = context;
  const base = new URL(connection.resourceManagerUrl);
  const scope = scopeOf(connection.audience);
  const source = tokens ?? tokenSource(connection, { httpClient });
  // One id for all requests of this client joins them in Azure's activity log.
  const correlation = randomUUID();
  // No redirect policy: a token goes to the host it is for. No retry policy: see `send`.
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(decompressResponsePolicy());
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: 'spokeline' }));
  pipeline.addPolicy(setClientRequestIdPolicy('x-ms-client-request-id'));

  async function attempt<T>(request: ArmRequest, signal: AbortSignal): Promise<Attempt<T>> {
    const { method, url, body, options } = request;
    const headers: Record<string, string> = {
      accept: 'application/json',
      'x-ms-correlation-request-id': correlation,
    };
    if (options.ifMatch !== undefined) headers['if-match'] = options.ifMatch;
    if (options.ifNoneMatch !== undefined) headers['if-none-match'] = options.ifNoneMatch;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const call = async (fresh: boolean) => {
      const { token } = await source.token(scope, signal, { fresh });
      if (method === 'PUT' && auxiliary.length > 0) {
        const others = await Promise.all(auxiliary.map((each) => each.token(scope, signal)));
        headers[auxiliaryHeader] = others.map((other) => `Bearer ${other.token}`).join(', ');
      }
      return pipeline.sendRequest(
        httpClient,
        createPipelineRequest({
          url: url.href,
          method,
          headers: createHttpHeaders({ ...headers, authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { body: writeExact(body) }),
          timeout: requestTimeoutMs,
          abortSignal: signal,
        }),
      );
    };
    const started = clock.now();
    const path = shownPath(url);
    let answer;
    try {
      answer = await call(false);
      // A token may be withdrawn before its time, for example when access is evaluated continuously.
      if (answer.status === 401) answer = await call(true);
    } catch (error) {
      if (signal.aborted) throw aborted(signal);
      if (error instanceof SpokelineError) {
        // What is being followed has begun already, so this is not the first sign-in: it may work again.
        if (error.transient && request.persistent === true) return { error, again: 'unsent' };
        throw error;
      }
      const code = isRestError(error) ? (error.code ?? '') : '';
      const why = error instanceof Error ? error.message : String(error);
      const lost = lostCodes.has(code) || (error instanceof Error && error.name === 'AbortError');
      const unsent = unsentCodes.has(code);
      log.debug(`${method} ${path} -> ${code || why}`);
      return {
        error: new SpokelineError(
          'ARM_REQUEST',
          `${method} ${path} at ${base.host} got no answer: ${code === '' ? '' : `${code}: `}${why}`,
          {
            cause: error,
            transient: lost || unsent,
            hint: `Check that this agent reaches ${base.host} (name resolution, firewall, proxy, certificates).`,
          },
        ),
        ...(unsent ? { again: 'unsent' as const } : lost ? { again: 'maybe' as const } : {}),
      };
    }
    const answered: Record<string, string> = {};
    for (const [name, value] of answer.headers) answered[name.toLowerCase()] = value;
    const correlationId = answered['x-ms-correlation-request-id'] ?? answered['x-ms-request-id'];
    log.debug(
      `${method} ${path} -> ${answer.status} in ${clock.now() - started} ms, ` +
        `correlation id ${correlationId ?? 'not given'}`,
    );
    const text = answer.bodyAsText ?? '';
    const parsed = parse(text, options.exact === true ? parseExact : JSON.parse);
    if (answer.status >= 200 && answer.status < 300) {
      if (parsed.failed) {
        return {
          error: new SpokelineError(
            'ARM_REQUEST',
            `${method} ${path} was answered with ${answer.status} and a body that is not JSON.`,
            { ...(correlationId === undefined ? {} : { correlationId }) },
          ),
        };
      }
      return {
        response: {
          status: answer.status,
          body: parsed.value as T,
          headers: answered,
          ...(answered['etag'] === undefined ? {} : { etag: answered['etag'] }),
          ...(correlationId === undefined ? {} : { correlationId }),
        },
      };
    }
    const error = armError({
      method,
      path,
      status: answer.status,
      body: parsed.value,
      bodyText: text,
      ...(correlationId === undefined ? {} : { correlationId }),
    });
    const afterMs = retryAfter(answered, clock.now());
    const wait = afterMs === undefined ? {} : { afterMs };
    if (answer.status === 429) return { error, again: 'throttled', ...wait };
    if (uncertainStatus.has(answer.status)) return { error, again: 'maybe', ...wait };
    const busy = answer.status === 409 && error.details.some((d) => busyCodes.has(d.code ?? ''));
    return busy ? { error, again: 'busy', ...wait } : { error };
  }

  return {
    urlOf(path, query) {
      if (!/^\/(?!\/)/.test(path) || /[?#\\]|\/\.\.?(?:\/|$)/.test(path)) {
        throw new SpokelineError('INTERNAL', `"${path}" is no path of Resource Manager.`);
      }
      const url = new URL(base);
      url.pathname = path.split('/').map(encodeURIComponent).join('/');
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url;
    },
    ownUrl(text, what) {
      const url = URL.canParse(text, base.href) ? new URL(text, base) : undefined;
      if (!url || url.protocol !== 'https:' || url.host !== base.host || url.username !== '') {
        const where = url ? `${url.protocol}//${url.host}` : 'no URL';
        throw new SpokelineError(
          'ARM_REQUEST',
          `Resource Manager sent a ${what} that leads to ${where}; it is not followed, ` +
            `because the token is for ${base.host} only.`,
        );
      }
      return url;
    },
    async send<T>(request: ArmRequest) {
      const signal = request.options.signal ?? context.signal;
      for (let count = 1; ; count += 1) {
        if (signal.aborted) throw aborted(signal);
        const { response, error, again, afterMs } = await attempt<T>(request, signal);
        if (response) return response;
        if (!error) throw new SpokelineError('INTERNAL', 'An attempt without an outcome.');
        const repeatable = again !== undefined && (again !== 'maybe' || isIdempotent(request));
        const endless = again === 'throttled' || request.persistent === true;
        const waitMs = afterMs ?? backoff(count - 1, Math.random);
        const late = clock.now() + waitMs >= request.deadline;
        if (!repeatable || late || (!endless && count >= attempts)) throw error;
        log.debug(`again in ${Math.round(waitMs)} ms (${again}, attempt ${count})`);
        try {
          await clock.sleep(waitMs, signal);
        } catch (reason) {
          throw signal.aborted ? aborted(signal) : reason;
        }
      }
    },
  };
}

/** The path for messages; one that the service spoilt stays as it is. */
export function shownPath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    return url.pathname;
  }
}

function parse(text: string, read: (text: string) => unknown): { value: unknown; failed: boolean } {
  if (text.trim() === '') return { value: undefined, failed: false };
  try {
    // Some answers begin with a byte order mark.
    return { value: read(text.replace(/^\ufeff/, '')), failed: false };
  } catch {
    return { value: undefined, failed: true };
  }
}
