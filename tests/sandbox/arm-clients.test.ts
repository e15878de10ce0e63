import assert from 'node:assert/strict';
import {
  guest,
  stamp,
  stampSubscription,
  startWorld,
  tenantId,
  type World,
} from '../unit/arm/arm-world.ts';
import { at, body, nested, network, template, type Shown } from '../unit/arm/templates.ts';
import { runSandbox } from './sandbox-client.ts';

const subscription = `/subscriptions/${stampSubscription}`;

/** What the Azure CLI and the SDKs ask for besides the plain requests; each was seen on the wire. */
describe('sandbox arm: habits of real clients', () => {
  let world: World;

  before(async () => {
    world = await startWorld({ pace: 50, retryAfter: 7 });
    await world.ask('PUT', `${stamp}?api-version=2021-04-01`, { body: { location: 'westeurope' } });
  });
  after(() => world.stop());

  const names = ({ body: { value } }: { body: Shown }): unknown[] =>
    (value as Shown[]).map(({ name }) => name);

  it('resources are found by a tag, with or without its value', async () => {
    const zones = `${stamp}/providers/Microsoft.Network/privateDnsZones`;
    for (const [name, tags] of [
      ['one.example', { team: 'hub' }],
      ['two.example', { team: 'stamp' }],
      ['three.example', {}],
    ] as const) {
      await world.make(`${zones}/${name}?api-version=2020-06-01`, { location: 'global', tags });
    }
    const list = (filter: string): Promise<{ body: Shown; status: number }> =>
      world.ask(
        'GET',
        `${subscription}/resources?api-version=2021-04-01&$filter=${encodeURIComponent(filter)}`,
      );
    assert.deepEqual(names(await list("tagName eq 'TEAM'")).sort(), ['one.example', 'two.example']);
    assert.deepEqual(names(await list("tagname eq 'team' and tagvalue eq 'hub'")), ['one.example']);
    assert.deepEqual(names(await list("tagName eq 'team' and tagValue eq 'none'")), []);
    const mixed = await list("tagName eq 'team' and name eq 'one.example'");
    assert.equal((mixed.body['error'] as Shown)['code'], 'InvalidFilterInQueryString');
  });

  it('the oldest api-versions of resources and providers are known', async () => {
    // az keyvault looks for a vault's group; azure-mgmt-core registers what a write lacks.
    for (const path of ['/resources?api-version=2015-11-01', '/providers?api-version=2016-02-01']) {
      assert.equal((await world.ask('GET', subscription + path)).status, 200, path);
    }
  });

  it('a client that polls a vault is told when to look again', async () => {
    const path = `${stamp}/providers/Microsoft.KeyVault/vaults/kv-poll?api-version=2023-07-01`;
    const made = await world.ask('PUT', path, {
      body: {
        location: 'westeurope',
        properties: { tenantId, sku: { family: 'A', name: 'standard' }, accessPolicies: [] },
      },
    });
    assert.equal(made.headers['retry-after'], '7');
    const busy = await world.ask('GET', path);
    assert.equal((busy.body['properties'] as Shown)['provisioningState'], 'RegisteringDns');
    assert.equal(busy.headers['retry-after'], '7');
    await world.settled(path);
    assert.equal((await world.ask('GET', path)).headers['retry-after'], undefined);
  });

  it('output resources are those of nested deployments, not the deployments', async () => {
    const inner = template([network('deep', '10.9.0.0/16')]);
    await world.follow(
      await world.ask('PUT', at(stamp, 'outer'), {
        body: body(template([network('flat', '10.8.0.0/16'), nested('inner', inner)])),
      }),
    );
    const { outputResources } = await world.properties(at(stamp, 'outer'));
    const ids = (outputResources as { id: string }[]).map(({ id }) => id.split('/').at(-1));
    assert.deepEqual(ids.sort(), ['deep', 'flat']);
  });

  it('a deleted role assignment comes back, a second time there is nothing', async () => {
    const path =
      `${stamp}/providers/Microsoft.Authorization/roleAssignments/` +
      '30000000-0000-4000-8000-000000000001?api-version=2022-04-01';
    const roleDefinitionId =
      `${subscription}/providers/Microsoft.Authorization/roleDefinitions/` +
      'acdd72a7-3385-48ef-bd42-f606fba81ae7';
    await world.ask('PUT', path, {
      body: { properties: { principalId: guest, roleDefinitionId } },
    });
    const deleted = await world.ask('DELETE', path);
    assert.equal(deleted.status, 200);
    assert.equal((deleted.body['properties'] as Shown)['principalId'], guest);
    assert.equal((await world.ask('DELETE', path)).status, 204);
  });
});

describe('sandbox: registries without private endpoints', () => {
  it('a Basic or Standard one has a login server of its own on this machine', async () => {
    const { sandbox, call, put, remove, token, stop } = await runSandbox({ endpointPorts: {} });
    try {
      const { info } = sandbox;
      const group = `/subscriptions/${info.subscriptionId}/resourceGroups/rg`;
      await put(group, { location: 'westeurope' }, '2021-04-01');
      const path = (name: string): string =>
        `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`;
      const server = async (name: string, sku: string): Promise<string> => {
        const made = await put(
          path(name),
          { location: 'westeurope', sku: { name: sku } },
          '2023-07-01',
        );
        return String((made['properties'] as Shown)['loginServer']);
      };
      const basic = await server('crbasic', 'Basic');
      const standard = await server('crstandard', 'Standard');
      assert.match(basic, /^localhost:\d+$/);
      assert.notEqual(basic, standard);
      assert.equal(await server('crbasic', 'Basic'), basic, 'an update keeps it');
      assert.equal(await server('crpremium', 'Premium'), 'crpremium.azurecr.io');
      const challenge = await call('GET', `https://${basic}/v2/`);
      assert.equal(challenge.status, 401);
      assert.equal(
        challenge.headers['www-authenticate'],
        `Bearer realm="https://${basic}/oauth2/token",service="${basic}"`,
      );
      const form = new URLSearchParams({
        grant_type: 'access_token',
        service: basic,
        access_token: await token(`${info.arm}/.default`),
      });
      const exchange = (): Promise<{ status: number; body: string }> =>
        call('POST', `https://${basic}/oauth2/exchange`, { body: form.toString() });
      assert.equal((await exchange()).status, 200);
      await remove(path('crbasic'), '2023-07-01');
      const gone = await exchange();
      assert.equal(gone.status, 404);
      assert.match(gone.body, /no registry has the login server localhost:/);
    } finally {
      await stop();
    }
  });
});
