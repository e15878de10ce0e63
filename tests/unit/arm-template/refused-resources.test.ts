import assert from 'node:assert/strict';
import { EngineError, planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { REFUSED } from './cases/refused-resources.ts';
import { stubHost, template } from './stub-host.ts';

function plan(resources: unknown): unknown {
  const symbolic = Array.isArray(resources) ? {} : { languageVersion: '2.0' };
  return planDeployment(template({ ...symbolic, resources }), {}, stubHost());
}

describe('a plan refuses', () => {
  for (const [what, resources, message] of REFUSED) {
    it(what, () => {
      assert.throws(
        () => plan(resources),
        (error: unknown) => {
          assert.ok(error instanceof EngineError);
          assert.equal(error.message, message);
          assert.equal(error.code, 'InvalidTemplate');
          return true;
        },
      );
    });
  }
});
