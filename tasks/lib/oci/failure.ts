import { SpokelineError } from '../errors.ts';
import type { ErrorInfo } from '../errors.ts';
import { isRecord } from './descriptor.ts';
import type { RegistryResponse } from './http.ts';
import { privateRecordOf } from './registry-name.ts';

/** The way to a registry that was found before anything was sent. */
export interface RegistryPath {
  readonly loginServer: string;
  /** The address of all connections. */
  readonly address: string;
  /** Names passed while resolving, without the login server itself. */
  readonly chain: readonly string[];
}

/**
 * Error codes of the distribution specification in an answer, for example `BLOB_UPLOAD_INVALID`.
 */
export function registryErrors(body: Buffer): { code: string; message: string }[] {
  let document: unknown;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch {
    return [];
  }
  const errors = isRecord(document) ? document['errors'] : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map((error) => ({
    code: String(error['code'] ?? 'UNKNOWN').slice(0, 100),
    message: String(error['message'] ?? '').slice(0, 500),
  }));
}

/**
 * Says what a registry's refusal means, in the estate's words. `what` names the step that it
 * refused.
 */
export function refusal(
  what: string,
  response: RegistryResponse,
  path: RegistryPath,
): SpokelineError {
  const errors = registryErrors(response.body);
  const first = errors[0];
  const said = first === undefined ? '' : `: ${first.code} ${first.message}`.trimEnd();
  const correlationId = response.headers['x-ms-correlation-request-id'];
  const info = {
    details: errors.slice(1).map(({ code, message }) => ({ code, message })),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
  const message = `${path.loginServer} answered ${response.status} to ${what}${said}`;
  const blocked = /client with IP '?([0-9a-f.:]+)'? is not allowed/i.exec(
    errors.map((error) => error.message).join(' '),
  )?.[1];
  if (response.status === 403 && blocked !== undefined) {
    return new SpokelineError('REGISTRY_REQUEST', message, {
      ...info,
      hint: firewall(blocked, path),
    });
  }
  if (response.status === 401 || response.status === 403) {
    const isAzure = privateRecordOf(path.loginServer) !== undefined;
    const hint = isAzure
      ? `The identity needs pull and push on the repository: give it AcrPush on ${path.loginServer} ` +
        '(with attribute-based repository permissions: Container Registry Repository Writer).'
      : 'The user needs pull and push on the repository: look at its rights in the registry.';
    return new SpokelineError('REGISTRY_AUTH', message, { ...info, hint });
  }
  const hint = hintOf(response.status, first?.code);
  const rest: ErrorInfo = { ...info, transient: response.status >= 500 };
  return new SpokelineError(
    'REGISTRY_REQUEST',
    message,
    hint === undefined ? rest : { ...rest, hint },
  );
}

function firewall(client: string, path: RegistryPath): string {
  const way = [path.loginServer, ...path.chain, path.address].join(' -> ');
  return (
    `The registry saw this agent as ${client} and its firewall refuses that address, so the request did ` +
    `not arrive through a private endpoint. It was sent to ${way}. Look for a proxy, source NAT or a ` +
    'service endpoint on the way to that address, and whether it still belongs to an approved private ' +
    'endpoint of this registry.'
  );
}

function hintOf(status: number, code: string | undefined): string | undefined {
  if (status >= 300 && status < 400) {
    return 'It sends its clients elsewhere, where neither token nor image follow: give the login server itself.';
  }
  if (status === 413) return 'The registry or a device before it limits the size of requests.';
  if (status === 429)
    return 'The registry goes on throttling; push less at once or use a higher tier.';
  if (code === 'MANIFEST_BLOB_UNKNOWN' || code === 'BLOB_UNKNOWN') {
    return (
      'The registry lacks a blob that it has just accepted: replicas of a geo-replicated registry that ' +
      'are not in step do this. Run again, or push through a regional endpoint.'
    );
  }
  return undefined;
}
