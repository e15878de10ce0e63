import type { ServerResponse } from 'node:http';
import { sendJson } from '../../http/json-body.ts';

/** A refusal in the shape of the distribution specification. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly status: number;
  readonly code: string;
  readonly detail: unknown;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { detail?: unknown; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = more.detail;
    this.headers = more.headers ?? {};
  }
}

export function sendRegistryError(response: ServerResponse, error: RegistryError): void {
  const { code, message, detail } = error;
  const entry = { code, message, ...(detail === undefined ? {} : { detail }) };
  sendJson(response, error.status, { errors: [entry] }, error.headers);
}
