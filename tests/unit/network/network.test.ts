import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Store } from '../../../sandbox/azure/arm/store.ts';
import type { Network } from '../../../sandbox/azure/network/network.ts';
import { startNetwork } from '../../../sandbox/azure/network/network.ts';
import type { Authority } from '../../../sandbox/http/certificates.ts';
import { createAuthority } from '../../../sandbox/http/certificates.ts';
import { sendJson } from '../../../sandbox/http/json-body.ts';
import {
  denyAllIn,
  idOf,
  put,
  putEndpoint,
  putEndpointSubnet,
  putGroup,
  putPeering,
  storedEstate,
} from './stored-estate.ts';
import { tcpAnswer } from '../../support/tcp-answer.ts';

const endpoint = '127.22.0.4';
const ports = { 443: 17221, 22: 17022 };

describe('live network', () => {
  let directory: string;
  let authority: Authority;
  let store: Store;
  let network: Network;
  let log: string[];

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'network-'));
    authority = await createAuthority(directory);
  });
  after(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    store = storedEstate();
    log = [];
    network = await startNetwork(store, {
      agentAddress: '127.21.0.4',
      ports,
      authority,
      services: (resource) => (_request, response) => {
        sendJson(response, 200, resource.name);
      },
      log: (line) => log.push(line),
    });
  });
  afterEach(() => network.stop());

  function tls(address: string, servername: string): Promise<string> {
    return new Promise((resolve) => {
      const { caPem: ca } = authority;
      const socket = connectTls({ host: address, port: ports[443], servername, ca });
      const settle = (text: string): void => {
        socket.destroy();
        resolve(text);
      };
      socket.once('secureConnect', () => {
        settle(socket.getPeerCertificate().subjectaltname ?? '');
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        settle(error.code ?? error.message);
      });
    });
  }

  async function seen(): Promise<[https: string, ssh: string]> {
    await network.settled();
    return Promise.all([tcpAnswer(endpoint, ports[443]), tcpAnswer(endpoint, ports[22])]);
  }

  it('serves what the agent may reach and refuses other ports', async () => {
    assert.deepEqual(await seen(), ['connected', 'ECONNREFUSED']);
    assert.deepEqual(log, [
      `${endpoint}:17022 refused: nothing listens on 22 (rule 9.2)`,
      `${endpoint}:17221 allowed: by endpoint route 127.22.0.4/32 (rule 3.4)`,
    ]);
  });

  it('has a certificate for the name of the resource and for no other', async () => {
    assert.equal(await tls(endpoint, 'kv.vault.azure.net'), 'DNS:kv.vault.azure.net');
    assert.equal(
      await tls(endpoint, 'kv.privatelink.vaultcore.azure.net'),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
    assert.equal(await tls(endpoint, 'other.vault.azure.net'), 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('drops what a security group denies, once the subnet applies it to endpoints', async () => {
    const networkSecurityGroup = putGroup(store, [denyAllIn]);
    putEndpointSubnet(store, { networkSecurityGroup });
    assert.deepEqual(await seen(), ['connected', 'ECONNREFUSED'], 'policies are off');
    putEndpointSubnet(store, { networkSecurityGroup, privateEndpointNetworkPolicies: 'Enabled' });
    assert.deepEqual(await seen(), ['timeout', 'timeout']);
    putEndpointSubnet(store, { privateEndpointNetworkPolicies: 'Enabled' });
    assert.deepEqual(await seen(), ['connected', 'ECONNREFUSED']);
  });

  it('drops only the port that a rule names', async () => {
    const networkSecurityGroup = putGroup(store, [{ ...denyAllIn, destinationPortRange: '22' }]);
    putEndpointSubnet(store, { networkSecurityGroup, privateEndpointNetworkPolicies: 'Enabled' });
    assert.deepEqual(await seen(), ['connected', 'timeout']);
  });

  it('drops everything while one half of the peering is missing', async () => {
    putPeering(store, 'spoke', 'hub', 'Disconnected');
    assert.deepEqual(await seen(), ['timeout', 'timeout']);
    store.remove(idOf('Microsoft.Network/virtualNetworks/virtualNetworkPeerings', 'spoke/to-hub'));
    assert.deepEqual(await seen(), ['timeout', 'timeout']);
    putPeering(store, 'spoke', 'hub', 'Connected');
    assert.deepEqual(await seen(), ['connected', 'ECONNREFUSED']);
  });

  it('drops an endpoint whose connection is not approved, or whose resource is gone', async () => {
    putEndpoint(store, 'kv', endpoint, 'Pending');
    assert.equal((await seen())[0], 'timeout');
    putEndpoint(store, 'kv', endpoint, 'Approved');
    assert.equal((await seen())[0], 'connected');
    store.remove(idOf('Microsoft.KeyVault/vaults', 'kv'));
    assert.equal((await seen())[0], 'timeout');
  });

  it('follows routes: next hop None drops nothing that has its own endpoint route', async () => {
    const routeTable = put(store, 'Microsoft.Network/routeTables', 'rt', {
      routes: [
        { name: 'void', properties: { addressPrefix: '127.22.0.0/16', nextHopType: 'None' } },
      ],
    });
    put(store, 'Microsoft.Network/virtualNetworks/subnets', 'hub/agents', {
      addressPrefix: '127.21.0.0/24',
      routeTable: { id: routeTable.id },
    });
    assert.equal((await seen())[0], 'connected');
    putEndpointSubnet(store, { privateEndpointNetworkPolicies: 'RouteTableEnabled' });
    assert.equal((await seen())[0], 'timeout');
  });

  it('drops an address that a record still names though its endpoint is gone', async () => {
    put(store, 'Microsoft.Network/privateDnsZones/A', 'privatelink.vaultcore.azure.net/kv', {
      ttl: 10,
      aRecords: [{ ipv4Address: endpoint }, { ipv4Address: '203.0.113.9' }],
    });
    store.remove(idOf('Microsoft.Network/privateEndpoints', 'pe-kv'));
    assert.equal((await seen())[0], 'timeout');
  });

  it('serves the neighbour at the neighbour endpoint', async () => {
    put(store, 'Microsoft.KeyVault/vaults', 'kv2', {});
    putEndpoint(store, 'kv2', '127.22.0.5', 'Approved');
    await network.settled();
    assert.equal(await tls('127.22.0.5', 'kv2.vault.azure.net'), 'DNS:kv2.vault.azure.net');
    assert.equal(await tls('127.22.0.5', 'kv.vault.azure.net'), 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('gives the verdict between any two addresses', () => {
    const verdict = network.verdict('127.22.0.9', endpoint, 443, 'tcp');
    assert.equal(verdict.result, 'allowed');
    assert.equal(network.verdict('127.21.0.4', '127.23.0.1', 443, 'tcp').result, 'dropped');
  });

  it('says so when an address is taken', async () => {
    const other = await startNetwork(storedEstate(), {
      agentAddress: '127.21.0.4',
      ports,
      authority,
      services: () => () => undefined,
      log: () => undefined,
    }).catch((error: unknown) => error);
    assert.ok(other instanceof Error);
    assert.match(other.message, /^127\.22\.0\.4:17221 cannot be served: .*EADDRINUSE/);
  });

  it('names a setting that it does not know', async () => {
    putEndpointSubnet(store, { privateEndpointNetworkPolicies: 'Sometimes' });
    await assert.rejects(network.settled(), {
      message: "privateEndpointNetworkPolicies 'Sometimes' is not known to the network",
    });
  });

  it('leaves nothing behind', async () => {
    putEndpoint(store, 'kv', endpoint, 'Pending');
    await network.settled();
    await network.stop();
    assert.equal(await tcpAnswer(endpoint, ports[443]), 'ECONNREFUSED');
  });
});
