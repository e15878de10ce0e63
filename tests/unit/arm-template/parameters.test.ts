import assert from 'node:assert/strict';
import { EngineError, planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import type { DeploymentPlan } from '../../../sandbox/azure/arm/template/plan.ts';
import { ACCEPTED, BAD_TYPES, DEFINITIONS, REFUSED } from './cases/parameter-types.ts';
import { SUBSCRIPTION, stubHost, template } from './stub-host.ts';

function planWith(
  parameters: Record<string, unknown>,
  given: Record<string, unknown>,
  members: Record<string, unknown> = {},
): DeploymentPlan {
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, { value }]),
  );
  const document = template({ languageVersion: '2.0', resources: {}, parameters, ...members });
  return planDeployment(document, values, stubHost());
}

describe('template parameters', () => {
  for (const [type, value, message] of REFUSED) {
    it(`refuse ${JSON.stringify(value)} for ${JSON.stringify(type)}`, () => {
      assert.throws(
        () => planWith({ p: type }, { p: value }, { definitions: DEFINITIONS }),
        (error: unknown) => {
          assert.ok(error instanceof EngineError);
          assert.equal(error.message, message);
          assert.equal(error.code, 'InvalidTemplate');
          assert.equal(error.target, 'parameters.p');
          return true;
        },
      );
    });
  }

  for (const [type, message] of BAD_TYPES) {
    it(`refuse the type ${JSON.stringify(type)}`, () => {
      assert.throws(
        () => planWith({ p: type as object }, { p: 'x' }, { definitions: DEFINITIONS }),
        (error: unknown) => error instanceof EngineError && error.message === message,
      );
    });
  }

  for (const [type, value] of ACCEPTED) {
    it(`take ${JSON.stringify(value)} for ${JSON.stringify(type)}`, () => {
      const plan = planWith({ p: type }, { p: value }, { definitions: DEFINITIONS });
      assert.deepEqual(plan.parameters['p']?.value, value);
    });
  }

  it('name what is missing and what is too much', () => {
    assert.throws(() => planWith({ p: { type: 'string' } }, {}), {
      message: "The value for the template parameter 'p' is not provided.",
    });
    assert.throws(() => planWith({ p: { type: 'string' } }, { p: 'x', q: 1, r: 2 }), {
      message:
        'The following parameters were supplied, but do not correspond to any parameters defined in the template: ' +
        "'q, r'. The parameters defined in the template are: 'p'.",
    });
  });

  it('match names in any letter case', () => {
    const plan = planWith({ siteName: { type: 'string' } }, { SITENAME: 'a' });
    assert.deepEqual(plan.parameters, { siteName: { type: 'String', value: 'a' } });
  });

  it('evaluate defaults in dependency order, with utcNow and newGuid', () => {
    const plan = planWith(
      {
        full: { type: 'string', defaultValue: "[format('{0}-{1}', parameters('short'), 'x')]" },
        short: { type: 'string', defaultValue: "[take(parameters('id'), 4)]" },
        id: { type: 'string', defaultValue: '[newGuid()]' },
        now: { type: 'string', defaultValue: '[utcNow()]' },
        day: { type: 'string', defaultValue: "[utcNow('d')]" },
        custom: { type: 'string', defaultValue: "[utcNow('M d')]" },
        text: { type: 'string', defaultValue: '[[not evaluated]' },
      },
      {},
    );
    const values = Object.fromEntries(
      Object.entries(plan.parameters).map(([name, { value }]) => [name, value]),
    );
    // The three dates are those of the documentation of utcNow for this moment.
    assert.deepEqual(values, {
      full: 'b76a-x',
      short: 'b76a',
      id: 'b76a51fc-bd72-4a77-b9a2-3c29e7d2e551',
      now: '20190305T175318Z',
      day: '03/05/2019',
      custom: '3 5',
      text: '[not evaluated]',
    });
  });

  it('do not evaluate given values', () => {
    const plan = planWith({ p: { type: 'string' } }, { p: '[resourceGroup().id]' });
    assert.equal(plan.parameters['p']?.value, '[resourceGroup().id]');
  });

  it('refuse defaults that depend on themselves or on what comes later', () => {
    const a = { type: 'string', defaultValue: "[parameters('b')]" };
    const b = { type: 'string', defaultValue: "[parameters('a')]" };
    assert.throws(() => planWith({ a, b }, {}), {
      message: "The default value of the template parameter 'a' depends on itself.",
    });
    const late = { type: 'string', defaultValue: "[reference('x').y]" };
    assert.throws(() => planWith({ late }, {}), {
      message:
        "The template parameter 'late' is not valid: The template function 'REFERENCE' is not expected at this location.",
    });
    const variable = { type: 'string', defaultValue: "[variables('v')]" };
    assert.throws(() => planWith({ variable }, {}, { variables: { v: 1 } }), {
      message:
        "The template parameter 'variable' is not valid: The template function 'VARIABLES' is not expected at this location.",
    });
  });

  it('check defaults like given values', () => {
    assert.throws(() => planWith({ p: { type: 'int', defaultValue: 'x' } }, {}), {
      message:
        "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'String'. The parameter is 'p'.",
    });
  });

  it('keep secure values out of the summary and out of deployment()', () => {
    const plan = planWith(
      { secret: { type: 'secureString' }, bag: { type: 'secureObject' } },
      { secret: 'hunter2', bag: { a: 'hunter2' } },
      { outputs: { all: { type: 'object', value: '[deployment()]' } } },
    );
    assert.deepEqual(plan.parameters, {
      secret: { type: 'SecureString' },
      bag: { type: 'SecureObject' },
    });
    assert.ok(!JSON.stringify(plan.outputs()).includes('hunter2'));
  });

  it('read key vault references through the host', () => {
    const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/kv`;
    const document = template({
      parameters: { p: { type: 'secureString' } },
      outputs: { o: { type: 'secureString', value: "[parameters('p')]" } },
    });
    const asked: unknown[] = [];
    const host = stubHost('resourceGroup', {
      getSecret: (...args) => {
        asked.push(args);
        return 'from the vault';
      },
    });
    const reference = { keyVault: { id }, secretName: 's', secretVersion: 'v1' };
    const plan = planDeployment(document, { p: { reference } }, host);
    assert.equal(plan.secureOutputs()['o']?.value, 'from the vault');
    assert.deepEqual(asked, [[id, 's', 'v1']]);
    assert.throws(() => planDeployment(document, { p: { reference } }, stubHost()), {
      code: 'KeyVaultParameterReferenceNotFound',
    });
    assert.throws(() => planDeployment(document, { p: { reference: {} } }, host), {
      message: "The reference of the template parameter 'p' must name a key vault id and a secret.",
    });
    const open = template({ parameters: { p: { type: 'string' } } });
    assert.throws(() => planDeployment(open, { p: { reference } }, host), {
      message: "The template parameter 'p' refers to a key vault secret and is not secure.",
    });
  });
});
