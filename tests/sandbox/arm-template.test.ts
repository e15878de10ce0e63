import assert from 'node:assert/strict';
import { planDeployment } from '../../sandbox/azure/arm/template/plan.ts';
import type {
  DeploymentPlan,
  DeploymentScope,
  ReferencedResource,
} from '../../sandbox/azure/arm/template/plan.ts';
import { SCOPES, SUBSCRIPTION, stubHost, template } from '../unit/arm-template/stub-host.ts';

/** The smallest deployments service: waves of what is ready, into a map. */
class Deployer {
  readonly store = new Map<string, ReferencedResource>();
  readonly order: string[] = [];
  private readonly secure = new Map<string, unknown>();

  deploy(
    document: unknown,
    parameters: Record<string, unknown>,
    scope: DeploymentScope,
  ): DeploymentPlan {
    const plan = planDeployment(
      document,
      parameters,
      stubHost(scope.kind, {
        scope,
        reference: (id) => this.store.get(id.toLowerCase()),
        listAction: (fn, id) => {
          assert.equal(fn, 'listOutputsWithSecureValues');
          return this.secure.get(id.toLowerCase());
        },
      }),
    );
    const waiting = new Set(plan.resources.filter((one) => one.condition && !one.existing));
    while (waiting.size > 0) {
      const open = new Set([...waiting].map(({ key }) => key));
      const ready = [...waiting].filter((one) => one.dependsOn.every((key) => !open.has(key)));
      assert.ok(ready.length > 0, 'something can always go on: there are no cycles');
      for (const resource of ready) {
        this.order.push(resource.name);
        const nested = resource.nested?.();
        let properties = resource.body()['properties'] as Record<string, unknown>;
        if (nested !== undefined) {
          const child = this.deploy(nested.template, nested.parameters, nested.scope);
          properties = { outputs: child.outputs() };
          const values = Object.entries(child.secureOutputs());
          this.secure.set(
            resource.id.toLowerCase(),
            Object.fromEntries(values.map(([name, { value }]) => [name, value])),
          );
        }
        this.store.set(resource.id.toLowerCase(), { id: resource.id, properties });
        waiting.delete(resource);
      }
    }
    return plan;
  }
}

const NETWORK = template({
  languageVersion: '2.0',
  definitions: { subnet: { type: 'object', properties: { name: { type: 'string' } } } },
  parameters: {
    space: { type: 'string' },
    subnets: { type: 'array', items: { $ref: '#/definitions/subnet' } },
    key: { type: 'secureString' },
  },
  resources: {
    network: {
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: '2024-05-01',
      name: 'vnet',
      properties: { addressSpace: { addressPrefixes: ["[parameters('space')]"] } },
    },
    subnets: {
      copy: {
        name: 'subnets',
        count: "[length(parameters('subnets'))]",
        mode: 'serial',
        batchSize: 1,
      },
      type: 'Microsoft.Network/virtualNetworks/subnets',
      apiVersion: '2024-05-01',
      name: "[format('vnet/{0}', parameters('subnets')[copyIndex()].name)]",
      properties: {
        addressPrefix:
          "[cidrSubnet(reference('network').addressSpace.addressPrefixes[0], 24, copyIndex())]",
      },
      dependsOn: ['network'],
    },
  },
  outputs: {
    ids: {
      type: 'array',
      copy: {
        count: "[length(parameters('subnets'))]",
        input: "[resourceInfo(format('subnets[{0}]', copyIndex())).id]",
      },
    },
    prefixes: {
      type: 'array',
      value: "[map(references('subnets'), lambda('s', lambdaVariables('s').addressPrefix))]",
    },
    key: { type: 'secureString', value: "[toUpper(parameters('key'))]" },
  },
});

const MAIN = {
  $schema:
    'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { space: { type: 'string', defaultValue: '10.1.0.0/16' } },
  resources: [
    {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2025-04-01',
      name: 'report',
      resourceGroup: 'rg1',
      dependsOn: [
        "[extensionResourceId(format('/subscriptions/{0}/resourceGroups/rg1', subscription().subscriptionId), 'Microsoft.Resources/deployments', 'network')]",
      ],
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope: 'inner' },
        parameters: {
          prefixes: {
            value:
              "[reference(extensionResourceId(format('/subscriptions/{0}/resourceGroups/rg1', subscription().subscriptionId), 'Microsoft.Resources/deployments', 'network'), '2025-04-01').outputs.prefixes.value]",
          },
          key: {
            value:
              "[listOutputsWithSecureValues(extensionResourceId(format('/subscriptions/{0}/resourceGroups/rg1', subscription().subscriptionId), 'Microsoft.Resources/deployments', 'network'), '2025-04-01').key]",
          },
        },
        template: template({
          parameters: { prefixes: { type: 'array' }, key: { type: 'secureString' } },
          resources: [],
          outputs: {
            text: {
              type: 'string',
              value: "[concat(join(parameters('prefixes'), ' '), ' ', length(parameters('key')))]",
            },
          },
        }),
      },
    },
    {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2025-04-01',
      name: 'network',
      resourceGroup: 'rg1',
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope: 'inner' },
        parameters: {
          space: { value: "[parameters('space')]" },
          subnets: { value: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
          key: { value: 'hunter2' },
        },
        template: NETWORK,
      },
    },
  ],
  outputs: {
    report: {
      type: 'string',
      value:
        "[reference(extensionResourceId(format('/subscriptions/{0}/resourceGroups/rg1', subscription().subscriptionId), 'Microsoft.Resources/deployments', 'report'), '2025-04-01').outputs.text.value]",
    },
  },
};

describe('a plan, deployed', () => {
  it('goes through nested deployments, their outputs, loops and references in the right order', () => {
    const deployer = new Deployer();
    const plan = deployer.deploy(MAIN, {}, SCOPES.subscription);
    assert.deepEqual(deployer.order, ['network', 'vnet', 'vnet/a', 'vnet/b', 'vnet/c', 'report']);
    assert.deepEqual(plan.outputs(), {
      report: { type: 'String', value: '10.1.0.0/24 10.1.1.0/24 10.1.2.0/24 7' },
    });
    const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg1`;
    const network = deployer.store.get(
      `${group}/providers/Microsoft.Resources/deployments/network`.toLowerCase(),
    );
    assert.deepEqual(network?.properties?.['outputs'], {
      ids: {
        type: 'Array',
        value: ['a', 'b', 'c'].map(
          (name) => `${group}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/${name}`,
        ),
      },
      prefixes: { type: 'Array', value: ['10.1.0.0/24', '10.1.1.0/24', '10.1.2.0/24'] },
      key: { type: 'SecureString' },
    });
  });
});
