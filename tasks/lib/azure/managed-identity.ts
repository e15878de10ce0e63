import {
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  retryPolicy,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { backoff } from '../net/retry.ts';
import { fieldsOf, refusalOf, type GrantedToken } from './token-request.ts';

const metadataService = 'http://169.254.169.254';
const passing = (status: number) => [404, 410, 429].includes(status) || status >= 500;

/**
 * A token for an identity of the machine, from its metadata service, which is on the machine itself: plain http,
 * and never through a proxy. AZURE_POD_IDENTITY_AUTHORITY_HOST moves it, as it does for Azure's own libraries.
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 *
 * @param clientId of an identity that was assigned; undefined for the machine's own, or its only one
 * @throws Error with the service's own words, or of a connection that is not made
 */
export async function requestIdentityToken(
  clientId: string | undefined,
  scope: string,
  httpClient: HttpClient,
  now: () => number,
): Promise<GrantedToken> {
  const host = process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] ?? metadataService;
  const url = new URL('/metadata/identity/oauth2/token', host);
  url.searchParams.set('api-version', '2018-02-01');
  url.searchParams.set('resource', scope.replace(/\/\.default$/, ''));
  if (clientId !== undefined) url.searchParams.set('client_id', clientId);
  const pipeline = createEmptyPipeline();
  const strategy = {
    name: 'metadataService',
    retry: ({ retryCount, response }: { retryCount: number; response?: { status: number } }) =>
      response !== undefined && !passing(response.status)
        ? { skipStrategy: true }
        : { retryAfterInMs: backoff(retryCount, Math.random, { shortest: 500, longest: 5_000 }) },
  };
  pipeline.addPolicy(retryPolicy([strategy], { maxRetries: 3 }));
  const asked = now();
  const response = await pipeline.sendRequest(
    httpClient,
    createPipelineRequest({
      url: url.href,
      allowInsecureConnection: true,
      timeout: 5_000,
      headers: createHttpHeaders({ metadata: 'true', accept: 'application/json' }),
    }),
  );
  const answer = fieldsOf(response.bodyAsText ?? '');
  const { access_token: token, expires_in: seconds } = answer;
  if (response.status !== 200 || typeof token !== 'string' || token === '') {
    throw new Error(refusalOf(response.status, answer));
  }
  const lifetime = Number(seconds);
  if (!Number.isFinite(lifetime)) throw new Error('the token came without its lifetime');
  return { token, expiresAt: asked + lifetime * 1000 };
}
