import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { issuesOf } from '../support/packaged-task.ts';
import { runGate } from './gate-template-world.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const files = {
  'store.bicep': `@minLength(3)
param name string
@secure()
param key string
param tags { owner: string, cost: int? } = { owner: 'nobody' }
module inner 'inner.bicep' = {
  name: 'inner'
  params: { name: name, tags: tags }
}
@secure()
output key string = key
output id string = inner.outputs.id
output owner string = inner.outputs.tags.owner
output kinds string[] = map(range(0, 2), i => 'k\${i}')
`,
  'inner.bicep': `param name string
param tags object
resource account 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: name
  location: resourceGroup().location
  tags: { owner: tags.owner }
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
}
output id string = account.id
output tags object = account.tags
`,
  'store.bicepparam': `using 'store.bicep'
param name = readEnvironmentVariable('STORE_NAME')
param key = readEnvironmentVariable('STORE_KEY')
param tags = { owner: toUpper('team') }
`,
  'wrong.bicep': `param used string = 'x'
output a string = nowhere
output b string = used
param unused string = 'y'
output c int = 'text'
`,
  'wrong.bicepparam': `using 'store.bicep'
param name = 'ab'
param colour = 'red'
`,
};

/**
 * The packaged tasks with the compiler that their users have, not with the stand-in. Only what the two might do
 * differently: the other tests use the stand-in.
 */
describe('the packaged tasks with the real Bicep CLI', function () {
  this.timeout(120_000);
  const real = process.env['BICEP_PATH'] ?? '';
  let world: PackagedDeploy;

  before(async function () {
    if (real === '') {
      console.log('      no real Bicep CLI in BICEP_PATH: skipped');
      this.skip();
    }
    world = await startPackagedDeploy(files);
    await world.group('rg-real');
  });
  after(() => world?.stop());

  const file = (name: string) => join(world.folder, name);
  const deploy = (inputs: Record<string, string>, env: Record<string, string> = {}) =>
    world.deploy({ bicepPath: resolve(real), resourceGroup: 'rg-real', ...inputs }, world.owner, {
      DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
      ...env,
    });
  const id = (name: string) =>
    `/subscriptions/${world.run.sandbox.info.subscriptionId}/resourceGroups/rg-real/providers/Microsoft.Storage/storageAccounts/${name}`;

  it('StampDeploy deploys a .bicepparam with a module, typed parameters and a secret', async () => {
    const ended = await deploy(
      { parametersFile: file('store.bicepparam'), environmentVariables: 'STORE_NAME\nSTORE_KEY' },
      { STORE_NAME: 'streal', STORE_KEY: 'hunter2' },
    );
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.match(ended.output, /^Bicep CLI \d+\.\d+\.\d+ at /m);
    assert.equal(ended.outputs['output.id'], id('streal'));
    assert.equal(ended.outputs['output.owner'], 'TEAM');
    assert.equal(ended.outputs['output.kinds'], '["k0","k1"]');
    assert.deepEqual(
      ended.lines.filter((line) => line.includes('hunter2')),
      [],
    );
  });

  it('StampDeploy deploys a .bicep file with inline parameters', async () => {
    const parameters = JSON.stringify({
      name: 'stinline',
      key: "it's ${here}",
      tags: { owner: 'x' },
    });
    const ended = await deploy({ template: file('store.bicep'), parameters });
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.equal(ended.outputs['output.id'], id('stinline'));
  });

  it('StampDeploy shows findings with file, line, column and code', async () => {
    const ended = await deploy({ template: file('wrong.bicep') });
    assert.equal(ended.result, 'Failed');
    const place = (line: number, column: number, code: string) =>
      `sourcepath=${file('wrong.bicep')};linenumber=${line};columnnumber=${column};code=${code};`;
    for (const found of [
      `type=error;${place(2, 19, 'BCP057')}`,
      `type=error;${place(5, 16, 'BCP033')}`,
      `type=warning;${place(4, 7, 'no-unused-params')}`,
    ]) {
      assert.ok(ended.output.includes(found), `${found}\n${ended.output}`);
    }
  });

  it('StampDeploy shows findings in a parameters file', async () => {
    const ended = await deploy({ parametersFile: file('wrong.bicepparam') });
    assert.equal(ended.result, 'Failed');
    const issues = ended.output.split('\n').filter((line) => line.includes('type=error;source'));
    const codes = issues.map((line) =>
      /linenumber=(\d+).*?code=(\w+)/.exec(line)?.slice(1).join(' '),
    );
    assert.deepEqual(codes.sort(), ['1 BCP258', '2 BCP333', '3 BCP259'], ended.output);
  });

  it('StampDeploy refuses another version than the pinned one', async () => {
    const ended = await deploy({ template: file('store.bicep'), bicepVersion: '0.30.3' });
    assert.match(issuesOf(ended), /BICEP_NOT_FOUND: bicepVersion is 0\.30\.3, but .* is 0\./);
  });

  it("NetworkGate predicts the project's own Bicep files", async () => {
    const templates = resolve('templates');
    const out = join(world.folder, 'out');
    const run = await runGate(
      world.folder,
      {
        topology: join(templates, 'examples/mission-critical/topology.yml'),
        evidence: 'template',
        templates: ['hub', 'stamp'].map((n) => join(templates, `bicep/${n}/main.bicep`)).join('\n'),
        bicepPath: resolve(real),
        resultsFolder: out,
      },
      { HOME: world.folder, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
    );
    assert.match(run.output, /result=Succeeded/, run.output + run.errors);
    assert.match(run.output, /PASS {4}weu\/peering .*Connected/);
    assert.match(
      await readFile(join(out, 'reach.md'), 'utf8'),
      /\| hub\/agents \| pe-kv-spokeline-mc-weu \| 443\/tcp \| .*allow-agents \(210\)/,
    );
  });
});
