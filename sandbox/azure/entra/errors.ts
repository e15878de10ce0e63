import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendJson } from '../../http/json-body.ts';

/** A refusal of the token endpoint, in the shape and with the number that Entra gives it. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly status: number;
  readonly error: string;
  readonly code: number;

  /** @param code number behind `AADSTS` */
  constructor(status: number, error: string, code: number, message: string) {
    super(message);
    this.status = status;
    this.error = error;
    this.code = code;
  }
}

export function sendTokenError(
  response: ServerResponse,
  error: TokenError,
  authorityUrl: string,
  now: number,
): void {
  const trace = randomUUID();
  const correlation = randomUUID();
  const timestamp = new Date(now)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
  sendJson(
    response,
    error.status,
    {
      error: error.error,
      error_description:
        `AADSTS${String(error.code)}: ${error.message} Trace ID: ${trace} ` +
        `Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [error.code],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `${authorityUrl}/error?code=${String(error.code)}`,
    },
    { 'Cache-Control': 'no-store' },
  );
}
