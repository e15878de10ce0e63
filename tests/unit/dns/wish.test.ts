import assert from 'node:assert/strict';
import type { Endpoint } from '../../../tasks/lib/dns/model.ts';
import { endpointKeyOf } from '../../../tasks/lib/dns/owner.ts';
import { refuseWaiting, wishOf, type WishOptions } from '../../../tasks/lib/dns/wish.ts';
import { endpoint, endpointId, endpointKey, network, seen, vaultZone, wanted } from './estate.ts';
import { thrown } from '../../support/failure.ts';

function options(endpoints: Endpoint[], more: Partial<WishOptions> = {}): WishOptions {
  return {
    owner: 't/weu',
    cloud: 'public',
    endpoints,
    seen,
    ownZones: [],
    declared: undefined,
    ttl: 10,
    links: [],
    linksComplete: true,
    checkNetworks: [],
    furtherZones: [],
    adopt: false,
    ...more,
  };
}

describe('what endpoints need in DNS', () => {
  it('is one link for a network that is named twice: the last word counts', () => {
    const twice = [network, network.toUpperCase(), `${network}2`].map((networkId, n) => ({
      networkId,
      registration: false,
      fallback: n === 1,
    }));
    const { links } = wishOf(options([endpoint()], { links: twice }));
    assert.deepEqual(
      links.map(({ networkId, fallback }) => [networkId, fallback]),
      [
        [network.toUpperCase(), true],
        [`${network}2`, false],
      ],
    );
  });

  it('is a record for each name, and a link with each used zone', () => {
    const wish = wishOf(
      options([endpoint()], {
        links: [{ networkId: network, registration: false, fallback: true }],
        checkNetworks: ['/hub'],
        furtherZones: ['privatelink.azurecr.io'],
      }),
    );
    assert.deepEqual(wish.records, [
      {
        zone: vaultZone,
        name: 'kv',
        type: 'A',
        ttl: 10,
        writer: 'record',
        values: ['10.1.0.4'],
        fqdns: ['kv.vault.azure.net'],
        parts: [{ source: 's/r/pe-kv', values: ['10.1.0.4'] }],
      },
    ]);
    assert.deepEqual(
      wish.links.map(({ zone, networkId, fallback }) => [zone, networkId, fallback]),
      [
        ['privatelink.azurecr.io', network, true],
        [vaultZone, network, true],
      ],
    );
    assert.match(wish.links[0]?.name ?? '', /^spokeline-v-[0-9a-f]{8}$/);
    assert.deepEqual(wish.expectedLinks, [
      { zone: 'privatelink.azurecr.io', networkId: '/hub' },
      { zone: vaultZone, networkId: '/hub' },
    ]);
  });

  it('joins the addresses of several endpoints with one name', () => {
    const second = endpoint({
      id: endpointId('pe-2'),
      name: 'pe-2',
      configurations: [{ groupId: 'vault', address: '10.1.0.3', fqdns: ['KV.vault.azure.net'] }],
    });
    const [record, ...more] = wishOf(options([endpoint(), second])).records;
    assert.deepEqual(more, []);
    assert.deepEqual(record?.values, ['10.1.0.3', '10.1.0.4']);
    assert.deepEqual(record?.parts, [
      { source: 's/r/pe-2', values: ['10.1.0.3'] },
      { source: 's/r/pe-kv', values: ['10.1.0.4'] },
    ]);
  });

  it('asks below a wildcard for any name', () => {
    const fqdns = ['*.happy.westeurope.azurecontainerapps.io'];
    const [record] = wishOf(
      options([
        endpoint({
          targetType: 'Microsoft.App/managedEnvironments',
          configurations: [{ groupId: 'managedEnvironments', address: '10.1.0.4', fqdns }],
        }),
      ]),
    ).records;
    assert.equal(record?.name, '*.happy');
    assert.deepEqual(record?.fqdns, ['spokeline-check.happy.westeurope.azurecontainerapps.io']);
  });

  it('is a link of the zones that are named, and no fallback but in privatelink zones', () => {
    const links = [
      { networkId: network, zones: ['corp.example'], registration: true, fallback: true },
      { networkId: `${network}2`, registration: false, fallback: true },
    ];
    const declared = [wanted({ zone: 'corp.example', name: 'api' })];
    const wish = wishOf(options([endpoint()], { links, declared }));
    assert.deepEqual(
      wish.links.map(({ zone, networkId, registration, fallback }) => [
        zone,
        networkId.split('/').at(-1),
        registration,
        fallback,
      ]),
      [
        ['corp.example', 'v', true, false],
        ['corp.example', 'v2', false, false],
        [vaultZone, 'v2', false, true],
      ],
    );
    assert.equal(wish.handComplete, true);
    assert.equal(wishOf(options([])).handComplete, false);
  });

  it('keys an endpoint by its id, whatever its letter case', () => {
    const { id } = endpoint();
    assert.equal(endpointKeyOf({ id: id.toUpperCase() }), endpointKeyOf({ id }));
    assert.equal(endpointKeyOf({ id }), 's/r/pe-kv');
  });

  const pending: [string, Partial<Endpoint>, string][] = [
    [
      'not approved',
      { status: 'Pending' },
      'private endpoint pe-kv is Pending: its connection to ' +
        '/subscriptions/s/resourceGroups/r/providers/Microsoft.KeyVault/vaults/kv is not approved',
    ],
    ['without an address', { configurations: [] }, 'private endpoint pe-kv has no address yet'],
    [
      'without a name',
      { configurations: [{ groupId: 'vault', member: 'x', address: '10.1.0.4', fqdns: [] }] },
      'private endpoint pe-kv has an address without a name yet (x)',
    ],
  ];
  for (const [name, more, message] of pending) {
    it(`is not known for an endpoint ${name}`, () => {
      const wish = wishOf(options([endpoint(more), endpoint({ id: '/x' })]));
      assert.equal(wish.records.length, 1);
      assert.equal(wish.linksComplete, false);
      assert.ok(wish.seen !== 'everything' && wish.seen.others.includes(endpointKey));
      const error = thrown(() => refuseWaiting([wish]));
      assert.equal(error.code, 'DNS_ENDPOINT_PENDING');
      assert.equal(error.message, 'One private endpoint of t/weu not ready; nothing was written.');
      const { status } = endpoint(more);
      assert.deepEqual(error.details, [{ target: endpoint().id, code: status, message }]);
    });
  }

  it('names every endpoint whose zone is unknown', () => {
    const error = thrown(() =>
      wishOf(options([endpoint({ targetType: 'A/b' }), endpoint({ targetType: 'C/d', id: '/x' })])),
    );
    assert.equal(error.code, 'DNS_UNSUPPORTED');
    assert.equal(error.message, '2 names of t/weu without a known zone; nothing was written.');
    assert.deepEqual(
      error.details.map((d) => d.target),
      [endpoint().id, '/x'],
    );
  });
});
