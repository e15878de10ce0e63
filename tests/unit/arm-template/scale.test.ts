import assert from 'node:assert/strict';
import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { stubHost, template } from './stub-host.ts';

describe('a template of 1,000 resources', () => {
  const zone = (index: number): Record<string, unknown> => ({
    type: 'Microsoft.Network/privateDnsZones/A',
    apiVersion: '2020-06-01',
    name: `[format('{0}/host{1}', parameters('zone'), ${index})]`,
    dependsOn:
      index === 0
        ? []
        : [
            `[resourceId('Microsoft.Network/privateDnsZones/A', parameters('zone'), 'host${index - 1}')]`,
          ],
    properties: {
      ttl: "[variables('ttl')]",
      aRecords: [{ ipv4Address: `[cidrHost('10.0.0.0/16', ${index})]` }],
    },
  });
  const document = template({
    parameters: { zone: { type: 'string', defaultValue: 'contoso.com' } },
    variables: { ttl: 10 },
    resources: Array.from({ length: 1000 }, (_, i) => zone(i)),
  });

  it('is planned, with all bodies and the order of its chain', () => {
    const plan = planDeployment(document, {}, stubHost());
    const bodies = plan.resources.map((resource) => resource.body());
    assert.equal(bodies.length, 1000);
    assert.deepEqual(bodies[999]?.['properties'], {
      ttl: 10,
      aRecords: [{ ipv4Address: '10.0.3.232' }],
    });
    assert.deepEqual(plan.resources[999]?.dependsOn, [plan.resources[998]?.key]);
  });

  it('of serial copies has no cycle check that overflows the stack', () => {
    const copies = template({
      resources: [
        {
          type: 'Microsoft.Network/routeTables',
          apiVersion: '2024-05-01',
          name: "[concat('rt', copyIndex())]",
          copy: { name: 'l', count: 800, mode: 'serial', batchSize: 1 },
        },
      ],
    });
    const plan = planDeployment(copies, {}, stubHost());
    assert.equal(plan.resources.filter(({ dependsOn }) => dependsOn.length === 1).length, 799);
  });
});
