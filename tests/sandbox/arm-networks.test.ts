import assert from 'node:assert/strict';
import {
  errorOf,
  hub,
  hubSubscription,
  net,
  networkBody,
  startWorld,
  vnetId,
  type World,
} from '../unit/arm/arm-world.ts';

describe('sandbox arm: networks', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  describe('virtualNetworks and subnets', () => {
    it('answers 201 with a running operation, then 200 for an update', async () => {
      const path = net(hub, 'virtualNetworks/v');
      const first = await world.ask('PUT', path, { body: networkBody('10.0.0.0/16') });
      assert.equal(first.status, 201);
      assert.equal(
        (first.body['properties'] as Record<string, unknown>)['provisioningState'],
        'Updating',
      );
      assert.match(String(first.headers['azure-asyncoperation']), /\/operations\/[-0-9a-f]{36}\?/);
      const done = await world.follow(first);
      assert.equal(done.body['status'], 'Succeeded');
      assert.equal(
        (await world.ask('PUT', path, { body: networkBody('10.0.0.0/16') })).status,
        200,
      );
    });

    it('keeps subnets when a PUT leaves them out, and drops those that a list leaves out', async () => {
      const path = net(hub, 'virtualNetworks/v');
      await world.make(path, networkBody('10.0.0.0/16', { a: '10.0.0.0/24', b: '10.0.1.0/24' }));
      await world.make(path, networkBody('10.0.0.0/16'));
      const names = async (): Promise<unknown[]> =>
        ((await world.properties(path))['subnets'] as Record<string, unknown>[]).map(
          (s) => s['name'],
        );
      assert.deepEqual(await names(), ['a', 'b']);
      await world.make(path, networkBody('10.0.0.0/16', { b: '10.0.1.0/24' }));
      assert.deepEqual(await names(), ['b']);
      assert.equal(world.arm.store.list('Microsoft.Network/virtualNetworks/subnets').length, 1);
    });

    it('writes a subnet as a child, in canonical case whatever the case of the path', async () => {
      await world.make(net(hub, 'virtualNetworks/Vnet'), networkBody('10.0.0.0/16'));
      const made = await world.make(
        `/SUBSCRIPTIONS/${hubSubscription}//resourcegroups/RG-HUB/providers/microsoft.network//virtualnetworks/vnet/SUBNETS/apps?api-version=2024-05-01`,
        { properties: { addressPrefix: '10.0.4.0/24' } },
      );
      assert.equal(made['id'], `${vnetId(hub, 'Vnet')}/subnets/apps`);
      assert.equal(made['name'], 'apps');
      assert.equal(made['type'], 'Microsoft.Network/virtualNetworks/subnets');
      assert.equal(
        (made['properties'] as Record<string, unknown>)['privateEndpointNetworkPolicies'],
        'Disabled',
      );
    });

    it('lets one change of a network happen at a time', async () => {
      const slow = await startWorld({ pace: 150 });
      try {
        await slow.make(net(hub, 'virtualNetworks/v'), networkBody('10.0.0.0/16'));
        const answers = await Promise.all(
          ['a', 'b'].map((name, index) =>
            slow.ask('PUT', net(hub, `virtualNetworks/v/subnets/${name}`), {
              body: { properties: { addressPrefix: `10.0.${String(index)}.0/24` } },
            }),
          ),
        );
        assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 429]);
        const refused = answers.find(({ status }) => status === 429);
        assert.ok(refused !== undefined);
        assert.equal(errorOf(refused).code, 'AnotherOperationInProgress');
        assert.equal(refused.headers['retry-after'], '0');
      } finally {
        await slow.stop();
      }
    });

    const bad: [string, Record<string, unknown>, string][] = [
      [
        'virtualNetworks/v/subnets/x',
        { properties: { addressPrefix: '10.9.0.0/24' } },
        "400 NetcfgInvalidSubnet: Subnet 'x' is not valid because its IP address range is outside the IP address range of virtual network 'v'.",
      ],
      [
        'virtualNetworks/v/subnets/x',
        { properties: { addressPrefix: '10.0.0.128/25' } },
        "400 NetcfgSubnetRangesOverlap: Subnet 'x' is not valid because its IP address range overlaps with that of an existing subnet in virtual network 'v'.",
      ],
      [
        'virtualNetworks/v/subnets/x',
        { properties: { addressPrefix: '10.0.2.0/30' } },
        "400 NetcfgSubnetRangeTooSmall: Subnet 'x' is not valid: prefix 10.0.2.0/30 is smaller than /29.",
      ],
      [
        'virtualNetworks/v/subnets/x',
        { properties: { addressPrefix: '10.0.2.1/24' } },
        `400 InvalidCIDRNotation: The address prefix 10.0.2.1/24 in resource ${vnetId(hub, 'v')}/subnets/x has an invalid CIDR notation. For the given prefix length, the address prefix should be 10.0.2.0/24.`,
      ],
      [
        'virtualNetworks/v/subnets/x',
        {
          properties: {
            addressPrefix: '10.0.2.0/24',
            networkSecurityGroup: {
              id: `${hub}/providers/Microsoft.Network/networkSecurityGroups/none`,
            },
          },
        },
        `400 InvalidResourceReference: Resource ${hub}/providers/Microsoft.Network/networkSecurityGroups/none referenced by resource ${vnetId(hub, 'v')}/subnets/x was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
      ],
      [
        'virtualNetworks/v/subnets/x',
        { properties: { addressPrefix: '10.0.2.0/24', adressPrefixes: [] } },
        "400 InvalidRequestContent: The request content was invalid and could not be deserialized: 'Could not find member 'adressPrefixes' on object of type 'Subnet'. Path 'properties.adressPrefixes''.",
      ],
      [
        'virtualNetworks/other/subnets/x',
        { properties: { addressPrefix: '10.0.2.0/24' } },
        "404 ParentResourceNotFound: Can not perform requested operation on nested resource. Parent resource 'other' not found.",
      ],
      [
        'virtualNetworks/w',
        networkBody('127.0.0.0/16'),
        `400 AddressPrefixNotAllowed: Address prefix 127.0.0.0/16 of resource ${vnetId(hub, 'w')} is not allowed: it overlaps with the reserved range 127.0.0.0/8.`,
      ],
      [
        'virtualNetworks/w',
        { location: 'westeurope', properties: {} },
        `400 InvalidAddressSpace: Virtual network ${vnetId(hub, 'w')} must have at least one address prefix in its address space.`,
      ],
      [
        'virtualNetworks/w',
        { properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } } },
        '400 LocationRequired: The location property is required for this definition.',
      ],
    ];
    for (const [path, body, expected] of bad) {
      it(`refuses ${expected.slice(0, 60)}`, async () => {
        await world.make(
          net(hub, 'virtualNetworks/v'),
          networkBody('10.0.0.0/16', { a: '10.0.0.0/24' }),
        );
        assert.equal(await world.refused('PUT', net(hub, path), body), expected);
      });
    }

    it('takes loopback ranges only in a world that says so', async () => {
      const loopback = await startWorld({ loopback: true });
      try {
        await loopback.make(net(hub, 'virtualNetworks/v'), networkBody('127.10.0.0/16'));
      } finally {
        await loopback.stop();
      }
    });

    it('does not move a network, nor delete one that others use', async () => {
      const path = net(hub, 'virtualNetworks/v');
      await world.make(path, networkBody('10.0.0.0/16'));
      assert.match(
        await world.refused('PUT', path, {
          ...networkBody('10.0.0.0/16'),
          location: 'northeurope',
        }),
        /^409 InvalidResourceLocation: The resource 'v' already exists in location 'westeurope'/,
      );
    });

    it('changes tags by PATCH, and nothing else', async () => {
      const path = net(hub, 'virtualNetworks/v');
      await world.make(path, networkBody('10.0.0.0/16', { a: '10.0.0.0/24' }));
      const patched = await world.ask('PATCH', path, { body: { tags: { stage: 'prod' } } });
      assert.equal(patched.status, 200);
      assert.deepEqual(patched.body['tags'], { stage: 'prod' });
      await world.follow(patched);
      assert.equal(((await world.properties(path))['subnets'] as unknown[]).length, 1);
      const refused = await world.ask('PATCH', path, { body: { properties: {} } });
      assert.equal(errorOf(refused).code, 'InvalidRequestContent');
    });
  });
});
