import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { SpokelineError } from '../errors.ts';
import type { ServiceConnection } from './connection.ts';
import { signInPipeline } from './token-request.ts';

/**
 * Asks Azure DevOps for an assertion that says which service connection this job uses. A job may ask as
 * often as it likes; an assertion lives about ten minutes.
 * https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create
 */
export async function requestAssertion(
  connectionId: string,
  federation: NonNullable<ServiceConnection['federation']>,
  httpClient: HttpClient,
): Promise<string> {
  const url = new URL(federation.requestUri);
  url.searchParams.set('api-version', '7.1');
  url.searchParams.set('serviceConnectionId', connectionId);
  let status: number;
  let text: string;
  try {
    const response = await signInPipeline().sendRequest(
      httpClient,
      createPipelineRequest({
        url: url.href,
        method: 'POST',
        timeout: 30_000,
        headers: createHttpHeaders({
          'content-type': 'application/json',
          authorization: `Bearer ${federation.accessToken}`,
          // Without it a refused token is answered with a redirect to a sign-in page.
          'x-tfs-fedauthredirect': 'Suppress',
        }),
      }),
    );
    status = response.status;
    text = response.bodyAsText ?? '';
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SpokelineError(
      'AUTH_FAILED',
      `Azure DevOps (${url.host}) gave no assertion: ${why}`,
      {
        cause: error,
        transient: true,
        hint: `Check that this agent reaches ${url.host}.`,
      },
    );
  }
  const token = tokenIn(text);
  if (status === 200 && token !== undefined) return token;
  const said =
    status === 200 ? 'an answer without an oidcToken' : `status ${status}${messageIn(text)}`;
  throw new SpokelineError('AUTH_FAILED', `Azure DevOps (${url.host}) gave no assertion: ${said}`, {
    transient: status === 408 || status === 429 || status >= 500,
    hint:
      status === 401 || status === 403
        ? 'The job token was refused: check that the pipeline may use the service connection.'
        : 'Check that the connection uses workload identity federation and was not deleted.',
  });
}

function field(text: string, name: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const value =
      typeof body === 'object' && body !== null
        ? (body as Record<string, unknown>)[name]
        : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

function tokenIn(text: string): string | undefined {
  return field(text, 'oidcToken');
}

function messageIn(text: string): string {
  const message = field(text, 'message');
  return message === undefined ? '' : `: ${message}`;
}
