import assert from 'node:assert/strict';
import {
  errorOf,
  guest,
  hub,
  hubSubscription,
  net,
  owner,
  stamp,
  stampSubscription,
  startWorld,
  stranger,
  vaultBody,
  vaultPath,
  type World,
} from '../unit/arm/arm-world.ts';

type Shown = Record<string, unknown>;

describe('sandbox arm: protocol', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  describe('requests', () => {
    it('asks for a bearer token, with a challenge', async () => {
      const none = await world.ask('GET', '/subscriptions?api-version=2019-11-01', { as: '' });
      assert.equal(none.status, 401);
      assert.match(
        String(none.headers['www-authenticate']),
        /^Bearer authorization_uri="https:.*", error="invalid_token"/,
      );
      assert.equal(errorOf(none).code, 'AuthenticationFailed');
      const bad = await world.ask('GET', '/subscriptions?api-version=2019-11-01', {
        as: 'nonsense',
      });
      assert.equal(`${String(bad.status)} ${errorOf(bad).code}`, '401 InvalidAuthenticationToken');
    });

    it('sends correlation and request ids, and takes those of the client', async () => {
      const answer = await world.ask('GET', '/subscriptions?api-version=2019-11-01', {
        headers: { 'x-ms-correlation-request-id': 'c-1', 'x-ms-client-request-id': 'r-1' },
      });
      assert.equal(answer.headers['x-ms-correlation-request-id'], 'c-1');
      assert.equal(answer.headers['x-ms-client-request-id'], 'r-1');
      assert.match(String(answer.headers['x-ms-request-id']), /^[-0-9a-f]{36}$/);
    });

    it('reads bodies as az writes them', async () => {
      const answer = await world.ask('PUT', `${hub}?api-version=2021-04-01`, {
        raw: `// tags of the group
          { location: 'West Europe', /* two */ "tags": { owner: "a
b", quoted: 'say "x"', }, }`,
      });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.deepEqual(answer.body['tags'], { owner: 'a\nb', quoted: 'say "x"' });
      const broken = await world.ask('PUT', `${hub}?api-version=2021-04-01`, {
        raw: '{"location": \n [1, }',
      });
      assert.equal(broken.status, 400);
      assert.match(errorOf(broken).message, /line 2, position 6/);
    });

    const cases: [string, string, unknown, string][] = [
      [
        'GET',
        '/subscriptions',
        undefined,
        '400 MissingApiVersionParameter: The api-version query parameter (?api-version=) is required for all requests.',
      ],
      [
        'GET',
        `/subscriptions/${guest}?api-version=2022-12-01`,
        undefined,
        `404 SubscriptionNotFound: The subscription '${guest}' could not be found.`,
      ],
      [
        'GET',
        `/subscriptions/${guest}/resourceGroups/x/providers/Microsoft.KeyVault/vaults/v?api-version=2023-07-01`,
        undefined,
        `404 SubscriptionNotFound: The subscription '${guest}' could not be found.`,
      ],
      [
        'GET',
        `/subscriptions/${hubSubscription}/resourceGroups/none?api-version=2021-04-01`,
        undefined,
        "404 ResourceGroupNotFound: Resource group 'none' could not be found.",
      ],
      [
        'GET',
        `${hub}x/providers/Microsoft.KeyVault/vaults/v?api-version=2023-07-01`,
        undefined,
        "404 ResourceGroupNotFound: Resource group 'rg-hubx' could not be found.",
      ],
      [
        'GET',
        vaultPath(hub, 'none'),
        undefined,
        "404 ResourceNotFound: The Resource 'Microsoft.KeyVault/vaults/none' under resource group 'rg-hub' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
      ],
      [
        'PUT',
        `${hub}/providers/Microsoft.Nowhere/things/x?api-version=2020-01-01`,
        {},
        "404 InvalidResourceNamespace: The resource namespace 'Microsoft.Nowhere' is invalid.",
      ],
      [
        'PUT',
        `${hub}/providers/Microsoft.KeyVault/safes/x?api-version=2023-07-01`,
        {},
        "404 InvalidResourceType: The resource type 'safes' could not be found in the namespace 'Microsoft.KeyVault'. The sandbox knows: 'Microsoft.KeyVault/vaults, Microsoft.KeyVault/vaults/privateEndpointConnections'.",
      ],
      [
        'PUT',
        `${hub}/providers/Microsoft.Authorization/locks/x?api-version=1999-01-01`,
        {},
        "400 InvalidResourceType: The resource type 'locks' could not be found in the namespace 'Microsoft.Authorization' for api version '1999-01-01'. The supported api-versions are '2020-05-01, 2017-04-01, 2016-09-01'.",
      ],
      [
        'PUT',
        `${hub}/providers/Microsoft.Network/privateDnsZones/a.b?api-version=1999-01-01`,
        { location: 'global' },
        "400 NoRegisteredProviderFound: No registered resource provider found for location 'global' and API version '1999-01-01' for type 'privateDnsZones'. The supported api-versions are '2024-06-01, 2020-06-01, 2020-01-01, 2018-09-01'.",
      ],
      [
        'PUT',
        `/subscriptions/${hubSubscription}/resourceGroups/bad*name?api-version=2021-04-01`,
        { location: 'westeurope' },
        "400 InvalidResourceGroup: The provided resource group name 'bad*name' has these invalid characters. The name can only be a letter, digit, '-', '.', '(', ')' or '_', has at most 90 characters, and does not end with a period.",
      ],
      [
        'PUT',
        `${hub}?api-version=2021-04-01`,
        { location: 'northeurope' },
        "409 InvalidResourceGroupLocation: Invalid resource group location 'northeurope'. The Resource group already exists in location 'westeurope'.",
      ],
      ['PUT', `${hub}?api-version=2021-04-01`, { location: 'moon' }, ''],
      [
        'POST',
        `${hub}?api-version=2021-04-01`,
        {},
        `405 MethodNotAllowed: The request method 'POST' is not supported for '${hub}'.`,
      ],
      [
        'PUT',
        net(hub, 'networkInterfaces/nic'),
        { location: 'westeurope' },
        "405 OperationNotAllowed: Resources of type 'Microsoft.Network/networkInterfaces' are managed by the service and cannot be written.",
      ],
      [
        'GET',
        `/subscriptions/${hubSubscription}/resources?api-version=2021-04-01&$filter=color eq 'red'`,
        undefined,
        "400 InvalidFilterInQueryString: Invalid $filter 'color eq 'red'' specified in the query string: 'color eq 'red'' is not supported.",
      ],
    ];
    for (const [method, path, body, expected] of cases) {
      it(`${method} ${path.slice(-60)}`, async () => {
        const answer = await world.refused(method, path.replaceAll(' ', '%20'), body);
        if (expected === '')
          assert.match(
            answer,
            /^400 LocationNotAvailableForResourceType: The provided location 'moon'/,
          );
        else assert.equal(answer, expected);
      });
    }
  });

  describe('subscriptions and groups', () => {
    it('lists the subscriptions of the caller only', async () => {
      world.arm.assignRole(guest, 'Reader', hub);
      const ids = async (as: string): Promise<unknown[]> => {
        const answer = await world.ask('GET', '/subscriptions?api-version=2019-11-01', { as });
        return (answer.body['value'] as Shown[]).map((s) => s['subscriptionId']);
      };
      assert.deepEqual(await ids(owner), [hubSubscription, stampSubscription]);
      assert.deepEqual(await ids(guest), [hubSubscription]);
      assert.deepEqual(await ids(stranger), []);
    });

    it('lists groups by tag and in pages, and refuses a filter that it does not know', async () => {
      const all = `/subscriptions/${hubSubscription}/resourcegroups?api-version=2021-04-01`;
      const one = `/subscriptions/${hubSubscription}/resourcegroups/rg-tagged?api-version=2021-04-01`;
      await world.make(one, { location: 'westeurope', tags: { env: 'dev' } });
      const names = async (query: string): Promise<unknown[]> =>
        ((await world.ask('GET', `${all}${query}`)).body['value'] as Shown[]).map((g) => g['name']);
      assert.deepEqual(await names("&$filter=tagName eq 'ENV'"), ['rg-tagged']);
      assert.deepEqual(await names("&$filter=tagName eq 'env' and tagValue eq 'prod'"), []);
      const first = await world.ask('GET', `${all}&$top=1`);
      assert.equal((first.body['value'] as Shown[]).length, 1);
      assert.match(String(first.body['nextLink']), /skipToken=1/);
      const other = await world.ask('GET', `${all}&$filter=name eq 'rg-tagged'`);
      assert.equal(other.status, 400);
      assert.equal(errorOf(other).code, 'InvalidFilterInQueryString');
    });

    it('deletes a group with what is in it, whatever the order', async () => {
      const nsg = `${hub}/providers/Microsoft.Network/networkSecurityGroups/nsg`;
      await world.make(`${nsg}?api-version=2024-05-01`, { location: 'westeurope' });
      await world.make(net(hub, 'virtualNetworks/v'), {
        location: 'westeurope',
        properties: {
          addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
          subnets: [
            {
              name: 'a',
              properties: { addressPrefix: '10.0.0.0/24', networkSecurityGroup: { id: nsg } },
            },
          ],
        },
      });
      await world.make(vaultPath(hub, 'kv-one'), vaultBody());
      await world.drop(`${hub}?api-version=2021-04-01`);
      assert.equal((await world.ask('HEAD', `${hub}?api-version=2021-04-01`)).status, 404);
      assert.equal(world.arm.store.list('Microsoft.Network/virtualNetworks/subnets').length, 0);
      assert.equal((await world.ask('DELETE', `${hub}?api-version=2021-04-01`)).status, 404);
    });

    it('keeps a group whose subnet another group uses, and says which resource stopped it', async () => {
      await world.make(net(hub, 'virtualNetworks/v'), {
        location: 'westeurope',
        properties: {
          addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
          subnets: [{ name: 'a', properties: { addressPrefix: '10.0.0.0/24' } }],
        },
      });
      await world.make(vaultPath(stamp, 'kv-one'), vaultBody());
      await world.make(net(stamp, 'privateEndpoints/pe'), {
        location: 'westeurope',
        properties: {
          subnet: { id: `${hub}/providers/Microsoft.Network/virtualNetworks/v/subnets/a` },
          privateLinkServiceConnections: [
            {
              name: 'c',
              properties: {
                privateLinkServiceId: `${stamp}/providers/Microsoft.KeyVault/vaults/kv-one`,
                groupIds: ['vault'],
              },
            },
          ],
        },
      });
      const started = await world.ask('DELETE', `${hub}?api-version=2021-04-01`);
      assert.equal(started.status, 202);
      const ended = await world.follow(started);
      assert.equal(ended.status, 409);
      assert.equal(errorOf(ended).code, 'ResourceGroupDeletionBlocked');
      assert.match(errorOf(ended).message, /virtualNetworks\/v/);
      assert.match(JSON.stringify(errorOf(ended).details), /InUseSubnetCannotBeDeleted/);
      const group = await world.ask('GET', `${hub}?api-version=2021-04-01`);
      assert.deepEqual(group.body['properties'], { provisioningState: 'Succeeded' });
    });

    it('registers and unregisters providers', async () => {
      const provider = `/subscriptions/${hubSubscription}/providers/microsoft.keyvault`;
      await world.ask('POST', `${provider}/unregister?api-version=2021-04-01`);
      const shown = await world.ask('GET', `${provider}?api-version=2021-04-01`);
      assert.equal(shown.body['registrationState'], 'NotRegistered');
      assert.equal(
        await world.refused('PUT', vaultPath(hub, 'kv-one'), vaultBody()),
        "409 MissingSubscriptionRegistration: The subscription is not registered to use namespace 'Microsoft.KeyVault'. See https://aka.ms/rps-not-found for how to register subscriptions.",
      );
      await world.ask('POST', `${provider}/register?api-version=2021-04-01`);
      await world.make(vaultPath(hub, 'kv-one'), vaultBody());
    });

    it('lists resources by type', async () => {
      await world.make(vaultPath(hub, 'kv-one'), vaultBody());
      await world.make(net(hub, 'virtualNetworks/v'), {
        location: 'westeurope',
        properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
      });
      const listed = await world.ask(
        'GET',
        `/subscriptions/${hubSubscription}/resources?api-version=2021-04-01&$filter=resourceType%20eq%20'microsoft.keyvault/VAULTS'`,
      );
      assert.deepEqual(
        (listed.body['value'] as Shown[]).map((r) => r['name']),
        ['kv-one'],
      );
      const all = await world.ask('GET', `${hub}/resources?api-version=2021-04-01`);
      assert.equal((all.body['value'] as unknown[]).length, 2);
    });
  });
});
