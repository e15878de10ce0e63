import assert from 'node:assert/strict';
import { dns, guest, hub, net, type World } from '../../unit/arm/arm-world.ts';
import {
  endpointBody,
  endpointPath,
  gone,
  idOf,
  makeNetwork,
  networkBody,
  networkPath,
  read,
  refuses,
  subnet,
  west,
  type Claims,
  type Shown,
} from './claims.ts';

const registry = `${hub}/providers/Microsoft.ContainerRegistry/registries/crone?api-version=2023-07-01`;
const replica = (name = 'northeurope'): string => registry.replace('?', `/replications/${name}?`);
const body = (location = 'northeurope'): Shown => ({ location, properties: {} });
const zone = dns(hub, 'privatelink.azurecr.io');
const record = dns(hub, 'privatelink.azurecr.io/A/crone.northeurope.data');
const nic = net(hub, 'networkInterfaces/nic-pe');

function make(world: World, sku = 'Premium'): Promise<unknown> {
  const properties = { dataEndpointEnabled: sku === 'Premium' };
  return world.make(registry, west(properties, { sku: { name: sku } }));
}

/** A registry behind an endpoint whose names are in a zone. */
async function makeEndpoint(world: World): Promise<void> {
  await makeNetwork(world);
  await make(world);
  await world.make(endpointPath(), endpointBody(idOf(registry), 'registry'));
  await world.make(zone, { location: 'global', properties: {} });
  await world.make(net(hub, 'privateEndpoints/pe/privateDnsZoneGroups/default'), {
    properties: {
      privateDnsZoneConfigs: [{ name: 'one', properties: { privateDnsZoneId: idOf(zone) } }],
    },
  });
}

/** Member and address of each configuration of the endpoint's interface. */
async function members(world: World): Promise<unknown[]> {
  const configurations = (await read(world, nic))['ipConfigurations'] as { properties: Shown }[];
  return configurations.map(({ properties }) => {
    const connection = properties['privateLinkConnectionProperties'] as Shown;
    return [connection['requiredMemberName'], properties['privateIPAddress']];
  });
}

const home = [
  ['registry_data_westeurope', '10.1.2.4'],
  ['registry', '10.1.2.5'],
];

/** Replicas of registries. */
export const replicationClaims: Claims = {
  'Microsoft.ContainerRegistry/registries/replications': [
    {
      would: 'give the registry a data endpoint in its region',
      async holds(world) {
        await make(world);
        await world.make(replica(), body());
        const status = (await read(world, replica()))['status'] as Shown | undefined;
        assert.equal(status?.['displayStatus'], 'Ready');
        assert.deepEqual((await read(world, registry))['dataEndpointHostNames'], [
          'crone.westeurope.data.azurecr.io',
          'crone.northeurope.data.azurecr.io',
        ]);
      },
    },
    {
      would: 'take an address for it from every endpoint, name it in the zone, and give both back',
      async holds(world) {
        await makeEndpoint(world);
        assert.deepEqual(await members(world), home);
        await world.make(replica(), body());
        await world.make(replica(), body());
        assert.deepEqual(await members(world), [
          ...home,
          ['registry_data_northeurope', '10.1.2.6'],
        ]);
        assert.deepEqual((await read(world, record))['aRecords'], [{ ipv4Address: '10.1.2.6' }]);
        await world.drop(replica());
        await gone(world, record);
        assert.deepEqual(await members(world), home);
      },
    },
    {
      would: 'keep the addresses of the others when one of them goes',
      async holds(world) {
        await makeEndpoint(world);
        await world.make(replica(), body());
        await world.make(replica('eastus'), body('eastus'));
        await world.drop(replica());
        assert.deepEqual(await members(world), [...home, ['registry_data_eastus', '10.1.2.7']]);
      },
    },
    {
      would: 'fail as a whole where any endpoint has no room for it',
      async holds(world) {
        await make(world);
        // A /29 has three addresses that may be used.
        await world.make(
          networkPath('v'),
          networkBody('10.1.0.0/16', [subnet('endpoints', '10.1.2.0/29')]),
        );
        await world.make(endpointPath(), endpointBody(idOf(registry), 'registry'));
        await world.make(replica(), body());
        await refuses(world, '400 SubnetIsFull', 'PUT', replica('eastus'), body('eastus'));
        await gone(world, replica('eastus'));
        assert.equal((await members(world)).length, 3);
      },
    },
    {
      would: 'need a right on the endpoints of the registry',
      async holds(world) {
        await makeEndpoint(world);
        world.arm.assignRole(guest, 'Owner', idOf(registry));
        await refuses(world, '403 LinkedAuthorizationFailed', 'PUT', replica(), body(), guest);
        world.arm.assignRole(guest, 'Network Contributor', idOf(endpointPath()));
        await world.make(replica(), body(), guest);
      },
    },
    {
      would: 'exist once a region, stay there, and need Premium for as long as it is there',
      async holds(world) {
        await make(world, 'Standard');
        await refuses(world, '400 FeatureNotSupportedForSku', 'PUT', replica(), body());
        await make(world);
        await refuses(world, '409 AlreadyInUse', 'PUT', replica('westeurope'), body('westeurope'));
        await world.make(replica(), body());
        await refuses(world, '409 AlreadyInUse', 'PUT', replica('second'), body());
        await refuses(world, '409 InvalidResourceLocation', 'PUT', replica(), body('eastus'));
        await refuses(world, '400 InvalidResourceName', 'PUT', replica('ne-1'), body('eastus'));
        const basic = west({}, { sku: { name: 'Basic' } });
        await refuses(world, '400 ReplicationsExist', 'PUT', registry, basic);
      },
    },
  ],
};
