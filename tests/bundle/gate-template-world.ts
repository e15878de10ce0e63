import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runPackaged, type TaskRun } from '../support/packaged-task.ts';

/** Fails the process as soon as anything but a pipe of the file system is opened. */
const noSockets = `
import net from 'node:net';
import dgram from 'node:dgram';
import dns from 'node:dns';
const stop = (what) => { process.stderr.write('SOCKET ' + what + '\\n'); process.exit(99); };
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first !== 'string' && first?.path === undefined) stop('connect');
  return connect.apply(this, args);
};
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] !== 'string') stop('listen');
  return listen.apply(this, args);
};
dgram.createSocket = () => stop('dgram');
dns.lookup = () => stop('lookup');
for (const name of Object.keys(dns)) if (/^resolve/.test(name)) dns[name] = () => stop(name);
globalThis.fetch = () => stop('fetch');
`;

/** Runs the packaged NetworkGate in a process that may open no socket. */
export function runGate(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<TaskRun> {
  const preload = `data:text/javascript,${encodeURIComponent(noSockets)}`;
  return runPackaged('NetworkGate', folder, inputs, environment, ([node = '', ...rest]) => [
    ...[node, '--import', preload],
    ...rest,
  ]);
}

/** A hub and one stamp that declare what may flow between them. */
export const topology = `name: shop
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets: { AzureFirewallSubnet: /26, agents: 10.0.2.0/27 }
  dns: { resourceGroup: rg-dns }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-weu
    network:
      name: vnet-weu
      addressSpace: [10.1.0.0/16]
      subnets: { application: 10.1.1.0/24, endpoints: 10.1.2.0/27 }
    parameters: { keyVaultName: kv-weu }
flows:
- { name: agents-to-vault, from: hub/agents, to: stamp/endpoints, ports: [443] }
- { name: application-to-vault, from: stamp/application, to: stamp/endpoints, ports: [443] }
- { name: no-ssh, from: hub/agents, to: stamp/endpoints, ports: [22], expect: forbidden }
- { name: no-internet, from: internet, to: stamp/application, expect: forbidden }
`;

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
const spoke =
  '/subscriptions/00000000-0000-4000-8000-00000000000b/resourceGroups/rg-weu/providers/Microsoft.Network/virtualNetworks/vnet-weu';
const hub =
  '/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub';

const peering = (owner: string, remote: string) => ({
  type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
  apiVersion: '2024-05-01',
  name: `${owner}/to-${remote.split('/').at(-1)}`,
  properties: { remoteVirtualNetwork: { id: remote }, allowForwardedTraffic: true },
});

const rule = (name: string, priority: number, access: string, sources: unknown, port: string) => ({
  name,
  properties: {
    priority,
    access,
    direction: 'Inbound',
    protocol: access === 'Allow' ? 'Tcp' : '*',
    sourceAddressPrefixes: sources,
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: port,
  },
});

/** The template of the hub: plain ARM JSON. */
export const hubTemplate = {
  $schema: schema,
  contentVersion: '1.0.0.0',
  parameters: { hub: { type: 'object' } },
  resources: [
    {
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: '2024-05-01',
      name: "[parameters('hub').network.name]",
      location: "[parameters('hub').region]",
      properties: {
        addressSpace: { addressPrefixes: "[parameters('hub').network.addressSpace]" },
        subnets: [
          {
            name: 'agents',
            properties: { addressPrefix: "[parameters('hub').network.subnets.agents.prefix]" },
          },
        ],
      },
    },
    peering('vnet-hub', spoke),
  ],
};

/** The template of a stamp, with further ports for the agents. */
export function stampTemplate(ports: readonly string[]): object {
  const subnet = (name: string, properties: object) => ({
    name,
    properties: {
      addressPrefix: `[parameters('stamp').network.subnets.${name}.prefix]`,
      ...properties,
    },
  });
  const agents = ["[parameters('hub').network.subnets.agents.prefix]"];
  return {
    $schema: schema,
    contentVersion: '1.0.0.0',
    parameters: { stamp: { type: 'object' }, hub: { type: 'object' } },
    variables: { group: "[format('nsg-{0}-endpoints', parameters('stamp').name)]" },
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2024-05-01',
        name: "[variables('group')]",
        location: "[parameters('stamp').region]",
        properties: {
          securityRules: [
            rule(
              'allow-application',
              200,
              'Allow',
              ["[parameters('stamp').network.subnets.application.prefix]"],
              '443',
            ),
            ...ports.map((port, position) =>
              rule(`allow-agents-${port}`, 210 + position, 'Allow', agents, port),
            ),
            rule('deny-inbound', 4096, 'Deny', ['0.0.0.0/0'], '*'),
          ],
        },
      },
      {
        type: 'Microsoft.Network/virtualNetworks',
        apiVersion: '2024-05-01',
        name: "[parameters('stamp').network.name]",
        location: "[parameters('stamp').region]",
        properties: {
          addressSpace: { addressPrefixes: "[parameters('stamp').network.addressSpace]" },
          subnets: [
            subnet('application', {}),
            subnet('endpoints', {
              networkSecurityGroup: {
                id: "[resourceId('Microsoft.Network/networkSecurityGroups', variables('group'))]",
              },
              privateEndpointNetworkPolicies: 'Enabled',
            }),
          ],
        },
      },
      peering('vnet-weu', hub),
      {
        type: 'Microsoft.Network/privateEndpoints',
        apiVersion: '2024-05-01',
        name: "[concat('pe-', parameters('stamp').parameters.keyVaultName)]",
        location: "[parameters('stamp').region]",
        properties: {
          subnet: {
            id: `[concat(resourceId('Microsoft.Network/virtualNetworks', 'vnet-weu'), '/subnets/endpoints')]`,
          },
          privateLinkServiceConnections: [
            {
              name: 'vault',
              properties: {
                privateLinkServiceId: "[resourceId('Microsoft.KeyVault/vaults', 'kv-weu')]",
                groupIds: ['vault'],
              },
            },
          ],
        },
      },
    ],
  };
}

export async function writeEstate(folder: string, ports: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'topology.yml'), topology);
  await writeFile(join(folder, 'hub.json'), JSON.stringify(hubTemplate));
  await writeFile(join(folder, 'stamp.json'), JSON.stringify(stampTemplate(ports)));
}

interface Deployable {
  readonly id: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
}

/** What Azure makes of predicted resources: halves of peerings are connected, endpoints have an interface. */
export function asDeployed(network: string): object {
  const body = JSON.parse(network) as { resources: Deployable[] };
  const resources = body.resources.flatMap((resource): Deployable[] => {
    const { id, type, properties } = resource;
    if (type.endsWith('/virtualNetworkPeerings')) {
      return [{ ...resource, properties: { ...properties, peeringState: 'Connected' } }];
    }
    if (!type.endsWith('/privateEndpoints')) return [resource];
    const card = id.replace('/privateEndpoints/', '/networkInterfaces/nic-');
    const own = { privateIPAddress: '10.1.2.4', subnet: properties['subnet'] };
    return [
      { ...resource, properties: { ...properties, networkInterfaces: [{ id: card }] } },
      {
        id: card,
        type: 'Microsoft.Network/networkInterfaces',
        properties: {
          privateEndpoint: { id },
          ipConfigurations: [{ name: 'ip', properties: own }],
        },
      },
    ];
  });
  return { ...body, resources };
}
