import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { TaskRun } from '../support/packaged-task.ts';
import { secretOf } from '../support/service-connection.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const template = `param subnet string
param name string
resource kv 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: resourceGroup().location
  properties: { tenantId: tenant().tenantId, sku: { family: 'A', name: 'standard' }, accessPolicies: [] }
}
resource pe 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: 'pe-\${name}'
  location: resourceGroup().location
  properties: {
    subnet: { id: subnet }
    privateLinkServiceConnections: [
      { name: 'kv', properties: { privateLinkServiceId: kv.id, groupIds: ['vault'] } }
    ]
  }
}
output uri string = kv.properties.vaultUri
`;

/** What StampDeploy asks for itself; the table of docs/permissions.md has the same. */
const ofTask = [
  'Microsoft.Resources/deployments/validate/action',
  'Microsoft.Resources/deployments/write',
  'Microsoft.Resources/deployments/read',
  'Microsoft.Resources/deployments/operations/read',
  'Microsoft.Resources/deployments/cancel/action',
];
/** What the resources of this template need. */
const ofTemplate = [
  'Microsoft.KeyVault/vaults/read',
  'Microsoft.KeyVault/vaults/write',
  'Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action',
  'Microsoft.Network/privateEndpoints/read',
  'Microsoft.Network/privateEndpoints/write',
];
const join = 'Microsoft.Network/virtualNetworks/subnets/join/action';

describe('the rights that StampDeploy needs', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  let group = '';
  let subnet = '';
  let count = 0;

  before(async () => {
    world = await startPackagedDeploy({ 'main.bicep': template });
    group = await world.group('rg-least');
    const network = `${await world.group('rg-network')}/providers/Microsoft.Network/virtualNetworks/vnet`;
    const made = { name: 'endpoints', properties: { addressPrefix: '10.3.0.0/24' } };
    const properties = { addressSpace: { addressPrefixes: ['10.3.0.0/16'] }, subnets: [made] };
    await world.run.put(network, { location: 'westeurope', properties }, '2024-05-01');
    subnet = `${network}/subnets/endpoints`;
  });
  after(() => world.stop());

  /** Deploys as an identity that has exactly these actions in the group, and join on the subnet. */
  async function deployWith(actions: readonly string[], onSubnet: readonly string[] = [join]) {
    const { entra, arm } = world.run.sandbox;
    count += 1;
    const made = entra.addApplication({ name: `least-${count}` });
    arm.assignRole(made.objectId, { actions: [...actions] }, group);
    if (onSubnet.length > 0) arm.assignRole(made.objectId, { actions: [...onSubnet] }, subnet);
    const ended = await world.deploy(
      {
        template: `${world.folder}/main.bicep`,
        resourceGroup: 'rg-least',
        parameters: JSON.stringify({ subnet, name: `kv-least-${count}` }),
      },
      secretOf({ clientId: made.clientId, clientSecret: made.secret ?? '' }),
    );
    return { made, ended };
  }

  it('suffice, and are those of the documentation', async () => {
    const { ended } = await deployWith([...ofTask, ...ofTemplate]);
    assert.equal(ended.result, 'Succeeded', ended.output);
    const page = await readFile('docs/permissions.md', 'utf8');
    const section = /## StampDeploy\n([^]*?)(?=\n## |$)/.exec(page)?.[1] ?? '';
    const documented = [...section.matchAll(/`(Microsoft\.Resources\/deployments\/[\w/]+)`/g)];
    assert.deepEqual(
      [...new Set(documented.map(([, action]) => action))].sort(),
      [...ofTask].sort(),
    );
  });

  /** What happens without one of them: it is named, or something is left out. */
  const without: [string, 'fails' | RegExp][] = [
    ['Microsoft.Resources/deployments/validate/action', 'fails'],
    ['Microsoft.Resources/deployments/write', 'fails'],
    ['Microsoft.Resources/deployments/read', 'fails'],
    [
      'Microsoft.Resources/deployments/operations/read',
      /So the resources are not shown one by one\./,
    ],
    ['Microsoft.KeyVault/vaults/read', 'fails'],
    ['Microsoft.KeyVault/vaults/write', 'fails'],
    ['Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action', 'fails'],
    ['Microsoft.Network/privateEndpoints/write', 'fails'],
  ];
  for (const [action, outcome] of without) {
    it(`do not hide that ${action} is missing`, async () => {
      const rest = [...ofTask, ...ofTemplate].filter((other) => other !== action);
      const { made, ended } = await deployWith(rest);
      if (outcome === 'fails') assertNamed(ended, action, group, made);
      else {
        assert.equal(ended.result, 'Succeeded', ended.output);
        assert.match(ended.output, outcome);
      }
    });
  }

  it('are needed on the subnet as well', async () => {
    const { made, ended } = await deployWith([...ofTask, ...ofTemplate], []);
    assertNamed(ended, join, subnet, made);
  });

  it('leave no doubt about a deployment that cannot be followed', async () => {
    const unread = ofTask.filter((action) => !action.endsWith('deployments/read'));
    const { ended } = await deployWith([...unread, ...ofTemplate]);
    assert.match(ended.output, /The deployment was begun; its outcome is not known\./);
  });

  function assertNamed(
    ended: TaskRun,
    action: string,
    scope: string,
    { clientId, objectId }: { clientId: string; objectId: string },
  ): void {
    assert.equal(ended.result, 'Failed');
    const advice = ended.lines.find((line) =>
      /^ *What to do: Give the connection's identity/.test(line),
    );
    const expected =
      `Give the connection's identity, client ${clientId} (object id ${objectId}), ` +
      `a role with ${action} at ${scope}`;
    assert.ok(advice?.toLowerCase().includes(expected.toLowerCase()), ended.output);
  }
});
