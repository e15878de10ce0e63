import assert from 'node:assert/strict';
import type { TestConnection } from '../support/service-connection.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const template = `@batchSize(1)
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [for n in range(0, 8): {
  name: 'nsg-\${n}'
  location: resourceGroup().location
}]
`;

/** Seconds that a token is good for; the deployment takes longer than several of them. */
const lifetime = 2;

describe('StampDeploy, packaged: tokens that end while a deployment runs', function () {
  this.timeout(90_000);
  let world: PackagedDeploy;
  let connection: TestConnection;
  let count = 0;

  beforeEach(async () => {
    // What the sign-in says of the time is wrong: only the answers of Azure tell that a token is over.
    const options = { tokenLifetime: lifetime, toldLifetime: 3_600, pace: 1_000 };
    world = await startPackagedDeploy({ 'main.bicep': template }, options);
    connection = {
      scheme: 'WorkloadIdentityFederation',
      parameters: { SERVICEPRINCIPALID: world.run.sandbox.info.clientId },
    };
  });
  afterEach(() => world.stop());

  async function deployed() {
    const { arm, devops } = world.run.sandbox;
    const name = `rg-tokens-${(count += 1)}`;
    await world.group(name);
    const [activity, assertions] = [arm.activity.length, devops.handedOut];
    const inputs = { template: `${world.folder}/main.bicep`, resourceGroup: name };
    const ended = await world.deploy(inputs, connection);
    const refused = arm.activity.slice(activity).filter(({ status }) => status === 401).length;
    return { ended, refused, assertions: devops.handedOut - assertions };
  }

  it('are renewed through federation, each with an assertion of its own', async () => {
    const { ended, refused, assertions } = await deployed();
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.equal(world.taken(), 1);
    assert.ok(refused >= 3, `Azure refused ${refused} tokens:\n${ended.output}`);
    // The first sign-in, and one for each token that was refused.
    assert.equal(assertions, refused + 1);
  });

  it('are renewed once Azure DevOps answers again', async () => {
    // Longer away than a sign-in has patience.
    world.faults({ server: 'oidc', method: 'POST', status: 503, skip: 1, count: 5 });
    const { ended, assertions } = await deployed();
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.match(
      ended.output,
      /^Azure DevOps \(\S+\) gave no assertion: status 503.* while following the deployment; it runs on\.$/m,
    );
    assert.ok(assertions >= 2);
    assert.equal(world.taken(), 1);
  });

  it('end the run with a code and the state of the deployment when renewal is refused for good', async () => {
    world.faults({ server: 'oidc', method: 'POST', status: 401, skip: 2 });
    const { ended, assertions } = await deployed();
    assert.equal(ended.result, 'Failed');
    assert.equal(assertions, 2);
    assert.match(
      ended.output,
      /\]AUTH_FAILED: Azure DevOps \(\S+\) gave no assertion: status 401\. The deployment was begun and was Running when last seen; its outcome is not known\.$/m,
    );
    assert.match(
      ended.output,
      /What to do: The job token was refused: .* See \S*\/deployments\/spokeline-/,
    );
    assert.equal(world.taken(), 1);
  });
});
