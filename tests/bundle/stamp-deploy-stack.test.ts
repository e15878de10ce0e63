import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const group = (
  name: string,
): string => `resource ${name} 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${name}'
  location: resourceGroup().location
  properties: { securityRules: [] }
}
`;

describe('StampDeploy, packaged: a stack of its own', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  const inputs = {
    kind: 'stack',
    resourceGroup: 'rg-stack',
    deploymentName: 'app',
    onUnmanage: 'deleteResources',
  };

  before(async () => {
    world = await startPackagedDeploy({ 'main.bicep': `${group('one')}${group('two')}` });
    await world.group('rg-stack');
  });
  after(() => world.stop());

  const names = (): string[] =>
    world.run.sandbox.arm.store
      .list('Microsoft.Network/networkSecurityGroups')
      .map(({ name }) => name)
      .sort();

  it('is made, loses what its template lost, and is deleted with what it holds', async () => {
    const template = `${world.folder}/main.bicep`;
    const made = await world.deploy({ ...inputs, template });
    assert.equal(made.result, 'Succeeded', made.output);
    assert.deepEqual(names(), ['one', 'two']);

    await writeFile(template, group('one'));
    const asked = await world.deploy({ ...inputs, template, action: 'what-if' });
    assert.equal(asked.result, 'Succeeded', asked.output);
    assert.ok(
      asked.lines.some((line) => /- Microsoft\.Network\/networkSecurityGroups two/.test(line)),
      asked.lines.join('\n'),
    );
    assert.deepEqual(names(), ['one', 'two']);

    const changed = await world.deploy({ ...inputs, template });
    assert.equal(changed.result, 'Succeeded', changed.output);
    assert.deepEqual(names(), ['one']);

    const gone = await world.deploy({ ...inputs, action: 'delete', trafficState: 'off' });
    assert.equal(gone.result, 'Succeeded', gone.output);
    assert.deepEqual(names(), []);
  });
});
