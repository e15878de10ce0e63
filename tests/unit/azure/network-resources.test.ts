import assert from 'node:assert/strict';
import { readNetworkResources } from '../../../tasks/lib/azure/network-resources.ts';
import type { ReadingClient } from '../../../tasks/lib/azure/network-resources.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import type { StateSeen } from '../../../tasks/lib/gate/state.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';

const { signal } = new AbortController();
const group = '/subscriptions/s/resourceGroups/rg';
const hub = `${group}/providers/Microsoft.Network/virtualNetworks/hub`;
const gateway = `${group}/providers/Microsoft.Network/virtualNetworkGateways/vgw`;
const site =
  '/subscriptions/s/resourceGroups/sites/providers/Microsoft.Network/localNetworkGateways/site';
const rules = `${hub}/listNetworkManagerEffectiveSecurityAdminRules`;

/** Answers by path; an error's code as text is thrown, and what is not there is a 404. */
type Answers = Readonly<Record<string, unknown>>;

const whole: Answers = {
  [hub]: {
    id: hub,
    properties: {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'GatewaySubnet', properties: { addressPrefix: '10.0.3.0/27' } }],
    },
  },
  [`${group}/providers/Microsoft.Network/virtualNetworkGateways`]: [
    {
      id: gateway,
      location: 'westeurope',
      properties: {
        gatewayType: 'Vpn',
        enableBgp: true,
        ipConfigurations: [{ properties: { subnet: { id: `${hub}/subnets/GatewaySubnet` } } }],
      },
    },
  ],
  [`${gateway}/connections`]: [
    {
      id: `${group}/providers/Microsoft.Network/connections/to-site`,
      properties: {
        connectionType: 'IPsec',
        enableBgp: true,
        virtualNetworkGateway1: { id: gateway },
        localNetworkGateway2: { id: site },
      },
    },
  ],
  [site]: {
    id: site,
    properties: { localNetworkAddressSpace: { addressPrefixes: ['192.168.0.0/16'] } },
  },
  [`${gateway}/getLearnedRoutes`]: {
    value: [{ network: '172.30.0.0/16', origin: 'EBgp', asPath: '65010', weight: 32768 }],
  },
  [rules]: {
    value: [
      {
        id: '/subscriptions/m/resourceGroups/m/providers/Microsoft.Network/networkManagers/nm/securityAdminConfigurations/c/ruleCollections/r/rules/no-ssh',
        kind: 'Custom',
        properties: {
          access: 'Deny',
          priority: 1,
          direction: 'Inbound',
          protocol: 'Tcp',
          destinationPortRanges: ['22'],
        },
      },
    ],
    skipToken: '',
  },
};

async function read(answers: Answers): Promise<StateSeen> {
  const answer = (path: string): unknown => {
    const found = answers[path];
    if (typeof found === 'string') throw new SpokelineError(found as 'ARM_FORBIDDEN', 'no');
    if (found === undefined) throw new SpokelineError('ARM_NOT_FOUND', path);
    return found;
  };
  const client: ReadingClient = {
    list: (path) => Promise.resolve().then(() => answer(path) as never),
    tryGet: (path) =>
      Promise.resolve().then(() => ({ status: 200, headers: {}, body: answer(path) as never })),
    post: (path) =>
      Promise.resolve().then(() => ({ status: 200, headers: {}, body: answer(path) as never })),
  };
  return readNetworkResources(
    { hub: client, stamp: undefined },
    [{ owner: 'hub', network: hub }],
    signal,
  );
}

describe('the surroundings of a network, read from Azure', () => {
  it('gateways with their connections, the sites behind them and what they learn; admin rules', async () => {
    const { resources, unread } = await read(whole);
    assert.deepEqual(unread, []);
    const [network] = readEstate(resources).networks;
    assert.deepEqual(network?.gateway, { prefixes: ['192.168.0.0/16'], bgp: ['172.30.0.0/16'] });
    assert.ok(network.adminRules !== undefined && network.adminRules !== 'unread');
    assert.deepEqual(
      network.adminRules.map(({ name, access, destinationPorts }) => [
        name,
        access,
        destinationPorts,
      ]),
      [['no-ssh', 'Deny', ['22']]],
    );
  });

  it('the security groups of interfaces, and every service behind endpoints', async () => {
    const of = (type: string, name: string) => `${group}/providers/${type}/${name}`;
    const list = (type: string) => `${group}/providers/${type}`;
    const own = of('Microsoft.Network/networkSecurityGroups', 'nsg-vm');
    const home = { id: `${hub}/subnets/vm` };
    const server = of('Microsoft.Sql/servers', 'sql');
    const strange = of('Contoso.Strange/things', 'thing');
    const endpoint = (target: string) => ({
      id: of('Microsoft.Network/privateEndpoints', target.split('/').at(-1) ?? ''),
      properties: {
        subnet: home,
        privateLinkServiceConnections: [{ properties: { privateLinkServiceId: target } }],
      },
    });
    const { resources, unread } = await read({
      ...whole,
      [hub]: {
        id: hub,
        properties: {
          addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
          subnets: [{ name: 'vm', properties: { addressPrefix: '10.0.2.0/24' } }],
        },
      },
      [list('Microsoft.Network/networkInterfaces')]: [
        {
          id: of('Microsoft.Network/networkInterfaces', 'vm'),
          properties: {
            networkSecurityGroup: { id: own },
            ipConfigurations: [
              { name: 'four', properties: { privateIPAddress: '10.0.2.4', subnet: home } },
              {
                name: 'six',
                properties: {
                  ...{ privateIPAddress: 'fd00::4', privateIPAddressVersion: 'IPv6' },
                  subnet: home,
                },
              },
            ],
          },
        },
      ],
      [own]: { id: own, properties: { securityRules: [] } },
      [list('Microsoft.Network/privateEndpoints')]: [endpoint(server), endpoint(strange)],
      [server]: { id: server, properties: { publicNetworkAccess: 'Disabled' } },
    });
    assert.deepEqual(unread, []);
    const [machine, ...more] = readEstate(resources).machines;
    assert.deepEqual([machine?.address, machine?.securityRules, more], ['10.0.2.4', [], []]);
    assert.equal(resources.get(server)?.properties['publicNetworkAccess'], 'Disabled');
    assert.equal(resources.get(strange), undefined);
  });

  for (const [path, type, missing] of [
    [
      `${gateway}/getLearnedRoutes`,
      'Microsoft.Network/virtualNetworkGateways/learnedRoutes',
      'Microsoft.Network/virtualNetworkGateways/getLearnedRoutes/action',
    ],
    [
      rules,
      'Microsoft.Network/virtualNetworks/effectiveSecurityAdminRules',
      'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action',
    ],
    [
      `${gateway}/connections`,
      'Microsoft.Network/virtualNetworkGateways/connections',
      'Microsoft.Network/virtualNetworkGateways/connections/read',
    ],
    [
      `${group}/providers/Microsoft.Network/loadBalancers`,
      'Microsoft.Network/loadBalancers',
      'Microsoft.Network/loadBalancers/read',
    ],
    [site, 'Microsoft.Network/localNetworkGateways', 'Microsoft.Network/localNetworkGateways/read'],
  ] as const) {
    it(`names the permission that is missing: ${missing}`, async () => {
      const { unread } = await read({ ...whole, [path]: 'ARM_FORBIDDEN' });
      const [blind] = unread;
      assert.deepEqual([blind?.type, blind?.why, blind?.missing], [type, 'forbidden', missing]);
      assert.equal(unread.length, 1);
    });
  }

  it('names what is missing in one order, whichever answer came first', async () => {
    const denied = async (late: RegExp): Promise<string[]> => {
      const refuse = async (path: string): Promise<never> => {
        if (late.test(path)) await new Promise((done) => setImmediate(done));
        throw new SpokelineError('ARM_FORBIDDEN', path);
      };
      const client: ReadingClient = { list: refuse, tryGet: refuse, post: refuse };
      const sources = [{ owner: 'hub', network: hub }] as const;
      const { unread } = await readNetworkResources(
        { hub: client, stamp: undefined },
        sources,
        signal,
      );
      return unread.map(({ type }) => type);
    };
    const types = await denied(/virtualNetworks|privateEndpoints/);
    assert.ok(types.length > 5, types.join());
    assert.deepEqual(await denied(/loadBalancers|networkInterfaces/), types);
  });

  it('what a gateway learns is unknown where it may not be asked', async () => {
    const { resources } = await read({
      ...whole,
      [`${gateway}/getLearnedRoutes`]: 'ARM_FORBIDDEN',
    });
    assert.equal(readEstate(resources).networks[0]?.gateway?.learns, true);
  });

  it('asks for all pages of the admin rules', async () => {
    const pages = [
      { value: [{ id: '/a/rules/one', properties: {} }], skipToken: 'more' },
      { value: [{ id: '/a/rules/two', properties: {} }] },
    ];
    const bodies: unknown[] = [];
    const client: ReadingClient = {
      list: () => Promise.resolve([]),
      tryGet: () => Promise.resolve(undefined),
      post: (_path, _version, body) => {
        bodies.push(body);
        return Promise.resolve({ status: 200, headers: {}, body: pages.shift() as never });
      },
    };
    const { resources } = await readNetworkResources(
      { hub: client, stamp: undefined },
      [{ owner: 'hub', network: hub }],
      signal,
    );
    assert.deepEqual(bodies, [{}, { skipToken: 'more' }]);
    assert.equal(resources.childrenOf(hub, 'effectiveSecurityAdminRules').length, 2);
  });
});
