import assert from 'node:assert/strict';
import { azSuite, query } from '../support/az.ts';

const schemas = 'https://schema.management.azure.com/schemas';
const groupSchema = `${schemas}/2019-04-01/deploymentTemplate.json#`;
const zoneType = 'Microsoft.Network/privateDnsZones';

function template(
  resources: unknown[],
  more: Record<string, unknown> = {},
  schema = groupSchema,
): string {
  return JSON.stringify(
    { $schema: schema, contentVersion: '1.0.0.0', ...more, resources },
    null,
    2,
  );
}

const securityGroup = (name: string): Record<string, unknown> => ({
  type: 'Microsoft.Network/networkSecurityGroups',
  apiVersion: '2023-09-01',
  name,
  location: 'westeurope',
  properties: {},
});

const nested = (
  name: string,
  inner: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  type: 'Microsoft.Resources/deployments',
  apiVersion: '2021-04-01',
  name,
  ...more,
  properties: {
    mode: 'Incremental',
    expressionEvaluationOptions: { scope: 'inner' },
    template: JSON.parse(inner) as unknown,
  },
});

/** A template as people write them: comments, and an expression over two lines. */
const estate = `// What a team has in its group.
{
  "$schema": "${groupSchema}",
  "contentVersion": "1.0.0.0",
  /* The zone's name
     is all that differs. */
  "parameters": { "zone": { "type": "string", "defaultValue": "one.example" } },
  "resources": [
    { "type": "${zoneType}", "apiVersion": "2020-06-01", "name": "[parameters('zone')]", "location": "global" },
    {
      "type": "${zoneType}/A", "apiVersion": "2020-06-01",
      "name": "[concat(parameters('zone'),
        '/www')]",
      "dependsOn": ["[parameters('zone')]"],
      "properties": { "ttl": 300, "aRecords": [{ "ipv4Address": "10.0.0.9" }] } // one address
    },
    ${JSON.stringify(
      nested(
        'inner',
        template([securityGroup('nsg')], {
          outputs: {
            id: {
              type: 'string',
              value: "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg')]",
            },
          },
        }),
      ),
    )}
  ],
  "outputs": { "nsg": { "type": "string", "value": "[reference('inner').outputs.id.value]" } }
}
`;

const missing = "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'none', 'none')]";
const failing = template([
  nested(
    'inner-bad',
    template([
      {
        type: 'Microsoft.Network/privateEndpoints',
        apiVersion: '2023-09-01',
        name: 'pe',
        location: 'westeurope',
        properties: { subnet: { id: missing }, privateLinkServiceConnections: [] },
      },
    ]),
  ),
]);

const overSubscription = template(
  [
    {
      type: 'Microsoft.Resources/resourceGroups',
      apiVersion: '2021-04-01',
      name: "[parameters('group')]",
      location: 'northeurope',
    },
    nested('in-group', template([securityGroup('nsg-inside')]), {
      resourceGroup: "[parameters('group')]",
      dependsOn: ["[parameters('group')]"],
    }),
  ],
  { parameters: { group: { type: 'string' } } },
  `${schemas}/2018-05-01/subscriptionDeploymentTemplate.json#`,
);

/** Long enough to be cancelled: one zone after the other. */
const slow = template([
  {
    type: zoneType,
    apiVersion: '2020-06-01',
    name: "[concat('slow', copyIndex(), '.example')]",
    location: 'global',
    copy: { name: 'zones', count: 400, mode: 'serial', batchSize: 1 },
  },
]);

describe('the Azure CLI: deployments', function () {
  this.timeout(120_000);
  const group = 'rg-deploy';
  const az = azSuite(group);
  let file = '';

  before(async () => {
    file = await az.file('estate.json', estate);
  });

  const one = (name: string): string[] => ['-g', group, '-n', name];

  it('group: validate and create, with JSONC and a nested template', async () => {
    const validated = ['deployment', 'group', 'validate', ...one('estate'), '-f', file];
    assert.equal(await az.run(...validated, ...query('properties.provisioningState')), 'Succeeded');
    assert.deepEqual(await az.run('resource', 'list'), [], 'validating deploys nothing');
    const made = await az.run('deployment', 'group', 'create', ...one('estate'), '-f', file);
    const { properties } = made as { properties: Record<string, unknown> };
    assert.equal(properties['provisioningState'], 'Succeeded');
    const provider = `${az.groupId}/providers`;
    const nsg = `${provider}/Microsoft.Network/networkSecurityGroups/nsg`;
    assert.deepEqual(properties['outputs'], { nsg: { type: 'String', value: nsg } });
    assert.deepEqual(
      (properties['outputResources'] as { id: string }[]).map(({ id }) => id).sort(),
      [nsg, `${provider}/${zoneType}/one.example`, `${provider}/${zoneType}/one.example/A/www`],
      'what the nested deployment made, and not the nested deployment',
    );
  });

  it('group: show, list, operations, export', async () => {
    const parameters = query('properties.parameters.zone.value');
    assert.equal(
      await az.run('deployment', 'group', 'show', ...one('estate'), ...parameters),
      'one.example',
    );
    const names = await az.run(
      'deployment',
      'group',
      'list',
      '-g',
      group,
      ...query('sort([].name)'),
    );
    assert.deepEqual(names, ['estate', 'inner']);
    const targets = query('sort([].properties.targetResource.resourceName)');
    assert.deepEqual(
      await az.run('deployment', 'operation', 'group', 'list', ...one('estate'), ...targets),
      ['inner', 'one.example', 'one.example/www'],
    );
    const exported = await az.run('deployment', 'group', 'export', ...one('estate'));
    assert.equal((exported as { contentVersion: string }).contentVersion, '1.0.0.0');
  });

  it('group: a failure names what failed, down to the nested resource', async () => {
    const bad = await az.file('failing.json', failing);
    const text = await az.fail('deployment', 'group', 'create', ...one('bad'), '-f', bad);
    const { error } = JSON.parse(text.slice(text.indexOf('{'))) as { error: Failure };
    assert.deepEqual(codes(error), [
      'DeploymentFailed',
      'ResourceDeploymentFailure',
      'DeploymentFailed',
      'InvalidResourceReference',
    ]);
    assert.equal(error.target, `${az.groupId}/providers/Microsoft.Resources/deployments/bad`);
    const state = query('properties.[provisioningState, error.code]');
    assert.deepEqual(await az.run('deployment', 'group', 'show', ...one('bad'), ...state), [
      'Failed',
      'DeploymentFailed',
    ]);
    const unknown = await az.file(
      'unknown.json',
      template([{ ...securityGroup('n'), type: 'Microsoft.Network/bogus' }]),
    );
    assert.match(
      await az.fail('deployment', 'group', 'validate', ...one('bad'), '-f', unknown),
      /bogus/,
    );
    const typo = await az.file(
      'typo.json',
      template([], {
        variables: { a: "[bogus('x')]" },
        outputs: { o: { type: 'string', value: "[variables('a')]" } },
      }),
    );
    assert.match(
      await az.fail('deployment', 'group', 'validate', ...one('bad'), '-f', typo),
      /InvalidTemplate[^]*bogus/,
    );
  });

  interface Failure {
    code: string;
    target?: string;
    details?: Failure[];
  }
  const codes = ({ code, details = [] }: Failure): string[] => [code, ...details.flatMap(codes)];

  it('group: cancel a running deployment, and delete', async () => {
    const long = await az.file('slow.json', slow);
    await az.run('deployment', 'group', 'create', ...one('slow'), '-f', long, '--no-wait');
    const again = await az.fail(
      'deployment',
      'group',
      'create',
      ...one('slow'),
      '-f',
      long,
      '--no-wait',
    );
    assert.match(again, /DeploymentActive/);
    await az.run('deployment', 'group', 'cancel', ...one('slow'));
    await az.run(
      ...['deployment', 'group', 'wait', ...one('slow'), '--interval', '1', '--timeout', '30'],
      ...['--custom', "properties.provisioningState=='Canceled'"],
    );
    assert.match(
      await az.fail('deployment', 'group', 'cancel', ...one('slow')),
      /DeploymentCannotBeCancelled/,
    );
    await az.run('deployment', 'group', 'delete', ...one('slow'));
    assert.match(
      await az.fail('deployment', 'group', 'show', ...one('slow')),
      /\(DeploymentNotFound\)/,
    );
  });

  it('subscription: validate, create, show, list, operations, delete', async () => {
    const sub = await az.file('sub.json', overSubscription);
    const given = ['-n', 'landing', '-l', 'westeurope', '-f', sub, '-p', 'group=rg-landing'];
    const state = query('properties.provisioningState');
    assert.equal(await az.run('deployment', 'sub', 'validate', ...given, ...state), 'Succeeded');
    assert.equal(await az.run('deployment', 'sub', 'create', ...given, ...state), 'Succeeded');
    assert.equal(
      await az.run('deployment', 'sub', 'show', '-n', 'landing', ...query('location')),
      'westeurope',
    );
    assert.deepEqual(await az.run('deployment', 'sub', 'list', ...query('[].name')), ['landing']);
    const targets = query('[].properties.targetResource.resourceName');
    assert.deepEqual(
      await az.run('deployment', 'operation', 'sub', 'list', '-n', 'landing', ...targets),
      ['rg-landing', 'in-group'],
    );
    assert.equal(
      await az.run('group', 'show', '-n', 'rg-landing', ...query('location')),
      'northeurope',
    );
    assert.deepEqual(await az.run('resource', 'list', '-g', 'rg-landing', ...query('[].name')), [
      'nsg-inside',
    ]);
    const elsewhere = ['-n', 'landing', '-l', 'northeurope', '-f', sub, '-p', 'group=rg-landing'];
    assert.match(
      await az.fail('deployment', 'sub', 'create', ...elsewhere),
      /InvalidDeploymentLocation/,
    );
    await az.run('deployment', 'sub', 'delete', '-n', 'landing');
    assert.match(
      await az.fail('deployment', 'sub', 'show', '-n', 'landing'),
      /\(DeploymentNotFound\)/,
    );
  });
});
