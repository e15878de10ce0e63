import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProxyRoute, ProxySeen } from './delay-proxy.ts';
import { startDockerRegistry } from './docker-registry.ts';
import type { DockerRegistry } from './docker-registry.ts';
import { exists } from './measure.ts';
import type { Bench } from './measure.ts';
import { places } from './push-places.ts';
import type { PushServer } from './push-places.ts';
import type { Place } from './push-clients.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/** The registries of the suite; each is a docker-registry with a store of its own. */
export interface PushRegistries {
  readonly direct: DockerRegistry;
  /** Behind a delay of 20 ms round trip, token service included. */
  readonly delayed: DockerRegistry;
  /** Tells its requests; a proxy before it counts bytes. */
  readonly counted: DockerRegistry;
  /** Speaks http, without a login. */
  readonly plain: DockerRegistry;
  /** Bytes sent to `counted` and `delayed` since the last question. */
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

export const direct: Place = {
  name: 'crbench.azurecr.io',
  address: places.registry,
  tokens: places.tokens,
};
export const delayed: Place = {
  name: 'crdelay.azurecr.io',
  address: places.delayed,
  tokens: places.delayedTokens,
};
export const counted: Place = {
  name: 'crcount.azurecr.io',
  address: places.counted,
  tokens: places.tokens,
};

const oneWay = 10;

/** Where the registries keep their blobs: in memory, as disks are noisy. */
async function storeFolder(bench: Bench): Promise<string> {
  const memory = '/dev/shm';
  const parent = (await exists(memory)) ? memory : bench.folder;
  return mkdtemp(join(parent, 'spokeline-bench-'));
}

export async function startRegistries(
  bench: Bench,
  server: PushServer,
  program: string,
): Promise<PushRegistries> {
  const { port, certificate, key, caFile, caPem } = server;
  const store = await storeFolder(bench);
  const started: DockerRegistry[] = [];
  const routes: readonly ProxyRoute[] = [
    route(places.delayed, places.behindDelay, port, oneWay),
    route(places.delayedTokens, places.tokens, port, oneWay),
    route(places.counted, places.behindCount, port, 0),
  ];
  const proxy: ServerProcess<unknown, ProxySeen> = await startServer(
    join('scripts', 'bench', 'delay-proxy.ts'),
    JSON.stringify(routes),
  );
  const start = async (
    name: string,
    address: string,
    tokens: string | undefined,
    logged = false,
  ): Promise<DockerRegistry> => {
    const registry = await startDockerRegistry({
      program,
      folder: join(bench.folder, `registry-${name}`),
      store: join(store, name),
      address,
      port,
      logged,
      ...(tokens === undefined
        ? {}
        : {
            tls: { certificate, key, ca: caPem },
            tokens: { realm: `https://${tokens}:${port}/oauth2/token`, bundle: caFile },
          }),
    });
    started.push(registry);
    return registry;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((registry) => registry.stop()));
    await proxy.stop();
    await rm(store, { recursive: true, force: true });
  };
  try {
    return {
      direct: await start('direct', places.registry, places.tokens),
      delayed: await start('delayed', places.behindDelay, places.delayedTokens),
      counted: await start('counted', places.behindCount, places.tokens, true),
      plain: await start('plain', places.plain, undefined),
      bytes: async () => (await proxy.ask('')).bytes,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function route(address: string, toAddress: string, port: number, delay: number): ProxyRoute {
  return { address, port, toAddress, toPort: port, delay };
}
