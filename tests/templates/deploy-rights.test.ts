import assert from 'node:assert/strict';
import { deployStep } from './bad-input-cases.ts';
import { groups, type BadInputWorld } from './bad-input-world.ts';
import { outputsOf, refusedWith, succeeded, workload } from './deploy-cases.ts';
import { network, stampTemplate, startRetireWorld, type RetireWorld } from './retire-estate.ts';

/** The tables of docs/what-if.md and docs/retire.md, for a stamp of these types. */
const rights = {
  'what-if': [
    'Microsoft.Resources/deployments/whatIf/action',
    'Microsoft.Resources/deployments/write',
    'Microsoft.Network/networkSecurityGroups/write',
    'Microsoft.Network/networkSecurityGroups/join/action',
    'Microsoft.Network/virtualNetworks/subnets/write',
    'Microsoft.Network/virtualNetworks/subnets/join/action',
    'Microsoft.Network/privateEndpoints/write',
    'Microsoft.KeyVault/vaults/write',
    'Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action',
  ],
  delete: [
    'Microsoft.Resources/subscriptions/resourceGroups/read',
    'Microsoft.Resources/deployments/read',
    'Microsoft.Resources/deployments/operations/read',
    'Microsoft.Authorization/locks/read',
    'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read',
    'Microsoft.Network/networkInterfaces/read',
    'Microsoft.Network/privateEndpoints/read',
    'Microsoft.Network/privateEndpoints/delete',
    'Microsoft.KeyVault/vaults/read',
    'Microsoft.KeyVault/vaults/delete',
    'Microsoft.Network/virtualNetworks/read',
    'Microsoft.Network/virtualNetworks/subnets/read',
    'Microsoft.Network/virtualNetworks/subnets/delete',
    'Microsoft.Network/networkSecurityGroups/read',
    'Microsoft.Network/networkSecurityGroups/delete',
  ],
};

describe('StampDeploy with the least rights', function () {
  this.timeout(180_000);
  let estateWorld: RetireWorld | undefined;
  let world: BadInputWorld;

  before(async () => {
    const exactly = (name: string, actions: string[]) => ({
      name,
      subscription: workload,
      roles: [{ role: { actions }, scope: groups.neu }],
    });
    estateWorld = await startRetireWorld([
      exactly('look', rights['what-if']),
      exactly('clear', rights.delete),
    ]);
    ({ world } = estateWorld);
    await estateWorld.deploy('kv-rights-neu');
  });
  after(() => estateWorld?.world.stop());

  it('asks what-if with the right to ask and those to what would be written', async () => {
    const template = stampTemplate.replaceAll('kv-retire-neu', 'kv-rights-neu');
    const inputs = { stamp: 'neu', template: 'main.json', action: 'what-if', failOn: 'change' };
    const files = { 'main.json': template };
    const asked = (azureSubscription: string) =>
      world.run(deployStep({ ...inputs, azureSubscription }, files));
    const done = succeeded(await asked('look'));
    assert.equal(outputsOf(done)['hasChanges'], 'false');
    const refused = refusedWith(await asked('clear'), 'ARM_FORBIDDEN');
    assert.match(refused.hint ?? '', /Microsoft\.Resources\/deployments\/whatIf\/action/);
  });

  it('deletes what its releases made with the rights to read and delete those, and nothing else', async () => {
    assert.ok(estateWorld);
    await estateWorld.removeNames();
    const done = succeeded(await estateWorld.remove({ azureSubscription: 'clear' }));
    assert.equal(outputsOf(done)['deletedCount'], '4');
    assert.deepEqual(JSON.parse(outputsOf(done)['left'] ?? ''), [network]);
  });
});
