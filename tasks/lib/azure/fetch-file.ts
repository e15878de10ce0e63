import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
  proxyPolicy,
  redirectPolicy,
  type HttpClient,
} from '@azure/core-rest-pipeline';

/** A slow line may need this long for some 40 MB. */
const timeoutMs = 10 * 60_000;

/**
 * A GET of a public file that is no part of Azure's API, through the proxy of the environment: Node's own
 * fetch does not know of it. No token goes along. Rejects with the pipeline's error when there is no answer.
 */
export async function fetchFile(
  url: string,
  signal: AbortSignal,
  httpClient: HttpClient = createDefaultHttpClient(),
): Promise<{ status: number; body: Uint8Array }> {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(redirectPolicy({ maxRetries: 3 }));
  const response = await pipeline.sendRequest(
    httpClient,
    createPipelineRequest({
      url,
      abortSignal: signal,
      timeout: timeoutMs,
      // As text it would not survive.
      streamResponseStatusCodes: new Set([200]),
    }),
  );
  const chunks: Buffer[] = [];
  const stream = response.readableStreamBody as AsyncIterable<Buffer> | undefined;
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return { status: response.status, body: Buffer.concat(chunks) };
}
