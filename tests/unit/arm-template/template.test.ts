import assert from 'node:assert/strict';
import { EngineError, planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { stubHost, template } from './stub-host.ts';

const SCHEMA = 'https://schema.management.azure.com/schemas/';

const REFUSED: readonly (readonly [what: string, template: unknown, message: string])[] = [
  ['no object', [], 'The template must be a JSON object.'],
  [
    'no schema',
    { contentVersion: '1.0.0.0', resources: [] },
    "The required property '$schema' is missing or not a string.",
  ],
  [
    'an unknown schema',
    template({ $schema: `${SCHEMA}2030-01-01/deploymentTemplate.json#` }),
    `Template schema '${SCHEMA}2030-01-01/deploymentTemplate.json#' is not supported.`,
  ],
  [
    'a schema for parameters',
    template({ $schema: `${SCHEMA}2019-04-01/deploymentParameters.json#` }),
    `Template schema '${SCHEMA}2019-04-01/deploymentParameters.json#' is not supported.`,
  ],
  [
    'a schema for another scope',
    template({ $schema: `${SCHEMA}2018-05-01/subscriptionDeploymentTemplate.json#` }),
    `Template schema '${SCHEMA}2018-05-01/subscriptionDeploymentTemplate.json#' is not supported: it is for deployments at subscription scope and this one is at resourceGroup scope.`,
  ],
  [
    'no content version',
    { $schema: `${SCHEMA}2019-04-01/deploymentTemplate.json#`, resources: [] },
    "The required property 'contentVersion' is missing or not a string.",
  ],
  ['no resources', template({ resources: null }), "The required property 'resources' is missing."],
  [
    'resources by name without a language version',
    template({ resources: { a: {} } }),
    "'resources' must be an array when languageVersion is not '2.0'.",
  ],
  [
    'a list of resources with symbolic names',
    template({ languageVersion: '2.0', resources: [{}] }),
    "'resources' must be an object keyed by symbolic name when languageVersion is '2.0'.",
  ],
  [
    'a language version that is not known',
    template({ languageVersion: '3.0' }),
    "The language version '3.0' is not supported.",
  ],
  [
    'a member that is not known',
    template({ extensions: {} }),
    "Could not find member 'extensions' on object of type 'Template'.",
  ],
  ['parameters in a list', template({ parameters: [] }), "'parameters' must be an object."],
  ['functions in an object', template({ functions: {} }), "'functions' must be an array."],
  [
    'definitions in version 1.0',
    template({ definitions: { a: { type: 'int' } } }),
    "'definitions' need languageVersion '2.0'.",
  ],
  [
    'more outputs than allowed',
    template({
      outputs: Object.fromEntries(
        Array.from({ length: 65 }, (_, i) => [`o${i}`, { type: 'int', value: 1 }]),
      ),
    }),
    "A template has at most '64' outputs; this one has '65'.",
  ],
  [
    'a function without a namespace',
    template({ functions: [{ members: {} }] }),
    "A function namespace must have 'namespace' and 'members'.",
  ],
  [
    'a function without an output',
    template({ functions: [{ namespace: 'me', members: { f: {} } }] }),
    'A type definition must be an object.',
  ],
  [
    'a function with variables',
    template({
      variables: { v: 1 },
      functions: [
        { namespace: 'me', members: { f: { output: { type: 'int', value: "[variables('v')]" } } } },
      ],
    }),
    "The template function 'me.f' is not valid: The template function 'VARIABLES' is not expected at this location.",
  ],
  [
    'a function with a parameter of the template',
    template({
      parameters: { p: { type: 'int', defaultValue: 1 } },
      functions: [
        {
          namespace: 'me',
          members: { f: { output: { type: 'int', value: "[parameters('p')]" } } },
        },
      ],
    }),
    "The template function 'me.f' is not valid: The template parameter 'p' is not found.",
  ],
];

describe('a template is refused with', () => {
  for (const [what, document, message] of REFUSED) {
    it(what, () => {
      assert.throws(
        () => planDeployment(document, {}, stubHost()),
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

describe('variables', () => {
  const output = (members: Record<string, unknown>, value: string, type = 'array'): unknown => {
    const outputs = { o: { type, value } };
    return planDeployment(template({ ...members, outputs }), {}, stubHost()).outputs()['o']?.value;
  };

  it('are evaluated when asked for, with loops of their own', () => {
    const variables = {
      broken: "[fail('nobody asks')]",
      copy: [
        {
          name: 'names',
          count: "[length(variables('list'))]",
          input: "[variables('list')[copyIndex('names')]]",
        },
        { name: 'numbers', count: 2, input: { n: "[copyIndex('numbers', 1)]" } },
      ],
      list: ['a', 'b'],
      disk: {
        copy: [{ name: 'luns', count: 2, input: "[copyIndex('luns')]" }],
        size: '[add(1, 1)]',
      },
    };
    assert.deepEqual(output({ variables }, "[variables('names')]"), ['a', 'b']);
    assert.deepEqual(output({ variables }, "[variables('NUMBERS')]"), [{ n: 1 }, { n: 2 }]);
    assert.deepEqual(output({ variables }, "[variables('disk')]", 'object'), {
      luns: [0, 1],
      size: 2,
    });
  });

  it('name themselves in errors, also when they go in circles', () => {
    const error = (variables: Record<string, unknown>): string => {
      try {
        output({ variables }, "[variables('a')]");
      } catch (caught) {
        return caught instanceof EngineError ? (caught.details[0]?.message ?? '') : '';
      }
      return '';
    };
    assert.equal(
      error({ a: "[variables('b')]", b: "[variables('a')]" }),
      "The template output 'o' is not valid: The template variable 'a' depends on itself.",
    );
    assert.equal(
      error({ a: "[fail('no region')]" }),
      "The template output 'o' is not valid: The template variable 'a' is not valid: no region",
    );
  });

  it('copyIndex() without a name is refused in them', () => {
    const copy = [{ name: 'a', count: 1, input: '[copyIndex()]' }];
    assert.throws(() => output({ variables: { copy } }, "[variables('a')]"), {
      code: 'DeploymentOutputEvaluationFailed',
    });
  });
});

describe('functions of the template', () => {
  const functions = [
    {
      namespace: 'contoso',
      members: {
        uniqueName: {
          parameters: [{ name: 'prefix', type: 'string' }],
          output: { type: 'string', value: "[concat(toLower(parameters('prefix')), '-x')]" },
        },
        pair: {
          parameters: [{ name: 'a', type: 'string' }],
          output: { type: 'array', value: ["[contoso.uniqueName(parameters('A'))]", 1] },
        },
        wrong: { parameters: [], output: { type: 'int', value: 'text' } },
        endless: { parameters: [], output: { type: 'int', value: '[contoso.endless()]' } },
      },
    },
  ];
  const call = (expression: string, type: string): unknown => {
    const outputs = { o: { type, value: `[${expression}]` } };
    const plan = planDeployment(template({ functions, outputs }), {}, stubHost());
    try {
      return plan.outputs()['o']?.value;
    } catch (error) {
      return error instanceof EngineError ? error.details[0]?.message : error;
    }
  };

  it('are called in any letter case and call one another', () => {
    assert.equal(call("CONTOSO.uniquename('HUB')", 'string'), 'hub-x');
    assert.deepEqual(call("contoso.pair('A')", 'array'), ['a-x', 1]);
  });

  it('check the number and types of what they get and give', () => {
    const prefix = "The template output 'o' is not valid: ";
    assert.equal(
      call('contoso.uniqueName()', 'string'),
      `${prefix}The template function 'contoso.uniqueName' is called with 0 parameter(s); it is defined with 1.`,
    );
    assert.equal(
      call('contoso.uniqueName(5)', 'string'),
      `${prefix}The parameter 'prefix' of the template function 'contoso.uniqueName' JToken type is not valid. Expected 'String, Uri'. Actual 'Integer'.`,
    );
    assert.equal(
      call('contoso.wrong()', 'int'),
      `${prefix}The output of the template function 'contoso.wrong' JToken type is not valid. Expected 'Integer'. Actual 'String'.`,
    );
    assert.equal(
      call('contoso.endless()', 'int'),
      `${prefix}The template function 'contoso.endless' calls itself without end.`,
    );
  });
});

describe('functions without a documented example', () => {
  it('parseUri() and buildUri() are inverse', () => {
    const uri = 'https://contoso.com:8443/a/b?c=d';
    assert.deepEqual(evaluateExpression(`parseUri('${uri}')`, {}), {
      scheme: 'https',
      host: 'contoso.com',
      port: 8443,
      path: '/a/b',
      query: '?c=d',
    });
    assert.equal(evaluateExpression(`buildUri(parseUri('${uri}'))`, ''), uri);
    assert.equal(
      evaluateExpression("buildUri(createObject('scheme', 'http', 'host', 'x', 'path', 'y'))", ''),
      'http://x/y',
    );
  });

  it('distinct() keeps the first of each, by type', () => {
    assert.deepEqual(
      evaluateExpression(
        "distinct(createArray(1, '1', 1, createArray(1), createArray(1), 'a', 'A'))",
        [],
      ),
      [1, '1', [1], 'a', 'A'],
    );
  });

  it('no property name can reach the prototype', () => {
    assert.deepEqual(
      Object.keys(evaluateExpression(`json('{"__proto__":{"a":1}}')`, {}) as object),
      ['__proto__'],
    );
    assert.throws(() => evaluateExpression('createObject().constructor', ''));
    assert.throws(() => evaluateExpression("createObject('a', 1).__proto__", ''));
  });
});
