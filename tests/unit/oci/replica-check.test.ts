import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Handler } from '../../../sandbox/http/tls-server.ts';
import { checkReplicas } from '../../../tasks/lib/oci/replica-check.ts';
import type { DataEndpoint, ReplicaEvidence } from '../../../tasks/lib/oci/replica-check.ts';
import { SandboxRegistryWorld } from './sandbox-registry-world.ts';

const west = 'crtest.westeurope.data.azurecr.io';
const north = 'crtest.northeurope.data.azurecr.io';

describe('oci replica check', function () {
  this.timeout(20_000);
  const world = new SandboxRegistryWorld();
  let dataPort: number;
  let opened: string[];

  /** Pushes an image and pulls a layer back; the registry hands layers out through `dataHost`. */
  async function check(
    dataHost: string | undefined,
    endpoints: readonly (readonly [string, Handler?])[],
  ): Promise<ReplicaEvidence[]> {
    opened = [];
    const hosts = new Set(dataHost === undefined ? [] : [dataHost, north]);
    const replicas = [...hosts].map((host) => ({ region: host, dataHost: host }));
    const registry = await world.start({ replicas: () => replicas });
    await world.image('image', [randomBytes(200_000), randomBytes(50_000)]);
    await world.push('image');
    const names = [west, north];
    dataPort = await world.listen(
      (request, response) => registry.dataHandler(request.headers.host ?? '')(request, response),
      names,
    );
    const ways: DataEndpoint[] = [];
    for (const [name, handler] of endpoints) {
      const port = handler === undefined ? dataPort : await world.listen(handler, names);
      ways.push(world.dataEndpoint(name, port));
    }
    world.arrived.length = 0;
    return checkReplicas(await world.source('image'), {
      session: world.session('repository:team/app:pull'),
      repository: 'team/app',
      endpoints: ways,
      open: (host) => {
        opened.push(host);
        return Promise.resolve(world.dataEndpoint(host, dataPort));
      },
      signal: AbortSignal.timeout(10_000),
    });
  }

  it('pulls a layer from each data endpoint, without the credentials of the registry', async () => {
    const seen = await check(west, [[west], [north]]);
    assert.deepEqual(
      seen.map(({ endpoint, result }) => [endpoint, result]),
      [
        [west, 'pulled'],
        [north, 'pulled'],
      ],
    );
    const pulls = world.arrived.filter(({ line }) => line.startsWith('GET /blobs/'));
    assert.equal(pulls.length, 2);
    for (const { headers } of pulls) {
      assert.equal(headers.authorization, undefined);
      assert.match(headers.range ?? '', /^bytes=0-\d+$/);
    }
  });

  it('judges the endpoint that it is sent to, if it was not declared', async () => {
    const seen = await check(west, []);
    assert.deepEqual(opened, [west]);
    assert.deepEqual(seen[0]?.result, 'pulled');
  });

  it('tells a replica that is behind from one that serves', async () => {
    const behind: Handler = (_request, response) => {
      response.writeHead(404).end();
    };
    const seen = await check(west, [[west], [north, behind]]);
    assert.deepEqual(
      seen.map(({ result, status }) => [result, status]),
      [
        ['pulled', 206],
        ['reached', 404],
      ],
    );
  });

  it('is content with a registry that hands layers out itself', async () => {
    assert.deepEqual(await check(undefined, []), []);
  });

  it('fails when the endpoint gives other bytes', async () => {
    const wrong: Handler = (_request, response) => {
      response.writeHead(200).end('something else');
    };
    await assert.rejects(check(west, [[west, wrong]]), {
      code: 'REGISTRY_REPLICA',
      message: `A layer cannot be pulled from ${west}: gave other bytes than were pushed`,
    });
  });

  it('fails when the endpoint refuses the link of the registry', async () => {
    const refusing: Handler = (_request, response) => {
      response.writeHead(403).end();
    };
    await assert.rejects(check(west, [[west, refusing]]), {
      code: 'REGISTRY_REPLICA',
      message: /answered 403/,
    });
  });

  for (const host of [
    'evil.example',
    'store.blob.core.windows.net',
    'other.westeurope.data.azurecr.io',
  ]) {
    it(`does not go to ${host}`, async () => {
      await assert.rejects(check(host, [[west]]), {
        code: 'REGISTRY_REPLICA',
        message: new RegExp(`hands layers out through ${host.replaceAll('.', '\\.')}`),
      });
      assert.deepEqual(opened, []);
      assert.ok(!world.lines.some((line) => line.startsWith('GET /blobs/')));
    });
  }
});
