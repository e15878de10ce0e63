import assert from 'node:assert/strict';
import { hub, net } from '../../unit/arm/arm-world.ts';
import {
  gone,
  idOf,
  makeNetwork,
  namesOf,
  read,
  refuses,
  west,
  type Claims,
  type Shown,
} from './claims.ts';

const group = net(hub, 'networkSecurityGroups/nsg');
const ruleAt = (name: string): string =>
  net(hub, `networkSecurityGroups/nsg/securityRules/${name}`);
const table = net(hub, 'routeTables/rt');
const routeAt = (name: string): string => net(hub, `routeTables/rt/routes/${name}`);
const used = net(hub, 'virtualNetworks/v/subnets/used');

const rule = (more: Shown = {}): Shown => ({
  properties: {
    priority: 200,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    sourceAddressPrefix: '*',
    sourcePortRange: '*',
    destinationAddressPrefix: '10.1.0.0/16',
    destinationPortRange: '443',
    ...more,
  },
});

const route = (more: Shown = {}): Shown => ({
  properties: {
    addressPrefix: '0.0.0.0/0',
    nextHopType: 'VirtualAppliance',
    nextHopIpAddress: '10.0.0.4',
    ...more,
  },
});

const subnetWith = (property: string, path: string): Shown => ({
  properties: { addressPrefix: '10.1.3.0/24', [property]: { id: idOf(path) } },
});

/** Security groups and route tables, whose entries are resources of their own. */
export const ruleClaims: Claims = {
  'Microsoft.Network/networkSecurityGroups': [
    {
      would: 'come with the six default rules',
      async holds(world) {
        await world.make(group, west({}));
        assert.deepEqual(namesOf((await read(world, group))['defaultSecurityRules']), [
          'AllowVnetInBound',
          'AllowAzureLoadBalancerInBound',
          'DenyAllInBound',
          'AllowVnetOutBound',
          'AllowInternetOutBound',
          'DenyAllOutBound',
        ]);
      },
    },
    {
      would: 'make resources of its rules, and remove all of them with a PUT without rules',
      async holds(world) {
        await world.make(group, west({ securityRules: [{ name: 'a', ...rule() }] }));
        assert.equal((await read(world, ruleAt('a')))['priority'], 200);
        await world.make(ruleAt('b'), rule({ priority: 300 }));
        assert.deepEqual(namesOf((await read(world, group))['securityRules']), ['a', 'b']);
        await world.make(group, west({}));
        await gone(world, ruleAt('a'));
        await gone(world, ruleAt('b'));
      },
    },
    {
      would: 'refuse two rules of the same priority and direction',
      async holds(world) {
        const securityRules = ['a', 'b'].map((name) => ({ name, ...rule() }));
        await refuses(world, '400 SecurityRuleConflict', 'PUT', group, west({ securityRules }));
      },
    },
    {
      would: 'name the subnets that use it, and stay as long as there are any',
      async holds(world) {
        await makeNetwork(world);
        await world.make(group, west({}));
        await world.make(used, subnetWith('networkSecurityGroup', group));
        assert.deepEqual((await read(world, group))['subnets'], [{ id: idOf(used) }]);
        await refuses(world, '400 InUseNetworkSecurityGroupCannotBeDeleted', 'DELETE', group);
        await world.make(used, { properties: { addressPrefix: '10.1.3.0/24' } });
        await world.drop(group);
      },
    },
  ],

  'Microsoft.Network/networkSecurityGroups/securityRules': [
    {
      would: 'refuse a priority out of range or taken in its direction',
      async holds(world) {
        await world.make(group, west({}));
        for (const priority of [99, 4097]) {
          const body = rule({ priority });
          await refuses(world, '400 SecurityRuleInvalidPriority', 'PUT', ruleAt('a'), body);
        }
        await world.make(ruleAt('a'), rule());
        await refuses(world, '400 SecurityRuleConflict', 'PUT', ruleAt('b'), rule());
        await world.make(ruleAt('b'), rule({ direction: 'Outbound' }));
        await world.make(ruleAt('a'), rule({ access: 'Deny' }));
      },
    },
    {
      would: 'refuse addresses and ports that are none',
      async holds(world) {
        await world.make(group, west({}));
        const bodies: [Shown, string][] = [
          [{ sourceAddressPrefix: '10.1.0.0/33' }, '400 SecurityRuleInvalidAddressPrefix'],
          [{ destinationPortRange: '443-80' }, '400 SecurityRuleInvalidPortRange'],
          [{ destinationPortRange: '70000' }, '400 SecurityRuleInvalidPortRange'],
          [{ sourceAddressPrefix: null }, '400 SecurityRuleParameterNotSpecified'],
        ];
        for (const [more, refusal] of bodies) {
          await refuses(world, refusal, 'PUT', ruleAt('a'), rule(more));
        }
      },
    },
    {
      would: 'appear in its group, and go from it',
      async holds(world) {
        await world.make(group, west({}));
        await world.make(ruleAt('a'), rule());
        assert.deepEqual(namesOf((await read(world, group))['securityRules']), ['a']);
        await world.drop(ruleAt('a'));
        assert.deepEqual((await read(world, group))['securityRules'], []);
      },
    },
  ],

  'Microsoft.Network/routeTables': [
    {
      would: 'make resources of its routes, and remove those that a PUT leaves out',
      async holds(world) {
        await world.make(table, west({ routes: [{ name: 'out', ...route() }] }));
        assert.equal((await read(world, routeAt('out')))['nextHopIpAddress'], '10.0.0.4');
        await world.make(table, west({ routes: [] }));
        await gone(world, routeAt('out'));
      },
    },
    {
      would: 'have a resourceGuid and the default of BGP propagation',
      async holds(world) {
        await world.make(table, west({}));
        const shown = await read(world, table);
        assert.equal(shown['disableBgpRoutePropagation'], false);
        assert.match(String(shown['resourceGuid']), /^[0-9a-f-]{36}$/);
      },
    },
    {
      would: 'refuse two routes to the same range',
      async holds(world) {
        const routes = ['a', 'b'].map((name) => ({ name, ...route() }));
        await refuses(world, '400 RouteConflict', 'PUT', table, west({ routes }));
      },
    },
    {
      would: 'name the subnets that use it, and stay as long as there are any',
      async holds(world) {
        await makeNetwork(world);
        await world.make(table, west({}));
        await world.make(used, subnetWith('routeTable', table));
        assert.deepEqual((await read(world, table))['subnets'], [{ id: idOf(used) }]);
        await refuses(world, '400 InUseRouteTableCannotBeDeleted', 'DELETE', table);
        await world.drop(used);
        await world.drop(table);
      },
    },
  ],

  'Microsoft.Network/routeTables/routes': [
    {
      would: 'want an address for an appliance, and none for any other hop',
      async holds(world) {
        await world.make(table, west({}));
        const bodies: [Shown, string][] = [
          [{ nextHopIpAddress: null }, '400 InvalidNextHopIpAddress'],
          [{ nextHopIpAddress: 'firewall' }, '400 InvalidNextHopIpAddress'],
          [{ nextHopType: 'Internet' }, '400 NextHopIpAddressOnlyAllowedForVirtualAppliance'],
        ];
        for (const [more, refusal] of bodies) {
          await refuses(world, refusal, 'PUT', routeAt('out'), route(more));
        }
      },
    },
    {
      would: 'refuse a range that is none, or that another route has',
      async holds(world) {
        await world.make(table, west({}));
        const wrong = route({ addressPrefix: '10.0.0.1/8' });
        await refuses(world, '400 InvalidCIDRNotation', 'PUT', routeAt('out'), wrong);
        await world.make(routeAt('out'), route());
        await refuses(world, '400 RouteConflict', 'PUT', routeAt('again'), route());
        await world.make(routeAt('out'), route({ nextHopIpAddress: '10.0.0.5' }));
      },
    },
    {
      would: 'appear in its table, and go from it',
      async holds(world) {
        await world.make(table, west({}));
        await world.make(routeAt('out'), route());
        assert.deepEqual(namesOf((await read(world, table))['routes']), ['out']);
        await world.drop(routeAt('out'));
        assert.deepEqual((await read(world, table))['routes'], []);
      },
    },
  ],
};
