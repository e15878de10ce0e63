import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inputs } from '../../tasks/PrivateDns/PrivateDnsV1/inputs.ts';
import { run } from '../../tasks/PrivateDns/PrivateDnsV1/task.ts';
import { SpokelineError } from '../../tasks/lib/errors.ts';
import { fakeContext, type RecordedContext } from '../support/host.ts';
import { hubSubscription, stampSubscription, startDnsArm, type DnsArm } from './private-dns-arm.ts';

const topology = `
name: shop
cloud: public
hub:
  subscription: ${hubSubscription}
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { AzureFirewallSubnet: /26, agents: /27, endpoints: /27 } }
  dns: { resourceGroup: rg-dns, resolvers: [10.0.0.53], fallback: true }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: ${stampSubscription}
    resourceGroup: rg-weu
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { application: /24, ingress: /26, egress: /26, endpoints: /27 } }
  neu:
    role: secondary
    region: northeurope
    subscription: ${stampSubscription}
    resourceGroup: rg-neu
    network: { name: vnet-neu, addressSpace: [10.2.0.0/16], subnets: { application: /24, ingress: /26, egress: /26, endpoints: /27 } }
`;

const group = (subscription: string, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/${name}/providers/Microsoft.Network`;
const zones = `${group(hubSubscription, 'rg-dns')}/privateDnsZones`;
const vaultZone = `${zones}/privatelink.vaultcore.azure.net`;

describe('PrivateDns', () => {
  let directory: string;
  let arm: DnsArm;
  let context: RecordedContext;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spk-dns-'));
    await writeFile(join(directory, 'topology.yml'), topology);
    arm = await startDnsArm();
    context = fakeContext();
    arm.put(vaultZone, {});
    const hubNetwork = { id: `${group(hubSubscription, 'rg-hub')}/virtualNetworks/vnet-hub` };
    arm.put(`${vaultZone}/virtualNetworkLinks/vnet-hub`, {
      properties: { virtualNetwork: hubNetwork, registrationEnabled: false },
    });
    vault('weu', '10.1.1.132');
    vault('neu', '10.2.1.132');
  });

  afterEach(async () => {
    await arm.close();
    await rm(directory, { recursive: true, force: true });
  });

  function vault(stamp: string, address: string, status = 'Approved'): void {
    const base = group(stampSubscription, `rg-${stamp}`);
    arm.put(`${base}/networkInterfaces/nic-pe`, {
      properties: {
        ipConfigurations: [
          {
            properties: {
              privateIPAddress: address,
              privateLinkConnectionProperties: {
                groupId: 'vault',
                requiredMemberName: 'default',
                fqdns: [`kv-${stamp}.vault.azure.net`],
              },
            },
          },
        ],
      },
    });
    const target = `/subscriptions/${stampSubscription}/resourceGroups/rg-${stamp}/providers/Microsoft.KeyVault/vaults/kv-${stamp}`;
    arm.put(`${base}/privateEndpoints/pe`, {
      location: 'westeurope',
      properties: {
        networkInterfaces: [{ id: `${base}/networkInterfaces/nic-pe` }],
        privateLinkServiceConnections: [
          {
            properties: {
              privateLinkServiceId: target,
              groupIds: ['vault'],
              privateLinkServiceConnectionState: { status },
            },
          },
        ],
      },
    });
  }

  function act(action: Inputs['action'], more: Partial<Inputs> = {}): Promise<void> {
    const given: Inputs = {
      azureSubscription: arm.connection('stamp'),
      hubConnection: arm.connection('hub'),
      action,
      topology: join(directory, 'topology.yml'),
      overlays: [],
      stamp: 'primary,secondary',
      resourceGroup: undefined,
      endpoints: [],
      endpointTags: [],
      pending: 'fail',
      zonesSubscription: undefined,
      zonesResourceGroup: undefined,
      linkNetworks: [],
      mode: 'records',
      links: undefined,
      records: undefined,
      zones: undefined,
      adopt: false,
      policyWait: 0,
      owner: undefined,
      resolvers: [],
      networks: [],
      ttl: 10,
      timeout: 0,
      interval: 5,
      ...more,
    };
    return run(given, context, arm.transport);
  }

  async function failure(promise: Promise<unknown>): Promise<SpokelineError> {
    try {
      await promise;
    } catch (error) {
      assert.ok(error instanceof SpokelineError, String(error));
      return error;
    }
    assert.fail('nothing was thrown');
  }

  const record = (name: string) => arm.resources.get(`${vaultZone}/A/${name}`.toLowerCase());

  it('registers the endpoints of all stamps, links their networks, and does nothing the second time', async () => {
    await act('apply');
    assert.equal(arm.writes.length, 4);
    assert.equal(context.outputs['changes']?.value, '4');
    const { ttl, aRecords, metadata } = record('kv-weu')?.properties ?? {};
    assert.deepEqual([ttl, aRecords], [10, [{ ipv4Address: '10.1.1.132' }]]);
    const { 'spokeline-values': digest, ...rest } = metadata as Record<string, string>;
    assert.match(digest ?? '', /^[0-9a-f]{16}$/);
    assert.deepEqual(rest, {
      'spokeline-owner': 'shop/weu',
      'spokeline-endpoint-dcf8780bb6f3': `${stampSubscription}/rg-weu/pe 10.1.1.132`,
    });
    const links = [...arm.resources.values()].filter((r) => r.id.includes('spokeline-vnet-'));
    assert.deepEqual(
      links.map((l) => [l.tags?.['spokeline-owner'], l.location, l.properties['resolutionPolicy']]),
      [
        ['shop/weu', 'global', 'NxDomainRedirect'],
        ['shop/neu', 'global', 'NxDomainRedirect'],
      ],
    );
    await act('apply');
    assert.equal(arm.writes.length, 4);
    assert.ok(context.lines.includes('info: Nothing had to be written.'));
  });

  it('reads endpoints as the stamp and zones as the hub', async () => {
    await act('apply');
    for (const { token, path } of arm.requests) {
      assert.equal(token, path.includes('privateDnsZones') ? 'hub' : 'stamp', path);
    }
  });

  it('only says what it would do when it plans', async () => {
    await act('plan', { stamp: 'weu' });
    assert.deepEqual(arm.writes, []);
    const [plan] = JSON.parse(context.outputs['plan']?.value ?? '') as {
      owner: string;
      records: unknown;
    }[];
    assert.equal(plan?.owner, 'shop/weu');
    assert.deepEqual(plan?.records, [
      {
        action: 'create',
        zone: 'privatelink.vaultcore.azure.net',
        name: 'kv-weu',
        type: 'A',
        values: ['10.1.1.132'],
        why: 'missing',
      },
    ]);
  });

  it('refuses a conflict of one stamp before the first write of any', async () => {
    arm.put(`${vaultZone}/A/kv-neu`, {
      properties: {
        ttl: 10,
        aRecords: [{ ipv4Address: '10.9.9.9' }],
        metadata: { 'spokeline-owner': 'other/weu' },
      },
    });
    const error = await failure(act('apply'));
    assert.equal(error.code, 'DNS_CONFLICT');
    assert.equal(
      error.details[0]?.message,
      'record kv-neu in privatelink.vaultcore.azure.net holds 10.9.9.9 and belongs to other/weu; ' +
        'shop/neu needs 10.2.1.132',
    );
    assert.deepEqual(arm.writes, []);
  });

  it('refuses a missing zone and an endpoint that is not approved before the first write', async () => {
    vault('neu', '10.2.1.132', 'Pending');
    assert.equal((await failure(act('apply'))).code, 'DNS_ENDPOINT_PENDING');
    vault('neu', '10.2.1.132');
    arm.resources.delete(vaultZone.toLowerCase());
    assert.equal((await failure(act('apply'))).code, 'DNS_ZONE_MISSING');
    assert.deepEqual(arm.writes, []);
  });

  it("decides anew after a 412, and leaves the other writer's record", async () => {
    arm.interferences = [
      {
        method: 'PUT',
        path: /\/A\/kv-weu$/,
        meanwhile: () =>
          arm.put(`${vaultZone}/A/kv-weu`, {
            properties: { ttl: 10, aRecords: [{ ipv4Address: '10.9.9.9' }], metadata: {} },
          }),
      },
    ];
    const error = await failure(act('apply', { stamp: 'weu' }));
    assert.equal(error.code, 'DNS_CONFLICT');
    assert.deepEqual(record('kv-weu')?.properties['aRecords'], [{ ipv4Address: '10.9.9.9' }]);
  });

  const passing: [string, Partial<DnsArm['interferences'][number]>][] = [
    [
      'a 409 of a busy record',
      {
        status: 409,
        body: { error: { code: 'Conflict', message: 'Another operation is pending' } },
      },
    ],
    ['a 503', { status: 503 }],
    ['a 429', { status: 429 }],
    ['a reset before the write', { reset: 'before' }],
    ['a reset after the write', { reset: 'after' }],
  ];
  for (const [name, more] of passing) {
    it(`outlives ${name}`, async () => {
      arm.interferences = [{ method: 'PUT', path: /\/A\/kv-weu$/, ...more }];
      await act('apply', { stamp: 'weu' });
      assert.deepEqual(record('kv-weu')?.properties['aRecords'], [{ ipv4Address: '10.1.1.132' }]);
    });
  }

  it('removes a record whose endpoint is gone, but none when the endpoints cannot be listed', async () => {
    await act('apply');
    const list = /rg-weu\/providers\/Microsoft.Network\/privateEndpoints$/;
    const body = { error: { code: 'AuthorizationFailed', message: 'no' } };
    arm.interferences = [{ method: 'GET', path: list, status: 403, body }];
    assert.equal((await failure(act('apply'))).code, 'ARM_FORBIDDEN');
    assert.ok(record('kv-weu') !== undefined);
    arm.resources.delete(`${group(stampSubscription, 'rg-weu')}/privateEndpoints/pe`.toLowerCase());
    await act('apply');
    assert.equal(record('kv-weu'), undefined);
    assert.ok(record('kv-neu') !== undefined);
  });

  it('removes its own records and links, and nothing else', async () => {
    arm.put(`${vaultZone}/A/other`, {
      properties: { ttl: 10, aRecords: [{ ipv4Address: '10.1.0.9' }], metadata: {} },
    });
    await act('apply');
    await act('remove', { stamp: 'weu' });
    assert.equal(record('kv-weu'), undefined);
    assert.ok(record('kv-neu') !== undefined && record('other') !== undefined);
    const left = [...arm.resources.values()].filter((r) => r.id.includes('/virtualNetworkLinks/'));
    assert.deepEqual(
      left.map((l) => l.tags?.['spokeline-owner']),
      [undefined, 'shop/neu'],
    );
  });

  it('works without a topology', async () => {
    await act('apply', {
      topology: undefined,
      resourceGroup: 'rg-weu',
      zonesSubscription: hubSubscription,
      zonesResourceGroup: 'rg-dns',
      owner: 'mine/a',
      linkNetworks: [`${group(stampSubscription, 'rg-weu')}/virtualNetworks/vnet-weu`],
    });
    assert.equal(arm.writes.length, 2);
    const metadata = record('kv-weu')?.properties['metadata'] as Record<string, string>;
    assert.equal(metadata['spokeline-owner'], 'mine/a');
  });

  it('warns when the hub does not resolve a zone', async () => {
    arm.resources.delete(`${vaultZone}/virtualNetworkLinks/vnet-hub`.toLowerCase());
    await act('apply', { stamp: 'weu' });
    const hub = `${group(hubSubscription, 'rg-hub')}/virtualNetworks/vnet-hub`;
    assert.deepEqual(
      context.issues.map((i) => i.message),
      [`privatelink.vaultcore.azure.net is not linked to ${hub}; its owner has to make the link.`],
    );
  });

  it('names the known stamps when one is unknown', async () => {
    const error = await failure(act('plan', { stamp: 'hub,nope' }));
    assert.equal(error.code, 'INPUT_INVALID');
    assert.match(error.hint ?? '', /weu, neu/);
  });
});
