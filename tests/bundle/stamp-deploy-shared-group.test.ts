import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { issuesOf } from '../support/packaged-task.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const template = `param stamp object
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-\${stamp.name}'
  location: stamp.region
}
`;

const topology = (estate: string, subscription: string) => `name: ${estate}
hub:
  subscription: ${subscription}
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets: { agents: 10.0.0.0/24 }
  dns: { resourceGroup: rg-hub, resolvers: [168.63.129.16] }
stamps:
  weu:
    role: primary
    weight: 100
    region: westeurope
    subscription: ${subscription}
    resourceGroup: rg-shared
    network:
      name: vnet-weu
      addressSpace: [10.1.0.0/16]
      subnets: { app: 10.1.0.0/24 }
  neu:
    role: secondary
    region: northeurope
    subscription: ${subscription}
    resourceGroup: RG-Shared
    network:
      name: vnet-neu
      addressSpace: [10.2.0.0/16]
      subnets: { app: 10.2.0.0/24 }
`;

describe('StampDeploy, packaged: a resource group of two stamps', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  let group = '';

  before(async () => {
    world = await startPackagedDeploy({ 'stamp.bicep': template });
    const { subscriptionId } = world.run.sandbox.info;
    for (const estate of ['shop', 'office']) {
      await writeFile(`${world.folder}/${estate}.yml`, topology(estate, subscriptionId));
    }
    group = await world.group('rg-shared');
    const ended = await world.deploy({
      template: `${world.folder}/stamp.bicep`,
      topology: `${world.folder}/shop.yml`,
      target: 'stamp',
      stamps: 'all',
    });
    assert.equal(ended.result, 'Succeeded', ended.output);
  });
  after(() => world.stop());

  const remove = (inputs: Readonly<Record<string, string>>, estate = 'shop') =>
    world.deploy({
      action: 'delete',
      topology: `${world.folder}/${estate}.yml`,
      target: 'stamp',
      stamp: 'neu',
      trafficState: 'off',
      ...inputs,
    });

  const present = () => {
    const type = 'Microsoft.Network/networkSecurityGroups';
    const { store } = world.run.sandbox.arm;
    return ['nsg-weu', 'nsg-neu'].filter(
      (name) => store.get(`${group}/providers/${type}/${name}`) !== undefined,
    );
  };

  it('is not deleted with one of them', async () => {
    const ended = await remove({ deleteWhat: 'resourceGroup' });
    assert.equal(ended.result, 'Failed', ended.output);
    assert.match(issuesOf(ended), /^Shared: .*: stamp weu of the topology is in this resource/m);
    assert.match(issuesOf(ended), /^Shared: .*: deployment \S+ was made for shop\/weu$/m);
    assert.deepEqual(present(), ['nsg-weu', 'nsg-neu']);
  });

  it('is not deleted by its name while one of them has traffic', async () => {
    const inputs = { target: 'resourceGroup', stamp: '', resourceGroup: 'rg-shared' };
    const ended = await remove({ ...inputs, deleteWhat: 'resourceGroup' });
    assert.match(issuesOf(ended), /^Traffic: .*the topology gives stamp weu the weight 100$/m);
    assert.deepEqual(present(), ['nsg-weu', 'nsg-neu']);
  });

  it('loses nothing to the stamp of the same name of another estate', async () => {
    const ended = await remove({}, 'office');
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.equal(ended.outputs['deletedCount'], '0');
    assert.deepEqual(present(), ['nsg-weu', 'nsg-neu']);
  });

  it('loses what was made for the stamp, and keeps what was made for the other', async () => {
    const ended = await remove({});
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.equal(ended.outputs['deletedCount'], '1');
    assert.deepEqual(present(), ['nsg-weu']);
  });

  it('keeps the stack of the other stamp', async () => {
    const stack = { kind: 'stack', deploymentName: 'st' };
    const made = await world.deploy({
      ...stack,
      template: `${world.folder}/stamp.bicep`,
      topology: `${world.folder}/shop.yml`,
      target: 'stamp',
      stamp: 'weu',
    });
    assert.equal(made.result, 'Succeeded', made.output);
    const ended = await remove({ ...stack, onUnmanage: 'deleteResources' });
    assert.match(issuesOf(ended), /^Shared: .*the stack was made for shop\/weu$/m);
    assert.deepEqual(present(), ['nsg-weu']);
  });
});
