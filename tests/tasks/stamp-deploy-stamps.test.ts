import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Inputs } from '../../tasks/StampDeploy/StampDeployV1/inputs.ts';
import { SpokelineError } from '../../tasks/lib/errors.ts';
import { stampSubscription, startWorld, type DeployWorld } from './stamp-deploy-world.ts';
import { failure } from '../support/failure.ts';

const template = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { stamp: { type: 'object' } },
  resources: [],
  outputs: { uri: { type: 'string', value: '' } },
};

describe('StampDeploy of several stamps', () => {
  let world: DeployWorld;
  let file: string;

  beforeEach(async () => {
    world = await startWorld();
    file = await world.write('main.json', JSON.stringify(template));
  });
  afterEach(() => world.end());

  const act = (given: Partial<Inputs>) => world.act({ template: file, ...given });

  const output = (name: string) =>
    JSON.parse(world.context.outputs[name]?.value ?? 'null') as Record<string, unknown>;

  it('deploys each to its own group, under its own name, with its own outputs', async () => {
    world.arm.script = {
      takes: 2_000,
      outputs: {
        uri: { type: 'String', value: 'https://kv' },
        key: { type: 'SecureString', value: 'secret of azure' },
      },
    };
    await act({ stamps: ['primary', 'sea-1'] });
    const names = [...world.arm.deployments.keys()];
    assert.match(names.join(' '), /^spokeline-weu-42-\S+ spokeline-sea-1-42-\S+$/);
    const { outputs } = world.context;
    assert.deepEqual(outputs['output.weu.uri'], {
      value: 'https://kv',
      secret: false,
      whole: 'outputsFile',
    });
    assert.deepEqual(outputs['output.sea-1.key'], { value: 'secret of azure', secret: true });
    assert.deepEqual(output('outputs'), {
      weu: { uri: 'https://kv' },
      'sea-1': { uri: 'https://kv' },
    });
    const { weu } = output('stamps');
    const { outputsFile, ...facts } = weu as Record<string, string>;
    assert.deepEqual(JSON.parse(await readFile(outputsFile ?? '', 'utf8')), { uri: 'https://kv' });
    const all = await readFile(outputs['outputsFile']?.value ?? '', 'utf8');
    assert.deepEqual(JSON.parse(all), output('outputs'));
    assert.deepEqual(facts, {
      state: 'succeeded',
      deploymentName: names[0],
      deploymentId: (weu as { deploymentId: string }).deploymentId,
    });
    assert.match((weu as { deploymentId: string }).deploymentId, /\/resourceGroups\/rg-weu\//);
    assert.ok(world.context.lines.includes('info: [sea-1] The template is valid.'));
    const untold = world.context.lines.filter((line) => /^info: (?!\[|weu: |sea-1: )/.test(line));
    assert.deepEqual(untold, [], 'every line says whose it is');
  });

  it('goes on with the others when one fails, and lists what went wrong with each', async () => {
    const error = { code: 'QuotaExceeded', message: 'no cores left' };
    world.arm.script = { takes: 3_000 };
    world.arm.faults = [
      {
        method: 'PUT',
        path: /rg-neu/i,
        times: 1,
        status: 403,
        body: { error: { code: 'RequestDisallowedByPolicy', message: 'no' } },
      },
      {
        method: 'POST',
        path: /rg-sea-1.*validate/i,
        times: 1,
        status: 400,
        body: { error: { code: 'InvalidTemplateDeployment', message: 'x', details: [error] } },
      },
    ];
    const thrown = await failure(act({ stamps: ['all'] }));
    assert.equal(thrown.code, 'ARM_DEPLOYMENT');
    assert.equal(thrown.message, '2 of 3 stamps failed: neu, sea-1.');
    assert.deepEqual(
      thrown.details.map(({ code, message }) => [code, message]),
      [
        ['RequestDisallowedByPolicy', 'neu: no'],
        ['QuotaExceeded', 'sea-1: no cores left'],
      ],
    );
    const states = Object.values(output('stamps')).map((s) => (s as { state: string }).state);
    assert.deepEqual(states, ['succeeded', 'failed', 'failed']);
    assert.ok(
      world.context.lines.some((line) => line.startsWith('error: [neu] ARM_FORBIDDEN: ')),
      world.context.lines.join('\n'),
    );
    assert.equal(world.arm.begun, 1);
  });

  it('has changes where one of them has', async () => {
    const resourceId =
      '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt';
    const change = { changeType: 'Create', resourceId, after: { id: resourceId } };
    const answers = [[], [change], [], []].map((changes) => ({
      status: 'Succeeded',
      properties: { changes },
    }));
    Object.defineProperty(world.arm, 'whatIf', { get: () => answers.shift() });
    const given = { action: 'what-if' as const, stamps: ['primary', 'neu'] };
    await act(given);
    assert.equal(world.context.outputs['hasChanges']?.value, 'true');
    const each = Object.values(output('stamps')).map(
      (one) => (one as Record<string, string>)['hasChanges'],
    );
    assert.deepEqual(each.sort(), ['false', 'true']);
    await act(given);
    assert.equal(world.context.outputs['hasChanges']?.value, 'false');
  });

  it('hides no failure behind a fault of the task itself', async () => {
    const no = { error: { code: 'RequestDisallowedByPolicy', message: 'no' } };
    world.arm.faults = [
      { method: 'PUT', path: /rg-neu/i, times: 1, status: 403, body: no },
      { method: 'POST', path: /rg-weu.*validate/i, times: 1, status: 429 },
    ];
    world.clock.sleep = () => Promise.reject(new TypeError('broken'));
    const thrown = await failure(act({ stamps: ['weu', 'neu'] }));
    assert.deepEqual(
      [thrown.code, thrown.message],
      ['INTERNAL', '2 of 2 stamps failed: weu, neu.'],
    );
    assert.deepEqual(
      thrown.details.map(({ message }) => message),
      ['weu: broken', 'neu: no'],
    );
  });

  it('writes the prediction of each to a file of its own', async () => {
    world.arm.whatIf = { status: 'Succeeded', properties: { changes: [] } };
    const whatIfFile = `${world.directory}/out/result.json`;
    const stamps = ['primary', 'neu'];
    const given = { action: 'what-if' as const, deploymentName: 'd', stamps };
    const predicted = async (stamp: string): Promise<string> => {
      const { whatIfFile: file } = output('stamps')[stamp] as Record<string, string>;
      const text = await readFile(file ?? '', 'utf8');
      return (JSON.parse(text) as { deployment: string }).deployment;
    };
    await act({ ...given, whatIfFile });
    assert.match(await readFile(`${world.directory}/out/result.neu.json`, 'utf8'), /rg-neu/);
    assert.match(await predicted('weu'), /rg-weu/);
    await act(given);
    assert.match(await predicted('weu'), /rg-weu/);
    assert.match(await predicted('neu'), /rg-neu/);
    assert.equal(new Set(world.context.summaries).size, 4);
  });

  it('cancels all that run, and begins no more', async () => {
    world.arm.script = { takes: 600_000 };
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = (ms, signal) => {
      if (world.clock.sleeps.length === 8) {
        world.controller.abort(new SpokelineError('CANCELLED', 'The run was cancelled.'));
      }
      return sleep(ms, signal);
    };
    const thrown = await failure(act({ stamps: ['all'], concurrency: 2 }));
    assert.equal(thrown.code, 'CANCELLED');
    assert.equal(
      thrown.message,
      'The run was cancelled with 3 of 3 stamps unfinished: weu, neu, sea-1.',
    );
    assert.deepEqual(
      thrown.details.map((d) => d.message),
      [
        'weu: The run was cancelled; Azure took the request to cancel the deployment.',
        'neu: The run was cancelled; Azure took the request to cancel the deployment.',
        'sea-1: was not begun',
      ],
    );
    const cancelled = [...world.arm.deployments.values()].map((d) => d.cancelledAt !== undefined);
    assert.deepEqual(cancelled, [true, true]);
  });

  it('says of each that was cancelled before its turn to deploy that nothing is left', async () => {
    world.arm.faults = [{ method: 'POST', path: /validate$/, times: 100, status: 429 }];
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = (ms, signal) => {
      world.controller.abort(new SpokelineError('CANCELLED', 'The run was cancelled.'));
      return sleep(ms, signal);
    };
    const thrown = await failure(act({ stamps: ['weu'] }));
    assert.deepEqual(
      thrown.details.map(({ message }) => message),
      ['weu: The run was cancelled before it deployed anything.'],
    );
    assert.equal(world.arm.begun, 0);
  });

  it('is refused before it signs in when selectors mean nothing', async () => {
    const error = await failure(act({ stamps: ['weu', 'nope', 'secundary'] }));
    assert.deepEqual(
      [error.code, error.message],
      ['INPUT_INVALID', 'The topology has no stamp "nope", "secundary".'],
    );
    const known = 'is not one of weu, neu, sea-1, primary, secondary, all';
    assert.deepEqual(
      error.details.map(({ message }) => message),
      [`stamp "nope" ${known}`, `stamp "secundary" ${known}; did you mean "secondary"?`],
    );
    assert.deepEqual(world.arm.requests, []);
  });

  const shared = (given: Partial<Inputs>) =>
    failure(act({ stamps: ['all'], deploymentName: 'd', ...given }));

  it('does not let two stamps of one group share a deployment', async () => {
    const error = await shared({ resourceGroup: 'rg-one' });
    assert.equal(error.message, 'Input "deploymentName" is d for several stamps in one place.');
    assert.deepEqual(error.details, [
      {
        target: 'deploymentName',
        message: 'weu, neu, sea-1 go to resource group rg-one, where they would be one deployment',
      },
    ]);
    assert.match(error.hint ?? '', /^Leave deploymentName out/);
    assert.deepEqual(world.arm.requests, []);
  });

  it('does not let stamps of one subscription share a stack, and names every such subscription', async () => {
    const $schema =
      'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#';
    await world.write('main.json', JSON.stringify({ ...template, $schema }));
    const elsewhere = '00000000-0000-4000-8000-0000000000ee';
    const stamp = (region: string) => ({ subscription: elsewhere, region });
    const overlay = await world.write(
      'overlay.yml',
      JSON.stringify({ stamps: { 'sea-1': stamp('southeastasia'), extra: extraStamp(elsewhere) } }),
    );
    const error = await shared({ kind: 'stack', overlays: [overlay] });
    assert.deepEqual(
      error.details.map(({ message }) => message),
      [
        `weu, neu go to subscription ${stampSubscription}, where they would be one stack`,
        `sea-1, extra go to subscription ${elsewhere}, where they would be one stack`,
      ],
    );
    assert.equal(
      error.hint,
      'Give each stamp a step of its own, with a deploymentName of its own.',
    );
    assert.deepEqual(world.arm.requests, []);
  });
});

function extraStamp(subscription: string) {
  const subnets = { application: '/24', endpoints: '/27' };
  return {
    role: 'secondary',
    region: 'southeastasia',
    subscription,
    resourceGroup: 'rg-extra',
    network: { name: 'vnet-extra', addressSpace: ['10.4.0.0/16'], subnets },
    parameters: { keyVaultName: 'kv-extra' },
  };
}
