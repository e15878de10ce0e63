import assert from 'node:assert/strict';
import { breadthOf, candidateOf, longest } from '../../../tasks/lib/reach/hops.ts';
import type { Candidate } from '../../../tasks/lib/reach/hops.ts';
import { route, toFirewall } from './estates.ts';

const candidate = (origin: Candidate['origin'], bits: number): Candidate => ({
  ...{ first: 0, last: 0, bits, origin },
  ...{ hop: { to: 'none' }, route: `${origin} ${bits}`, rules: [] },
});

describe('reach: hops', () => {
  const orders = [
    [candidate('system', 16), candidate('bgp', 16), candidate('user', 16)],
    [candidate('user', 16), candidate('bgp', 16), candidate('system', 16)],
    [candidate('bgp', 16), candidate('user', 16), candidate('system', 16)],
  ];
  for (const order of orders) {
    it(`of ${order.map(({ origin }) => origin).join(', ')} the subnet's own route is used`, () => {
      assert.equal(longest(order)?.origin, 'user');
      assert.equal(longest(order.filter(({ origin }) => origin !== 'user'))?.origin, 'bgp');
      const longer = candidate('system', 17);
      assert.equal(longest([...order, longer]), longer);
      assert.equal(longest([longer, ...order]), longer);
    });
  }

  it('of two that are alike the first is used, of none none', () => {
    const [one, other] = [candidate('user', 8), candidate('user', 8)];
    assert.equal(longest([one, other]), one);
    assert.equal(longest([]), undefined);
  });

  const hops: [string, string | undefined, object][] = [
    ['VirtualAppliance', '10.0.1.4', { to: 'appliance', address: 0x0a000104, text: '10.0.1.4' }],
    ['virtualappliance', '10.0.1.4', { to: 'appliance', address: 0x0a000104, text: '10.0.1.4' }],
    ['VirtualAppliance', undefined, { to: 'unknown' }],
    ['VirtualAppliance', 'fd00::4', { to: 'unknown' }],
    ['VnetLocal', undefined, { to: 'local' }],
    ['Internet', undefined, { to: 'internet' }],
    ['None', undefined, { to: 'none' }],
    ['VirtualNetworkGateway', undefined, { to: 'gateway' }],
    ['HyperNetGateway', undefined, { to: 'unknown' }],
  ];
  for (const [nextHop, address, hop] of hops) {
    it(`${nextHop} ${address ?? ''} is ${JSON.stringify(hop)}`, () => {
      const [found] = candidateOf(route('10.2.0.0/16', nextHop, address));
      assert.deepEqual(found?.hop, hop);
    });
  }

  it('is said in the words of the table', () => {
    const texts = [toFirewall('10.2.0.0/16'), route('0.0.0.0/0', 'None')]
      .flatMap(candidateOf)
      .map((one) => one.route);
    assert.deepEqual(texts, [
      'route to-virtualappliance (10.2.0.0/16 to VirtualAppliance 10.0.1.4)',
      'route to-none (0.0.0.0/0 to None)',
    ]);
  });

  it('a service tag and a prefix of IPv6 lead no IPv4 address anywhere', () => {
    assert.deepEqual(candidateOf(route('Storage', 'Internet')), []);
    assert.deepEqual(candidateOf(route('::/0', 'None')), []);
  });

  it('the narrower tag comes first', () => {
    const tags = ['AzureCloud', 'AzureCloud.westeurope', 'Storage', 'Storage.WestEurope'];
    const sorted = [...tags].sort((one, other) => breadthOf(one) - breadthOf(other));
    assert.deepEqual(sorted, [
      'Storage.WestEurope',
      'Storage',
      'AzureCloud.westeurope',
      'AzureCloud',
    ]);
  });
});
