import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inputs } from '../../tasks/StampDeploy/StampDeployV1/inputs.ts';
import { SpokelineError } from '../../tasks/lib/errors.ts';
import { bundleBicep, type Bundle } from '../sandbox/bicep-bundle.ts';
import { startWorld, type DeployWorld } from './stamp-deploy-world.ts';

const template = `
param stamp object
param region string
param size int = 1
@secure()
param password string = 'none'
param label string = 'none'
output label string = label
`;

describe('StampDeploy with .bicepparam files', () => {
  let bicep: Bundle;
  let world: DeployWorld;

  before(async () => {
    bicep = await bundleBicep();
  });
  after(() => bicep.remove());

  beforeEach(async () => {
    world = await startWorld();
    await world.write('main.bicep', template);
  });
  afterEach(() => world.end());

  const act = async (params: string, given: Partial<Inputs> = {}) =>
    world.act({
      stamp: 'weu',
      parametersFile: await world.write('main.bicepparam', params),
      bicepPath: bicep.path,
      ...given,
    });

  function sent(): Record<string, { value: unknown }> {
    const [stored] = world.arm.deployments.values();
    return stored?.body.properties['parameters'] as Record<string, { value: unknown }>;
  }

  async function failure(promise: Promise<unknown>): Promise<SpokelineError> {
    try {
      await promise;
    } catch (error) {
      assert.ok(error instanceof SpokelineError, String(error));
      assert.deepEqual(world.arm.requests, [], 'nothing was sent');
      return error;
    }
    assert.fail('nothing was thrown');
  }

  const facts = (error: SpokelineError) => [
    error.code,
    error.message,
    ...error.details.map((d) => d.message),
  ];

  it('takes the template from `using`, the stamp from the topology, the rest from the file', async () => {
    await act(`using 'main.bicep'\nparam region = 'weu'\nparam label = '\${region}-1'\n`);
    const { stamp, ...others } = sent();
    assert.equal((stamp?.value as { name: string }).name, 'weu');
    assert.deepEqual(others, { region: { value: 'weu' }, label: { value: 'weu-1' } });
    const [name] = world.arm.deployments.keys();
    assert.match(name ?? '', /^spokeline-weu-42-primary-stamp-/);
  });

  it('lets the file win over the topology, and inline values over the file and what follows from it', async () => {
    await act(
      `using 'main.bicep'\nparam stamp = { name: 'mine' }\nparam region = 'weu'\nparam label = '\${region}-1'\n`,
      { parameters: { region: 'neu', size: 3 } },
    );
    assert.deepEqual(sent(), {
      stamp: { value: { name: 'mine' } },
      region: { value: 'neu' },
      label: { value: 'neu-1' },
      size: { value: 3 },
    });
  });

  it('reads only the environment variables that are named, and hides secure values', async () => {
    const params =
      `using 'main.bicep'\nparam region = readEnvironmentVariable('REGION')\n` +
      `param password = readEnvironmentVariable('PASSWORD')\n` +
      `param label = readEnvironmentVariable('SECRET_OF_THE_AGENT', 'not seen')\n`;
    process.env['SECRET_OF_THE_AGENT'] = 'seen';
    try {
      const environmentVariables = { REGION: 'weu', PASSWORD: 'hunter2hunter2' };
      await act(params, { environmentVariables });
    } finally {
      delete process.env['SECRET_OF_THE_AGENT'];
    }
    assert.equal(sent()['password']?.value, 'hunter2hunter2');
    assert.equal(sent()['label']?.value, 'not seen');
    assert.deepEqual(world.context.masked, ['hunter2hunter2']);
  });

  it('fills in external inputs', async () => {
    await act(
      `using 'main.bicep'\nparam region = externalInput('sys.cliArg', 'region')\nparam password = externalInput('sys.envVar', 'PASSWORD')\n` +
        `param size = externalInput('shop.size', { of: 'shop' })\n`,
      {
        externalInputs: { region: 'weu', 'shop.size': 7 },
        environmentVariables: { PASSWORD: 'hunter2hunter2' },
      },
    );
    const { stamp: _stamp, ...others } = sent();
    assert.deepEqual(others, {
      region: { value: 'weu' },
      password: { value: 'hunter2hunter2' },
      size: { value: 7 },
    });
    assert.deepEqual(world.context.masked, ['hunter2hunter2']);
  });

  it('lets what a file extends win over the topology, too', async () => {
    await world.write('base.bicepparam', "using none\nparam stamp = { name: 'base' }\n");
    await world.write('middle.bicepparam', "using none\nextends 'base.bicepparam'\n");
    await act(`using 'main.bicep'\nextends 'middle.bicepparam'\nparam region = 'weu'\n`);
    assert.deepEqual(sent(), {
      stamp: { value: { name: 'base' } },
      region: { value: 'weu' },
    });
  });

  it('takes the template of the inputs for `using none`', async () => {
    const template = join(world.directory, 'main.bicep');
    await act(`using none\nparam region = 'weu'\n`, { template, parameters: { size: 2 } });
    const { stamp, ...others } = sent();
    assert.ok(stamp !== undefined);
    assert.deepEqual(others, { region: { value: 'weu' }, size: { value: 2 } });
  });

  it('takes an ARM template that `using` names', async () => {
    await world.write(
      'arm.json',
      JSON.stringify({
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
        contentVersion: '1.0.0.0',
        parameters: { region: { type: 'string' } },
        resources: [],
      }),
    );
    await act(`using 'arm.json'\nparam region = 'weu'\n`);
    assert.deepEqual(sent(), { region: { value: 'weu' } });
  });

  it('plans with it, without signing in', async () => {
    await act(`using 'main.bicep'\nparam region = 'weu'\n`, { action: 'plan' });
    assert.deepEqual(world.arm.requests, []);
    const file = join(world.directory, 'main.bicepparam');
    assert.ok(
      world.context.lines.includes(
        `info: ${file} would go to resource group rg-weu (weu) with the parameters stamp, region`,
      ),
      world.context.lines.join('\n'),
    );
  });

  it('deploys its own values to each of several stamps', async () => {
    await act(`using 'main.bicep'\nparam region = 'weu'\n`, { stamp: undefined, stamps: ['all'] });
    const names = [...world.arm.deployments.values()].map(({ body }) => {
      const { stamp } = body.properties['parameters'] as { stamp: { value: { name: string } } };
      return stamp.value.name;
    });
    assert.deepEqual(names.sort(), ['neu', 'sea-1', 'weu']);
    const starts = world.context.lines.filter((line) => line.includes('Bicep CLI'));
    assert.equal(starts.length, 1, 'one process compiles for all');
  });

  it('finds an inline value that the template does not declare before it compiles', async () => {
    const error = await failure(
      act(`using 'main.bicep'\nparam region = 'weu'\n`, { parameters: { regoin: 'x', size: 'L' } }),
    );
    assert.deepEqual(facts(error), [
      'INPUT_INVALID',
      '2 problems in the parameters of the template.',
      'parameter "regoin" is not declared by the template, which has stamp, region, size, password, label;' +
        ' did you mean "region"?',
      'parameter "size" is a string; allowed: int',
    ]);
  });

  it('shows what the compiler says of the file, with its place', async () => {
    const error = await failure(act(`using 'main.bicep'\nparam colour = 'red'\n`));
    assert.equal(error.code, 'BICEP_COMPILE');
    const file = join(world.directory, 'main.bicepparam');
    assert.deepEqual(
      error.details.map((d) => [d.file, d.line, d.column, d.code]),
      [
        [file, 1, 1, 'BCP258'],
        [file, 2, 1, 'BCP259'],
      ],
    );
  });

  it('is sure that the template of the inputs is the one of the file', async () => {
    const template = await world.write('other.bicep', 'param region string\n');
    const error = await failure(act(`using 'main.bicep'\nparam region = 'weu'\n`, { template }));
    assert.deepEqual(facts(error), [
      'INPUT_INVALID',
      `Input "template" is ${template}, but ${join(world.directory, 'main.bicepparam')} is for ` +
        `${join(world.directory, 'main.bicep')} (using).`,
    ]);
  });

  const refused: [string, string, Partial<Inputs>, RegExp][] = [
    [
      'a file that names no template',
      `using none\nparam region = 'weu'\n`,
      {},
      /^Input "template" is needed, for .*main\.bicepparam names none \(using none\)\.$/,
    ],
    [
      'a template that does not exist',
      `using 'gone.bicep'\n`,
      {},
      /^Input "parametersFile" is .*gone\.bicep, which does not exist\.$/,
    ],
    [
      'an external input that was not given',
      `using 'main.bicep'\nparam region = externalInput('sys.cliArg', 'region')\n`,
      {},
      /^.*main\.bicepparam cannot be used as a parameters file\.$/,
    ],
  ];
  for (const [name, params, given, message] of refused) {
    it(`refuses ${name} before it signs in`, async () => {
      const error = await failure(act(params, given));
      assert.equal(error.code, 'INPUT_INVALID');
      assert.match(error.message, message);
    });
  }

  it('follows a path from the file, not from the working directory', async () => {
    await mkdir(join(world.directory, 'environments'));
    await world.write(
      'environments/main.bicepparam',
      `using '../main.bicep'\nparam region = 'x'\n`,
    );
    await world.act({
      stamp: 'weu',
      parametersFile: join(world.directory, 'environments/main.bicepparam'),
      bicepPath: bicep.path,
    });
    assert.equal(sent()['region']?.value, 'x');
  });
});
