import assert from 'node:assert/strict';
import { secretOf } from '../support/service-connection.ts';
import { issuesOf } from '../support/packaged-task.ts';
import {
  abandonedAt,
  interruptedAt,
  overdue,
  startPackagedDeploy,
  type PackagedDeploy,
} from './stamp-deploy-world.ts';

const template = `@batchSize(1)
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [for n in range(0, 60): {
  name: 'nsg-\${n}'
  location: resourceGroup().location
}]
`;

const needed = [
  'Microsoft.Resources/deployments/validate/action',
  'Microsoft.Resources/deployments/write',
  'Microsoft.Resources/deployments/read',
  'Microsoft.Resources/deployments/operations/read',
  'Microsoft.Network/networkSecurityGroups/*',
];
const cancel = 'Microsoft.Resources/deployments/cancel/action';

describe('StampDeploy, packaged: a run that is cancelled', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  let groups = 0;

  before(async () => {
    // A resource takes longer than the run has to wait for its end.
    world = await startPackagedDeploy({ 'main.bicep': template }, { pace: 3_000 });
  });
  after(() => world.stop());

  /** Deploys into a group of its own with these actions there, until the first resource has begun. */
  async function cancelledWith(
    actions: readonly string[],
    more: Record<string, string> = {},
    end: (text: string) => (command: string[]) => string[] = interruptedAt,
  ) {
    const { entra, arm } = world.run.sandbox;
    const name = `rg-cancel-${(groups += 1)}`;
    const group = await world.group(name);
    const made = entra.addApplication({ name });
    arm.assignRole(made.objectId, { actions: [...actions] }, group);
    const inputs = { template: `${world.folder}/main.bicep`, resourceGroup: name, ...more };
    const started = end('  started Microsoft.Network/networkSecurityGroups nsg-0');
    const ended = await world.deploy(
      inputs,
      secretOf({ clientId: made.clientId, clientSecret: made.secret ?? '' }),
      {},
      started,
    );
    assert.doesNotMatch(ended.errors, new RegExp(overdue), ended.output);
    const deployment = ended.outputs['deploymentId'] ?? '';
    return { made, group, ended, deployment };
  }

  async function stateOf(deployment: string): Promise<string> {
    const { arm } = world.run.sandbox.info;
    const url = `${arm}${deployment}?api-version=2025-04-01`;
    const authorization = `Bearer ${await world.run.token(`${arm}/.default`)}`;
    const { body } = await world.run.call('GET', url, { headers: { authorization } });
    const { properties } = JSON.parse(body) as { properties: { provisioningState: string } };
    return properties.provisioningState;
  }

  it('cancels the deployment and says what was left', async () => {
    const { ended, deployment, group } = await cancelledWith([...needed, cancel]);
    const [problem] = ended.lines.filter((line) => line.includes('CANCELLED'));
    assert.equal(
      problem,
      '##[error]CANCELLED: The run was cancelled; Azure took the request to cancel the deployment.',
    );
    const nsg = `${group}/providers/Microsoft.Network/networkSecurityGroups/nsg-0`;
    assert.match(issuesOf(ended), new RegExp(`^CANCELLED: ${nsg}: was `, 'm'));
    assert.match(await stateOf(deployment), /^(?:Canceled|Running)$/);
  });

  it('names the missing right to cancel with action, scope and identity, and what was left', async () => {
    const { ended, deployment, made, group } = await cancelledWith(needed);
    const said = ended.output;
    assert.ok(
      said.includes(
        'CANCELLED: The run was cancelled; the deployment could not be cancelled and runs on: ' +
          `The identity lacks the action ${cancel} at ${deployment}.`,
      ),
      said,
    );
    assert.ok(
      said.includes(
        `What to do: Give the connection's identity, client ${made.clientId} (object id ${made.objectId}), ` +
          `a role with ${cancel} at ${deployment};`,
      ),
      said,
    );
    const nsg = `${group}/providers/Microsoft.Network/networkSecurityGroups/nsg-0`;
    assert.match(issuesOf(ended), new RegExp(`^CANCELLED: ${nsg}: was `, 'm'));
    assert.equal(await stateOf(deployment), 'Running');
  });

  it('leaves the deployment alone with cancelDeployment: false', async () => {
    const more = { cancelDeployment: 'false' };
    const { ended, deployment } = await cancelledWith([...needed, cancel], more);
    assert.match(
      ended.output,
      /CANCELLED: The run was cancelled; the deployment runs on in Azure\./,
    );
    assert.equal(await stateOf(deployment), 'Running');
  });

  it('cancels the deployment when its agent is killed', async function () {
    if (process.platform === 'win32') this.skip();
    const { ended, deployment } = await cancelledWith([...needed, cancel], {}, abandonedAt);
    assert.equal(ended.result, 'none');
    let state = '';
    for (let looks = 0; state !== 'Canceled' && looks < 400; looks += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      state = await stateOf(deployment);
    }
    assert.equal(state, 'Canceled');
  });
});
