import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { writeStandIn } from '../unit/bicep/stand-in.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const template = `param name string
param keys object
@secure()
param password string
param accounts array = []
var few = length(accounts) > 2 ? fail('too many') : true
resource kv 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: resourceGroup().location
  tags: { by: '\${password}-\${keys.first}', few: string(few) }
  properties: { tenantId: tenant().tenantId, sku: { family: 'A', name: 'standard' }, accessPolicies: [] }
}
resource st 'Microsoft.Storage/storageAccounts@2023-05-01' = [for account in accounts: {
  name: account
  location: resourceGroup().location
  sku: { name: 'Standard_LRS' }
  kind: 'StorageV2'
}]
`;
const files = {
  'main.bicep': template.replace('param keys object', '@secure()\nparam keys object'),
  'main.bicepparam': `using 'main.bicep'
param name = readEnvironmentVariable('VAULT_NAME')
param keys = { first: readEnvironmentVariable('PASSWORD') }
param password = readEnvironmentVariable('PASSWORD')
`,
};

describe('StampDeploy, packaged: the snapshot of the Bicep CLI', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  const secret = 'correct horse battery';

  before(async () => {
    world = await startPackagedDeploy(files);
    await world.group('rg-snapshot');
  });
  after(() => world.stop());

  const ask = (more: Readonly<Record<string, string>>) =>
    world.deploy(
      {
        action: 'validate',
        parametersFile: `${world.folder}/main.bicepparam`,
        parameters: JSON.stringify({ accounts: ['stone', 'sttwo'] }),
        resourceGroup: 'rg-snapshot',
        environmentVariables: 'VAULT_NAME\nPASSWORD',
        ...more,
      },
      world.owner,
      { VAULT_NAME: 'kv-snapshot', PASSWORD: secret },
    );

  for (const action of ['validate', 'what-if']) {
    it(`is shown and kept by ${action}, without a secret in it`, async () => {
      world.taken();
      const ended = await ask({ action });
      assert.equal(ended.result, 'Succeeded', ended.output);
      assert.equal(world.taken(), 0);
      const shown = ended.output.split('\n');
      const at = shown.indexOf('  Microsoft.KeyVault/vaults kv-snapshot');
      assert.deepEqual(shown.slice(at, at + 4), [
        '  Microsoft.KeyVault/vaults kv-snapshot',
        '  Microsoft.Storage/storageAccounts stone',
        '  Microsoft.Storage/storageAccounts sttwo',
        'Bicep predicts 3 resources, without asking Azure what is there.',
      ]);
      const { snapshotFile = '', predictedCount } = ended.outputs;
      assert.equal(predictedCount, '3');
      const text = await readFile(snapshotFile, 'utf8');
      const { predictedResources } = JSON.parse(text) as {
        predictedResources: { id: string; tags: { by: string } }[];
      };
      const { subscriptionId } = world.run.sandbox.info;
      const group = `/subscriptions/${subscriptionId}/resourceGroups/rg-snapshot`;
      assert.equal(
        predictedResources[0]?.id,
        `${group}/providers/Microsoft.KeyVault/vaults/kv-snapshot`,
      );
      assert.equal(
        predictedResources[0]?.tags.by,
        "[format('{0}-{1}', parameters('password'), '***')]",
      );
      const page = await readFile(snapshotFile.replace(/json$/, 'md'), 'utf8');
      assert.match(page, /^- Microsoft\.Storage\/storageAccounts sttwo$/m);
      assert.ok(
        ended.output.includes(`##vso[task.uploadsummary]${snapshotFile.replace(/json$/, 'md')}`),
      );
      for (const kept of [text, page]) assert.equal(kept.includes(secret), false);
    });
  }

  it('is not asked for where something is deployed', async () => {
    const ended = await ask({ action: 'create' });
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.doesNotMatch(ended.output, /predicts/);
  });

  it('is missed in one line when the CLI has none', async () => {
    const json = {
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      resources: [],
    };
    const compile = { success: true, diagnostics: [], contents: JSON.stringify(json) };
    for (const version of ['0.30.3', '0.36.1']) {
      const old = await writeStandIn({ version, compile });
      const ended = await ask({
        parametersFile: '',
        parameters: '',
        template: `${world.folder}/main.bicep`,
        bicepPath: old.path,
      });
      await rm(old.directory, { recursive: true, force: true });
      assert.equal(ended.result, 'Succeeded', ended.output);
      const lines = ended.output.split('\n').filter((line) => line.includes('predict'));
      assert.deepEqual(lines, [
        'This Bicep CLI predicts no resources: 0.36.1 is the first with "snapshot".',
      ]);
      assert.equal(ended.outputs['snapshotFile'], undefined);
    }
  });

  it('is missed in one line when the CLI cannot tell', async () => {
    const ended = await ask({ parameters: JSON.stringify({ accounts: ['a', 'b', 'c'] }) });
    const lines = ended.output.split('\n').filter((line) => line.includes('predict'));
    assert.equal(lines.length, 1, ended.output);
    assert.match(lines[0] ?? '', /^The Bicep CLI cannot predict the resources: /);
  });
});
