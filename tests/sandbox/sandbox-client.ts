import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Sandbox, SandboxOptions } from '../../sandbox/azure/sandbox.ts';
import { startSandbox } from '../../sandbox/azure/sandbox.ts';

export interface RestAnswer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** A sandbox with a client of its resource manager, signed in as the default application. */
export interface RunningSandbox {
  sandbox: Sandbox;
  call(
    method: string,
    url: string,
    o?: { body?: string; headers?: Record<string, string> },
  ): Promise<RestAnswer>;
  /** PUT, polled to its end. @returns the resource */
  put(id: string, body: unknown, apiVersion: string): Promise<Record<string, unknown>>;
  remove(id: string, apiVersion: string): Promise<void>;
  token(scope: string): Promise<string>;
  stop(): Promise<void>;
}

export async function runSandbox(options: Partial<SandboxOptions> = {}): Promise<RunningSandbox> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sandbox-test-'));
  const sandbox = await startSandbox({ directory, ...options });
  const { info } = sandbox;
  const agent = new Agent({ ca: sandbox.authority.caPem, keepAlive: true });

  function call(
    method: string,
    url: string,
    o: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<RestAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, agent, headers: o.headers ?? {} }, (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const body = Buffer.concat(parts).toString();
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(o.body);
    });
  }

  async function token(scope: string): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: info.clientId,
      client_secret: info.clientSecret,
      scope,
    });
    const url = `${info.authority}/${info.tenantId}/oauth2/v2.0/token`;
    const answer = await call('POST', url, { body: form.toString() });
    if (answer.status !== 200) throw new Error(answer.body);
    return (JSON.parse(answer.body) as { access_token: string }).access_token;
  }

  async function arm(method: string, url: string, body?: unknown): Promise<RestAnswer> {
    const answer = await call(method, url.startsWith('https:') ? url : info.arm + url, {
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        Authorization: `Bearer ${await token(`${info.arm}/.default`)}`,
        'Content-Type': 'application/json',
      },
    });
    if (answer.status >= 400) throw new Error(`${method} ${url}: ${answer.body}`);
    return answer;
  }

  async function follow(answer: RestAnswer): Promise<void> {
    const poll = answer.headers['azure-asyncoperation'] ?? answer.headers['location'];
    if (typeof poll !== 'string') return;
    for (;;) {
      const state = await arm('GET', poll);
      const { status } = JSON.parse(state.body || '{}') as { status?: string };
      if (state.status !== 202 && (status === undefined || status === 'Succeeded')) return;
      if (status === 'Failed' || status === 'Canceled') throw new Error(state.body);
    }
  }

  return {
    sandbox,
    call,
    token,
    async put(id, body, apiVersion) {
      const url = `${id}?api-version=${apiVersion}`;
      await follow(await arm('PUT', url, body));
      return JSON.parse((await arm('GET', url)).body) as Record<string, unknown>;
    },
    async remove(id, apiVersion) {
      await follow(await arm('DELETE', `${id}?api-version=${apiVersion}`));
    },
    async stop() {
      agent.destroy();
      await sandbox.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
