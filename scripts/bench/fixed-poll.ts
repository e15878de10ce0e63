import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { TaskConnection } from './task-process.ts';

const version = '2025-04-01';

/** A client that asks at fixed times for a deployment and its operations, as a script would. */
export interface FixedPoll {
  /** Validates as the task does, deploys, and polls until the end is seen, the first time at once. */
  deploy(id: string, template: unknown, intervalMs: number): Promise<void>;
  stop(): void;
}

export async function signInToPoll(
  connection: TaskConnection,
  signal: AbortSignal,
): Promise<FixedPoll> {
  const agent = new Agent({ ca: await readFile(connection.caFile), keepAlive: true });
  const send = (method: string, url: string, headers: Record<string, string>, body?: string) =>
    new Promise<string>((resolve, reject) => {
      const sent = request(url, { method, agent, headers, signal }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 400) resolve(text);
          else reject(new Error(`${method} ${url}: ${response.statusCode} ${text}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: connection.clientId,
    client_secret: connection.clientSecret,
    scope: `${connection.resourceManagerUrl}/.default`,
  });
  const answer = await send(
    'POST',
    `${connection.authorityUrl}/${connection.tenantId}/oauth2/v2.0/token`,
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    form.toString(),
  );
  const { access_token: token } = JSON.parse(answer) as { access_token: string };
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const url = (path: string) => `${connection.resourceManagerUrl}${path}?api-version=${version}`;

  return {
    async deploy(id, template, intervalMs) {
      const body = JSON.stringify({ properties: { mode: 'Incremental', template } });
      await send('POST', url(`${id}/validate`), headers, body);
      await send('PUT', url(id), headers, body);
      const begin = Date.now();
      for (let poll = 1; ; poll += 1) {
        const { properties } = JSON.parse(await send('GET', url(id), headers)) as {
          properties: { provisioningState: string };
        };
        await send('GET', url(`${id}/operations`), headers);
        if (properties.provisioningState === 'Succeeded') return;
        if (/^(?:Failed|Canceled)$/.test(properties.provisioningState)) {
          throw new Error(`${id} is ${properties.provisioningState}`);
        }
        // At fixed times, whatever the answers took.
        await delay(begin + poll * intervalMs - Date.now(), undefined, { signal });
      }
    },
    stop: () => agent.destroy(),
  };
}
