import assert from 'node:assert/strict';
import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { INNER, RG, deployment, nest, vault } from './nest.ts';
import { SUBSCRIPTION, stubHost, template } from './stub-host.ts';

describe('nested deployments of inner scope', () => {
  it('see their own parameters and variables', () => {
    const { nested, child } = nest({
      parameters: { x: { type: 'string', defaultValue: 'outer' } },
      variables: { v: 'outer' },
      resources: [
        deployment({
          ...INNER,
          parameters: { x: { value: "[concat(parameters('x'), '-given')]" } },
          template: template({
            parameters: { x: { type: 'string' } },
            variables: { v: 'inner' },
            resources: [vault("[concat(parameters('x'), '-', variables('v'))]")],
          }),
        }),
      ],
    });
    assert.deepEqual(nested.parameters, { x: { value: 'outer-given' } });
    assert.equal(nested.mode, 'Incremental');
    assert.equal(child.resources[0]?.name, 'outer-given-inner');
  });

  it('take parameters out of reference(), loops and conditional values at run time', () => {
    const host = stubHost();
    host.state.set(`${RG}/providers/Microsoft.KeyVault/vaults/kv`.toLowerCase(), {
      properties: { vaultUri: 'https://kv' },
    });
    const parameters = {
      uri: {
        value: "[reference(resourceId('Microsoft.KeyVault/vaults', 'kv'), '2023-07-01').vaultUri]",
      },
      list: { copy: [{ name: 'value', count: 2, input: "[copyIndex('value')]" }] },
      chosen: "[if(true(), createObject('value', '[x]'), createObject('value', null()))]",
    };
    const { nested, child } = nest(
      {
        resources: [
          deployment({
            ...INNER,
            parameters,
            template: template({
              parameters: {
                uri: { type: 'string' },
                list: { type: 'array' },
                chosen: { type: 'string' },
              },
            }),
          }),
        ],
      },
      host,
    );
    assert.deepEqual(nested.parameters, {
      uri: { value: 'https://kv' },
      list: { value: [0, 1] },
      chosen: { value: '[x]' },
    });
    assert.equal(child.parameters['chosen']?.value, '[x]');
  });

  it('run where they say: resourceGroup() is theirs', () => {
    const { nested, child } = nest({
      resources: [
        deployment(
          { ...INNER, template: template({ resources: [vault('[resourceGroup().name]')] }) },
          { resourceGroup: 'rg-other' },
        ),
      ],
    });
    assert.deepEqual(nested.scope, {
      kind: 'resourceGroup',
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-other`,
      subscriptionId: SUBSCRIPTION,
      resourceGroup: 'rg-other',
    });
    assert.equal(
      child.resources[0]?.id,
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-other/providers/Microsoft.KeyVault/vaults/rg-other`,
    );
  });

  it('are checked with their parent: names of parameters and functions', () => {
    const refused = (properties: Record<string, unknown>): (() => unknown) => {
      return () =>
        planDeployment(
          template({ resources: [deployment({ ...INNER, ...properties })] }),
          {},
          stubHost(),
        );
    };
    const needs = template({ parameters: { x: { type: 'string' } } });
    assert.throws(refused({ template: needs }), {
      message:
        "The template resource 'child' is not valid: The value for the template parameter 'x' is not provided.",
      target: 'resources[0].properties.template.parameters.x',
    });
    assert.throws(refused({ template: needs, parameters: { x: { value: 1 }, y: { value: 1 } } }), {
      message:
        "The template resource 'child' is not valid: The following parameters were supplied, but do not correspond " +
        "to any parameters defined in the template: 'y'. The parameters defined in the template are: 'x'.",
    });
    assert.throws(refused({ template: template({ resources: [vault("[nope('x')]")] }) }), {
      message:
        "The template resource 'child' is not valid: The template resource '[nope('x')]' is not valid: " +
        "The template function 'nope' is not valid: no such function is known.",
    });
    assert.throws(refused({ template: template({ resourcez: [] }) }), {
      message:
        "The template resource 'child' is not valid: Could not find member 'resourcez' on object of type 'Template'.",
    });
  });

  it('refuse what they do not know when they run', () => {
    const refused = (properties: Record<string, unknown>, message: string): void => {
      const parent = template({ resources: [deployment(properties)] });
      const [only] = planDeployment(parent, {}, stubHost()).resources;
      assert.throws(() => only?.nested?.(), {
        message: `Unable to process template language expressions for resource '${RG}/providers/Microsoft.Resources/deployments/child'. '${message}'`,
      });
    };
    refused({}, "The property 'template' of a deployment is missing.");
    refused(
      { templateLink: { uri: 'https://x' } },
      "Linked templates ('templateLink') are not supported.",
    );
    refused({ template: template({}), mode: 'Total' }, "The deployment mode 'Total' is not valid.");
    refused(
      { template: template({}), paramters: {} },
      "Could not find member 'paramters' on object of type 'DeploymentProperties'.",
    );
  });

  it('may come out of a variable, as Bicep makes them of JSON files', () => {
    const { child } = nest({
      variables: {
        $fxv: {
          $schema:
            'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
          contentVersion: '1.0.0.0',
          parameters: { n: { type: 'string' } },
          resources: [vault("[[parameters('n')]")],
        },
      },
      resources: [
        deployment({ template: "[variables('$fxv')]", parameters: { n: { value: 'from-file' } } }),
      ],
    });
    assert.equal(child.resources[0]?.name, 'from-file');
  });
});
