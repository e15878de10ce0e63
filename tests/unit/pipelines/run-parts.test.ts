import assert from 'node:assert/strict';
import { parseExpression } from '../../../sandbox/pipelines/expressions/parser.ts';
import { PipelineError } from '../../../sandbox/pipelines/expand/tree.ts';
import { parseConnections } from '../../../sandbox/pipelines/run/connections.ts';
import { expandMacros, JobVariables } from '../../../sandbox/pipelines/run/job-variables.ts';
import { legsOf } from '../../../sandbox/pipelines/run/legs.ts';
import { parseCommand } from '../../../sandbox/pipelines/run/logging-command.ts';
import { Masker } from '../../../sandbox/pipelines/run/masker.ts';
import { buildNumber } from '../../../sandbox/pipelines/run/predefined.ts';
import { combineResults, mergeResults } from '../../../sandbox/pipelines/run/result.ts';
import type { TaskResult } from '../../../sandbox/pipelines/run/result.ts';
import { conditionHolds, runTimeText } from '../../../sandbox/pipelines/run/run-time.ts';
import type { Finished, RunTimeView } from '../../../sandbox/pipelines/run/run-time.ts';
import { isVisible } from '../../../sandbox/pipelines/run/visible-rule.ts';

describe('logging commands', () => {
  const table: [line: string, area: string, properties: Record<string, string>, data: string][] = [
    ['##vso[task.debug]hi', 'task.debug', {}, 'hi'],
    [
      'before ##vso[Task.SetVariable Variable=x;isSecret=true;]v',
      'task.setvariable',
      { variable: 'x', issecret: 'true' },
      'v',
    ],
    [
      '##vso[task.setvariable variable=a%3Bb;empty=]1%0A2%0D%5D%AZP253B',
      'task.setvariable',
      { variable: 'a;b' },
      '1\n2\r]%3B',
    ],
    [
      '##vso[task.logissue type=error;code=A=B]x]y',
      'task.logissue',
      { type: 'error', code: 'A=B' },
      'x]y',
    ],
  ];
  for (const [line, name, properties, data] of table) {
    it(line, () => {
      const command = parseCommand(line);
      assert.ok(command !== undefined && command !== 'malformed');
      assert.equal(`${command.area}.${command.event}`, name);
      assert.deepEqual(Object.fromEntries(command.properties), properties);
      assert.equal(command.data, data);
    });
  }

  for (const line of ['##vso[task]x', '##vso[task.a.b]x', '##vso[task.debug', '##vso task.debug']) {
    it(`calls ${line} malformed`, () => {
      assert.equal(parseCommand(line), 'malformed');
    });
  }

  it('leaves other lines alone', () => {
    assert.equal(parseCommand('##[section]x'), undefined);
  });
});

describe('masking', () => {
  const masker = new Masker();
  for (const secret of ['abc', 'bcd', 'with "quote"', 'two\nlines', ' ', 'a b/c'])
    masker.add(secret);
  const table: [line: string, masked: string][] = [
    ['nothing', 'nothing'],
    ['abc', '***'],
    ['xabcdx', 'x***x'],
    ['abcabc-abc', '***-***'],
    ['{"a":"with \\"quote\\""}', '{"a":"***"}'],
    ['say two and lines', 'say *** and ***'],
    ['?q=a%20b%2Fc', '?q=***'],
    ['a blank stays', 'a blank stays'],
  ];
  for (const [line, masked] of table) {
    it(line, () => {
      assert.equal(masker.mask(line), masked);
    });
  }
});

describe('macros', () => {
  const values = new Map([
    ['a', '1'],
    ['b', '$(a)'],
  ]);
  const table: [text: string, result: string][] = [
    ['$(a)-$(a)', '1-1'],
    ['$(none)', '$(none)'],
    ['$(b)', '$(a)'],
    ['$($(a))', '$(1)'],
    ['$(a', '$(a'],
    ['$((1 + 2)) $(a)', '$((1 + 2)) 1'],
  ];
  for (const [text, result] of table) {
    it(text, () => {
      assert.equal(
        expandMacros(text, (name) => values.get(name)),
        result,
      );
    });
  }

  it('expands variables of the YAML in each other, but not what a step has set', () => {
    const variables = new JobVariables();
    variables.define('all', '$(One)-$(two)-$(all)');
    variables.define('one', '1');
    variables.set('two', '$(one)');
    assert.equal(variables.expand('$(ALL)'), '1-$(one)-$(all)');
  });

  it('keeps a secret secret when it is set again', () => {
    const variables = new JobVariables();
    variables.set('x', '1', { secret: true });
    variables.set('X', '2');
    assert.deepEqual(variables.find('x'), { name: 'x', value: '2', secret: true, readonly: false });
    assert.deepEqual([...variables.mapping()], [['x', '***']]);
  });
});

describe('results', () => {
  const merges: [TaskResult | undefined, TaskResult, TaskResult][] = [
    [undefined, 'Succeeded', 'Succeeded'],
    ['Succeeded', 'Failed', 'Failed'],
    ['Failed', 'Succeeded', 'Failed'],
    ['SucceededWithIssues', 'Succeeded', 'SucceededWithIssues'],
    ['Canceled', 'Failed', 'Canceled'],
    ['Failed', 'Canceled', 'Canceled'],
  ];
  for (const [current, coming, result] of merges) {
    it(`${String(current)} and ${coming} make ${result}`, () => {
      assert.equal(mergeResults(current, coming), result);
    });
  }

  it('does not count what was skipped unless all was', () => {
    assert.equal(combineResults(['Skipped', 'Succeeded']), 'Succeeded');
    assert.equal(combineResults(['Skipped', 'Skipped']), 'Skipped');
    assert.equal(combineResults(['SucceededWithIssues', 'Succeeded']), 'SucceededWithIssues');
    assert.equal(combineResults(['Failed', 'Canceled']), 'Canceled');
    assert.equal(combineResults([]), 'Succeeded');
  });
});

function finished(name: string, result: TaskResult, ancestors: Finished[] = []): Finished {
  const outputs = new Map([['s.x', { value: 'on', secret: false }]]);
  const all = [...new Set(ancestors.flatMap((one) => [one, ...one.ancestors]))];
  return { name, result, outputs, ancestors: all };
}

function view(dependencies: Finished[], more: Partial<RunTimeView> = {}): RunTimeView {
  const startedAt = '2026-11-21T10:00:00.000Z';
  return { dependencies, stages: [], cancelled: false, startedAt, counters: new Map(), ...more };
}

describe('conditions of stages and jobs', () => {
  const a = finished('A', 'Failed');
  const b = finished('B', 'Succeeded', [a]);
  const skipped = finished('S', 'Skipped');
  const table: [
    condition: string,
    dependencies: Finished[],
    holds: boolean,
    cancelled?: boolean,
  ][] = [
    ['succeeded()', [], true],
    ['succeeded()', [a], false],
    ['succeeded()', [b], false],
    ["succeeded('B')", [b], true],
    ['succeeded()', [skipped], false],
    ['failed()', [b], true],
    ['failed()', [skipped], false],
    ['succeededOrFailed()', [a], true],
    ['succeededOrFailed()', [a], false, true],
    ['always()', [a], true, true],
    ['canceled()', [], true, true],
    ["in(dependencies.S.result, 'Succeeded', 'Skipped')", [skipped], true],
    ["eq(dependencies.B.outputs['s.x'], 'ON')", [b], true],
    ["eq(variables['flag'], 'yes')", [], true],
    ["eq(dependencies.none.outputs['s.x'], '')", [], true],
  ];
  const variables = new JobVariables();
  variables.define('flag', 'yes');
  for (const [condition, dependencies, holds, cancelled = false] of table) {
    const names = dependencies.map((one) => one.name).join();
    it(`${condition} after ${names || 'nothing'}${cancelled ? ', cancelled' : ''}`, () => {
      const expression = parseExpression(condition);
      assert.equal(conditionHolds(expression, view(dependencies, { cancelled }), variables), holds);
    });
  }

  it('counts from its seed and once for a run', () => {
    const one = view([]);
    assert.equal(runTimeText("counter('k', 100)", one, variables), '100');
    assert.equal(runTimeText("counter('k', 7)", one, variables), '100');
    assert.equal(runTimeText("format('{0:yyyy}', pipeline.startTime)", one, variables), '2026');
  });
});

describe('a matrix computed at run time', () => {
  const legs = (json: string): unknown => {
    const variables = new JobVariables();
    variables.set('m', json);
    const strategy = { kind: 'computed', expression: '$[ variables.m ]', maxParallel: 0 } as const;
    return legsOf(strategy, view([]), variables);
  };

  it('takes a JSON object of objects', () => {
    assert.deepEqual(legs('{"a":{"x":"1","n":2}}'), [{ name: 'a', variables: { x: '1', n: '2' } }]);
    assert.deepEqual(legs(`{'a':{'x':'1'}}`), [{ name: 'a', variables: { x: '1' } }]);
    assert.deepEqual(legs('{}'), []);
    assert.deepEqual(legs(''), []);
  });

  const bad: [json: string, message: RegExp][] = [
    ['{', /the matrix is no JSON: \{/],
    ['[]', /the matrix must be a JSON object/],
    ['{"a":1}', /leg 'a' of the matrix must be a JSON object/],
    ['{"a":{"x":[]}}', /'x' in leg 'a' of the matrix must be text/],
    ['{"a-b":{}}', /'a-b' is no valid name for a leg/],
  ];
  for (const [json, message] of bad) {
    it(`refuses ${json}`, () => {
      assert.throws(() => legs(json), message);
    });
  }
});

describe('small rules', () => {
  it('evaluates visible rules', () => {
    const values = new Map([
      ['Action', 'create'],
      ['scope', 'group'],
    ]);
    assert.equal(isVisible('action = Create', values), true);
    assert.equal(isVisible('action != create', values), false);
    assert.equal(isVisible('action = x || scope = group', values), true);
    assert.equal(isVisible('action = create && scope = other', values), false);
    assert.equal(isVisible('scope in other,group', values), true);
    assert.throws(() => isVisible('what?', values), /the visible rule 'what\?' cannot be read/);
  });

  it('makes the number of a run', () => {
    const at = new Date('2026-11-21T09:08:07Z');
    const number = (format?: string): string =>
      buildNumber(format, at, (name) => (name === 'Build.BuildId' ? '42' : undefined));
    assert.equal(number(), '20261121.1');
    assert.equal(
      number('r-$(Date:yyyy.MM.dd-HHmmss)$(Rev:.rr)-$(Build.BuildId)$(x)'),
      'r-2026.11.21-090807.01-42$(x)',
    );
  });

  const connection = {
    name: 'c',
    id: '00000000-0000-4000-8000-000000000001',
    url: 'https://x',
    scheme: 'ServicePrincipal',
  };
  const bad: [document: unknown, message: string][] = [
    [{}, 'connections must be a list'],
    [[1], "connection 0: 'scheme' must be text"],
    [[{ ...connection, scheme: 'Basic' }], "connection 'c': unknown scheme 'Basic'"],
    [[{ ...connection, id: '1' }], "connection 'c': '1' is no GUID"],
    [[{ ...connection, data: [] }], "connection 'c': 'data' must be a mapping"],
    [[{ ...connection, parameters: { a: 1 } }], "connection 'c': 'parameters': 'a' must be text"],
  ];
  for (const [document, message] of bad) {
    it(`refuses connections: ${message}`, () => {
      assert.throws(() => parseConnections(document), new PipelineError(message));
    });
  }

  it('reads connections', () => {
    assert.deepEqual(parseConnections([connection]), [{ ...connection, parameters: {}, data: {} }]);
  });
});
