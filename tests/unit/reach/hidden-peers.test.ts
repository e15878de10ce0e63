import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import type { Estate, Peering } from '../../../tasks/lib/reach/model.ts';
import { at, estate, outbound, route, steered } from './estates.ts';
import type { Changes } from './estates.ts';

type Hiding = 'unread' | 'no part';

/** The estate as the owner of the spokes sees it, who may not look at the hub. */
function hubless(hiding: Hiding, changes: Changes, half: Partial<Peering> = {}): Estate {
  const own = { useRemoteGateways: false, ...half };
  const whole = estate({ ...changes, peerings: { 'A-H': own, 'B-H': own } });
  const spokes = whole.networks.filter(({ id }) => id !== 'H');
  const hub = { id: 'H', name: 'H', prefixes: ['10.0.0.0/16'], peerings: 'unread' } as const;
  const inSpoke = ({ subnetId }: { subnetId: string }) => !subnetId.startsWith('H/');
  return {
    ...whole,
    networks: hiding === 'unread' ? [hub, ...spokes] : spokes,
    subnets: whole.subnets.filter(({ networkId, id }) =>
      networkId === 'H' ? hiding === 'unread' && id === 'H/vm' : true,
    ),
    machines: whole.machines.filter(inSpoke),
    firewalls: [],
    zones: whole.zones.map(({ networkId: _home, ...zone }) =>
      hiding === 'unread' ? { ...zone, networkId: 'H' } : zone,
    ),
  };
}

const bare = { 'A/vm': { securityRules: [] }, 'B/vm': { securityRules: [] } };
const synced = { remotePrefixes: ['10.0.0.0/16'] };

interface Case {
  readonly what: string;
  readonly whole: Estate;
  readonly from: string;
  readonly to: string;
  readonly result: string;
  readonly by: RegExp;
  readonly rules: readonly string[];
}

const behind = /^the appliance 10\.0\.1\.4, behind a peering of which only one half could be read/;
const gateway = /^the gateway of a peered network, which nobody could read$/;
const elsewhere = { 'A/vm': { routes: [route('0.0.0.0/0', 'VirtualAppliance', '10.9.0.4')] } };
const closed = { 'A/vm': { routes: [], disableBgpRoutePropagation: true } };
const shut = { 'A/vm': { securityRules: [outbound(100, 'Deny')], ...steered['A/vm'] } };
const uses = { useRemoteGateways: true };
const apart = { allowVirtualNetworkAccess: false };

const cases: Case[] = [
  {
    what: 'an appliance of a network that is unread',
    whole: hubless('unread', { subnets: steered }),
    ...{ from: at.a, to: at.b, result: 'unknown', by: behind, rules: ['5.1'] },
  },
  {
    what: 'an appliance of a network that is no part of the estate, by its prefixes',
    whole: hubless('no part', { subnets: steered }, synced),
    ...{ from: at.a, to: at.b, result: 'unknown', by: behind, rules: ['5.1'] },
  },
  {
    what: 'an appliance of a network of which nothing is known',
    whole: hubless('no part', { subnets: steered }),
    ...{ from: at.a, to: at.b, result: 'unknown', by: behind, rules: ['5.1'] },
  },
  {
    what: 'an appliance that no peering can lead to',
    whole: hubless('no part', { subnets: elsewhere }, synced),
    ...{ from: at.a, to: at.world, result: 'dropped', by: /joined to this one$/, rules: ['4.5'] },
  },
  {
    what: 'an appliance behind a half that carries nothing',
    whole: hubless('unread', { subnets: steered }, { state: 'Disconnected' }),
    ...{ from: at.a, to: at.world, result: 'dropped', by: /joined to this one$/, rules: ['4.5'] },
  },
  {
    what: 'sites behind the gateway of a network that is unread',
    whole: hubless('unread', {}, uses),
    ...{ from: at.a, to: at.o, result: 'unknown', by: gateway, rules: ['4.1', '5.6'] },
  },
  {
    what: 'the internet, which that gateway may announce',
    whole: hubless('no part', {}, uses),
    ...{ from: at.a, to: at.world, result: 'unknown', by: gateway, rules: ['4.7'] },
  },
  {
    what: 'the internet where the table takes no routes of gateways',
    whole: hubless('no part', { subnets: closed }, uses),
    ...{ from: at.a, to: at.world, result: 'allowed', by: /./, rules: ['1.5'] },
  },
  {
    what: 'the internet where no gateway is used',
    whole: hubless('no part', {}),
    ...{ from: at.a, to: at.world, result: 'allowed', by: /./, rules: ['1.5'] },
  },
  {
    what: 'the unread network itself, which the tag VirtualNetwork may hold',
    whole: hubless('unread', { subnets: bare }),
    ...{ from: at.b, to: at.h, result: 'unknown', by: /AllowVnetOutBound/, rules: ['5.1'] },
  },
  {
    what: 'the unread network itself, which the tag does not hold',
    whole: hubless('unread', { subnets: bare }, apart),
    ...{ from: at.b, to: at.h, result: 'dropped', by: /DenyAllOutBound/, rules: ['1.3'] },
  },
  {
    what: 'sites that the tag may hold',
    whole: hubless('unread', { subnets: bare }, { ...uses, ...apart }),
    ...{ from: at.b, to: at.o, result: 'unknown', by: /AllowVnetOutBound/, rules: ['5.1'] },
  },
  {
    what: 'what a rule denies for certain',
    whole: hubless('unread', { subnets: shut }, uses),
    ...{ from: at.a, to: at.b, result: 'dropped', by: /Deny-100/, rules: ['1.1'] },
  },
];

describe('reach: peerings of which only one half could be read', () => {
  for (const { what, whole, from, to, result, by, rules } of cases) {
    it(`${what}: ${result}`, () => {
      const found = new Matrix(whole).outcome(from, to, 'tcp', 443);
      assert.equal(found.result, result, found.by);
      assert.match(found.by, by);
      const missing = rules.filter((rule) => !found.rules.includes(rule));
      assert.deepEqual(missing, [], found.rules.join());
    });
  }
});
