import assert from 'node:assert/strict';
import { EngineError, planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { SCOPES, stubHost, template } from './stub-host.ts';

const RG = SCOPES.resourceGroup.id;
const KV = { type: 'Microsoft.KeyVault/vaults', apiVersion: '2023-07-01', name: 'kv' };
const ID = `${RG}/providers/Microsoft.KeyVault/vaults/kv`;

function outputsOf(outputs: Record<string, unknown>, members: Record<string, unknown> = {}) {
  return planDeployment(template({ outputs, ...members }), {}, stubHost());
}

describe('outputs of a plan', () => {
  it('are typed, conditional, looped and secret', () => {
    const plan = outputsOf({
      text: { type: 'string', value: "[toUpper('a')]" },
      skipped: { type: 'string', condition: '[false()]', value: "[fail('not evaluated')]" },
      kept: { type: 'bool', condition: true, value: true },
      loop: {
        type: 'array',
        copy: {
          count: '[length(range(0, 3))]',
          input: "[cidrSubnet('10.144.0.0/20', 24, copyIndex())]",
        },
      },
      secret: { type: 'securestring', value: 'hunter2' },
      bag: { type: 'secureObject', value: { a: 'hunter2' } },
    });
    assert.deepEqual(plan.outputs(), {
      text: { type: 'String', value: 'A' },
      kept: { type: 'Bool', value: true },
      loop: { type: 'Array', value: ['10.144.0.0/24', '10.144.1.0/24', '10.144.2.0/24'] },
      secret: { type: 'SecureString' },
      bag: { type: 'SecureObject' },
    });
    assert.deepEqual(plan.secureOutputs()['bag'], {
      type: 'SecureObject',
      value: { a: 'hunter2' },
    });
  });

  it('report all that fail, with what is the matter', () => {
    const plan = outputsOf({
      good: { type: 'string', value: 'x' },
      mistyped: { type: 'int', value: '[first(createArray())]' },
      missing: { type: 'string', value: "[createObject('a', 1).b]" },
    });
    assert.throws(
      () => plan.outputs(),
      (error: unknown) => {
        assert.ok(error instanceof EngineError);
        assert.equal(error.code, 'DeploymentOutputEvaluationFailed');
        assert.equal(
          error.message,
          "Unable to evaluate template outputs: 'mistyped, missing'. Please see error details and deployment operations.",
        );
        assert.deepEqual(error.details, [
          {
            code: 'DeploymentOutputEvaluationFailed',
            target: 'mistyped',
            message:
              "The template output 'mistyped' is not valid: Template output JToken type is not valid. Expected 'Integer'. Actual 'Null'.",
          },
          {
            code: 'DeploymentOutputEvaluationFailed',
            target: 'missing',
            message:
              "The template output 'missing' is not valid: The language expression property 'b' doesn't exist, available properties are 'a'.",
          },
        ]);
        return true;
      },
    );
  });

  it('are refused before deploying when they are not well formed', () => {
    assert.throws(() => outputsOf({ o: { type: 'string', valeu: 'x' } }), {
      message: "Unknown property 'valeu' of a type definition.",
    });
    assert.throws(() => outputsOf({ o: { value: 'x' } }), {
      message: "The required property 'type' is missing.",
    });
    assert.throws(() => outputsOf({ o: { type: 'string', value: "[parameters('x')]" } }), {
      message: "The template output 'o' is not valid: The template parameter 'x' is not found.",
    });
  });
});

describe('functions that ask for deployed resources', () => {
  const deployed = {
    id: ID,
    name: 'kv',
    type: KV.type,
    location: 'westeurope',
    properties: { vaultUri: 'https://kv', tags: ['a'] },
  };
  const run = (resources: unknown, expression: string, type = 'string') => {
    const symbolic = Array.isArray(resources) ? {} : { languageVersion: '2.0' };
    const host = stubHost();
    host.state.set(ID.toLowerCase(), deployed);
    const outputs = { o: { type, value: `[${expression}]` } };
    const plan = planDeployment(template({ ...symbolic, resources, outputs }), {}, host);
    return { value: plan.outputs()['o']?.value, host };
  };

  it('reference() gives the properties, or all of it', () => {
    assert.equal(run([KV], "reference('kv').vaultUri").value, 'https://kv');
    assert.equal(run([KV], `reference('${ID}').vaultUri`).value, 'https://kv');
    assert.equal(run([], `reference('${ID}', '2023-07-01').vaultUri`).value, 'https://kv');
    assert.equal(run([KV], "reference('kv', '2023-07-01', 'Full').location").value, 'westeurope');
    assert.equal(
      run({ vault: KV }, "reference('vault', '2023-07-01', 'full').apiVersion").value,
      '2023-07-01',
    );
    assert.equal(
      run({ vault: { ...KV, existing: true } }, "reference('vault').VAULTURI").value,
      'https://kv',
    );
  });

  it('references() gives a list of a loop, without what is not deployed', () => {
    const loop = {
      ...KV,
      name: "[if(equals(copyIndex(), 0), 'kv', 'gone')]",
      condition: '[equals(copyIndex(), 0)]',
    };
    const resources = { vaults: { ...loop, copy: { name: 'vaults', count: 2 } } };
    assert.deepEqual(
      run(
        resources,
        "map(references('vaults'), lambda('v', lambdaVariables('v').vaultUri))",
        'array',
      ).value,
      ['https://kv'],
    );
    assert.equal(run(resources, "reference('vaults[0]').vaultUri").value, 'https://kv');
    assert.throws(
      () => run(resources, "reference('vaults').vaultUri"),
      (error: unknown) =>
        JSON.stringify(error).includes("refers to 'vaults', which stands for 2 resources"),
    );
  });

  it('resourceInfo() gives what the template says', () => {
    assert.deepEqual(run({ vault: KV }, "resourceInfo('vault')", 'object').value, {
      id: ID,
      name: 'kv',
      type: KV.type,
      apiVersion: KV.apiVersion,
    });
  });

  it('list*() calls the action with id, version and body', () => {
    const { value, host } = run(
      [KV],
      "listKeys('kv', '2023-07-01', createObject('kind', 'x')).keys[0].value",
    );
    assert.equal(value, `listKeys of ${ID}`);
    assert.deepEqual(host.listed, [
      { fn: 'listKeys', id: ID, apiVersion: '2023-07-01', body: { kind: 'x' } },
    ]);
    run({ vault: KV }, "string(listOutputsWithSecureValues('vault', '2025-04-01'))");
  });

  it('are not for variables', () => {
    for (const call of ["reference('kv')", "references('kv')", "listKeys('kv', '2023-07-01')"]) {
      const name = call.slice(0, call.indexOf('(')).toUpperCase();
      assert.throws(() => outputsOf({}, { resources: [KV], variables: { v: `[${call}]` } }), {
        message: `The template variable 'v' is not valid: The template function '${name}' is not expected at this location.`,
      });
    }
  });
});
