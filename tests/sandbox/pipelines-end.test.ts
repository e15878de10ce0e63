import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import path from 'node:path';
import { startDevops } from '../../sandbox/devops/devops.ts';
import { createAuthority } from '../../sandbox/http/certificates.ts';
import { PipelineWorld, hub, jobOf, resultsOf, stamps } from './pipelines-world.ts';

/** Whether a process is there and not just waiting for its parent to take notice of its end. */
async function runs(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

describe('how jobs start and end', () => {
  let world: PipelineWorld;

  beforeEach(async () => {
    world = await PipelineWorld.create();
  });

  afterEach(async () => {
    await world.remove();
  });

  it('follows conditions, continueOnError, enabled and retries', async () => {
    const yaml = `
jobs:
- job: a
  steps:
  - bash: exit 1
    continueOnError: true
  - bash: echo skipped
    condition: failed()
  - bash: echo off
    enabled: false
  - bash: 'echo x >> $AGENT_TEMPDIRECTORY/n; [ $(wc -l < $AGENT_TEMPDIRECTORY/n) = 3 ]'
    name: third
    retryCountOnTaskFailure: 2
  - bash: echo '##vso[task.complete result=Failed;]because'
  - bash: echo not this
  - bash: echo but this
    condition: and(failed(), eq(variables['Agent.JobStatus'], 'Failed'))
  - bash: echo broken
    condition: eq(what.ever, 1)
`;
    const shell = '$(wc -l < $AGENT_TEMPDIRECTORY/n)';
    const result = await world.run(yaml.replace(shell, '`wc -l < $AGENT_TEMPDIRECTORY/n`'), {
      retryDelay: () => 0,
    });
    const { steps } = jobOf(result, 'a');
    assert.deepEqual(
      steps.map((step) => step.result),
      [
        'Succeeded',
        'SucceededWithIssues',
        'Skipped',
        'Succeeded',
        'Failed',
        'Skipped',
        'Succeeded',
        'Failed',
      ],
    );
    assert.equal(steps[3]?.attempts, 3);
    assert.match(steps[7]?.issues[0]?.message ?? '', /condition: unrecognized value 'what'/);
    assert.ok(world.printed().includes('but this'));
    assert.ok(!world.printed().includes('not this'));
  });

  it('ends a cancelled step by signals, then runs what asks for it, and leaves nothing', async () => {
    const yaml = `
jobs:
- job: a
  steps:
  - checkout: none
  - task: Act@1
    inputs:
      code: |
        process.on('SIGINT', () => line('got SIGINT'));
        process.on('SIGTERM', () => line('got SIGTERM'));
        const child = require('child_process').spawn('sleep', ['300'], { stdio: 'ignore' });
        setInterval(() => {}, 1000);
        line('pid ' + child.pid);
  - bash: echo cleanup
    condition: always()
  - bash: echo no
- job: b
  dependsOn: a
  steps: []
- job: c
  dependsOn: a
  condition: canceled()
  steps: [ { bash: echo seen } ]
`;
    const cancel = new AbortController();
    let pid = 0;
    const log = (line: string): void => {
      world.lines.push(line);
      const match = /pid (\d+)/.exec(line);
      if (!match) return;
      pid = Number(match[1]);
      cancel.abort();
    };
    const grace = { interrupt: 500, terminate: 3_000 };
    const result = await world.run(yaml, { signal: cancel.signal, grace, log });
    assert.equal(result.result, 'Canceled');
    assert.deepEqual(resultsOf(result), {
      '__default.a': 'Canceled',
      '__default.b': 'Canceled',
      '__default.c': 'Succeeded',
    });
    const seen = world.printed().filter((line) => /^(got|cleanup|no$|seen)/.test(line));
    assert.deepEqual(seen, ['got SIGINT', 'got SIGTERM', 'cleanup', 'seen']);
    assert.equal(await runs(pid), false, 'the grandchild is still there');
  });

  it('fails a step that has timed out and cancels a job that has', async () => {
    const yaml = `
jobs:
- job: step
  steps:
  - bash: exec sleep 60
    timeoutInMinutes: 0.003
  - bash: echo later
    condition: failed()
- job: job
  timeoutInMinutes: 0.005
  steps:
  - bash: exec sleep 60
  - bash: echo last
    condition: always()
`;
    const result = await world.run(yaml, { grace: { interrupt: 100, terminate: 100 } });
    assert.deepEqual(resultsOf(result), {
      '__default.step': 'Failed',
      '__default.job': 'Canceled',
    });
    assert.deepEqual(jobOf(result, 'step').steps[1]?.issues, [
      { type: 'error', message: 'The task has timed out.' },
    ]);
    assert.deepEqual(jobOf(result, 'job').issues, [
      { type: 'error', message: 'The job ran longer than the maximum time of 0.005 minutes.' },
    ]);
    assert.ok(world.printed().includes('later'));
    assert.ok(world.printed().includes('last'));
  });

  it('copies the repository for a checkout, without what git does not hold', async () => {
    await mkdir(path.join(world.directory, 'repo', 'node_modules'), { recursive: true });
    await mkdir(path.join(world.directory, 'repo', 'src'), { recursive: true });
    await writeFile(path.join(world.directory, 'repo', 'node_modules', 'x'), '');
    await writeFile(path.join(world.directory, 'repo', 'src', 'x'), '');
    const yaml = `
jobs:
- job: a
  steps: [ { bash: 'echo files $(find . -type f | sort)' } ]
- job: b
  steps: [ { checkout: none }, { bash: 'echo none $(find . -type f)' } ]
- job: c
  steps: [ { checkout: self, path: deep/er }, { bash: 'echo deep $(ls ../deep/er)' } ]
`;
    await world.run(yaml.replaceAll(/\$\((find|ls)([^)]*)\)/g, '`$1$2`'));
    for (const line of ['files ./p.yml ./src/x', 'none', 'deep p.yml src']) {
      assert.ok(world.printed().includes(line), `${line} in\n${world.lines.join('\n')}`);
    }
  });

  it('registers each job for tokens of its own connections only', async () => {
    const authority = await createAuthority(path.join(world.directory, 'ca'));
    const devops = await startDevops({ authority, port: 0 });
    const federated = { ...stamps, scheme: 'WorkloadIdentityFederation' as const, parameters: {} };
    const code = `
      line('##vso[task.setvariable variable=uri;isoutput=true]' + process.env.SYSTEM_OIDCREQUESTURI);
      const token = process.env.ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN;
      for (const id of ['${stamps.id}', '${hub.id}']) {
        const url = process.env.SYSTEM_OIDCREQUESTURI + '?serviceConnectionId=' + id;
        require('https').request(url, { method: 'POST', headers: { Authorization: 'Bearer ' + token } },
          (r) => { r.resume(); line(id.slice(-2) + ' ' + r.statusCode); }).end();
      }`;
    const step = { task: 'Act@1', name: 's', inputs: { code, azureSubscription: 'STAMPS' } };
    try {
      const result = await world.run(JSON.stringify({ steps: [{ checkout: 'none' }, step] }), {
        connections: [federated, hub],
        environment: { NODE_EXTRA_CA_CERTS: authority.caFile },
        devops,
      });
      assert.equal(result.result, 'Succeeded', world.lines.join('\n'));
      assert.ok(world.printed().includes('AA 200'));
      assert.ok(world.printed().includes('bb 404'));
      // After its end the job is no longer known.
      const uri = result.outputs.__default?.Job?.['s.uri'] ?? '';
      const url = `${uri}?serviceConnectionId=${stamps.id}`;
      const call = request(url, { method: 'POST', ca: authority.caPem, agent: false });
      call.end();
      const [response] = await once(call, 'response');
      response.resume();
      assert.equal(response.statusCode, 401);
    } finally {
      await devops.close();
    }
  });
});
