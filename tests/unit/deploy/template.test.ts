import assert from 'node:assert/strict';
import {
  fingerprint,
  parseJsonObject,
  readTemplate,
  secretsIn,
} from '../../../tasks/lib/deploy/template.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';

describe('an ARM template', () => {
  it('tells its parameters, outputs and resources', () => {
    const template = readTemplate(
      JSON.stringify({
        $schema: schema,
        definitions: { name: { type: 'string', nullable: true }, key: { type: 'securestring' } },
        parameters: {
          a: { type: 'string' },
          b: { type: 'int', defaultValue: 0 },
          c: { $ref: '#/definitions/name' },
          d: { $ref: '#/definitions/key' },
          e: { type: 'secureObject', defaultValue: {} },
        },
        resources: { x: { type: 't' }, y: { type: 't', existing: true } },
        outputs: { o: { type: 'SecureString', value: 'v' }, p: { type: 'array', value: [] } },
      }),
      'main.json',
    );
    assert.deepEqual(template.parameters, {
      a: { type: 'string', secure: false, optional: false },
      b: { type: 'int', secure: false, optional: true },
      c: { type: 'string', secure: false, optional: true },
      d: { type: 'securestring', secure: true, optional: false },
      e: { type: 'secureObject', secure: true, optional: true },
    });
    assert.deepEqual(template.outputs, {
      o: { type: 'SecureString', secure: true },
      p: { type: 'array', secure: false },
    });
    assert.deepEqual(template.expected, { resources: 1, certain: 1 });
  });

  it('counts children that stand inside of their parents', () => {
    const child = { type: 'subnets' };
    const resources = [
      { type: 't', resources: [child, { ...child, condition: true }] },
      { type: 't', condition: true, resources: [child] },
      { type: 't', existing: true, resources: { symbol: child } },
    ];
    const { expected } = readTemplate(JSON.stringify({ $schema: schema, resources }), 'main.json');
    assert.deepEqual(expected, { resources: 6, certain: 3 });
  });

  it('knows the secrets of tagged unions, and of types that have themselves as parts', () => {
    const tag = (name: string, type: string) => ({
      type: 'object',
      properties: { kind: { type: 'string', allowedValues: [name] }, key: { type } },
    });
    const mapping = { a: { $ref: '#/definitions/a' }, b: { $ref: '#/definitions/b' } };
    const branch = { $ref: '#/definitions/tree', nullable: true };
    const template = readTemplate(
      JSON.stringify({
        $schema: schema,
        definitions: {
          a: tag('a', 'securestring'),
          b: tag('b', 'string'),
          login: { type: 'object', discriminator: { propertyName: 'kind', mapping } },
          tree: {
            type: 'object',
            properties: Object.fromEntries([...'abcdefgh'].map((name) => [name, branch])),
          },
        },
        parameters: {
          logins: { type: 'array', items: { $ref: '#/definitions/login' } },
          tree: { $ref: '#/definitions/tree' },
        },
        resources: [],
      }),
      'main.json',
    );
    const { logins, tree } = template.parameters;
    assert.deepEqual([logins?.secure, tree?.secure], [true, false]);
    const value = ['a', 'b'].map((kind) => ({ kind, key: `key of ${kind}` }));
    assert.deepEqual(secretsIn(template, 'parameters', 'logins', value), ['key of a']);
  });

  it('may begin with a byte order mark', () => {
    const text = `\uFEFF${JSON.stringify({ $schema: schema, resources: [] })}`;
    assert.equal(readTemplate(text, 'main.json').expected.resources, 0);
  });

  const bad: [string, string, string][] = [
    ['a list', '[]', 'main.json holds no JSON object.'],
    [
      'another document',
      '{"$schema":"https://x/deploymentParameters.json#"}',
      'main.json is no ARM template: "$schema" is "https://x/deploymentParameters.json#", ' +
        'not the address of a deploymentTemplate.json.',
    ],
    [
      'no schema',
      '{"resources":[]}',
      'main.json is no ARM template: "$schema" is null, not the address of a deploymentTemplate.json.',
    ],
    ['no resources', `{"$schema":"${schema}"}`, 'main.json has no "resources".'],
  ];
  for (const [name, text, message] of bad) {
    it(`is refused when it is ${name}`, () => {
      assert.throws(() => readTemplate(text, 'main.json'), { code: 'TEMPLATE_INVALID', message });
    });
  }

  it('may have comments, which keep their place', () => {
    const text = `// first\n{ /* "a": 1,\n */ "$schema": "${schema}", "resources": [] // "//" \n}`;
    assert.deepEqual(readTemplate(text, 'main.json').body, { $schema: schema, resources: [] });
    const texts = '{"a": "// no /* comment */", "b": "\\"// no"}';
    assert.deepEqual(parseJsonObject(texts, 'p.json', 'INPUT_INVALID'), {
      a: '// no /* comment */',
      b: '"// no',
    });
    assert.throws(
      () => parseJsonObject('/* two\nlines */ {\n  b\n}', 'p.json', 'INPUT_INVALID'),
      (error) =>
        error instanceof SpokelineError &&
        error.details[0]?.line === 3 &&
        error.details[0].column === 3,
    );
  });

  it('that is not JSON is named with line and column', () => {
    try {
      readTemplate('{\n  "a": 1,\n  b\n}', 'main.json');
      assert.fail('nothing was thrown');
    } catch (error) {
      assert.ok(error instanceof SpokelineError);
      assert.equal(error.message, 'main.json is not JSON.');
      const [detail] = error.details;
      assert.deepEqual([detail?.file, detail?.line, detail?.column], ['main.json', 3, 3]);
    }
  });

  it('that is not JSON is not quoted, for it may hold a secret', () => {
    for (const text of ['{"key": hunter2}', `{"a": "${'x'.repeat(60)}", "key": hunter2, "b": 1}`]) {
      assert.throws(
        () => parseJsonObject(text, 'p.json', 'INPUT_INVALID'),
        (error) => {
          assert.ok(error instanceof SpokelineError);
          assert.match(error.details[0]?.message ?? '', /^Unexpected token 'h'/);
          assert.equal(error.details[0]?.message.includes('hunter'), false);
          assert.equal(error.cause, undefined);
          return true;
        },
      );
    }
  });

  it('has a fingerprint that the order of keys does not change', () => {
    const one = fingerprint({ a: [1, { b: 2, c: null }], d: 'x' });
    assert.equal(one, fingerprint({ d: 'x', a: [1, { c: null, b: 2 }] }));
    assert.notEqual(one, fingerprint({ d: 'x', a: [{ c: null, b: 2 }, 1] }));
    assert.match(one, /^[0-9a-f]{32}$/);
  });
});
