import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { issuesOf } from '../support/packaged-task.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const files = {
  'main.bicep': `param label string
param big bool
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg'
  location: resourceGroup().location
  tags: { label: label }
}
output label string = label
output big bool = big
`,
  'main.bicepparam': `using 'main.bicep'
param label = '\${toUpper(externalInput('sys.cliArg', 'release'))}-\${externalInput('sys.envVar', 'RING')}'
param big = bool(externalInput('shop.size', 'big'))
`,
};

describe('StampDeploy, packaged: parameters that compute with external inputs', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;

  before(async () => {
    world = await startPackagedDeploy(files);
    await world.group('rg-external');
  });
  after(() => world.stop());

  const act = (more: Readonly<Record<string, string>>) =>
    world.deploy(
      {
        parametersFile: `${world.folder}/main.bicepparam`,
        resourceGroup: 'rg-external',
        environmentVariables: 'RING',
        externalInputs: JSON.stringify({ release: 'r7', big: 'true' }),
        ...more,
      },
      world.owner,
      { RING: 'inner' },
    );

  it('are computed by Azure, in what-if and in the deployment', async () => {
    const asked = await act({ action: 'what-if' });
    assert.equal(asked.result, 'Succeeded', asked.output);
    assert.match(await readFile(asked.outputs['whatIfFile'] ?? '', 'utf8'), /"R7-inner"/);
    // What only Azure computes stays open in the CLI's own prediction.
    assert.match(await readFile(asked.outputs['snapshotFile'] ?? '', 'utf8'), /externalInputs\('/);
    const ended = await act({});
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.equal(ended.outputs['output.label'], 'R7-inner');
    assert.equal(ended.outputs['output.big'], 'true');
  });

  it('are missed before anybody signs in', async () => {
    const ended = await act({ externalInputs: JSON.stringify({ big: 'true' }) });
    assert.equal(ended.result, 'Failed');
    assert.match(
      issuesOf(ended),
      /^INPUT_INVALID: .*parameter "label" asks for the external input sys\.cliArg "release", which is not given/m,
    );
  });

  it('are refused for a stack, whose API takes none', async () => {
    const ended = await act({ kind: 'stack', deploymentName: 'st' });
    assert.equal(ended.result, 'Failed');
    assert.match(issuesOf(ended), /parameter "label" computes with external inputs: \[/);
    assert.match(issuesOf(ended), /parameter "big" computes with external inputs: \[/);
  });

  it('are what older versions of the API do not know', async () => {
    const { arm, subscriptionId } = world.run.sandbox.info;
    const authorization = `Bearer ${await world.run.token(`${arm}/.default`)}`;
    const group = `/subscriptions/${subscriptionId}/resourceGroups/rg-external`;
    const id = `${group}/providers/Microsoft.Resources/deployments/old/validate`;
    const send = async (version: string, more: object) => {
      const template = {
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
        contentVersion: '1.0.0.0',
        resources: [],
      };
      const { body } = await world.run.call('POST', `${arm}${id}?api-version=${version}`, {
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ properties: { mode: 'Incremental', template, ...more } }),
      });
      return body;
    };
    const definitions = { externalInputDefinitions: { x: { kind: 'k' } } };
    assert.match(await send('2025-03-01', definitions), /Could not find member 'externalInputDefi/);
    assert.match(await send('2025-04-01', definitions), /The external input 'x' has no value/);
  });
});
