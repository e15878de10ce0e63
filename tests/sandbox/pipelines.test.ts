import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PipelineWorld, hub, jobOf, resultsOf, stamps } from './pipelines-world.ts';

describe('running a pipeline', () => {
  let world: PipelineWorld;

  beforeEach(async () => {
    world = await PipelineWorld.create();
  });

  afterEach(async () => {
    await world.remove();
  });

  it('gives a task the environment of the agent and nothing else', async () => {
    const yaml = `
variables:
  plain.name: v
steps:
- checkout: none
- task: Act@1
  env: { MINE: ' $(plain.name) ' }
  inputs:
    code: require('fs').writeFileSync(process.env.AGENT_TEMPDIRECTORY + '/e.json', JSON.stringify(process.env)); line('##vso[task.addattachment type=t;name=env.json]' + process.env.AGENT_TEMPDIRECTORY + '/e.json')
    azureSubscription: stamps
    file: sub/x.bicep
`;
    const environment = { NODE_EXTRA_CA_CERTS: '/ca.pem' };
    const result = await world.run(yaml, { connections: [stamps, hub], environment });
    assert.equal(result.result, 'Succeeded', world.lines.join('\n'));
    const [attachment] = result.attachments;
    const text = await readFile(path.join(world.out, attachment?.file ?? ''), 'utf8');
    const env: Record<string, string> = JSON.parse(text);
    const id = stamps.id.toLowerCase();
    const agentOnly = Object.keys(env).filter(
      (n) => !/^(AGENT|BUILD|SYSTEM|COMMON|PIPELINE|TASK)_/.test(n),
    );
    assert.deepEqual(
      agentOnly.sort(),
      [
        'ENDPOINT_AUTH_' + id,
        `ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALID`,
        `ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALKEY`,
        `ENDPOINT_AUTH_PARAMETER_${id}_TENANTID`,
        'ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN',
        `ENDPOINT_AUTH_SCHEME_${id}`,
        'ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION',
        'ENDPOINT_AUTH_SYSTEMVSSCONNECTION',
        `ENDPOINT_DATA_${id}`,
        `ENDPOINT_DATA_${id}_ENVIRONMENT_NAME`,
        `ENDPOINT_URL_${id}`,
        'ENDPOINT_URL_SYSTEMVSSCONNECTION',
        'HOME',
        'INPUT_CODE',
        'INPUT_CONNECTION',
        'INPUT_FILE',
        'INPUT_MODE',
        'INPUT_ONLY_B',
        'LANG',
        'MINE',
        'NODE_EXTRA_CA_CERTS',
        'PATH',
        'PLAIN_NAME',
        'SECRET_SYSTEM_ACCESSTOKEN',
        'TF_BUILD',
        'VSTS_PUBLIC_VARIABLES',
        'VSTS_SECRET_VARIABLES',
        'agent.jobstatus',
      ].sort(),
    );
    assert.equal(env.MINE, 'v');
    assert.equal(env.INPUT_CONNECTION, id);
    assert.equal(
      env.INPUT_FILE,
      path.join(env.SYSTEM_DEFAULTWORKINGDIRECTORY ?? '', 'sub/x.bicep'),
    );
    assert.equal(env.INPUT_MODE, 'a');
    assert.equal(env.SYSTEM_STAGENAME, '__default');
    assert.equal(env.SYSTEM_JOBNAME, 'Job');
    assert.equal(env.VSTS_SECRET_VARIABLES, '["System.AccessToken"]');
    assert.deepEqual(JSON.parse(env[`ENDPOINT_AUTH_${id}`] ?? ''), {
      parameters: stamps.parameters,
      scheme: 'ServicePrincipal',
    });
    assert.ok(!text.includes(hub.id));
    await assert.rejects(readdir(env.AGENT_TEMPDIRECTORY ?? ''), { code: 'ENOENT' });
  });

  it('hands outputs on, masks secrets and keeps them from shells', async () => {
    const yaml = `
stages:
- stage: one
  jobs:
  - job: make
    steps:
    - task: Act@1
      name: act
      inputs:
        code: |
          line('##vso[task.setvariable variable=token;isoutput=true;issecret=true]p%AZP25ss');
          line('##vso[task.setvariable variable=open;isoutput=true]shown');
          line('p%ss is the token');
    - bash: echo "[$(act.open)] [\${SECRET_ACT_TOKEN-none}] [$MAPPED]" | rev
      env: { MAPPED: $(act.token) }
  - job: use
    dependsOn: make
    variables:
      token: $[ dependencies.make.outputs['act.token'] ]
      open: $[ dependencies.make.outputs['act.open'] ]
    steps:
    - bash: echo "$OPEN $(token) \${TOKEN-hidden}"
- stage: two
  condition: eq(dependencies.one.outputs['make.act.open'], 'shown')
  variables:
    open: $[ stageDependencies.one.make.outputs['act.open'] ]
  jobs:
  - job: last
    steps:
    - bash: echo last $OPEN
- stage: three
  condition: eq(dependencies.two.outputs['make.act.open'], 'shown')
  jobs:
  - job: never
    steps: []
`;
    const result = await world.run(yaml);
    assert.deepEqual(resultsOf(result), {
      'one.make': 'Succeeded',
      'one.use': 'Succeeded',
      'two.last': 'Succeeded',
    });
    assert.deepEqual(
      result.stages.map((stage) => stage.result),
      ['Succeeded', 'Succeeded', 'Skipped'],
    );
    assert.ok(world.printed().includes('*** is the token'));
    assert.ok(world.printed().includes(']ss%p[ ]enon[ ]nwohs['));
    assert.ok(world.printed().includes('shown *** hidden'));
    assert.ok(world.printed().includes('last shown'));
    assert.deepEqual(result.outputs, { one: { make: { 'act.open': 'shown' } } });
    for (const name of await readdir(path.join(world.out, 'logs'))) {
      assert.ok(
        !(await readFile(path.join(world.out, 'logs', name), 'utf8')).includes('p%ss'),
        name,
      );
    }
    assert.deepEqual(JSON.parse(await readFile(path.join(world.out, 'run.json'), 'utf8')), result);
  });

  it('makes jobs of a matrix that a job has computed, and none of an empty one', async () => {
    const yaml = `
jobs:
- job: plan
  steps:
  - bash: echo '##vso[task.setvariable variable=legs;isoutput=true]{"weu":{"n":"1"},"neu":{"n":"2"}}'
    name: plan
  - bash: echo '##vso[task.setvariable variable=none;isoutput=true]{}'
    name: empty
- job: fan
  dependsOn: plan
  strategy:
    matrix: $[ dependencies.plan.outputs['plan.legs'] ]
  steps:
  - bash: |
      echo "leg $(System.JobName) $(n)"
      echo "##vso[task.setvariable variable=x;isoutput=true]$(n)"
    name: out
- job: nothing
  dependsOn: plan
  strategy:
    matrix: $[ dependencies.plan.outputs['empty.none'] ]
  steps: []
- job: after
  dependsOn: [fan, nothing]
  condition: in(dependencies.nothing.result, 'Skipped')
  variables:
    both: $[ format('{0}{1}', dependencies.fan.outputs['weu.out.x'], dependencies.fan.outputs['neu.out.x']) ]
  steps:
  - bash: echo both $(both)
`;
    const result = await world.run(yaml);
    assert.deepEqual(resultsOf(result), {
      '__default.plan': 'Succeeded',
      '__default.fan.weu': 'Succeeded',
      '__default.fan.neu': 'Succeeded',
      '__default.nothing': 'Skipped',
      '__default.after': 'Succeeded',
    });
    for (const line of ['leg weu 1', 'leg neu 2', 'both 12'])
      assert.ok(world.printed().includes(line), line);
  });

  it('runs the hooks of a deployment as jobs of their own', async () => {
    const deployment = (fails: boolean): string => `
jobs:
- deployment: d
  environment: live
  strategy:
    runOnce:
      preDeploy:
        steps: [ { bash: 'pwd > $AGENT_TEMPDIRECTORY/x; ls $(Build.SourcesDirectory) | wc -l' } ]
      deploy:
        steps:
        - bash: 'ls $AGENT_TEMPDIRECTORY | grep -c x; echo "in $(Environment.Name)"; echo "##vso[task.setvariable variable=v;isoutput=true]1"${fails ? '; exit 4' : ''}'
          name: s
      on:
        success: { steps: [ { bash: echo fine } ] }
        failure: { steps: [ { bash: echo broken } ] }
- job: next
  dependsOn: d
  condition: always()
  variables: { v: "$[ dependencies.d.outputs['d.s.v'] ]" }
  steps: [ { bash: 'echo v=$(v)' } ]
`;
    const good = await world.run(deployment(false));
    assert.deepEqual(resultsOf(good), {
      '__default.d.preDeploy': 'Succeeded',
      '__default.d': 'Succeeded',
      '__default.d.success': 'Succeeded',
      '__default.next': 'Succeeded',
    });
    for (const line of ['0', 'in live', 'fine', 'v=1'])
      assert.ok(world.printed().includes(line), line);
    const bad = await world.run(deployment(true));
    assert.equal(bad.result, 'Failed');
    assert.equal(jobOf(bad, 'd.failure').result, 'Succeeded');
    assert.deepEqual(jobOf(bad, 'd').steps[0]?.issues, [
      { type: 'error', message: "Bash exited with code '4'." },
    ]);
  });
});
