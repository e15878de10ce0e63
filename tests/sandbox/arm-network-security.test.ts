import assert from 'node:assert/strict';
import { errorOf, hub, net, networkBody, startWorld, type World } from '../unit/arm/arm-world.ts';

describe('sandbox arm: security groups and route tables', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  const rule = (priority: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    priority,
    direction: 'Inbound',
    access: 'Deny',
    protocol: '*',
    sourceAddressPrefix: '*',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '*',
    ...more,
  });

  it('merges rules written inline and as children, with the six defaults', async () => {
    const path = net(hub, 'networkSecurityGroups/nsg');
    await world.make(path, {
      location: 'westeurope',
      properties: { securityRules: [{ name: 'deny', properties: rule(4096) }] },
    });
    await world.make(net(hub, 'networkSecurityGroups/nsg/securityRules/allow'), {
      properties: rule(200, { access: 'allow', protocol: 'TCP', destinationPortRange: 443 }),
    });
    const shown = await world.properties(path);
    const rules = shown['securityRules'] as Record<string, Record<string, unknown>>[];
    assert.deepEqual(
      rules.map((r) => [r['name'], r['properties']?.['access'], r['properties']?.['protocol']]),
      [
        ['deny', 'Deny', '*'],
        ['allow', 'Allow', 'Tcp'],
      ],
    );
    assert.equal((shown['defaultSecurityRules'] as unknown[]).length, 6);
    const stored = world.arm.store.get(
      `${hub}/providers/Microsoft.Network/networkSecurityGroups/nsg`,
    );
    assert.equal((stored?.properties['securityRules'] as unknown[]).length, 2);
    await world.make(path, { location: 'westeurope', properties: {} });
    assert.deepEqual((await world.properties(path))['securityRules'], []);
  });

  const badRules: [Record<string, unknown>, RegExp][] = [
    [
      rule(300),
      /^400 SecurityRuleConflict: Security rule x conflicts with rule first\. Rules cannot have the same Priority and Direction\.$/,
    ],
    [
      rule(99),
      /^400 SecurityRuleInvalidPriority: Security rule has invalid Priority\. Value provided: 99 Allowed range 100-4096\./,
    ],
    [
      rule(100, { direction: 'Sideways' }),
      /^400 SecurityRuleInvalidParameter: .*'Sideways' for direction/,
    ],
    [
      rule(100, { destinationPortRange: '70000' }),
      /^400 SecurityRuleInvalidPortRange: .*Value provided: 70000/,
    ],
    [rule(100, { destinationPortRange: '20-10' }), /^400 SecurityRuleInvalidPortRange/],
    [rule(100, { sourceAddressPrefix: '10.0.0.0/40' }), /^400 SecurityRuleInvalidAddressPrefix/],
  ];
  for (const [body, expected] of badRules) {
    it(`refuses a rule: ${expected.source.slice(1, 40)}`, async () => {
      await world.make(net(hub, 'networkSecurityGroups/nsg'), {
        location: 'westeurope',
        properties: { securityRules: [{ name: 'first', properties: rule(300) }] },
      });
      assert.match(
        await world.refused('PUT', net(hub, 'networkSecurityGroups/nsg/securityRules/x'), {
          properties: body,
        }),
        expected,
      );
    });
  }

  it('keeps groups and tables that a subnet uses', async () => {
    const nsg = `${hub}/providers/Microsoft.Network/networkSecurityGroups/nsg`;
    const table = `${hub}/providers/Microsoft.Network/routeTables/rt`;
    await world.make(`${nsg}?api-version=2024-05-01`, { location: 'westeurope' });
    await world.make(`${table}?api-version=2024-05-01`, {
      location: 'westeurope',
      properties: {
        routes: [
          {
            name: 'default',
            properties: {
              addressPrefix: '0.0.0.0/0',
              nextHopType: 'virtualappliance',
              nextHopIpAddress: '10.0.0.4',
            },
          },
        ],
      },
    });
    await world.make(net(hub, 'virtualNetworks/v'), networkBody('10.0.0.0/16'));
    const subnet = net(hub, 'virtualNetworks/v/subnets/a');
    await world.make(subnet, {
      properties: {
        addressPrefix: '10.0.0.0/24',
        networkSecurityGroup: { id: nsg.toUpperCase() },
        routeTable: { id: table },
      },
    });
    assert.deepEqual((await world.properties(subnet))['networkSecurityGroup'], { id: nsg });
    for (const [id, code] of [
      [nsg, 'InUseNetworkSecurityGroupCannotBeDeleted'],
      [table, 'InUseRouteTableCannotBeDeleted'],
    ] as const) {
      const refused = await world.ask('DELETE', `${id}?api-version=2024-05-01`);
      assert.equal(refused.status, 400);
      assert.equal(errorOf(refused).code, code);
      assert.match(errorOf(refused).message, /virtualNetworks\/v\/subnets\/a/);
    }
    await world.make(subnet, { properties: { addressPrefix: '10.0.0.0/24' } });
    await world.drop(`${nsg}?api-version=2024-05-01`);
    await world.drop(`${table}?api-version=2024-05-01`);
    assert.equal((await world.ask('DELETE', `${nsg}?api-version=2024-05-01`)).status, 204);
  });

  it('refuses routes that make no sense', async () => {
    await world.make(net(hub, 'routeTables/rt'), { location: 'westeurope', properties: {} });
    const path = net(hub, 'routeTables/rt/routes/r');
    const route = (more: Record<string, unknown>): unknown => ({
      properties: { addressPrefix: '10.0.0.0/8', nextHopType: 'Internet', ...more },
    });
    assert.match(
      await world.refused('PUT', path, route({ nextHopType: 'Nowhere' })),
      /^400 InvalidRequestFormat: .*'Nowhere'/,
    );
    assert.match(
      await world.refused('PUT', path, route({ nextHopType: 'VirtualAppliance' })),
      /^400 InvalidNextHopIpAddress/,
    );
    assert.match(
      await world.refused('PUT', path, route({ nextHopIpAddress: '10.0.0.4' })),
      /^400 NextHopIpAddressOnlyAllowedForVirtualAppliance/,
    );
    await world.make(path, route({}));
    assert.match(
      await world.refused('PUT', net(hub, 'routeTables/rt/routes/s'), route({})),
      /^400 RouteConflict/,
    );
    assert.equal(
      ((await world.properties(net(hub, 'routeTables/rt')))['routes'] as unknown[]).length,
      1,
    );
  });
});
