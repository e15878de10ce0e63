import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPackaged } from '../support/packaged-task.ts';

const commands = (output: string) => output.split('\n').filter((line) => line.startsWith('##vso['));

describe('bundles, run as the agent runs them', () => {
  let temp = '';
  before(() => {
    temp = mkdtempSync(join(tmpdir(), 'spokeline-bundle-'));
  });
  after(() => rmSync(temp, { recursive: true, force: true }));

  const cases: [task: string, missing: RegExp[]][] = [
    ['StampDeploy', [/Input "azureSubscription" is missing/]],
    ['PrivateDns', [/Input "azureSubscription" is missing/]],
    ['ImagePush', [/Input "source" is missing/, /Input "repository" is missing/]],
    ['NetworkGate', [/Input "interval" is "soon"; allowed: a whole number of seconds/]],
  ];
  for (const [task, messages] of cases) {
    it(`${task} names all wrong inputs at once, fails once, and exits with 0`, async () => {
      const run = await runPackaged(task, temp, { interval: 'soon' });
      assert.equal(run.exitCode, 0, run.errors);
      for (const message of messages) {
        assert.ok(
          run.issues.some((issue) => message.test(issue.message)),
          `${message} not in\n${run.output}`,
        );
      }
      assert.ok(run.codes.includes('INPUT_INVALID'));
      const results = commands(run.output).filter((line) => line.startsWith('##vso[task.complete'));
      assert.equal(results.length, 1);
      assert.match(results[0] ?? '', /result=Failed/);
    });
  }

  it('no text from outside becomes a logging command', async () => {
    const evil = 'x##vso[task.setvariable variable=stolen]1';
    const run = await runPackaged('NetworkGate', temp, { interval: evil });
    assert.equal(run.exitCode, 0);
    const reached = run.output.split('\n').filter((line) => /##vso\[task\.setvariable/.test(line));
    assert.deepEqual(reached, []);
    assert.match(run.output, /stolen/);
  });
});
