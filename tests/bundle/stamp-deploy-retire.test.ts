import assert from 'node:assert/strict';
import { secretOf } from '../support/service-connection.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const files = {
  'subscription.bicep': `targetScope = 'subscription'
param group string
param name string
resource rg 'Microsoft.Resources/resourceGroups@2024-03-01' = { name: group, location: 'westeurope' }
module net 'group.bicep' = { name: 'net', scope: rg, params: { name: name } }
`,
  'group.bicep': `param name string
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = { name: name, location: 'westeurope' }
`,
};
const inGroup = 'Microsoft.Network/networkSecurityGroups';

describe('StampDeploy, packaged: deleting what a template for the subscription made', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;

  before(async () => {
    world = await startPackagedDeploy(files);
  });
  after(() => world.stop());

  const groupId = (name: string) =>
    `/subscriptions/${world.run.sandbox.info.subscriptionId}/resourceGroups/${name}`;

  async function deployed(group: string): Promise<string> {
    const ended = await world.deploy({
      template: `${world.folder}/subscription.bicep`,
      target: 'subscription',
      location: 'westeurope',
      parameters: JSON.stringify({ group, name: 'nsg-below' }),
    });
    assert.equal(ended.result, 'Succeeded', ended.output);
    return ended.outputs['deploymentName'] ?? '';
  }

  const remove = (
    resourceGroup: string,
    more: Readonly<Record<string, string>> = {},
    connection = world.owner,
  ) => world.deploy({ action: 'delete', resourceGroup, trafficState: 'off', ...more }, connection);

  const exists = (group: string, name: string) =>
    world.run.sandbox.arm.store.get(`${groupId(group)}/providers/${inGroup}/${name}`) !== undefined;

  /** An identity that may do everything in the group, and nothing above it. */
  function groupOnly(group: string) {
    const { entra, arm } = world.run.sandbox;
    const made = entra.addApplication({ name: `only-${group}` });
    arm.assignRole(made.objectId, { actions: ['*'] }, groupId(group));
    return {
      made,
      connection: secretOf({ clientId: made.clientId, clientSecret: made.secret ?? '' }),
    };
  }

  it('finds it in the nested deployment, and leaves what somebody else put there', async () => {
    const deployment = await deployed('rg-from-above');
    const other = `${groupId('rg-from-above')}/providers/${inGroup}/other`;
    await world.run.put(other, { location: 'westeurope', properties: {} }, '2024-05-01');
    const asked = await remove('rg-from-above', { deploymentName: 'no-such-deployment' });
    assert.equal(asked.outputs['deletedCount'], '0', asked.output);
    const ended = await remove('rg-from-above', { deploymentName: deployment });
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.equal(ended.outputs['deletedCount'], '1');
    assert.deepEqual(JSON.parse(ended.outputs['left'] ?? ''), [other]);
    assert.equal(exists('rg-from-above', 'nsg-below'), false);
  });

  it('names the right to look above when nothing else is known, and deletes nothing', async () => {
    await deployed('rg-blind');
    const { made, connection } = groupOnly('rg-blind');
    const ended = await remove('rg-blind', {}, connection);
    assert.equal(ended.result, 'Failed', ended.output);
    const subscription = groupId('').replace(/\/resourceGroups\/$/, '');
    assert.ok(
      ended.output.includes(
        `client ${made.clientId} (object id ${made.objectId}), a role with ` +
          `Microsoft.Resources/deployments/read at ${subscription}`,
      ),
      ended.output,
    );
    assert.ok(exists('rg-blind', 'nsg-below'));
  });

  it('says before it deletes that what cannot be seen stays', async () => {
    await deployed('rg-half');
    const own = await world.deploy({
      template: `${world.folder}/group.bicep`,
      resourceGroup: 'rg-half',
      parameters: JSON.stringify({ name: 'nsg-own' }),
    });
    assert.equal(own.result, 'Succeeded', own.output);
    const ended = await remove('rg-half', {}, groupOnly('rg-half').connection);
    assert.equal(ended.result, 'Succeeded', ended.output);
    const said = ended.output.indexOf(
      "This identity may not list the subscription's deployments: what one of these made in rg-half stays.",
    );
    assert.ok(said >= 0 && said < ended.output.indexOf('  deleted '), ended.output);
    assert.deepEqual([exists('rg-half', 'nsg-own'), exists('rg-half', 'nsg-below')], [false, true]);
  });
});
