import assert from 'node:assert/strict';
import path_ from 'node:path';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import {
  choice,
  connection,
  defineInputs,
  document,
  entries,
  flag,
  integer,
  list,
  path,
  paths,
  readInputs,
  seconds,
  text,
  type InputReader,
  type InputSpec,
} from '../../../tasks/lib/host/inputs.ts';
import { fakePort, type FakeAgent } from '../../support/host.ts';

function problemsOf<I>(spec: InputSpec<I>, agent: FakeAgent): SpokelineError {
  try {
    readInputs(spec, fakePort(agent));
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error;
  }
  return assert.fail('there was no problem');
}

describe('host/inputs', () => {
  it('reads every kind', () => {
    const spec = defineInputs({
      action: choice(['create', 'validate'], { default: 'create' }),
      scope: choice(['group', 'tenant'], { required: true }),
      mode: choice(['a', 'b']),
      template: path({ required: true }),
      summary: path(),
      overlays: paths(),
      names: list(),
      timeout: seconds({ default: 3600, min: 1, max: 86400 }),
      wait: seconds(),
      count: integer({ default: -2 }),
      strict: flag({ default: false }),
      title: text({ default: 'none' }),
      note: text(),
      parameters: document(),
      tags: document({ required: true }),
      rules: entries(),
      none: entries(),
    });
    const given = readInputs(
      spec,
      fakePort({
        variables: { 'System.DefaultWorkingDirectory': '/job' },
        paths: { template: 'main.bicep' },
        inputs: {
          scope: 'tenant',
          overlays: 'a.yml\n  b/c.yml\n\n',
          names: 'one, two\nthree',
          timeout: '60',
          strict: 'True',
          parameters: 'keyVaultName: kv\nlist: [1, two]',
          tags: '{"a": "b"}',
          rules: '- a: 1\n- [b]',
        },
      }),
    );
    assert.deepEqual(given, {
      action: 'create',
      scope: 'tenant',
      mode: undefined,
      template: path_.resolve('/job/main.bicep'),
      summary: undefined,
      overlays: [path_.resolve('/job/a.yml'), path_.resolve('/job/b/c.yml')],
      names: ['one', 'two', 'three'],
      timeout: 60,
      wait: undefined,
      count: -2,
      strict: true,
      title: 'none',
      note: undefined,
      parameters: { keyVaultName: 'kv', list: [1, 'two'] },
      tags: { a: 'b' },
      rules: [{ a: 1 }, ['b']],
      none: [],
    });
    // The types, too: these lines do not compile if one of them is wrong.
    const action: 'create' | 'validate' = given.action;
    const mode: 'a' | 'b' | undefined = given.mode;
    const wait: number | undefined = given.wait;
    const timeout: number = given.timeout;
    assert.deepEqual([action, mode, wait, timeout], ['create', undefined, undefined, 60]);
  });

  const bad: [string, InputReader<unknown>, string | undefined, string][] = [
    ['choice', choice(['a', 'b'], { required: true }), undefined, 'is missing; allowed: a, b.'],
    ['choice', choice(['a', 'b']), 'A', 'is "A"; allowed: a, b.'],
    ['text', text({ required: true }), '  ', 'is missing; allowed: any text that is not empty.'],
    [
      'text with a pattern',
      text({ pattern: { expression: /^[a-z]+$/, allowed: 'lower-case letters' } }),
      'A b',
      'is "A b"; allowed: lower-case letters.',
    ],
    [
      'text of many lines',
      text({ pattern: { expression: /^x$/, allowed: 'x' } }),
      `y\n${'z'.repeat(100)}`,
      `is "y ${'z'.repeat(75)}..."; allowed: x.`,
    ],
    ['path', path({ required: true }), undefined, 'is missing; allowed: a path of the job.'],
    [
      'list',
      list({ required: true }),
      ' ,\n',
      'is missing; allowed: one or more entries, one a line.',
    ],
    [
      'paths',
      paths({ required: true }),
      '',
      'is missing; allowed: one or more entries, one a line.',
    ],
    [
      'seconds',
      seconds({ min: 1, max: 60, default: 5 }),
      '61',
      'is "61"; allowed: a whole number of seconds from 1 to 60.',
    ],
    [
      'seconds',
      seconds({ required: true, min: 0 }),
      undefined,
      'is missing; allowed: a whole number of seconds, at least 0.',
    ],
    ['seconds', seconds(), '1.5', 'is "1.5"; allowed: a whole number of seconds.'],
    ['seconds', seconds(), '5m', 'is "5m"; allowed: a whole number of seconds.'],
    ['integer', integer({ max: 3 }), '4', 'is "4"; allowed: a whole number, at most 3.'],
    ['integer', integer(), '0x10', 'is "0x10"; allowed: a whole number.'],
    [
      'integer',
      integer(),
      '99999999999999999999',
      'is "99999999999999999999"; allowed: a whole number.',
    ],
    ['flag', flag({ default: true }), 'yes', 'is "yes"; allowed: true, false.'],
    [
      'document',
      document({ required: true }),
      undefined,
      'is missing; allowed: an object in YAML or JSON.',
    ],
    ['document', document(), '- a', 'holds a list; allowed: an object in YAML or JSON.'],
    [
      'document',
      document(),
      'just text',
      'holds a single value; allowed: an object in YAML or JSON.',
    ],
    [
      'document',
      document(),
      'a: [1',
      'is not YAML or JSON: Flow sequence in block collection must be sufficiently indented and end ' +
        'with a ]; allowed: an object in YAML or JSON.',
    ],
    [
      'document',
      document(),
      'a: 1\na: 2',
      'is not YAML or JSON: Map keys must be unique; allowed: an object in YAML or JSON.',
    ],
    ['document', entries(), 'a: 1', 'holds no list; allowed: a list in YAML or JSON.'],
    [
      'document',
      entries(),
      '- a: [1',
      'is not YAML or JSON: Flow sequence in block collection must be sufficiently indented and end ' +
        'with a ]; allowed: a list in YAML or JSON.',
    ],
    [
      'connection',
      connection({ required: true }),
      undefined,
      'is missing; allowed: the name of an Azure Resource Manager service connection.',
    ],
  ];
  for (const [kind, reader, value, problem] of bad) {
    it(`refuses ${kind} ${JSON.stringify(value ?? 'left out')}`, () => {
      const error = problemsOf(defineInputs({ it: reader }), {
        inputs: value === undefined ? {} : { it: value },
      });
      assert.equal(error.details.map((d) => d.message).join('|'), `Input "it" ${problem}`);
      assert.equal(error.details[0]?.target, 'it');
    });
  }

  it('reports all problems in one error', () => {
    const spec = defineInputs({
      azureSubscription: connection({ required: true }),
      action: choice(['create', 'validate'], { required: true }),
      timeout: seconds({ default: 1, min: 1 }),
    });
    const error = problemsOf(spec, { inputs: { azureSubscription: 'none', timeout: '0' } });
    assert.equal(error.code, 'INPUT_INVALID');
    assert.equal(error.message, '3 problems in the inputs of the task.');
    assert.deepEqual(
      error.details.map((d) => `${d.target} ${d.code}`),
      ['azureSubscription CONNECTION_INVALID', 'action INPUT_INVALID', 'timeout INPUT_INVALID'],
    );
  });

  it('calls it CONNECTION_INVALID when nothing but a connection is wrong', () => {
    const error = problemsOf(defineInputs({ azureSubscription: connection() }), {
      inputs: { azureSubscription: 'none' },
    });
    assert.equal(error.code, 'CONNECTION_INVALID');
    assert.equal(error.message, 'One problem in the service connection.');
  });

  it('checks inputs against each other once each is right by itself', () => {
    let checks = 0;
    const spec = defineInputs(
      { action: choice(['create', 'validate'], { default: 'create' }), template: path() },
      (given, problem) => {
        checks += 1;
        if (given.action === 'create' && !given.template) {
          problem('template', 'is needed when action is create');
        }
      },
    );
    assert.deepEqual(problemsOf(spec, {}).details, [
      {
        target: 'template',
        code: 'INPUT_INVALID',
        message: 'Input "template" is needed when action is create.',
      },
    ]);
    assert.equal(problemsOf(spec, { inputs: { action: 'x' } }).details.length, 1);
    assert.equal(checks, 1);
  });

  it('tells what a manifest has to say', () => {
    const { readers } = defineInputs({
      action: choice(['a', 'b'], { default: 'b' }),
      wait: seconds({ default: 5 }),
      on: flag({ default: true }),
      file: path({ required: true }),
    });
    assert.deepEqual(
      Object.entries(readers).map(([name, r]) => [
        name,
        r.kind,
        r.required,
        r.defaultValue,
        r.choices,
      ]),
      [
        ['action', 'choice', false, 'b', ['a', 'b']],
        ['wait', 'seconds', false, '5', undefined],
        ['on', 'flag', false, 'true', undefined],
        ['file', 'path', true, undefined, undefined],
      ],
    );
  });

  it('keeps whole numbers beyond 2^53 where they have to be exact', () => {
    const spec = defineInputs({ parameters: document({ exact: true }) });
    const parameters = 'a: 9007199254740993\nb: [1, 0x10]\nc: 9007199254740991';
    assert.deepEqual(readInputs(spec, fakePort({ inputs: { parameters } })).parameters, {
      a: 9007199254740993n,
      b: [1, 16],
      c: 9007199254740991,
    });
  });

  for (const [name, text, why] of [
    ['aliases that explode', `a: &a [1]\nb: [${'*a, '.repeat(200)}]`, 'Excessive alias count'],
    ['a circle', 'a: &a { b: *a }', 'Converting circular structure'],
  ] as const) {
    it(`refuses a document with ${name}`, () => {
      const error = problemsOf(defineInputs({ parameters: document() }), {
        inputs: { parameters: text },
      });
      assert.equal(error.code, 'INPUT_INVALID');
      const [detail] = error.details;
      assert.ok(detail?.message.startsWith(`Input "parameters" cannot be used: ${why}`));
      assert.ok(detail?.message.endsWith('; allowed: an object in YAML or JSON.'));
    });
  }
});
