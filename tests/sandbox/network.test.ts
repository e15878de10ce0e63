import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { connect as connectTls } from 'node:tls';
import { request } from 'node:https';
import type { RunningSandbox } from './sandbox-client.ts';
import { runSandbox } from './sandbox-client.ts';
import type { Ids } from './sandbox-estate.ts';
import {
  agentAddress,
  deployEndpoint,
  deployNetworks,
  deployVault,
  deployZone,
  peer,
  versions,
} from './sandbox-estate.ts';
import { tcpAnswer } from '../support/tcp-answer.ts';

const ports = { 443: 18443, 22: 18022 };
const name = 'kv-estate.vault.azure.net';

describe('an estate through the resource manager', function () {
  this.timeout(180_000);
  let run: RunningSandbox;
  let ids: Ids;
  let resolver: Resolver;

  before(async () => {
    run = await runSandbox({ agentAddress, endpointPorts: ports });
    ids = await deployNetworks(run);
    const vault = await deployVault(run, ids, 'kv-estate');
    const endpoint = await deployEndpoint(run, ids, vault, 'vault');
    await deployZone(run, ids, 'privatelink.vaultcore.azure.net', endpoint);
    await run.sandbox.network.settled();
    resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([run.sandbox.info.dns]);
  });
  after(() => run.stop());

  async function resolved(): Promise<string> {
    return (await resolver.resolve4(name)).join();
  }

  async function subnet(properties: Record<string, unknown>): Promise<void> {
    const body = { properties: { addressPrefix: '127.32.0.0/27', ...properties } };
    await run.put(`${ids.spoke}/subnets/endpoints`, body, versions.network);
    await run.sandbox.network.settled();
  }

  it('resolves the name of a vault to the endpoint of its zone group', async () => {
    assert.match(await resolved(), /^127\.32\.0\.\d+$/);
    assert.deepEqual(await resolver.resolveCname(name), [
      'kv-estate.privatelink.vaultcore.azure.net',
    ]);
  });

  it('answers there as that vault, over TLS with its name', async () => {
    const address = await resolved();
    const socket = connectTls({
      host: address,
      port: ports[443],
      servername: name,
      ca: run.sandbox.authority.caPem,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
    });
    assert.equal(socket.getPeerCertificate().subjectaltname, `DNS:${name}`);
    socket.destroy();
  });

  it('challenges callers of the vault with the tenant of the sandbox', async () => {
    const address = await resolved();
    const { authority, tenantId } = run.sandbox.info;
    const challenge = await new Promise<string | undefined>((resolve, reject) => {
      const outgoing = request(
        {
          host: address,
          port: ports[443],
          servername: name,
          path: '/secrets?api-version=7.4',
          ca: run.sandbox.authority.caPem,
          agent: false,
        },
        (incoming) => {
          incoming.resume();
          assert.equal(incoming.statusCode, 401);
          resolve(incoming.headers['www-authenticate']);
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
    assert.equal(
      challenge,
      `Bearer authorization="${authority}/${tenantId}", resource="https://vault.azure.net"`,
    );
  });

  it('times out once a security group denies it, and only with the policies on', async () => {
    const address = await resolved();
    const id = ids.groupOf('Microsoft.Network/networkSecurityGroups', 'nsg');
    const deny = {
      priority: 100,
      direction: 'Inbound',
      access: 'Deny',
      protocol: 'Tcp',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '443',
    };
    const securityRules = [{ name: 'deny', properties: deny }];
    await run.put(id, { location: 'westeurope', properties: { securityRules } }, versions.network);
    const networkSecurityGroup = { id };
    await subnet({ networkSecurityGroup, privateEndpointNetworkPolicies: 'Disabled' });
    assert.equal(await tcpAnswer(address, ports[443]), 'connected');
    await subnet({ networkSecurityGroup, privateEndpointNetworkPolicies: 'Enabled' });
    assert.equal(await tcpAnswer(address, ports[443]), 'timeout');
    assert.equal(await tcpAnswer(address, ports[22]), 'ECONNREFUSED');
    await subnet({});
    assert.equal(await tcpAnswer(address, ports[443]), 'connected');
  });

  it('times out while a half of the peering is missing', async () => {
    const address = await resolved();
    await run.remove(`${ids.spoke}/virtualNetworkPeerings/to-vnet-hub`, versions.network);
    await run.sandbox.network.settled();
    assert.equal(await tcpAnswer(address, ports[443]), 'timeout');
    await run.remove(`${ids.hub}/virtualNetworkPeerings/to-vnet-spoke`, versions.network);
    await peer(run, ids.hub, ids.spoke);
    await peer(run, ids.spoke, ids.hub);
    await run.sandbox.network.settled();
    assert.equal(await tcpAnswer(address, ports[443]), 'connected');
  });

  it('loses name and address with the endpoint', async () => {
    const address = await resolved();
    await run.remove(
      ids.groupOf('Microsoft.Network/privateEndpoints', 'pe-kv-estate'),
      versions.network,
    );
    await run.sandbox.network.settled();
    assert.match(await resolved(), /^203\.0\.113\.\d+$/);
    assert.equal(await tcpAnswer(address, ports[443]), 'ECONNREFUSED');
  });
});
