import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../sandbox/pipelines/expand/tree.ts';
import type { Connection } from '../../sandbox/pipelines/run/connections.ts';
import type { RunResult } from '../../sandbox/pipelines/run/result.ts';
import { PipelineWorld, jobOf, stamps, taskJson } from './pipelines-world.ts';

describe('what a run refuses and keeps', () => {
  let world: PipelineWorld;

  beforeEach(async () => {
    world = await PipelineWorld.create();
  });

  afterEach(async () => {
    await world.remove();
  });

  it('holds a task to its restrictions', async () => {
    await world.writeTask({
      ...taskJson,
      restrictions: {
        commands: { mode: 'restricted' },
        settableVariables: { allowed: ['stamp.*', 'legs'] },
      },
    });
    const yaml = `
steps:
- checkout: none
- task: Act@1
  name: act
  inputs:
    code: |
      line('##vso[task.setvariable variable=Stamp.x]yes');
      line('##vso[task.setvariable variable=other]no');
      line('##vso[task.setvariable variable=legs;isoutput=true]{}');
      line('##vso[task.uploadsummary]/nowhere.md');
      line('##vso[artifact.upload artifactname=a]/nowhere');
- bash: echo "$(stamp.x) $OTHER done"
  target: { settableVariables: none }
- bash: 'echo "##vso[task.setvariable variable=z]1"'
  target: { settableVariables: [a, b] }
- bash: echo "[\${Z-unset}]"
`;
    const result = await world.run(yaml);
    assert.equal(result.result, 'Succeeded', world.lines.join('\n'));
    assert.ok(world.printed().includes('yes  done'));
    assert.ok(world.printed().includes('[unset]'));
    const issues = jobOf(result, 'Job').steps.flatMap((step) => step.issues);
    assert.deepEqual(
      issues.map((issue) => issue.message),
      [
        "setting the variable 'other' is not allowed and is ignored",
        '##vso[task.uploadsummary] is not allowed in restricted mode and is ignored',
        '##vso[artifact.upload] is not allowed in restricted mode and is ignored',
        "setting the variable 'z' is not allowed and is ignored",
      ],
    );
    assert.deepEqual(result.outputs, { __default: { Job: { 'act.legs': '{}' } } });
  });

  it('keeps what steps hand over, and judges their commands', async () => {
    const yaml = `
steps:
- checkout: none
- bash: |
    echo '# one' > s.md; echo '<testsuites/>' > j.xml; mkdir a; echo x > a/f
    echo "##vso[task.uploadsummary]$PWD/s.md"
    echo "##vso[task.uploadsummary]$PWD/s.md"
    echo "##vso[results.publish type=JUnit;runTitle=Gate;resultFiles=$PWD/j.xml]"
    echo "##vso[artifact.upload artifactname=drop]$PWD/a"
    echo "##vso[build.addbuildtag]green"
    echo "##vso[task.prependpath]/opt/mine"
    echo "##vso[task.logissue type=warning;sourcepath=a.bicep;linenumber=3;columnnumber=4;code=C1]careful"
    echo "##vso[area.thing]x"
    echo "broken ##vso here"
  name: good
- bash: 'echo "$PATH" | cut -d: -f1'
- publish: a
  artifact: second
- bash: 'echo "##vso[task.setvariable variable=Build.BuildId]1"; echo "##vso[task.fly]x"'
  name: bad
`;
    const result = await world.run(yaml);
    assert.equal(result.result, 'Failed');
    const owner = { stage: '__default', job: 'Job', step: 'good' };
    assert.deepEqual(
      result.summaries.map((s) => s.file),
      ['summaries/s.md', 'summaries/2-s.md'],
    );
    assert.deepEqual(result.testResults, [
      { title: 'Gate', format: 'JUnit', files: ['test-results/j.xml'], ...owner },
    ]);
    assert.deepEqual(
      result.artifacts.map((a) => a.file),
      ['artifacts/drop', 'artifacts/second'],
    );
    assert.equal(await readFile(path.join(world.out, 'artifacts/drop/f'), 'utf8'), 'x\n');
    assert.deepEqual(result.tags, ['green']);
    assert.ok(world.printed().includes('/opt/mine'));
    const [good, , , bad] = jobOf(result, 'Job').steps.slice(1);
    assert.deepEqual(good?.issues, [
      {
        code: 'C1',
        sourcePath: 'a.bicep',
        line: 3,
        column: 4,
        type: 'warning',
        message: 'careful',
      },
      { type: 'warning', message: "there is no logging command area 'area'" },
      {
        type: 'warning',
        message: "'broken ##vso here' holds ##vso, but is no legal logging command",
      },
    ]);
    assert.deepEqual(bad?.issues, [
      { type: 'warning', message: "the variable 'Build.BuildId' is read-only and is not changed" },
      { type: 'error', message: 'the logging command ##vso[task.fly] is not known here' },
    ]);
  });

  it('rejects what it cannot run, all problems at once and before anything has run', async () => {
    const yaml = `
variables:
- group: secrets
stages:
- stage: s
  jobs:
  - job: a
    pool: server
    container: x
    steps:
    - task: Nope@1
    - task: Act@1
      inputs: { colour: red, mode: c, azureSubscription: nobody }
    - task: Act@1
      inputs: { code: x, mode: b, connection: fed }
    - task: PowerShell@2
    - checkout: other
    - bash: x
      condition: and(
    - bash: x
      target: { container: c }
  - deployment: d
    environment: e
    strategy:
      canary:
        increments: [1]
        deploy: { steps: [] }
`;
    const fed: Connection = { ...stamps, name: 'fed', scheme: 'WorkloadIdentityFederation' };
    const known = 'known: Act@1, CmdLine@2, Bash@3, Checkout@1, PublishPipelineArtifact@1';
    await assert.rejects(world.run(yaml, { connections: [fed] }), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.deepEqual(error.message.split('\n'), [
        "the pipeline: the variable group 'secrets' is not known here",
        "p.yml:7:5: job 's.a': jobs in the pool 'server' cannot be run here",
        "p.yml:7:5: job 's.a': 'container' cannot be run here",
        "p.yml:18:7: job 's.a' step 6: condition: a value is missing in expression 'and('",
        "p.yml:20:7: job 's.a' step 7: a container as target cannot be run here",
        "p.yml:22:5: job 's.d': the deployment strategy 'canary' cannot be run here",
        `p.yml:11:7: job 's.a' step 1: unknown task 'Nope@1'; ${known}`,
        "p.yml:12:7: job 's.a' step 2: Act@1: unknown input 'colour'; known: code, azureSubscription, file, mode, only.b",
        "p.yml:12:7: job 's.a' step 2: Act@1: 'c' is not allowed for input 'mode'; allowed: a, b",
        "p.yml:12:7: job 's.a' step 2: Act@1: input 'code' is required",
        "p.yml:12:7: job 's.a' step 2: Act@1: input 'azureSubscription': unknown service connection 'nobody'; known: fed",
        "p.yml:14:7: job 's.a' step 3: Act@1: input 'only.b' is required",
        "p.yml:14:7: job 's.a' step 3: connection 'fed' needs OIDC tokens, and nothing issues them",
        `p.yml:16:7: job 's.a' step 4: unknown task 'PowerShell@2'; ${known}`,
        "p.yml:17:7: job 's.a' step 5: unknown repository 'other'; known: self",
      ]);
      return true;
    });
    assert.deepEqual(world.lines, []);
    await assert.rejects(readdir(world.out), { code: 'ENOENT' });
  });

  it('rejects tasks that are not what they are called', async () => {
    const folder = world.task;
    const bad = (tasks: Record<string, string>): Promise<RunResult> =>
      world.run('steps: []', { tasks });
    await assert.rejects(bad({ 'Other@1': folder }), /Other@1: .*act holds Act@1/);
    await assert.rejects(bad({ Act: folder }), /'Act' is not Name@major/);
    await assert.rejects(bad({ 'Act@1': `${folder}x` }), /Act@1: folder .*actx not found/);
    await world.writeTask({ ...taskJson, execution: { Node20: { target: 'index.js' } } });
    await assert.rejects(bad({ 'Act@1': folder }), /no handler of Node24, Node20_1/);
    await world.writeTask({ ...taskJson, execution: { Node24: { target: 'no.js' } } });
    await assert.rejects(bad({ 'Act@1': folder }), /the execution target .*no.js was not found/);
  });
});
