import assert from 'node:assert/strict';
import { readNetworkResources } from '../../tasks/lib/azure/network-resources.ts';
import type { NetworkSource, ReadingClient } from '../../tasks/lib/azure/network-resources.ts';
import { SpokelineError } from '../../tasks/lib/errors.ts';
import type { StateSeen } from '../../tasks/lib/gate/state.ts';
import { Matrix } from '../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../tasks/lib/reach/read/estate.ts';
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

const { signal } = new AbortController();

/** Reads as the tasks' client does, with the sandbox's own application. */
function clientOf({ sandbox, call, token }: RunningSandbox): ReadingClient {
  const send = async (method: string, path: string, apiVersion: string): Promise<unknown> => {
    const { arm } = sandbox.info;
    const answer = await call(method, `${arm}${path}?api-version=${apiVersion}`, {
      headers: { Authorization: `Bearer ${await token(`${arm}/.default`)}` },
      ...(method === 'POST' ? { body: '{}' } : {}),
    });
    if (answer.status === 404) throw new SpokelineError('ARM_NOT_FOUND', path);
    if (answer.status !== 200) throw new SpokelineError('ARM_REQUEST', answer.body);
    return JSON.parse(answer.body) as unknown;
  };
  const answered = async <T>(method: string, path: string, apiVersion: string) => ({
    status: 200,
    headers: {},
    body: (await send(method, path, apiVersion)) as T,
  });
  return {
    list: async <T>(path: string, apiVersion: string) =>
      ((await send('GET', path, apiVersion)) as { value: T[] }).value,
    tryGet: (path, apiVersion) => answered('GET', path, apiVersion),
    post: (path, apiVersion) => answered('POST', path, apiVersion),
  };
}

describe("the state of an estate, read as the gate's checks do", function () {
  this.timeout(180_000);
  let run: RunningSandbox;
  let ids: Ids;

  before(async () => {
    run = await runSandbox({ agentAddress, endpointPorts: { 443: 19443, 22: 19022 } });
    ids = await deployNetworks(run);
    const vault = await deployVault(run, ids, 'kv-estate');
    const endpoint = await deployEndpoint(run, ids, vault, 'vault');
    await deployZone(run, ids, 'privatelink.vaultcore.azure.net', endpoint);
  });
  after(() => run.stop());

  function read(client = clientOf(run)): Promise<StateSeen> {
    const sources: NetworkSource[] = [
      { owner: 'hub', network: ids.hub, zones: [ids.group] },
      { owner: 'stamp', network: ids.spoke },
    ];
    return readNetworkResources({ hub: client, stamp: client }, sources, signal);
  }

  async function outcome(port: number): Promise<string> {
    const seen = await read();
    const matrix = new Matrix(readEstate(seen.resources));
    const endpoint = matrix.estate.endpoints[0]?.address ?? '';
    return matrix.outcome(agentAddress, endpoint, 'tcp', port).result;
  }

  it('finds networks, peerings, endpoints with their addresses, services, zones and records', async () => {
    const { resources, unread } = await read();
    assert.deepEqual(unread, []);
    const types = new Set(resources.all.map(({ type }) => type));
    for (const type of [
      'Microsoft.Network/virtualNetworks/subnets',
      'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
      'Microsoft.Network/privateEndpoints',
      'Microsoft.Network/networkInterfaces',
      'Microsoft.KeyVault/vaults',
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      'Microsoft.Network/privateDnsZones/A',
    ]) {
      assert.ok(types.has(type), `${type} is not in ${[...types].join(', ')}`);
    }
    const { endpoints, networks } = readEstate(resources);
    assert.deepEqual(
      endpoints.map(({ names, state }) => [names, state]),
      [[['kv-estate.vault.azure.net'], 'Approved']],
    );
    assert.match(endpoints[0]?.address ?? '', /^127\.32\.0\./);
    const states = networks.flatMap(({ peerings }) =>
      peerings === 'unread' ? ['unread'] : peerings.map(({ state }) => state),
    );
    assert.deepEqual(states, ['Connected', 'Connected']);
  });

  it("says of the agent's way to the endpoint what the sandbox's network does", async () => {
    assert.equal(await outcome(443), 'allowed');
    const group = ids.groupOf('Microsoft.Network/networkSecurityGroups', 'nsg');
    await run.put(
      group,
      {
        location: 'westeurope',
        properties: {
          securityRules: [
            {
              name: 'deny-web',
              properties: {
                priority: 100,
                direction: 'Inbound',
                access: 'Deny',
                protocol: 'Tcp',
                sourceAddressPrefix: '*',
                sourcePortRange: '*',
                destinationAddressPrefix: '*',
                destinationPortRange: '443',
              },
            },
          ],
        },
      },
      versions.network,
    );
    const subnet = (policies: string): Promise<unknown> =>
      run.put(
        `${ids.spoke}/subnets/endpoints`,
        {
          properties: {
            addressPrefix: '127.32.0.0/27',
            networkSecurityGroup: { id: group },
            privateEndpointNetworkPolicies: policies,
          },
        },
        versions.network,
      );
    await subnet('Disabled');
    assert.equal(await outcome(443), 'allowed');
    await subnet('Enabled');
    assert.equal(await outcome(443), 'dropped');
    assert.equal(await outcome(22), 'allowed');
  });

  it('tells what it may not read, and goes on', async () => {
    const client = clientOf(run);
    const seen = await read({
      ...client,
      list: (path, version, options) =>
        /privateEndpoints$/.test(path)
          ? Promise.reject(new SpokelineError('ARM_FORBIDDEN', 'no'))
          : client.list(path, version, options),
    });
    const type = 'Microsoft.Network/privateEndpoints';
    const blind = seen.unread.filter((one) => one.type === type);
    assert.deepEqual(
      blind.map(({ scope, why, missing, owner }) => [scope, why, missing, owner]),
      ['hub', 'stamp'].map((owner) => [ids.group, 'forbidden', `${type}/read`, owner]),
    );
    assert.ok(seen.resources.get(ids.hub) !== undefined);
  });
});
