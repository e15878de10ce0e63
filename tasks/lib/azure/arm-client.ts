import type { TaskContext } from '../host/context.ts';
import type { ServiceConnection } from './connection.ts';
import { createTransport, type ArmMethod, type TransportOptions } from './arm-transport.ts';
import { isNotFound } from './arm-errors.ts';
import { follow } from './arm-operation.ts';
import { SpokelineError } from '../errors.ts';

export interface ArmResponse<T> {
  readonly status: number;
  readonly body: T;
  readonly etag?: string;
  readonly correlationId?: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
}

export interface ArmOptions {
  readonly signal?: AbortSignal;
  readonly ifMatch?: string;
  /** `*` creates only. */
  readonly ifNoneMatch?: string;
  /** Further query parameters; `api-version` is set by the client. */
  readonly query?: Readonly<Record<string, string>>;
  /**
   * Whether to send again when nobody knows if the request arrived (reset, 5xx). Default: true for GET, and
   * for DELETE, and for PUT without a precondition: a second one would meet the first one's success.
   */
  readonly idempotent?: boolean;
  /** Whether whole numbers beyond 2^53 are wanted as they are, as a bigint. Default false. */
  readonly exact?: boolean;
  /** Whether to follow a long-running operation to its end. Default true. */
  readonly follow?: boolean;
  /** Time for the request with all its repetitions and, where followed, its operation. Default 30 min. */
  readonly timeoutMs?: number;
}

/**
 * Azure Resource Manager. Paths start with `/`, mostly `/subscriptions/...`. All methods throw SpokelineError:
 * ARM_FORBIDDEN (naming the missing action), ARM_NOT_FOUND, ARM_CONFLICT, ARM_PRECONDITION, ARM_REQUEST,
 * AUTH_FAILED, TIMEOUT, CANCELLED.
 */
export interface ArmClient {
  get<T>(path: string, apiVersion: string, options?: ArmOptions): Promise<ArmResponse<T>>;
  /** Undefined on 404. */
  tryGet<T>(
    path: string,
    apiVersion: string,
    options?: ArmOptions,
  ): Promise<ArmResponse<T> | undefined>;
  /** Follows the operation; the body is the resource as it is then. */
  put<T>(
    path: string,
    apiVersion: string,
    body: unknown,
    options?: ArmOptions,
  ): Promise<ArmResponse<T>>;
  patch<T>(
    path: string,
    apiVersion: string,
    body: unknown,
    options?: ArmOptions,
  ): Promise<ArmResponse<T>>;
  /** Follows the operation; the body is its result. */
  post<T>(
    path: string,
    apiVersion: string,
    body?: unknown,
    options?: ArmOptions,
  ): Promise<ArmResponse<T>>;
  /** Follows the operation. A resource that does not exist is no error. */
  delete(path: string, apiVersion: string, options?: ArmOptions): Promise<ArmResponse<unknown>>;
  /** All pages of a collection. */
  list<T>(path: string, apiVersion: string, options?: ArmOptions): Promise<T[]>;
}

interface Page<T> {
  readonly value?: T[];
  readonly nextLink?: string | null;
}

/** What the deletion of something that is not there comes to. */
function gone<T>(): ArmResponse<T> {
  return { status: 404, body: undefined as T, headers: {} };
}

/** A client under the identity of the connection; tokens go to the connection's own Resource Manager only. */
export function createArmClient(
  connection: ServiceConnection,
  context: Pick<TaskContext, 'log' | 'clock' | 'signal'>,
  options: TransportOptions = {},
): ArmClient {
  const transport = createTransport(connection, context, options);

  async function call<T>(
    method: ArmMethod,
    path: string,
    apiVersion: string,
    body: unknown,
    options: ArmOptions = {},
  ): Promise<ArmResponse<T>> {
    const deadline = context.clock.now() + (options.timeoutMs ?? 30 * 60_000);
    const url = transport.urlOf(path, { ...options.query, 'api-version': apiVersion });
    const response = await transport
      .send<T>({ method, url, body, options, deadline })
      .catch((error: unknown) => {
        // Only here: an operation that vanishes while it is followed has not deleted anything for sure.
        if (method === 'DELETE' && isNotFound(error)) return gone<T>();
        throw error;
      });
    if (response.status === 404) return response;
    if (method === 'GET' || options.follow === false) return response;
    return follow<T>({ transport, context, method, url, response, options, deadline });
  }

  async function tryGet<T>(path: string, apiVersion: string, options?: ArmOptions) {
    try {
      return await call<T>('GET', path, apiVersion, undefined, options);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** A page that is none must not pass for an empty list. */
  function itemsOf<T>(page: Page<T> | undefined, path: string): T[] {
    if (Array.isArray(page?.value)) return page.value;
    throw new SpokelineError('ARM_REQUEST', `The answer to GET ${path} is no list.`);
  }

  return {
    get: (path, apiVersion, options) => call('GET', path, apiVersion, undefined, options),
    tryGet,
    put: (path, apiVersion, body, options) => call('PUT', path, apiVersion, body, options),
    patch: (path, apiVersion, body, options) => call('PATCH', path, apiVersion, body, options),
    post: (path, apiVersion, body, options) => call('POST', path, apiVersion, body, options),
    delete: (path, apiVersion, options) => call('DELETE', path, apiVersion, undefined, options),
    async list<T>(path: string, apiVersion: string, options?: ArmOptions) {
      const items: T[] = [];
      const seen = new Set<string>();
      let page = (await call<Page<T>>('GET', path, apiVersion, undefined, options)).body;
      items.push(...itemsOf(page, path));
      while (page.nextLink) {
        if (seen.has(page.nextLink)) {
          throw new SpokelineError(
            'ARM_REQUEST',
            `The list of ${path} leads back to its own page.`,
          );
        }
        seen.add(page.nextLink);
        const url = transport.ownUrl(page.nextLink, 'nextLink');
        const deadline = context.clock.now() + (options?.timeoutMs ?? 30 * 60_000);
        page = (
          await transport.send<Page<T>>({ method: 'GET', url, options: options ?? {}, deadline })
        ).body;
        items.push(...itemsOf(page, path));
      }
      return items;
    },
  };
}
