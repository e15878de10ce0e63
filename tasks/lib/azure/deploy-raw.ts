import { SpokelineError } from '../errors.ts';
import { parseExact } from '../net/exact-json.ts';

/** What a request of the SDK was answered with, before the SDK interprets it. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined when the text is not JSON. */
  readonly body: unknown;
}

interface RawResponse {
  readonly status: number;
  readonly bodyAsText?: string | null;
  readonly headers: { toJSON(): Record<string, string> };
}

/** Options of an SDK call that this module sets. */
export interface RawOptions {
  readonly abortSignal: AbortSignal;
  readonly requestOptions: { readonly timeout: number };
  readonly onResponse: (response: RawResponse) => void;
}

/** Thrown through the SDK to stop it after its first response; never leaves this module. */
class Answered extends Error {}

/**
 * Makes one request with a method of the SDK and returns its raw answer, whatever the status. The SDK's
 * pollers and models are left aside on purpose: in arm-resources 6.1.0 they drop the code, the nested
 * details and the correlation id of a failed operation, and end a deployment at the first 429 while polling.
 * Rejects with the SDK's error when there was no answer at all.
 */
export async function rawCall(
  call: (options: RawOptions) => PromiseLike<unknown>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<RawAnswer> {
  let seen: RawResponse | undefined;
  try {
    await call({
      abortSignal: signal,
      requestOptions: { timeout: timeoutMs },
      onResponse: (response) => {
        seen ??= response;
        throw new Answered();
      },
    });
  } catch (error) {
    if (seen === undefined) throw error;
  }
  if (seen === undefined) throw new Error('the SDK made no request');
  return toAnswer(seen);
}

export function toAnswer(response: RawResponse): RawAnswer {
  const text = response.bodyAsText ?? '';
  let body: unknown;
  try {
    body = text === '' ? undefined : parseExact(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers.toJSON(), text, body };
}

// Faults of the way, not of the request; https://nodejs.org/api/errors.html#common-system-errors
const brokenWay = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'REQUEST_SEND_ERROR',
  'UND_ERR_SOCKET',
]);

/** The request never got as far as the server, so it was certainly not carried out. */
const neverSent = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/**
 * Why there was no answer, for an error that may pass; undefined for one that will not. `worked` says that
 * the same identity has been answered before: only then is a sign-in that got no answer a fault that passes,
 * and a deployment that is under way is not given up for it.
 */
export function passingFault(
  error: unknown,
  worked: boolean,
): { reason: string; sent: boolean } | undefined {
  if (error instanceof SpokelineError && error.code === 'AUTH_FAILED') {
    return worked && error.transient ? { reason: error.message, sent: false } : undefined;
  }
  const codes: string[] = [];
  let text = '';
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === 'string') codes.push(code);
    if (text === '') text = current.message;
    // The pipeline's own limit on a request shows as an AbortError.
    if (current.name === 'AbortError') codes.push('ETIMEDOUT');
    current = current.cause;
  }
  const system = codes.filter((code) => brokenWay.has(code));
  const said = system.find((code) => code !== 'REQUEST_SEND_ERROR') ?? system[0];
  if (said === undefined) return undefined;
  const untrusted = /certificate|self-signed|CERT_|UNABLE_TO_|ERR_TLS/i;
  if (said === 'REQUEST_SEND_ERROR' && untrusted.test(`${codes.join(' ')} ${text}`))
    return undefined;
  return { reason: `no answer from Azure (${said})`, sent: !neverSent.has(said) };
}
