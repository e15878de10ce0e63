import assert from 'node:assert/strict';
import {
  mergeParameters,
  plainParameters,
  readParameters,
  type Parameters,
} from '../../../tasks/lib/deploy/parameters.ts';
import { readTemplate } from '../../../tasks/lib/deploy/template.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';

const nothing = { given: {}, variables: {} };
const schemas = 'https://schema.management.azure.com/schemas/2019-04-01';

function template(parameters: Record<string, unknown>) {
  return readTemplate(
    JSON.stringify({ $schema: `${schemas}/deploymentTemplate.json#`, parameters, resources: [] }),
    'main.json',
  );
}

function problems(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    assert.equal(error.code, 'INPUT_INVALID');
    return [error.message, ...error.details.map((d) => d.message)];
  }
  assert.fail('nothing was thrown');
}

describe('parameters of a deployment', () => {
  const hub = { region: 'westeurope' };

  it('come from the topology, the file and the inline values, the later winning', () => {
    const merged = mergeParameters(
      template({
        hub: { type: 'object' },
        stamp: { type: 'object' },
        sku: { type: 'string' },
        count: { type: 'int', defaultValue: 1 },
      }),
      { hub, stamp: { name: 'weu' }, topology: { name: 't' } },
      [
        plainParameters({ sku: 'Basic', stamp: { name: 'mine' } }),
        plainParameters({ SKU: 'Premium' }),
      ],
    );
    assert.deepEqual(merged, {
      hub: { value: hub },
      stamp: { value: { name: 'mine' } },
      sku: { value: 'Premium' },
    });
  });

  it('does not force an object on a parameter of another type that has the name', () => {
    const merged = mergeParameters(
      template({ stamp: { type: 'string', defaultValue: 'x' } }),
      { stamp: hub },
      [],
    );
    assert.deepEqual(merged, {});
  });

  it('are all checked at once, before anything is sent', () => {
    const declared = template({
      location: { type: 'string' },
      size: { type: 'int' },
      tags: { type: 'object', defaultValue: {} },
      on: { type: 'bool', defaultValue: true },
      zones: { type: 'array', defaultValue: [] },
      build: { type: 'string' },
    });
    const given = plainParameters({
      locatoin: 'x',
      size: 1.5,
      tags: [],
      on: 'true',
      zones: {},
      build: 20261126.1,
      other: 1,
    });
    const known = 'location, size, tags, on, zones, build';
    assert.deepEqual(
      problems(() => mergeParameters(declared, {}, [given])),
      [
        '8 problems in the parameters of the template.',
        `parameter "locatoin" is not declared by the template, which has ${known}; did you mean "location"?`,
        'parameter "size" is a fraction; allowed: int',
        'parameter "tags" is a list; allowed: object',
        'parameter "on" is a string; allowed: bool',
        'parameter "zones" is an object; allowed: array',
        'parameter "build" is a fraction; allowed: string, so put it in quotes',
        `parameter "other" is not declared by the template, which has ${known}`,
        'parameter "location" (string) is missing, and the template has no default for it',
      ],
    );
    assert.deepEqual(
      problems(() => mergeParameters(template({}), {}, [plainParameters({ a: 1 })])),
      [
        'One problem in the parameters of the template.',
        'parameter "a" is given, but the template declares none',
      ],
    );
  });

  it('are read from an ARM parameters file, with references to secrets', () => {
    const reference = { keyVault: { id: '/kv' }, secretName: 's' };
    const text = JSON.stringify({
      $schema: `${schemas}/deploymentParameters.json#`,
      parameters: { a: { value: null }, b: { reference } },
    });
    const expected: Parameters = { a: { value: null }, b: { reference } };
    assert.deepEqual(readParameters(text, 'p.json', nothing), expected);
    assert.deepEqual(readParameters('{"a":1}', 'p.json', nothing), { a: { value: 1 } });
  });

  it('are refused in files that are none', () => {
    const text = JSON.stringify({
      $schema: `${schemas}/deploymentParameters.json#`,
      parameters: { a: 1, b: { val: 1 } },
    });
    assert.deepEqual(
      problems(() => readParameters(text, 'p.json', nothing)),
      [
        'p.json cannot be used as a parameters file.',
        'parameter "a" has neither "value" nor "reference"',
        'parameter "b" has neither "value" nor "reference"',
      ],
    );
    assert.deepEqual(
      problems(() => readParameters('3', 'p.json', nothing)),
      ['p.json holds no JSON object.'],
    );
  });

  const withInputs = JSON.stringify({
    $schema: `${schemas}/deploymentParameters.json#`,
    parameters: {
      region: { expression: "[externalInputs('sys_cliArg_0')]" },
      password: { expression: "[externalInputs('sys_envVar_1')]" },
      tags: { expression: "[externalInputs('ev2_scope_2')]" },
      label: { expression: "[format('{0}-x', externalInputs('sys_cliArg_0'))]" },
      lost: { expression: "[externalInputs('gone')]" },
    },
    externalInputDefinitions: {
      sys_cliArg_0: { kind: 'sys.cliArg', config: 'region' },
      sys_envVar_1: { kind: 'sys.envVar', config: 'PASSWORD' },
      ev2_scope_2: { kind: 'ev2.scope', config: { a: 1 } },
    },
  });

  it('take external inputs that were given, of any type', () => {
    const text = JSON.stringify({
      ...(JSON.parse(withInputs) as object),
      parameters: {
        region: { expression: "[externalInputs('sys_cliArg_0')]" },
        password: { expression: "[externalInputs('sys_envVar_1')]" },
        tags: { expression: "[externalInputs('ev2_scope_2')]" },
      },
    });
    const given = { 'sys.cliArg:region': 'neu', region: 'weu', 'ev2.scope': { b: [1] } };
    assert.deepEqual(readParameters(text, 'p', { given, variables: { PASSWORD: 's' } }), {
      region: { value: 'neu' },
      password: { value: 's' },
      tags: { value: { b: [1] } },
    });
  });

  it('name the external inputs that are missing or that only ARM could compute', () => {
    assert.deepEqual(
      problems(() => readParameters(withInputs, 'p', nothing)),
      [
        'p cannot be used as a parameters file.',
        'parameter "region" asks for the external input sys.cliArg "region", which is not given; ' +
          'give it in the input "externalInputs" as "region"',
        'parameter "password" asks for the external input sys.envVar "PASSWORD", which is not given; ' +
          'name it in the input "environmentVariables" and set it',
        'parameter "tags" asks for the external input ev2.scope {"a":1}, which is not given; ' +
          'give it in the input "externalInputs" as "ev2.scope"',
        `parameter "label" computes with external inputs: [format('{0}-x', externalInputs('sys_cliArg_0'))]; ` +
          'only one that is an external input as a whole can be filled in',
        'parameter "lost" asks for an external input that is not defined',
      ],
    );
  });

  it('leave to Azure what computes with external inputs, and give it what that asks for', () => {
    const expression =
      "[format('{0}-{1}', externalInputs('sys_cliArg_0'), externalInputs('ev2_scope_2'))]";
    const text = JSON.stringify({
      ...(JSON.parse(withInputs) as object),
      parameters: { label: { expression } },
    });
    const values = { given: { region: 'weu', 'ev2.scope': 1 }, variables: {}, computed: true };
    const read = readParameters(text, 'p', values);
    assert.deepEqual(read, {
      label: {
        expression,
        inputs: {
          sys_cliArg_0: { kind: 'sys.cliArg', config: 'region', value: 'weu' },
          ev2_scope_2: { kind: 'ev2.scope', config: { a: 1 }, value: 1 },
        },
      },
    });
    assert.deepEqual(problems(() => readParameters(text, 'p', { ...values, given: {} })).slice(1), [
      'parameter "label" asks for the external input sys.cliArg "region", which is not given; ' +
        'give it in the input "externalInputs" as "region"',
      'parameter "label" asks for the external input ev2.scope {"a":1}, which is not given; ' +
        'give it in the input "externalInputs" as "ev2.scope"',
    ]);
    const secret = template({ label: { type: 'secureString' } });
    assert.deepEqual(problems(() => mergeParameters(secret, {}, [read])).slice(1), [
      'parameter "label" is secure and computes with external inputs, which Azure may keep; ' +
        'let it be an external input as a whole',
    ]);
  });
});
