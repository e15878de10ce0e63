import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import type { RunningSandbox } from './sandbox-client.ts';
import { runSandbox } from './sandbox-client.ts';
import type { Ids } from './sandbox-estate.ts';
import {
  agentAddress,
  deployEndpoint,
  deployNetworks,
  deployVault,
  deployZone,
  versions,
} from './sandbox-estate.ts';

const vault = 'kv-names.vault.azure.net';
const zone = 'privatelink.vaultcore.azure.net';

describe('names of an estate', function () {
  this.timeout(180_000);
  let run: RunningSandbox;
  let ids: Ids;
  let resolver: Resolver;
  let zoneId: string;

  before(async () => {
    run = await runSandbox({ agentAddress, endpointPorts: { 443: 17443 } });
    ids = await deployNetworks(run);
    zoneId = ids.groupOf('Microsoft.Network/privateDnsZones', zone);
    resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([run.sandbox.info.dns]);
  });
  after(() => run.stop());

  /** First address with its TTL, or the error's code. */
  async function look(name: string): Promise<string> {
    try {
      const [first] = await resolver.resolve4(name, { ttl: true });
      return `${first?.address ?? ''} ${String(first?.ttl)}`;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    }
  }

  async function link(network: string, more: Record<string, unknown> = {}): Promise<void> {
    await run.put(
      `${zoneId}/virtualNetworkLinks/link`,
      {
        location: 'global',
        properties: { virtualNetwork: { id: network }, registrationEnabled: false, ...more },
      },
      versions.zone,
    );
  }

  it('exist with their resource, and turn private step by step', async () => {
    assert.equal(await look(vault), 'ENOTFOUND');
    const target = await deployVault(run, ids, 'kv-names');
    assert.match(await look(vault), /^203\.0\.113\.\d+ 60$/);
    const endpoint = await deployEndpoint(run, ids, target, 'vault');
    assert.match(await look(vault), /^203\.0\.113\.\d+ 60$/, 'no zone yet');
    await deployZone(run, ids, zone, endpoint);
    assert.match(await look(vault), /^127\.32\.0\.\d+ \d+$/);
  });

  it('have the time to live of their record set', async () => {
    const aRecords = [{ ipv4Address: '127.32.0.30' }];
    await run.put(`${zoneId}/A/manual`, { properties: { ttl: 77, aRecords } }, versions.zone);
    assert.equal(await look(`manual.${zone}`), '127.32.0.30 77');
    await run.remove(`${zoneId}/A/manual`, versions.zone);
    assert.equal(await look(`manual.${zone}`), 'ENOTFOUND');
  });

  it('are missing in a linked zone without their record, unless the link redirects', async () => {
    await run.remove(`${zoneId}/A/kv-names`, versions.zone);
    assert.equal(await look(vault), 'ENOTFOUND');
    await link(ids.hub, { resolutionPolicy: 'NxDomainRedirect' });
    assert.match(await look(vault), /^203\.0\.113\.\d+ 60$/);
    await link(ids.hub, { resolutionPolicy: 'Default' });
    assert.equal(await look(vault), 'ENOTFOUND');
  });

  it('are public to a network that the zone is not linked to', async () => {
    await run.remove(`${zoneId}/virtualNetworkLinks/link`, versions.zone);
    assert.match(await look(vault), /^203\.0\.113\.\d+ 60$/);
    await link(ids.spoke);
    assert.match(await look(vault), /^203\.0\.113\.\d+ 60$/, 'the agent is in the hub');
  });
});
