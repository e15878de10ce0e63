import assert from 'node:assert/strict';
import { createArmClient } from '../../tasks/lib/azure/arm-client.ts';
import type { ServiceConnection } from '../../tasks/lib/azure/connection.ts';
import { createDeployment } from '../../tasks/lib/azure/deployments.ts';
import { createPredictor } from '../../tasks/lib/azure/what-if.ts';
import { deploy, validateDeployment } from '../../tasks/lib/deploy/deploy.ts';
import type { Content } from '../../tasks/lib/deploy/port.ts';
import type { DeploymentScope } from '../../tasks/lib/deploy/scope.ts';
import { fakeContext, nowhere } from '../support/host.ts';
import { content, startBench, type Bench } from './stamp-deploy-bench.ts';

/** Scopes that the sandbox's Resource Manager does not have: paths and bodies against a small one. */
const scopes: [DeploymentScope, string][] = [
  [
    { kind: 'managementGroup', managementGroup: 'mg-corp' },
    '/providers/Microsoft.Management/managementGroups/mg-corp/providers/Microsoft.Resources/deployments/d',
  ],
  [{ kind: 'tenant' }, '/providers/Microsoft.Resources/deployments/d'],
  [
    { kind: 'resourceGroup', subscription: 's', resourceGroup: 'rg (é)' },
    '/subscriptions/s/resourceGroups/rg (é)/providers/Microsoft.Resources/deployments/d',
  ],
];

describe('deployments in other scopes', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench();
  });

  afterEach(() => bench.arm.close());

  const connection = (): ServiceConnection => ({
    id: 'c',
    scheme: 'ServicePrincipal',
    resourceManagerUrl: bench.arm.url,
    authorityUrl: bench.arm.url,
    audience: bench.arm.url,
    tenantId: 't',
    clientId: 'c',
  });
  const tokens = {
    token: () => Promise.resolve({ token: 'x', expiresAt: Date.now() + 3_600_000 }),
  };

  for (const [scope, path] of scopes) {
    it(`validates, deploys, follows and asks what-if: ${scope.kind}`, async () => {
      const { arm, clock } = bench;
      const location = scope.kind === 'resourceGroup' ? {} : { location: 'westeurope' };
      const given: Content = { ...content('r'), ...location };
      const port = createDeployment(connection(), tokens, { scope, name: 'd' }, clock, {
        httpClient: arm.httpClient,
      });
      assert.equal(port.id, path);
      arm.script = {
        takes: 3_000,
        operations: [{ type: 'Microsoft.X/y', name: 'z', from: 0, to: 2_000 }],
      };
      await validateDeployment(port, given, bench.patience());
      const expected = { resources: 1, certain: 1 };
      const options = { cancelDeployment: true, whenActive: 'fail', expected } as const;
      const watcher = { info: () => {}, error: () => {}, progress: () => {} };
      const state = await deploy(port, given, watcher, bench.patience(), options);
      assert.equal(state.state, 'Succeeded');
      await port.cancel(bench.controller.signal);

      arm.whatIf = { status: 'Succeeded', properties: { changes: [] } };
      const context = fakeContext(nowhere, { clock });
      const client = createArmClient(connection(), context, { httpClient: arm.httpClient, tokens });
      const answer = await createPredictor(client, port, given).predict(context.signal, 60_000);
      assert.deepEqual(answer, arm.whatIf);

      const kinds = new Set(arm.requests);
      assert.deepEqual(
        [...kinds].sort(),
        [
          `GET ${path}`,
          `GET ${path}/operations`,
          `POST ${path}/cancel`,
          `POST ${path}/validate`,
          `POST ${path}/whatIf`,
          `PUT ${path}`,
        ].sort(),
      );
      const [stored] = arm.deployments.values();
      assert.deepEqual(
        { ...stored?.body, tags: undefined },
        {
          ...location,
          tags: undefined,
          properties: {
            mode: 'Incremental',
            template: { $schema: 'x', resources: [] },
            parameters: { p: { value: 1 } },
          },
        },
      );
    });
  }
});
