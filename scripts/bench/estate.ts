/** A sandbox in a process of its own, for the suites that talk to Resource Manager. */
import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Activity } from '../../sandbox/azure/arm/server.ts';
import type { Resource, Store } from '../../sandbox/azure/arm/store.ts';
import { startSandbox } from '../../sandbox/azure/sandbox.ts';
import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import { serve } from './server-process.ts';

/** A question is such a call as JSON. */
export type Question =
  | {
      readonly ask: 'put';
      readonly id: string;
      readonly apiVersion: string;
      readonly body: unknown;
    }
  | { readonly ask: 'get'; readonly id: string; readonly apiVersion: string }
  /** Stores resources as they are, unchecked: a bench may need many of types that are not served here. */
  | { readonly ask: 'seed'; readonly resources: readonly Resource[] }
  /** Requests that Resource Manager got since the last time this was asked. */
  | { readonly ask: 'requests' }
  /** Requests that it got at all for paths with a text in them. */
  | { readonly ask: 'requestsFor'; readonly text: string };

export interface Requests {
  readonly all: number;
  readonly reads: number;
  /** Those that were carried out. */
  readonly writes: number;
}

export interface Answer {
  readonly body?: unknown;
  readonly requests?: Requests;
  /** Why it did not work. */
  readonly error?: string;
}

const pollMs = 100;

async function start(directory: string, pace: number): Promise<void> {
  // Nobody connects to what is deployed here, so no private address has to listen.
  const sandbox = await startSandbox({ directory, endpointPorts: {}, pace });
  const { info } = sandbox;
  const agent = new Agent({ ca: sandbox.authority.caPem, keepAlive: true });
  const send = (method: string, url: string, headers: Record<string, string>, body?: string) =>
    new Promise<{ status: number; follow?: string; body: string }>((resolve, reject) => {
      const sent = request(url, { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const follow = response.headers['azure-asyncoperation'];
          if (status >= 400) reject(new Error(`${method} ${url}: ${status} ${text}`));
          else if (typeof follow === 'string') resolve({ status, follow, body: text });
          else resolve({ status, body: text });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: info.clientId,
    client_secret: info.clientSecret,
    scope: `${info.arm}/.default`,
  });
  const tokenUrl = `${info.authority}/${info.tenantId}/oauth2/v2.0/token`;
  const formType = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const signedIn = await send('POST', tokenUrl, formType, form.toString());
  const { access_token: token } = JSON.parse(signedIn.body) as { access_token: string };
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };

  const put = async (url: string, body: unknown): Promise<unknown> => {
    const accepted = await send('PUT', url, headers, JSON.stringify(body));
    let { follow } = accepted;
    while (follow !== undefined) {
      const answer = await send('GET', follow, headers);
      const { status, error } = JSON.parse(answer.body) as { status: string; error?: unknown };
      if (status === 'Failed' || status === 'Canceled') throw new Error(JSON.stringify(error));
      if (status === 'Succeeded') follow = undefined;
      else await delay(pollMs);
    }
    return JSON.parse((await send('GET', url, headers)).body) as unknown;
  };
  let counted = 0;
  const answer = async (asked: Question): Promise<Answer> => {
    switch (asked.ask) {
      case 'put':
        return { body: await put(urlOf(info, asked), asked.body) };
      case 'get':
        return { body: JSON.parse((await send('GET', urlOf(info, asked), headers)).body) };
      case 'seed':
        for (const resource of asked.resources) (sandbox.arm.store as Store).put(resource);
        return {};
      case 'requests': {
        const since = sandbox.arm.activity.slice(counted);
        counted = sandbox.arm.activity.length;
        return { requests: tally(since) };
      }
      case 'requestsFor': {
        const { text } = asked;
        const own = sandbox.arm.activity.filter(({ deployment }) => deployment === undefined);
        return { requests: tally(own.filter(({ path }) => path.includes(text))) };
      }
    }
  };
  serve(
    info,
    (question) =>
      answer(JSON.parse(question) as Question).catch((error: unknown) => ({
        error: error instanceof Error ? error.message : String(error),
      })),
    async () => {
      agent.destroy();
      await sandbox.stop();
    },
  );
}

function tally(sent: readonly Activity[]): Requests {
  const reads = sent.filter(({ method }) => method === 'GET').length;
  const writes = sent.filter(({ method, status }) => method !== 'GET' && status < 300).length;
  return { all: sent.length, reads, writes };
}

function urlOf(
  { arm }: SandboxInfo,
  { id, apiVersion }: { id: string; apiVersion: string },
): string {
  return `${arm}${id}?api-version=${apiVersion}`;
}

await start(process.argv[2] ?? '', Number(process.argv[3] ?? 25));
