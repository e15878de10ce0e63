import { join } from 'node:path';
import type { Resource } from '../../sandbox/azure/arm/store.ts';
import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import type { Answer, Question, Requests } from './estate.ts';
import type { Bench } from './measure.ts';
import { startServer } from './server-process.ts';
import type { TaskConnection } from './task-process.ts';

/** A sandbox that runs beside us. */
export interface Estate {
  readonly info: SandboxInfo;
  /** The default subscription, as owner. */
  readonly connection: TaskConnection;
  /** Path of a resource group. */
  group(name: string): string;
  /** Writes a resource and waits for its end. @returns it as it is then */
  put(id: string, apiVersion: string, body: unknown): Promise<Record<string, unknown>>;
  get(id: string, apiVersion: string): Promise<Record<string, unknown>>;
  /** Stores resources without asking whether they can be. */
  seed(resources: readonly Resource[]): Promise<void>;
  /** Requests that Resource Manager got since this was called before. */
  requests(): Promise<number>;
  /** The same, told apart. */
  counted(): Promise<Requests>;
  /** Requests that it got so far for paths with a text in them. */
  requestsFor(text: string): Promise<number>;
  stop(): Promise<void>;
}

const nothing: Requests = { all: 0, reads: 0, writes: 0 };

/** `pace` is how many milliseconds a long-running operation takes. */
export async function startEstate({ folder }: Bench, pace = 25): Promise<Estate> {
  const file = join('scripts', 'bench', 'estate.ts');
  const directory = join(folder, `sandbox-${pace}`);
  const server = await startServer<SandboxInfo, Answer>(file, directory, String(pace));
  const { ready: info } = server;
  const ask = async (question: Question): Promise<Answer> => {
    const answer = await server.ask(JSON.stringify(question));
    if (answer.error !== undefined) throw new Error(`the sandbox: ${answer.error}`);
    return answer;
  };
  return {
    info,
    connection: {
      resourceManagerUrl: info.arm,
      authorityUrl: info.authority,
      tenantId: info.tenantId,
      clientId: info.clientId,
      clientSecret: info.clientSecret,
      subscriptionId: info.subscriptionId,
      caFile: info.ca,
    },
    group: (name) => `/subscriptions/${info.subscriptionId}/resourceGroups/${name}`,
    put: async (id, apiVersion, body) =>
      (await ask({ ask: 'put', id, apiVersion, body })).body as Record<string, unknown>,
    get: async (id, apiVersion) =>
      (await ask({ ask: 'get', id, apiVersion })).body as Record<string, unknown>,
    seed: async (resources) => {
      await ask({ ask: 'seed', resources });
    },
    requests: async () => (await ask({ ask: 'requests' })).requests?.all ?? 0,
    counted: async () => (await ask({ ask: 'requests' })).requests ?? nothing,
    requestsFor: async (text) => (await ask({ ask: 'requestsFor', text })).requests?.all ?? 0,
    stop: () => server.stop(),
  };
}
