import assert from 'node:assert/strict';
import type { FaultRule } from '../../sandbox/http/faults.ts';
import { startPackagedDeploy, type PackagedDeploy } from './stamp-deploy-world.ts';

const template = `
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet'
  location: resourceGroup().location
  properties: { addressSpace: { addressPrefixes: ['10.1.0.0/16'] } }
}
output id string = network.id
`;

const put = { method: 'PUT', path: '/deployments/[^/]+\\?' };
const poll = { method: 'GET', path: '/deployments/[^/]+(/operations)?\\?' };

describe('StampDeploy, packaged, meets each fault once and deploys once', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  let group = '';

  before(async () => {
    world = await startPackagedDeploy({ 'main.bicep': template });
  });
  after(() => world.stop());

  const cases: [string, FaultRule[], number][] = [
    [
      '429 with Retry-After on the PUT',
      [{ ...put, status: 429, headers: { 'Retry-After': '1' }, count: 2 }],
      1,
    ],
    ['429 without Retry-After while it polls', [{ ...poll, status: 429, count: 3 }], 1],
    ['503 on the PUT', [{ ...put, status: 503, count: 1 }], 1],
    ['a PUT that is lost after Azure took it', [{ ...put, lost: true, count: 1 }], 1],
    [
      'resets and server faults while it polls',
      [
        { ...poll, reset: true, count: 1 },
        { ...poll, status: 500, count: 1 },
        { ...poll, status: 502, count: 1 },
      ],
      1,
    ],
    [
      '404 right after the PUT',
      [
        {
          ...poll,
          status: 404,
          body: { error: { code: 'DeploymentNotFound', message: 'not yet' } },
          count: 2,
        },
      ],
      1,
    ],
    [
      'a validation that is throttled',
      [
        {
          method: 'POST',
          path: '/validate',
          status: 429,
          headers: { 'Retry-After': '1' },
          count: 1,
        },
      ],
      1,
    ],
    [
      'a sign-in that fails in between',
      [{ server: 'entra', method: 'POST', status: 503, count: 1 }],
      1,
    ],
  ];
  for (const [index, [name, rules, expected]] of cases.entries()) {
    it(name, async () => {
      group = `rg-fault-${index}`;
      await world.group(group);
      world.taken();
      world.faults(...rules);
      const ended = await world.deploy({
        template: `${world.folder}/main.bicep`,
        resourceGroup: group,
      });
      assert.equal(ended.result, 'Succeeded', ended.output);
      assert.match(ended.outputs['output.id'] ?? '', new RegExp(`/${group}/.*/vnet$`));
      assert.equal(world.taken(), expected);
    });
  }
});
