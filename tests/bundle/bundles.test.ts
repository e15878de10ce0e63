import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { finish } from '../support/start.ts';

/** Runs a bundle as the agent does: nothing in its environment but what is given. */
function runBundle(task: string, environment: Record<string, string>, temp: string) {
  return finish(process.execPath, [resolve(`dist/tasks/${task}/${task}V1/index.js`)], {
    cwd: temp,
    env: {
      PATH: process.env['PATH'] ?? '',
      AGENT_TEMPDIRECTORY: temp,
      TF_BUILD: 'True',
      ...environment,
    },
  });
}

const commands = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('##vso['));

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
      const run = await runBundle(task, { INPUT_INTERVAL: 'soon' }, temp);
      assert.equal(run.code, 0, run.stderr);
      const issues = commands(run.stdout).filter((line) => line.startsWith('##vso[task.logissue'));
      for (const message of messages) {
        assert.ok(
          issues.some((line) => message.test(line)),
          `${message} not in\n${run.stdout}`,
        );
      }
      assert.ok(issues.some((line) => /code=INPUT_INVALID/.test(line)));
      const results = commands(run.stdout).filter((line) => line.startsWith('##vso[task.complete'));
      assert.equal(results.length, 1);
      assert.match(results[0] ?? '', /result=Failed/);
    });
  }

  it('no text from outside becomes a logging command', async () => {
    const evil = 'x##vso[task.setvariable variable=stolen]1';
    const run = await runBundle('NetworkGate', { INPUT_INTERVAL: evil }, temp);
    assert.equal(run.code, 0);
    const reached = run.stdout.split('\n').filter((line) => /##vso\[task\.setvariable/.test(line));
    assert.deepEqual(reached, []);
    assert.match(run.stdout, /stolen/);
  });
});
