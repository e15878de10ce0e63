import {
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  exponentialRetryPolicy,
  proxyPolicy,
  throttlingRetryPolicy,
  type HttpClient,
  type Pipeline,
} from '@azure/core-rest-pipeline';
import type { ServiceConnection } from './connection.ts';

/** What the service `requestToken` talks to has granted. */
export interface GrantedToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Requests that carry a credential: tried again when the service is busy or away, and no redirect is
 * followed, so that a credential goes to the host it is for and nowhere else.
 */
export function signInPipeline(): Pipeline {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(throttlingRetryPolicy({ maxRetries: 3 }), { phase: 'Retry' });
  pipeline.addPolicy(
    exponentialRetryPolicy({ maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 5000 }),
    { phase: 'Retry' },
  );
  return pipeline;
}

/**
 * The client credentials grant, with the connection's secret or with an assertion: one request. The
 * identity library asks for the authority's metadata first and takes a quarter of a short task's
 * start, for the same request.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 *
 * @throws Error with the service's own words, or with the fault of the connection
 */
export async function requestToken(
  { authorityUrl, tenantId, clientId, secret }: ServiceConnection,
  scope: string,
  assertion: string | undefined,
  httpClient: HttpClient,
  now: () => number,
): Promise<GrantedToken> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId ?? '',
    scope,
  });
  if (assertion === undefined) form.set('client_secret', secret ?? '');
  else {
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    form.set('client_assertion', assertion);
  }
  const asked = now();
  const response = await signInPipeline().sendRequest(
    httpClient,
    createPipelineRequest({
      url: `${authorityUrl}/${tenantId}/oauth2/v2.0/token`,
      method: 'POST',
      timeout: 30_000,
      body: form.toString(),
      headers: createHttpHeaders({
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      }),
    }),
  );
  const answer = fieldsOf(response.bodyAsText ?? '');
  const { access_token: token, expires_in: seconds } = answer;
  const granted = response.status === 200 && typeof token === 'string' && token !== '';
  if (!granted) throw new Error(refusalOf(response.status, answer));
  const lifetime = Number(seconds);
  if (!Number.isFinite(lifetime)) throw new Error('the token came without its lifetime');
  return { token, expiresAt: asked + lifetime * 1000 };
}

/** The members of an answer that is a JSON object. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The words of a service that refuses a token. */
export function refusalOf(status: number, answer: Readonly<Record<string, unknown>>): string {
  const { error, error_description: description, correlation_id: correlation } = answer;
  const said = [error, description].filter((part) => typeof part === 'string').join(': ');
  const id = typeof correlation === 'string' ? ` Correlation ID: ${correlation}` : '';
  return `status ${status}${said === '' ? '' : ` ${said}`}${id}`;
}
