import assert from 'node:assert/strict';
import {
  mergeParameters,
  plainParameters,
  readParameters,
  type Parameters,
} from '../../../tasks/lib/deploy/parameters.ts';
import { readTemplate } from '../../../tasks/lib/deploy/template.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';

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
    });
    const given = plainParameters({
      locatoin: 'x',
      size: 1.5,
      tags: [],
      on: 'true',
      zones: {},
      other: 1,
    });
    const known = 'location, size, tags, on, zones';
    assert.deepEqual(
      problems(() => mergeParameters(declared, {}, [given])),
      [
        '7 problems in the parameters of the template.',
        `parameter "locatoin" is not declared by the template, which has ${known}; did you mean "location"?`,
        'parameter "size" is a fraction; allowed: int',
        'parameter "tags" is a list; allowed: object',
        'parameter "on" is a string; allowed: bool',
        'parameter "zones" is an object; allowed: array',
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
    assert.deepEqual(readParameters(text, 'p.json'), expected);
    assert.deepEqual(readParameters('{"a":1}', 'p.json'), { a: { value: 1 } });
  });

  it('are refused in files that are none', () => {
    const text = JSON.stringify({
      $schema: `${schemas}/deploymentParameters.json#`,
      parameters: { a: 1, b: { val: 1 } },
    });
    assert.deepEqual(
      problems(() => readParameters(text, 'p.json')),
      [
        'p.json is no parameters file of ARM.',
        'parameter "a" has neither "value" nor "reference"',
        'parameter "b" has neither "value" nor "reference"',
      ],
    );
    assert.deepEqual(
      problems(() => readParameters('', 'main.bicepparam')),
      ['main.bicepparam: .bicepparam files are not supported yet.'],
    );
    assert.deepEqual(
      problems(() => readParameters('3', 'p.json')),
      ['p.json holds no JSON object.'],
    );
  });
});
