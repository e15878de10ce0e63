import assert from 'node:assert/strict';
import { createPrinter } from '../../../tasks/lib/host/printer.ts';
import { createRedactor } from '../../../tasks/lib/host/redactor.ts';
import { agentInfo, createTaskContext } from '../../../tasks/lib/host/task-context.ts';
import { fakePort } from '../../support/host.ts';

function context(variables: Record<string, string> = {}) {
  const lines: string[] = [];
  const redactor = createRedactor();
  const printer = createPrinter((line) => lines.push(line), redactor);
  const signal = new AbortController().signal;
  return { lines, context: createTaskContext(fakePort({ variables }), printer, redactor, signal) };
}

describe('host/task-context', () => {
  it('masks a secret output before setting it, and hides it afterwards', () => {
    const { context: task, lines } = context();
    task.setOutput('key', 'a;b]', { secret: true });
    task.log.info('key is a;b]');
    assert.deepEqual(lines, [
      '##vso[task.setsecret]a;b]',
      '##vso[task.setsecret]a%AZP253Bb%AZP255D',
      '##vso[task.setvariable variable=key;isOutput=true;isSecret=true;]a;b]',
      'key is ***',
    ]);
  });

  it('does not change the value of an output, even if it looks like a command or a secret', () => {
    const { context: task, lines } = context();
    task.mask('abc');
    lines.length = 0;
    task.setOutput('plain', 'abc ##vso[x.y]z\n100%');
    assert.deepEqual(lines, [
      '##vso[task.setvariable variable=plain;isOutput=true;]abc ##vso[x.y]z%0A100%AZP25',
    ]);
  });

  it('does not fail a task for a secret output of several lines', () => {
    const { context: task, lines } = context();
    task.setOutput('pem', 'line one\nline two', { secret: true });
    assert.deepEqual(lines, [
      '##vso[task.setsecret]line one\\nline two',
      '##vso[task.setsecret]line one',
      '##vso[task.setsecret]line two',
      '##vso[task.setsecret]line%AZP2520one%AZP250Aline%AZP2520two',
      '##vso[task.logissue type=warning;]Output "pem" is secret and has several lines, ' +
        'which the agent refuses: it was not set.',
    ]);
    task.log.info('x line two y');
    assert.equal(lines.at(-1), 'x *** y');
  });

  it('does not set an output that would keep later steps from starting', () => {
    const { context: task, lines } = context();
    task.setOutput('fits', 'x'.repeat(32_000));
    task.setOutput('long', 'x'.repeat(32_001), { whole: 'longFile' });
    task.setOutput('other', 'x'.repeat(32_001));
    const too = 'has 32001 characters, more than later steps can be given (32000): it was not set.';
    assert.deepEqual(lines, [
      `##vso[task.setvariable variable=fits;isOutput=true;]${'x'.repeat(32_000)}`,
      `##vso[task.logissue type=warning;]Output "long" ${too} The file named by "longFile" has it.`,
      `##vso[task.logissue type=warning;]Output "other" ${too}`,
    ]);
    lines.length = 0;
    const secret = 'y'.repeat(32_001);
    task.setOutput('key', secret, { secret: true });
    assert.deepEqual(lines, [
      `##vso[task.setsecret]${secret}`,
      `##vso[task.logissue type=warning;]Output "key" ${too}`,
    ]);
  });

  it('sets a secret output of several lines where the agent allows it', () => {
    const { context: task, lines } = context({ 'System.UnsafeAllowMultilineSecret': 'True' });
    task.setOutput('pem', 'one1\ntwo2', { secret: true });
    assert.equal(
      lines.at(-1),
      '##vso[task.setvariable variable=pem;isOutput=true;isSecret=true;]one1%0Atwo2',
    );
  });

  it('writes files and results as commands', () => {
    const { context: task, lines } = context();
    task.uploadSummary('/tmp/a.md');
    task.addAttachment('spokeline.gate', 'gate', '/tmp/gate.json');
    task.publishTestResults('/tmp/junit.xml', 'Network gate');
    task.issue('warning', 'careful\n##vso[a.b]', {
      file: 'a;b.yml',
      line: 3,
      column: 4,
      code: 'X',
    });
    assert.deepEqual(lines, [
      '##vso[task.uploadsummary]/tmp/a.md',
      '##vso[task.addattachment type=spokeline.gate;name=gate;]/tmp/gate.json',
      '##vso[results.publish type=JUnit;mergeResults=false;publishRunAttachments=false;' +
        'runTitle=Network gate;resultFiles=/tmp/junit.xml;failTaskOnFailedTests=false;' +
        'testRunSystem=VSTSTask;]',
      '##vso[task.logissue type=warning;sourcepath=a%3Bb.yml;linenumber=3;columnnumber=4;code=X;]' +
        'careful%0A# #vso[a.b]',
    ]);
  });

  it('knows the job', () => {
    const port = fakePort({
      variables: {
        'Agent.TempDirectory': '/agent/_temp',
        'Agent.ToolsDirectory': '/agent/_tool',
        'System.DefaultWorkingDirectory': '/agent/1/s',
        'Build.BuildId': '42',
        'System.CollectionUri': 'https://dev.azure.com/org',
        'System.TeamProject': 'My project',
        'System.StageName': 'primary',
        'System.JobName': 'deploy',
        'System.JobAttempt': '2',
        'System.TaskInstanceName': 'StampDeploy1',
      },
    });
    assert.deepEqual(agentInfo(port), {
      tempDirectory: '/agent/_temp',
      toolsDirectory: '/agent/_tool',
      workingDirectory: '/agent/1/s',
      buildId: '42',
      runUrl: 'https://dev.azure.com/org/My%20project/_build/results?buildId=42',
      stage: 'primary',
      job: 'deploy',
      attempt: '2',
      step: 'StampDeploy1',
      environment: { PATH: '/usr/bin' },
    });
  });
});
