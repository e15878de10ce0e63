import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { issuesOf } from '../support/packaged-task.ts';
import { startPackagedDeploy, standIn, type PackagedDeploy } from './stamp-deploy-world.ts';

const vault = `
param name string
@secure()
param password string
param directory string = tenant().tenantId
resource kv 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: resourceGroup().location
  properties: { tenantId: directory, sku: { family: 'A', name: 'standard' }, accessPolicies: [] }
}
@secure()
output secret object = { password: password }
output uri string = kv.properties.vaultUri
output count int = 3
output yes bool = true
output list array = [1, 'two', { three: true }]
output nothing string?  = null
output lines string = 'one\\ntwo'
output evil string = '##vso[task.setvariable variable=stolen]1'
`;

const files = {
  'vault.bicep': vault,
  'vault.bicepparam': `using 'vault.bicep'
param name = readEnvironmentVariable('VAULT_NAME')
param password = readEnvironmentVariable('PASSWORD')
`,
  'wrong.bicep': `param used string = 'x'
output a string = nowhere
output b string = used
param unused string = 'y'
`,
  'long.bicep': `var half = padLeft('', 16384, 'x')
output long string = '\${half}\${half}'
output short string = 'y'
`,
  'deep.bicep': `module middle 'middle.bicep' = { name: 'middle' }
`,
  'middle.bicep': `module lowest 'lowest.bicep' = { name: 'lowest' }
`,
  'lowest.bicep': `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-lowest'
  location: resourceGroup().location
}
`,
  'module.bicep': `module inner 'inner.bicep' = { name: 'inner' }
`,
  'inner.bicep': `resource st 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'UPPER'
  location: resourceGroup().location
  sku: { name: 'Standard_LRS' }
  kind: 'StorageV2'
}
`,
};

describe('StampDeploy, packaged, against the sandbox', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  const secret = 'hunter2 "quoted"\nsecond line of it';

  before(async () => {
    world = await startPackagedDeploy(files);
  });
  after(() => world.stop());

  const file = (name: string) => `${world.folder}/${name}`;

  it('deploys a .bicepparam alone, sets outputs of every type, and hides what is secure', async () => {
    await world.group('rg-vault');
    const ended = await world.deploy(
      {
        parametersFile: file('vault.bicepparam'),
        resourceGroup: 'rg-vault',
        environmentVariables: 'VAULT_NAME\nPASSWORD',
      },
      world.owner,
      { VAULT_NAME: 'kv-packaged', PASSWORD: secret, OTHER: 'x' },
    );
    assert.equal(ended.result, 'Succeeded', ended.output);
    const { outputs } = ended;
    assert.match(outputs['output.uri'] ?? '', /^https:\/\/kv-packaged\./);
    assert.deepEqual(
      [
        outputs['output.count'],
        outputs['output.yes'],
        outputs['output.list'],
        outputs['output.lines'],
      ],
      ['3', 'true', '[1,"two",{"three":true}]', 'one\ntwo'],
    );
    assert.equal(outputs['output.evil'], files['vault.bicep'].match(/evil string = '(.*)'/)?.[1]);
    assert.equal(outputs['stolen'], undefined);
    const all = JSON.parse(outputs['outputs'] ?? '') as Record<string, unknown>;
    assert.equal(all['count'], 3);
    assert.equal('secret' in all, false);
    const shown = ended.lines.filter(
      (l) => l.includes('hunter2') || l.includes('second line of it'),
    );
    assert.deepEqual(shown, [], 'no part of the secret shows');
    const masked = ended.output.indexOf('##vso[task.setsecret]second line of it');
    assert.ok(
      masked >= 0 && masked < ended.output.indexOf('deployment spokeline-'),
      'masked first',
    );
    assert.match(ended.output, /^Bicep CLI \S+ at .*dist\/sandbox\/bicep$/m);
    assert.match(ended.output, /^##vso\[task\.setprogress value=100;\]/m);
    assert.match(ended.output, /^ {2}done {4}Microsoft\.KeyVault\/vaults kv-packaged \(/m);
  });

  it('keeps outputs that no later step can be given in a file', async () => {
    await world.group('rg-long');
    const inputs = { template: file('long.bicep'), resourceGroup: 'rg-long' };
    const ended = await world.deploy(inputs);
    assert.equal(ended.result, 'Succeeded', ended.output);
    const { outputsFile = '', ...others } = ended.outputs;
    assert.deepEqual(Object.keys(others), ['deploymentName', 'deploymentId', 'output.short']);
    const kept = JSON.parse(await readFile(outputsFile, 'utf8')) as Record<string, string>;
    assert.deepEqual(kept, { long: 'x'.repeat(32_768), short: 'y' });
    const unset = ended.issues.map(({ message }) => message.split(',')[0]);
    assert.deepEqual(unset, [
      'Output "output.long" has 32768 characters',
      'Output "outputs" has 32791 characters',
    ]);
  });

  it('shows the resources of nested deployments of any depth that ended between two polls', async () => {
    await world.group('rg-deep');
    const ended = await world.deploy({ template: file('deep.bicep'), resourceGroup: 'rg-deep' });
    assert.equal(ended.result, 'Succeeded', ended.output);
    const steps = ended.lines.filter((line) => / done /.test(line));
    const names = steps.map((line) => line.replace(/^( *)done +(\S+) (\S+) .*$/, '$1$3'));
    assert.deepEqual(names, ['  middle', '    lowest', '      nsg-lowest'], ended.output);
  });

  it('shows what the compiler finds as issues with file, line and column', async () => {
    world.taken();
    const ended = await world.deploy({ template: file('wrong.bicep'), resourceGroup: 'rg-vault' });
    assert.equal(ended.result, 'Failed');
    const source = file('wrong.bicep');
    const place = (line: number, column: number, code: string) =>
      `sourcepath=${source};linenumber=${line};columnnumber=${column};code=${code};`;
    assert.ok(ended.output.includes(`type=error;${place(2, 19, 'BCP057')}`), ended.output);
    assert.ok(
      ended.output.includes(`type=warning;${place(4, 7, 'no-unused-params')}`),
      ended.output,
    );
    assert.equal(world.taken(), 0);
  });

  it('lists the root cause of a nested deployment with its resource, advice and correlation id', async () => {
    await world.group('rg-module');
    const ended = await world.deploy({
      template: file('module.bicep'),
      resourceGroup: 'rg-module',
    });
    assert.equal(ended.result, 'Failed');
    assert.match(issuesOf(ended), /AccountNameInvalid: .*UPPER/);
    assert.match(ended.output, /What to do: The name breaks the rules of its type: .* https:\/\//);
  });

  const topology = `name: shop
cloud: public
hub:
  subscription: SUB
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { AzureFirewallSubnet: /26, agents: /27, endpoints: /27 } }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
stamps:
${['one', 'two', 'three']
  .map(
    (name, index) => `  ${name}:
    role: ${index === 0 ? 'primary' : 'secondary'}
    region: westeurope
    subscription: SUB
    resourceGroup: rg-${name}
    network: { name: vnet-${name}, addressSpace: [10.${index + 1}.0.0/16], subnets: { application: /24, endpoints: /27 } }`,
  )
  .join('\n')}
`;

  it('deploys several stamps, of which one fails', async () => {
    const subscription = world.run.sandbox.info.subscriptionId;
    await writeFile(file('topology.yml'), topology.replaceAll('SUB', subscription));
    await writeFile(
      file('stamp.bicep'),
      `param stamp object
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: stamp.network.name
  location: stamp.region
  properties: { addressSpace: { addressPrefixes: stamp.network.addressSpace } }
}
output name string = stamp.name
`,
    );
    await world.group('rg-one');
    await world.group('rg-three');
    const ended = await world.deploy({
      template: file('stamp.bicep'),
      topology: file('topology.yml'),
      target: 'stamp',
      stamps: 'primary, secondary',
      concurrency: '2',
    });
    assert.equal(ended.result, 'Failed');
    assert.equal(ended.outputs['output.one.name'], 'one');
    assert.equal(ended.outputs['output.three.name'], 'three');
    assert.match(issuesOf(ended), /ResourceGroupNotFound: .*two: .*rg-two/);
    assert.match(ended.output, /1 of 3 stamps failed: two\./);
    const states = JSON.parse(ended.outputs['stamps'] ?? '{}') as Record<string, { state: string }>;
    assert.deepEqual(
      Object.entries(states).map(([name, { state }]) => `${name} ${state}`),
      ['one succeeded', 'two failed', 'three succeeded'],
    );
  });

  it('looks for the CLI on the PATH, and runs none with another checksum', async () => {
    await world.group('rg-path');
    const inputs = { template: file('stamp.bicep'), resourceGroup: 'rg-path', bicepPath: '' };
    const PATH = `${standIn.replace(/\/[^/]+$/, '')}:${process.env['PATH'] ?? ''}`;
    const checksum = { bicepChecksum: 'f'.repeat(64) };
    const refused = await world.deploy({ ...inputs, ...checksum }, world.owner, { PATH });
    assert.match(refused.output, /BICEP_CHECKSUM: .*dist\/sandbox\/bicep has the SHA-256/);
    const ended = await world.deploy(
      {
        ...inputs,
        parameters:
          '{ "stamp": { "name": "x", "region": "westeurope", "network": { "name": "v", "addressSpace": ["10.9.0.0/16"] } } }',
      },
      world.owner,
      { PATH },
    );
    assert.equal(ended.result, 'Succeeded', ended.output);
  });
});
