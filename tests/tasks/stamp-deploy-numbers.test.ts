import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { failure } from '../support/failure.ts';
import { startWorld, type DeployWorld } from './stamp-deploy-world.ts';

const template = `{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "size": { "type": "int", "defaultValue": 9223372036854775807 },
    "more": { "type": "object" }
  },
  "resources": []
}`;
const long = 9007199254740993n;

describe('StampDeploy with whole numbers beyond 2^53', () => {
  let world: DeployWorld;
  let file: string;

  beforeEach(async () => {
    world = await startWorld();
    file = await world.write('numbers.json', template);
  });
  afterEach(() => world.end());

  const act = (given: Parameters<DeployWorld['act']>[0] = {}) =>
    world.act({
      template: file,
      target: 'stamp',
      stamp: 'weu',
      parameters: { more: { list: [long] } },
      ...given,
    });

  it('sends them as they are, and sets outputs with them', async () => {
    world.arm.script = { takes: 0, outputs: { size: { type: 'Int', value: long } } };
    await act();
    const [stored] = [...world.arm.deployments.values()];
    const sent = stored?.body.properties as {
      template: { parameters: { size: { defaultValue: unknown } } };
      parameters: { more: { value: unknown } };
    };
    assert.equal(sent.template.parameters.size.defaultValue, 9223372036854775807n);
    assert.deepEqual(sent.parameters.more.value, { list: [long] });
    assert.equal(world.context.outputs['output.size']?.value, '9007199254740993');
    assert.equal(world.context.outputs['outputs']?.value, '{"size":9007199254740993}');
  });

  it('sets them as outputs of several stamps', async () => {
    world.arm.script = { takes: 0, outputs: { size: { type: 'Int', value: long } } };
    await act({ stamp: undefined, stamps: ['weu'] });
    assert.equal(world.context.outputs['outputs']?.value, '{"weu":{"size":9007199254740993}}');
  });

  it('tells them apart in what-if, in the log and in the file', async () => {
    const id = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/databases/x/y';
    const delta = {
      path: 'properties.größe',
      propertyChangeType: 'Modify',
      before: 9007199254740992n,
      after: long,
    };
    world.arm.whatIf = {
      status: 'Succeeded',
      properties: {
        changes: [
          {
            resourceId: id,
            changeType: 'Modify',
            before: { text: '\u{1F600}'.repeat(50_000) },
            after: { n: long },
            delta: [delta],
          },
        ],
      },
    };
    const whatIfFile = `${world.directory}/result.json`;
    await act({ action: 'what-if', whatIfFile });
    assert.ok(
      world.context.lines.some((line) =>
        line.endsWith('~ properties.größe: 9007199254740992 -> 9007199254740993'),
      ),
      world.context.lines.join('\n'),
    );
    assert.match(await readFile(whatIfFile, 'utf8'), /"after": 9007199254740993\n/);
  });

  it('refuses them beside a .bicepparam file, whose compiler would round them', async () => {
    const parametersFile = await world.write('numbers.bicepparam', `using none\n`);
    const bicepPath = `${process.cwd()}/dist/sandbox/bicep`;
    const thrown = await failure(act({ parametersFile, bicepPath, parameters: { size: long } }));
    assert.equal(thrown.code, 'INPUT_INVALID');
    assert.equal(
      thrown.message,
      'Input "parameters" has whole numbers beyond 2^53 in size, which the Bicep CLI would round.',
    );
  });
});
