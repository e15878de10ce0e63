import assert from 'node:assert/strict';
import { azSuite } from '../support/az.ts';

const template = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { tag: { type: 'string', defaultValue: 'one' } },
  resources: [
    {
      type: 'Microsoft.Network/privateDnsZones',
      apiVersion: '2020-06-01',
      name: 'what.example',
      location: 'global',
      tags: { stage: "[parameters('tag')]" },
    },
  ],
});

describe('the Azure CLI: what-if', function () {
  this.timeout(120_000);
  const group = 'rg-what';
  const az = azSuite(group);

  it('tells what a deployment would create, change and leave', async function () {
    const file = await az.file('what.json', template);
    const given = ['-g', group, '-n', 'what', '-f', file];
    const whatIf = ['deployment', 'group', 'what-if', '--no-pretty-print', ...given];
    const first = await az.raw(...whatIf, '-o', 'json');
    assert.equal(first.code, 0, first.stderr);
    const types = ['--query', 'changes[].changeType'];
    assert.deepEqual(await az.run(...whatIf, ...types), ['Create']);
    assert.deepEqual(await az.run('resource', 'list'), [], 'what-if changes nothing');
    await az.run('deployment', 'group', 'create', ...given);
    assert.deepEqual(await az.run(...whatIf, ...types), ['NoChange']);
    const other = [...whatIf, '-p', 'tag=two'];
    assert.deepEqual(await az.run(...other, ...types), ['Modify']);
    const delta = ['--query', 'changes[0].delta[].[path, before, after]'];
    assert.deepEqual(await az.run(...other, ...delta), [['tags.stage', 'one', 'two']]);
  });

  it('does the same for a subscription', async () => {
    const landing = JSON.stringify({
      $schema:
        'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      resources: [
        {
          type: 'Microsoft.Resources/resourceGroups',
          apiVersion: '2021-04-01',
          name: 'rg-landing',
          location: 'westeurope',
        },
      ],
    });
    const file = await az.file('landing.json', landing);
    const types = ['--query', 'changes[].changeType'];
    assert.deepEqual(
      await az.run(
        ...['deployment', 'sub', 'what-if', '--no-pretty-print', '-l', 'westeurope', '-n', 'land'],
        ...['-f', file, ...types],
      ),
      ['Create'],
    );
    assert.equal(await az.run('group', 'exists', '-n', 'rg-landing'), false);
  });
});
