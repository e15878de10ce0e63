import assert from 'node:assert/strict';
import { PipelineError } from '../../../sandbox/pipelines/expand/tree.ts';
import { Repository } from './repository.ts';
import type { Files, More } from './repository.ts';

describe('rejecting a pipeline', () => {
  let repository: Repository;

  beforeEach(async () => {
    repository = await Repository.create();
  });

  afterEach(async () => {
    await repository.remove();
  });

  const job = 'jobs:\n- job: a\n  steps: []\n';
  const typed = (type: string, rest = ''): string =>
    `parameters:\n- name: p\n  type: ${type}\n${rest}steps: []\n`;
  const rejected: [title: string, files: Files, message: string, more?: More][] = [
    ['an empty file', '', 'pipeline.yml is empty'],
    ['a list', '- a\n', 'pipeline.yml:1:1: a mapping is expected at the top of the file'],
    [
      'no body',
      'trigger: none\n',
      'pipeline.yml:1:1: one of stages, jobs, steps, extends is expected',
    ],
    ['two bodies', `${job}steps: []\n`, "pipeline.yml:4:1: 'steps' is not allowed beside 'jobs'"],
    [
      'unknown root key',
      `${job}colour: x\n`,
      "pipeline.yml:4:1: unexpected value 'colour' in a pipeline",
    ],
    [
      'unknown step key',
      'steps:\n- script: x\n  colour: y\n',
      "pipeline.yml:3:3: unexpected value 'colour' in a step",
    ],
    ['a foreign item', 'steps:\n- job: x\n', "pipeline.yml:2:3: unexpected value 'job' in a step"],
    [
      'a bare word',
      'steps:\n- x\n',
      "pipeline.yml:2:3: unexpected 'x': an item of 'steps' is expected here",
    ],
    [
      'no version',
      'steps:\n- task: Bash\n',
      "pipeline.yml:2:3: 'Bash' is no task: write Name@major",
    ],
    [
      'a mapping for text',
      'steps:\n- script: { a: b }\n',
      "pipeline.yml:2:11: 'script' must be text, not a mapping",
    ],
    [
      'a list for env',
      'steps:\n- script: x\n  env: [a]\n',
      "pipeline.yml:3:8: 'env' must be a mapping",
    ],
    [
      'no boolean',
      'steps:\n- script: x\n  enabled: maybe\n',
      "pipeline.yml:3:12: 'maybe' is no boolean for 'enabled'",
    ],
    ['an alias', 'steps: &a\n- script: x\n', 'pipeline.yml:2:1: YAML anchors are not supported'],
    [
      'a key twice',
      'steps:\n- script: x\n  Script: y\n',
      "pipeline.yml:3:3: 'Script' is already defined",
    ],
    [
      'a stray else',
      'steps:\n- ${{ else }}:\n  - script: x\n',
      "pipeline.yml:2:3: 'else' without 'if' before it",
    ],
    [
      'a directive without colon',
      'steps:\n- ${{ if true }}\n',
      "pipeline.yml:2:3: the directive 'if true' is not allowed here; is a ':' missing?",
    ],
    [
      'a loop over text',
      "steps:\n- ${{ each x in 'ab' }}:\n  - script: x\n",
      "pipeline.yml:2:3: 'each x in 'ab'' needs a sequence or a mapping to go through",
    ],
    [
      'a missing template',
      'steps:\n- template: no.yml\n',
      "pipeline.yml:2:13: file 'no.yml' was not found",
    ],
    [
      'an unknown alias',
      'steps:\n- template: a.yml@hub\n',
      "pipeline.yml:2:13: unknown repository 'hub'; known: self",
    ],
    [
      'a template outside',
      'steps:\n- template: ../a.yml\n',
      "pipeline.yml:2:13: template '../a.yml' is outside its repository",
    ],
    [
      'a key beside template',
      'steps:\n- template: a.yml\n  name: x\n',
      "pipeline.yml:3:3: unexpected value 'name' in a template reference",
    ],
    [
      'a template of another kind',
      { 'pipeline.yml': 'steps:\n- template: t.yml\n', 't.yml': job },
      "t.yml:1:1: unexpected value 'jobs' in a template of steps",
    ],
    [
      'a circle of templates',
      { 'pipeline.yml': 'steps:\n- template: t.yml\n', 't.yml': 'steps:\n- template: t.yml\n' },
      "t.yml:2:13: template 't.yml' is nested deeper than 100 levels",
    ],
    ['an unknown type', typed('text'), "pipeline.yml:3:3: unknown type 'text' of parameter 'p'"],
    [
      'a missing value',
      typed('string'),
      "pipeline.yml:1:1: pipeline.yml: a value for the 'p' parameter must be provided",
    ],
    [
      'no number',
      typed('number', '  default: x\n'),
      "pipeline.yml:4:12: parameter 'p' must be a number, not 'x'",
    ],
    [
      'a text for steps',
      typed('stepList', '  default: x\n'),
      "pipeline.yml:4:12: parameter 'p' must be a sequence",
    ],
    [
      'a value not allowed',
      typed('string', '  default: c\n  values: [a, b]\n'),
      "pipeline.yml:4:12: 'c' is not allowed for parameter 'p'; allowed: a, b",
    ],
    [
      'a nameless parameter',
      'parameters:\n- type: string\nsteps: []\n',
      "pipeline.yml:2:3: a parameter needs a 'name'",
    ],
    [
      'an unexpected parameter',
      job,
      "unexpected parameter 'x' for pipeline.yml",
      { parameters: { x: 1 } },
    ],
    [
      'an undeclared parameter',
      'steps:\n- script: ${{ parameters.x }}\n',
      "pipeline.yml:2:11: 'parameters.x': pipeline.yml declares no parameter 'x' in expression 'parameters.x'",
    ],
    [
      'no JSON',
      typed('object'),
      "parameter 'p' of type object must be given as JSON text",
      { parameters: { p: '{' } },
    ],
    [
      'a job twice',
      `${job}- job: A\n  steps: []\n`,
      "pipeline.yml:4:3: job 'A' is already defined in stage '__default'",
    ],
    [
      'a bad name',
      'jobs:\n- job: a-b\n  steps: []\n',
      "pipeline.yml:2:3: 'a-b' is not a valid name for a job",
    ],
    [
      'an unknown dependency',
      'jobs:\n- job: a\n  dependsOn: b\n  steps: []\n',
      "pipeline.yml:2:3: job 'a' depends on unknown job 'b' in stage '__default'",
    ],
    [
      'a circle',
      'jobs:\n- job: a\n  dependsOn: b\n  steps: []\n- job: b\n  dependsOn: a\n  steps: []\n',
      'the jobs depend on each other in a circle: a -> b -> a',
    ],
    [
      'variables twice',
      {
        'pipeline.yml': 'variables: { a: 1 }\nextends: { template: t.yml }\n',
        't.yml': `variables: { b: 2 }\n${job}`,
      },
      "t.yml:1:1: 'variables' is already defined",
    ],
  ];
  for (const [title, files, message, more] of rejected) {
    it(`rejects ${title}`, async () => {
      await assert.rejects(repository.expand(files, more), (error) => {
        assert.ok(error instanceof PipelineError, String(error));
        assert.equal(error.message, message);
        return true;
      });
    });
  }

  it('rejects a syntax error in a branch that is never taken', async () => {
    const source = 'steps:\n- ${{ if false }}:\n  - script: ${{ 1 + 2 }}\n';
    await assert.rejects(repository.expand(source), /pipeline.yml:3:13: unexpected symbol '\+'/);
  });

  it('accepts an unknown function in a branch that is never taken', async () => {
    const source = 'steps:\n- ${{ if false }}:\n  - script: ${{ nothing() }}\n';
    assert.deepEqual(await repository.scripts(source), []);
  });

  it('stops at 20 MB', async () => {
    const digits = "split('0,1,2,3,4,5,6,7,8,9', ',')";
    const loops = ['a', 'b', 'c', 'd', 'e'].map(
      (name, depth) => `${'  '.repeat(depth)}- \${{ each ${name} in ${digits} }}:\n`,
    );
    const source = `steps:\n${loops.join('')}          - script: ${'x'.repeat(300)}\n`;
    await assert.rejects(repository.expand(source), /the expanded pipeline is larger than 20 MB/);
  });
});
