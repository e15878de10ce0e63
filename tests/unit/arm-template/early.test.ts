import assert from 'node:assert/strict';
import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import type { DeploymentPlan } from '../../../sandbox/azure/arm/template/plan.ts';
import { vnet } from './cases/refused-resources.ts';
import { stubHost, template } from './stub-host.ts';

function plan(properties: unknown, more: Record<string, unknown> = {}): DeploymentPlan {
  const resources = [vnet('a'), vnet('b', { properties, ...more })];
  return planDeployment(template({ resources }), {}, stubHost());
}

describe('what is wrong in any case is refused before anything is deployed', () => {
  const message =
    "The template resource 'b' is not valid: " +
    "The language expression property array index '2' is out of bounds.";
  const wrong = '[createArray(1)[2]]';

  it('in a body that asks for nothing', () => {
    assert.throws(() => plan({ x: { y: [wrong] } }), {
      code: 'InvalidTemplate',
      message,
      target: 'resources[1].properties.x.y[0]',
    });
  });

  it('beside what has to wait, in loops too', () => {
    const waits = "[reference('a').x]";
    assert.throws(() => plan({ waits, wrong }), { message });
    const loop = [{ name: 'list', count: 3, input: "[createArray(0, 1)[copyIndex('list')]]" }];
    assert.throws(() => plan({ waits, copy: loop }), { message });
    assert.throws(() => plan({ waits }, { tags: { x: wrong } }), { message });
  });

  it('in the parameters of a nested deployment', () => {
    const nested = {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2025-04-01',
      name: 'b',
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope: 'inner' },
        parameters: { p: { value: "[reference('a').x]" }, q: { value: wrong } },
        template: template({ parameters: { p: { type: 'int' }, q: { type: 'int' } } }),
      },
    };
    const document = template({ resources: [vnet('a'), nested] });
    assert.throws(() => planDeployment(document, {}, stubHost()), { message });
  });

  it('but not in what is not deployed or not reached', () => {
    assert.equal(plan({ wrong }, { condition: false }).resources.length, 2);
    assert.equal(plan({ x: `[if(true(), 1, createArray(1)[2])]` }).resources.length, 2);
  });

  it('and the plan says which resources have to wait', () => {
    const waiting = (properties: unknown): boolean | undefined =>
      plan(properties).resources[1]?.usesRunTime;
    assert.equal(waiting({ x: "[reference('a').x]" }), true);
    assert.equal(waiting({ x: "[concat('reference(', ')')]" }), false);
    assert.equal(waiting({ copy: [{ name: 'x', count: 1, input: "[listKeys('a', '1')]" }] }), true);
    assert.equal(
      plan({ x: "[reference('a').x]" }, { condition: false }).resources[1]?.usesRunTime,
      false,
    );
  });
});
