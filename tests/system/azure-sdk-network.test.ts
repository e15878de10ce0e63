import assert from 'node:assert/strict';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { NetworkManagementClient } from '@azure/arm-network';
import { PrivateDnsManagementClient } from '@azure/arm-privatedns';
import { ResourceManagementClient } from '@azure/arm-resources';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { collect, connectionOf, credentialOf } from './azure-sdk-connection.ts';

const group = 'rg-sdk-network';
const location = 'westeurope';
const fast = { updateIntervalInMs: 20 };
const zone = 'privatelink.azurecr.io';
const missing = { statusCode: 404, code: 'ResourceNotFound', name: 'RestError' };

describe('the Azure SDKs and the sandbox: networks, private endpoints, private DNS', function () {
  this.timeout(180_000);
  let world: RunningSandbox;
  let subscription = '';
  let networks: NetworkManagementClient;
  let zones: PrivateDnsManagementClient;
  let registries: ContainerRegistryManagementClient;

  before(async () => {
    world = await runSandbox({ endpointPorts: {} });
    subscription = world.sandbox.info.subscriptionId;
    const credential = credentialOf(world.sandbox);
    const connection = connectionOf(world.sandbox);
    const resources = new ResourceManagementClient(credential, subscription, connection);
    await resources.resourceGroups.createOrUpdate(group, { location });
    networks = new NetworkManagementClient(credential, subscription, connection);
    zones = new PrivateDnsManagementClient(credential, subscription, connection);
    registries = new ContainerRegistryManagementClient(credential, subscription, connection);
  });
  after(() => world?.stop());

  const idOf = (type: string, name: string): string =>
    `/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}/${name}`;

  it('networks: groups of rules, subnets, peering from both sides', async () => {
    const rule = {
      name: 'https',
      priority: 100,
      direction: 'Inbound' as const,
      access: 'Allow' as const,
      protocol: 'Tcp' as const,
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '443',
    };
    const nsgs = networks.networkSecurityGroups;
    const nsg = await nsgs.beginCreateOrUpdateAndWait(
      group,
      'nsg',
      { location, securityRules: [rule] },
      fast,
    );
    assert.equal(nsg.securityRules?.[0]?.provisioningState, 'Succeeded');
    assert.equal(nsg.defaultSecurityRules?.length, 6);
    await assert.rejects(
      nsgs.beginCreateOrUpdateAndWait(
        group,
        'nsg',
        { location, securityRules: [rule, { ...rule, name: 'twin' }] },
        fast,
      ),
      { statusCode: 400, code: 'SecurityRuleConflict' },
    );
    for (const [name, prefix] of [
      ['a', '127.31.0.0/16'],
      ['b', '127.32.0.0/16'],
    ] as const) {
      await networks.virtualNetworks.beginCreateOrUpdateAndWait(
        group,
        name,
        { location, addressSpace: { addressPrefixes: [prefix] } },
        fast,
      );
    }
    const subnet = await networks.subnets.beginCreateOrUpdateAndWait(
      group,
      'a',
      'endpoints',
      { addressPrefix: '127.31.0.0/27', networkSecurityGroup: { id: nsg.id ?? '' } },
      fast,
    );
    assert.equal(subnet.networkSecurityGroup?.id, nsg.id);
    await assert.rejects(nsgs.beginDeleteAndWait(group, 'nsg', fast), {
      statusCode: 400,
      code: 'InUseNetworkSecurityGroupCannotBeDeleted',
    });
    await assert.rejects(
      networks.subnets.beginCreateOrUpdateAndWait(
        group,
        'a',
        'outside',
        { addressPrefix: '127.99.0.0/24' },
        fast,
      ),
      { statusCode: 400, code: 'NetcfgInvalidSubnet' },
    );
    const peer = (from: string, to: string): Promise<{ peeringState?: string }> =>
      networks.virtualNetworkPeerings.beginCreateOrUpdateAndWait(
        group,
        from,
        `to-${to}`,
        {
          remoteVirtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks', to) },
          allowVirtualNetworkAccess: true,
        },
        fast,
      );
    assert.equal((await peer('a', 'b')).peeringState, 'Initiated');
    assert.equal((await peer('b', 'a')).peeringState, 'Connected');
    assert.equal(
      (await networks.virtualNetworkPeerings.get(group, 'a', 'to-b')).peeringState,
      'Connected',
    );
    await networks.virtualNetworkPeerings.beginDeleteAndWait(group, 'b', 'to-a', fast);
    assert.equal(
      (await networks.virtualNetworkPeerings.get(group, 'a', 'to-b')).peeringState,
      'Disconnected',
    );
    assert.deepEqual(
      (await collect(networks.virtualNetworks.listAll())).map(({ name }) => name),
      ['a', 'b'],
    );
    await assert.rejects(networks.virtualNetworks.get(group, 'none'), missing);
  });

  it('a registry behind a private endpoint with a zone group', async () => {
    const made = await registries.registries.beginCreateAndWait(
      group,
      'crsdk1',
      { location, sku: { name: 'Premium' } },
      fast,
    );
    assert.equal(made.loginServer, 'crsdk1.azurecr.io');
    const closed = await registries.registries.beginUpdateAndWait(
      group,
      'crsdk1',
      { publicNetworkAccess: 'Disabled' },
      fast,
    );
    assert.equal(closed.publicNetworkAccess, 'Disabled');
    const endpoint = await networks.privateEndpoints.beginCreateOrUpdateAndWait(
      group,
      'pe',
      {
        location,
        subnet: { id: `${idOf('Microsoft.Network/virtualNetworks', 'a')}/subnets/endpoints` },
        privateLinkServiceConnections: [
          { name: 'registry', privateLinkServiceId: made.id ?? '', groupIds: ['registry'] },
        ],
      },
      fast,
    );
    assert.equal(
      endpoint.privateLinkServiceConnections?.[0]?.privateLinkServiceConnectionState?.status,
      'Approved',
    );
    assert.deepEqual(
      endpoint.customDnsConfigs?.map(({ fqdn }) => fqdn),
      ['crsdk1.westeurope.data.azurecr.io', 'crsdk1.azurecr.io'],
    );
    const { id = '' } = await zones.privateZones.beginCreateOrUpdateAndWait(
      group,
      zone,
      { location: 'global' },
      fast,
    );
    const link = await zones.virtualNetworkLinks.beginCreateOrUpdateAndWait(
      group,
      zone,
      'a',
      {
        location: 'global',
        registrationEnabled: false,
        virtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks', 'a') },
      },
      fast,
    );
    assert.equal(link.virtualNetworkLinkState, 'Completed');
    const config = [{ name: 'acr', privateDnsZoneId: id }];
    const zoneGroup = await networks.privateDnsZoneGroups.beginCreateOrUpdateAndWait(
      group,
      'pe',
      'default',
      { privateDnsZoneConfigs: config },
      fast,
    );
    assert.equal(zoneGroup.privateDnsZoneConfigs?.[0]?.recordSets?.length, 2);
    const sets = await collect(zones.recordSets.listByType(group, zone, 'A'));
    assert.deepEqual(sets.map(({ name }) => name).sort(), ['crsdk1', 'crsdk1.westeurope.data']);
    await networks.privateDnsZoneGroups.beginDeleteAndWait(group, 'pe', 'default', fast);
    assert.deepEqual(await collect(zones.recordSets.listByType(group, zone, 'A')), []);
  });

  it('records: etags decide who writes', async () => {
    const { recordSets } = zones;
    const one = { ttl: 10, aRecords: [{ ipv4Address: '127.31.0.9' }] };
    const first = await recordSets.createOrUpdate(group, zone, 'A', 'www', one, {
      ifNoneMatch: '*',
    });
    assert.equal(first.fqdn, `www.${zone}.`);
    const etag = first.etag ?? '';
    await assert.rejects(
      recordSets.createOrUpdate(group, zone, 'A', 'www', one, { ifNoneMatch: '*' }),
      {
        statusCode: 412,
        code: 'PreconditionFailed',
      },
    );
    const second = await recordSets.update(group, zone, 'A', 'www', { ttl: 20 }, { ifMatch: etag });
    assert.deepEqual([second.ttl, second.aRecords], [20, one.aRecords]);
    await assert.rejects(recordSets.delete(group, zone, 'A', 'www', { ifMatch: etag }), {
      statusCode: 412,
    });
    await recordSets.delete(group, zone, 'A', 'www', { ifMatch: second.etag ?? '' });
    await assert.rejects(recordSets.get(group, zone, 'A', 'www'), { statusCode: 404 });
    await assert.rejects(
      zones.privateZones.beginDeleteAndWait(group, zone, fast),
      (error: { statusCode?: number }) => {
        assert.ok(error.statusCode === 409 || error.statusCode === 400, 'a linked zone stays');
        return true;
      },
    );
  });
});
