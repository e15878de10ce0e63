import assert from 'node:assert/strict';
import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { INNER, deployment, nest, vault } from './nest.ts';
import { stubHost, template } from './stub-host.ts';

describe('nested deployments of outer scope', () => {
  it('see the parameters, variables and functions of the parent', () => {
    const { nested, child } = nest({
      functions: [
        {
          namespace: 'me',
          members: {
            kv: {
              parameters: [{ name: 'n', type: 'string' }],
              output: { type: 'string', value: "[concat('kv-', parameters('n'))]" },
            },
          },
        },
      ],
      parameters: { x: { type: 'string', defaultValue: 'outer' } },
      variables: { v: 'outer' },
      resources: [
        deployment(
          {
            template: template({
              variables: { v: 'inner' },
              resources: [
                vault("[me.kv(concat(parameters('x'), variables('v')))]", {
                  group: '[resourceGroup().name]',
                  escaped: '[[x]',
                  computed: "[concat('[', 'y]')]",
                }),
              ],
              outputs: { o: { type: 'string', value: "[variables('v')]" } },
            }),
          },
          { resourceGroup: 'rg-other' },
        ),
      ],
    });
    assert.equal('variables' in nested.template, false);
    const [only] = child.resources;
    assert.equal(only?.name, 'kv-outerouter');
    // Functions about the scope are evaluated in the parent too.
    assert.deepEqual(only?.body()['properties'], {
      group: 'rg1',
      escaped: '[x]',
      computed: '[y]',
    });
    assert.deepEqual(child.outputs(), { o: { type: 'String', value: 'outer' } });
  });

  it('ask about their own resources when these are there, with the rest filled in', () => {
    const host = stubHost();
    const properties = {
      uri: "[concat(reference(concat(variables('p'), 'a')).uri, '/', parameters('x'))]",
      many: "[map(createArray('p', 'q'), lambda('i', concat(lambdaVariables('i'), parameters('x'), reference('kv-a').uri)))]",
    };
    const { child } = nest(
      {
        parameters: { x: { type: 'string', defaultValue: "it's" } },
        variables: { p: 'kv-' },
        resources: [
          deployment({
            template: template({ resources: [vault('kv-a'), vault('kv-b', properties)] }),
          }),
        ],
      },
      host,
    );
    const [first, second] = child.resources;
    assert.deepEqual(second?.dependsOn, [first?.key]);
    assert.throws(() => second?.body(), { code: 'ResourceNotFound' });
    host.state.set((first?.id ?? '').toLowerCase(), { properties: { uri: 'https://kv-a' } });
    assert.deepEqual(second?.body()['properties'], {
      uri: "https://kv-a/it's",
      many: ["pit'shttps://kv-a", "qit'shttps://kv-a"],
    });
  });

  it('keep the index of their own loops and get that of the parent', () => {
    const { child } = nest({
      resources: [
        deployment(
          {
            template: template({
              resources: [
                {
                  ...vault("[concat('kv', copyIndex('outer'), '-', copyIndex())]", {
                    copy: [{ name: 'list', count: 2, input: "[copyIndex('list')]" }],
                  }),
                  copy: { name: 'inner', count: 2 },
                },
              ],
            }),
          },
          { name: "[concat('child', copyIndex())]", copy: { name: 'outer', count: 1 } },
        ),
      ],
    });
    assert.deepEqual(
      child.resources.map(({ name }) => name),
      ['kv0-0', 'kv0-1'],
    );
    assert.deepEqual(child.resources[1]?.body()['properties'], { list: [0, 1] });
  });

  it('leave inner templates inside of them alone', () => {
    const innermost = template({
      parameters: { x: { type: 'string' } },
      resources: [vault("[parameters('x')]")],
    });
    const { child } = nest({
      parameters: { x: { type: 'string', defaultValue: 'outer' } },
      resources: [
        deployment({
          template: template({
            resources: [
              deployment({
                ...INNER,
                parameters: { x: { value: "[concat(parameters('x'), '!')]" } },
                template: innermost,
              }),
            ],
          }),
        }),
      ],
    });
    const nested = child.resources[0]?.nested?.();
    assert.deepEqual(nested?.parameters, { x: { value: 'outer!' } });
    assert.deepEqual(nested?.template, innermost);
  });

  it("can't output what they deploy themselves, as in Azure", () => {
    const outputs = { o: { type: 'string', value: "[reference('kv-a').uri]" } };
    const parent = template({
      resources: [deployment({ template: template({ resources: [vault('kv-a')], outputs }) })],
    });
    const [only] = planDeployment(parent, {}, stubHost()).resources;
    assert.throws(() => only?.nested?.(), /refers to 'kv-a', which is neither a resource/);
  });
});
