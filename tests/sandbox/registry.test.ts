import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { request } from 'node:https';
import type { RunningSandbox } from './sandbox-client.ts';
import { runSandbox } from './sandbox-client.ts';
import type { Ids } from './sandbox-estate.ts';
import {
  agentAddress,
  deployEndpoint,
  deployNetworks,
  deployZone,
  versions,
} from './sandbox-estate.ts';

const ports = { 443: 16443 };
const loginServer = 'crestate.azurecr.io';
const dataHost = 'crestate.westeurope.data.azurecr.io';
const audience = 'https://containerregistry.azure.net/.default';

interface Answer {
  status: number;
  location: string;
  body: string;
}

describe('a registry behind its private endpoint', function () {
  this.timeout(180_000);
  let run: RunningSandbox;
  let ids: Ids;
  let id: string;
  let resolver: Resolver;

  before(async () => {
    run = await runSandbox({ agentAddress, endpointPorts: ports });
    ids = await deployNetworks(run);
    id = ids.groupOf('Microsoft.ContainerRegistry/registries', 'crestate');
    const body = { location: 'westeurope', sku: { name: 'Premium' }, properties: {} };
    await run.put(id, body, versions.registry);
    const endpoint = await deployEndpoint(run, ids, id, 'registry');
    await deployZone(run, ids, 'privatelink.azurecr.io', endpoint);
    await run.sandbox.network.settled();
    resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([run.sandbox.info.dns]);
  });
  after(() => run.stop());

  async function call(
    method: string,
    host: string,
    path: string,
    o: { token?: string; body?: string } = {},
  ): Promise<Answer> {
    const [address = ''] = await resolver.resolve4(host);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: address,
          port: ports[443],
          servername: host,
          method,
          path,
          ca: run.sandbox.authority.caPem,
          agent: false,
          headers: {
            Host: host,
            ...(o.token === undefined ? {} : { Authorization: `Bearer ${o.token}` }),
            'Content-Length': Buffer.byteLength(o.body ?? ''),
          },
        },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('end', () => {
            const { statusCode: status = 0, headers } = incoming;
            const { location = '' } = headers;
            resolve({ status, location, body: Buffer.concat(parts).toString() });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(o.body);
    });
  }

  async function exchange(entraToken: string): Promise<Answer> {
    const form = { grant_type: 'access_token', service: loginServer, access_token: entraToken };
    const body = new URLSearchParams(form).toString();
    return call('POST', loginServer, '/oauth2/exchange', { body });
  }

  async function pushToken(entraToken: string): Promise<string> {
    const { body: exchanged } = await exchange(entraToken);
    const { refresh_token } = JSON.parse(exchanged) as { refresh_token: string };
    const form = {
      grant_type: 'refresh_token',
      service: loginServer,
      scope: 'repository:app:pull,push',
      refresh_token,
    };
    const body = new URLSearchParams(form).toString();
    const answer = await call('POST', loginServer, '/oauth2/token', { body });
    return (JSON.parse(answer.body) as { access_token: string }).access_token;
  }

  /** The Entra token of an application with one role on the registry, or none. */
  async function identity(role?: string): Promise<string> {
    const { entra, arm, info } = run.sandbox;
    const application = entra.addApplication({ name: role ?? 'nobody' });
    if (role !== undefined) arm.assignRole(application.objectId, role, id);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: application.clientId,
      client_secret: application.secret ?? '',
      scope: audience,
    });
    const url = `${info.authority}/${info.tenantId}/oauth2/v2.0/token`;
    const answer = await run.call('POST', url, { body: form.toString() });
    return (JSON.parse(answer.body) as { access_token: string }).access_token;
  }

  it('resolves login and data host to addresses of their own', async () => {
    const [login] = await resolver.resolve4(loginServer);
    const [data] = await resolver.resolve4(dataHost);
    assert.match(login ?? '', /^127\.32\.0\./);
    assert.match(data ?? '', /^127\.32\.0\./);
    assert.notEqual(login, data);
  });

  it('takes a blob from AcrPush, and hands it out at the data host', async () => {
    const token = await pushToken(await identity('AcrPush'));
    const blob = 'a layer';
    const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
    const open = await call('POST', loginServer, '/v2/app/blobs/uploads/', { token });
    assert.equal(open.status, 202);
    const put = await call('PUT', loginServer, `${open.location}&digest=${digest}`, {
      token,
      body: blob,
    });
    assert.equal(put.status, 201);
    const redirect = await call('GET', loginServer, `/v2/app/blobs/${digest}`, { token });
    assert.equal(redirect.status, 307);
    const link = new URL(redirect.location);
    assert.equal(link.host, dataHost);
    const read = await call('GET', dataHost, link.pathname + link.search);
    assert.equal(read.body, blob);
    assert.equal((await call('GET', dataHost, '/v2/', { token })).status, 404);
    const wrong = await call('GET', loginServer, link.pathname + link.search);
    assert.equal(wrong.status, 404);
  });

  it('lets AcrPull pull only, and nobody in without a role', async () => {
    const token = await pushToken(await identity('AcrPull'));
    const open = await call('POST', loginServer, '/v2/app/blobs/uploads/', { token });
    assert.equal(open.status, 401);
    assert.equal((await exchange(await identity())).status, 401);
  });

  it('lets the owner of the subscription push', async () => {
    const token = await pushToken(await run.token(audience));
    const open = await call('POST', loginServer, '/v2/app/blobs/uploads/', { token });
    assert.equal(open.status, 202);
  });

  it('takes tokens for the resource manager unless it is told not to', async () => {
    const armToken = await run.token(`${run.sandbox.info.arm}/.default`);
    assert.equal((await exchange(armToken)).status, 200);
    const body = {
      location: 'westeurope',
      sku: { name: 'Premium' },
      properties: { policies: { azureADAuthenticationAsArmPolicy: { status: 'disabled' } } },
    };
    await run.put(id, body, versions.registry);
    assert.equal((await exchange(armToken)).status, 401);
    assert.equal((await exchange(await run.token(audience))).status, 200);
  });

  it('has its content for as long as the resource exists', async () => {
    const resource = run.sandbox.arm.store.get(id);
    assert.ok(resource);
    const before = run.sandbox.registries.of(resource);
    assert.ok(before.content.repositories.has('app'));
    await run.remove(
      ids.groupOf('Microsoft.Network/privateEndpoints', 'pe-crestate'),
      versions.network,
    );
    await run.remove(id, versions.registry);
    const body = { location: 'westeurope', sku: { name: 'Premium' }, properties: {} };
    await run.put(id, body, versions.registry);
    const again = run.sandbox.arm.store.get(id);
    assert.ok(again);
    assert.equal(run.sandbox.registries.of(again).content.repositories.size, 0);
  });
});

describe('the registry outside the private networks', function () {
  this.timeout(180_000);

  it('is served at its login server, for the default application', async () => {
    const run = await runSandbox();
    try {
      const { registry } = run.sandbox.info;
      assert.match(registry, /^localhost:\d+$/);
      assert.equal((await run.call('GET', `https://${registry}/v2/`)).status, 401);
      const form = {
        grant_type: 'access_token',
        service: registry,
        access_token: await run.token(audience),
      };
      const body = new URLSearchParams(form).toString();
      const answer = await run.call('POST', `https://${registry}/oauth2/exchange`, { body });
      assert.equal(answer.status, 200);
    } finally {
      await run.stop();
    }
  });
});
