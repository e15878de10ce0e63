import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inputs } from '../../tasks/StampDeploy/StampDeployV1/inputs.ts';
import type { RecordedContext } from '../support/host.ts';
import { writeStandIn } from '../unit/bicep/stand-in.ts';
import type { ArmFake } from './stamp-deploy-arm.ts';
import { startWorld, type DeployWorld } from './stamp-deploy-world.ts';
import { failure } from '../support/failure.ts';

const template = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  parameters: {
    stamp: { type: 'object' },
    hub: { type: 'object' },
    password: { type: 'secureString' },
    size: { type: 'string', defaultValue: 'S' },
  },
  resources: [],
  outputs: { uri: { type: 'string', value: '' }, key: { type: 'securestring', value: '' } },
};

describe('StampDeploy', () => {
  let world: DeployWorld;
  let directory: string;
  let arm: ArmFake;
  let context: RecordedContext;
  const more: string[] = [];

  beforeEach(async () => {
    world = await startWorld();
    ({ directory, arm, context } = world);
    await world.write('main.json', JSON.stringify(template));
    await world.write('main.bicep', 'param stamp object\n');
  });

  afterEach(async () => {
    await world.end();
    for (const path of more.splice(0)) await rm(path, { recursive: true, force: true });
  });

  const act = (given: Partial<Inputs> = {}, attempt = '1') =>
    world.act(
      {
        template: join(directory, 'main.json'),
        parameters: { password: 'top secret' },
        stamp: 'primary',
        ...given,
      },
      attempt,
    );

  const sent = () =>
    [...arm.deployments.values()][0]?.body.properties['parameters'] as Record<
      string,
      { value: unknown }
    >;

  it('deploys a stamp with the objects of the topology, and sets outputs', async () => {
    arm.script = {
      takes: 2_000,
      outputs: {
        uri: { type: 'String', value: 'https://kv' },
        key: { type: 'SecureString', value: 'from azure' },
      },
    };
    await act();
    const [[name = '', stored] = []] = [...arm.deployments.entries()];
    assert.match(name, /^spokeline-weu-42-primary-stamp-[0-9a-f]{8}$/);
    assert.deepEqual(Object.keys(stored?.tags ?? {}), [
      'spokeline-content',
      'spokeline-request',
      'spokeline-owner',
    ]);
    assert.match(stored?.tags['spokeline-owner'] ?? '', /^[\w-]+\/weu$/);
    const { stamp, hub, password, size } = sent();
    assert.equal((stamp?.value as { parameters: unknown }).parameters !== undefined, true);
    assert.equal((hub?.value as { resourceGroup: string }).resourceGroup, 'rg-hub');
    assert.deepEqual([password, size], [{ value: 'top secret' }, undefined]);
    assert.equal(context.outputs['deploymentName']?.value, name);
    assert.match(
      context.outputs['deploymentId']?.value ?? '',
      /\/resourceGroups\/rg-weu\/providers\//,
    );
    assert.deepEqual(context.outputs['output.uri'], {
      value: 'https://kv',
      secret: false,
      whole: 'outputsFile',
    });
    assert.deepEqual(context.outputs['output.key'], { value: 'from azure', secret: true });
    assert.equal(context.outputs['outputs']?.value, '{"uri":"https://kv"}');
    assert.deepEqual(context.masked.slice(0, 2), ['top secret', 'from azure']);
  });

  it('never lets a secret into a tag: the content is the same for another password', async () => {
    await act();
    const first = [...arm.deployments.values()][0]?.tags['spokeline-content'];
    await act({ parameters: { password: 'another' } });
    assert.equal([...arm.deployments.values()][0]?.tags['spokeline-content'], first);
    await act({ parameters: { password: 'another', size: 'L' } });
    assert.notEqual([...arm.deployments.values()][0]?.tags['spokeline-content'], first);
  });

  it('follows what an earlier attempt of the job began, if it still runs with the same content', async () => {
    arm.script = { takes: 30_000 };
    const lost = await failure(act({ timeout: 5, cancelDeployment: false }));
    assert.equal(lost.code, 'TIMEOUT');
    const [first = ''] = arm.deployments.keys();
    // The second attempt follows it until it is lost as well; the third finds it under the name of the first.
    await failure(act({ timeout: 5, cancelDeployment: false }, '2'));
    await act({}, '3');
    assert.deepEqual([...arm.deployments.keys()], [first]);
    assert.equal(context.outputs['deploymentName']?.value, first);
    assert.equal(arm.begun, 1);
  });

  it('deploys under a name of its own in a further attempt otherwise', async () => {
    await act();
    await act({}, '2');
    world.clock.advance(60_000);
    arm.script = { takes: 30_000 };
    await failure(act({ timeout: 5, cancelDeployment: false }, '3'));
    await act({ parameters: { password: 'top secret', size: 'L' } }, '4');
    const names = [...arm.deployments.keys()];
    assert.equal(new Set(names).size, 4);
    assert.match(names[1] ?? '', /^spokeline-weu-42-primary-stamp-2-[0-9a-f]{8}$/);
  });

  it('asks Azure and deploys nothing when it validates', async () => {
    await act({ action: 'validate' });
    assert.equal(arm.begun, 0);
    assert.deepEqual(
      arm.requests.map((r) => r.split(' ')[0]),
      ['POST'],
    );
  });

  it('compiles Bicep with the CLI of the agent', async () => {
    const standIn = await writeStandIn({
      compile: { success: true, diagnostics: [], contents: JSON.stringify(template) },
    });
    more.push(standIn.directory);
    await act({ template: join(directory, 'main.bicep'), bicepPath: standIn.path });
    assert.equal(arm.begun, 1);
    assert.ok(context.lines.includes(`info: Bicep CLI 0.36.1 at ${standIn.path}`));
  });

  const early: [string, Partial<Inputs>, string, string][] = [
    [
      'a stamp that does not exist',
      { stamp: 'nope' },
      'INPUT_INVALID',
      'The topology has no stamp "nope".',
    ],
    [
      'a role of several stamps',
      { stamp: 'secondary' },
      'INPUT_INVALID',
      'Input "stamp" is "secondary", which selects neu, sea-1; one deployment goes to one stamp.',
    ],
    [
      'parameters that do not fit',
      { parameters: { pasword: 'x' } },
      'INPUT_INVALID',
      '2 problems in the parameters of the template.',
    ],
    [
      'a template of no known kind',
      { template: '/x/main.tf' },
      'INPUT_INVALID',
      'Input "template" is /x/main.tf; allowed: a .bicep file, or an ARM template in .json.',
    ],
    [
      'a template that does not exist',
      { template: '/x/main.bicep' },
      'INPUT_INVALID',
      'Input "template" is /x/main.bicep, which does not exist.',
    ],
  ];
  for (const [name, given, code, message] of early) {
    it(`finds ${name} before it signs in`, async () => {
      const error = await failure(act(given));
      assert.deepEqual([error.code, error.message], [code, message]);
      assert.deepEqual(arm.requests, []);
    });
  }

  it('plans without signing in: addresses, legs, and what would go where', async () => {
    await act({ action: 'plan', stamp: undefined });
    assert.deepEqual(arm.requests, []);
    assert.deepEqual(JSON.parse(context.outputs['legs']?.value ?? ''), {
      neu: { stamp: 'neu' },
      sea_1: { stamp: 'sea-1' },
    });
    assert.equal(context.outputs['count']?.value, '2');
    const file = join(directory, 'main.json');
    assert.ok(
      context.lines.includes(
        `info: ${file} would go to resource group rg-weu (weu) with the parameters hub, stamp, password`,
      ),
    );
    assert.ok(context.lines.includes('info:     10.1.0.0/24        application'));
  });

  it('plans the stamps that are asked for', async () => {
    await act({ action: 'plan', template: undefined, stamp: 'weu' });
    assert.deepEqual(JSON.parse(context.outputs['legs']?.value ?? ''), { weu: { stamp: 'weu' } });
  });
});
