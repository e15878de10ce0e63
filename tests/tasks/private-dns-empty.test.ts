import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../tasks/PrivateDns/PrivateDnsV1/task.ts';
import { fakeContext } from '../support/host.ts';
import { startDnsArm, type DnsArm } from './private-dns-arm.ts';

describe('PrivateDns without any private endpoint', () => {
  let arm: DnsArm;
  let directory: string;

  beforeEach(async () => {
    arm = await startDnsArm();
    directory = await mkdtemp(join(tmpdir(), 'spk-empty-'));
  });

  afterEach(async () => {
    await arm.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('does not call it verified', async () => {
    const context = fakeContext(directory);
    await run(
      {
        azureSubscription: arm.connection('stamp'),
        hubConnection: arm.connection('hub'),
        action: 'verify',
        topology: undefined,
        overlays: [],
        stamp: 'all',
        resourceGroup: 'rg-weu',
        endpoints: [],
        endpointTags: [],
        pending: 'fail',
        zonesSubscription: undefined,
        zonesResourceGroup: 'rg-dns',
        linkNetworks: [],
        mode: 'records',
        links: undefined,
        records: undefined,
        zones: undefined,
        adopt: false,
        policyWait: 0,
        owner: 'shop/weu',
        resolvers: [],
        networks: [],
        ttl: 10,
        timeout: 0,
        interval: 1,
      },
      context,
      arm.transport,
    );
    assert.deepEqual(context.issues, [
      {
        severity: 'warning',
        message: 'Nothing has a name, so nothing was verified.',
      },
    ]);
    assert.equal(
      context.lines.some((line) => line.includes('All names resolve')),
      false,
    );
  });
});
