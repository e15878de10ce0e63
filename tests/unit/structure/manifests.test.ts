import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { generatedPages } from '../../../scripts/docs.ts';
import { manifestProblems, taskProblems } from '../../../scripts/check-manifests.ts';
import type { InputKind, InputSpec } from '../../../tasks/lib/host/input-spec.ts';

interface ManifestInput {
  name: string;
  type: string;
  required: boolean;
  defaultValue?: string;
  options?: Record<string, string>;
}

interface Manifest {
  inputs: ManifestInput[];
}

/** The type that task.json has to give to an input of each kind. */
const manifestTypes: Record<InputKind, string> = {
  connection: 'connectedService:AzureRM',
  registryConnection: 'connectedService:dockerregistry',
  choice: 'pickList',
  path: 'filePath',
  paths: 'multiLine',
  list: 'multiLine',
  seconds: 'string',
  integer: 'string',
  flag: 'boolean',
  text: 'string',
  document: 'multiLine',
};

const tasks = readdirSync('tasks').filter((folder) => folder !== 'lib');

function manifest(task: string): Manifest {
  return JSON.parse(readFileSync(`tasks/${task}/${task}V1/task.json`, 'utf8')) as Manifest;
}

describe('manifests', () => {
  it('have no problem', async () => {
    assert.deepEqual(await manifestProblems(), []);
  });

  for (const task of tasks) {
    it(`${task}: inputs.ts and task.json agree`, async () => {
      const file = `../../../tasks/${task}/${task}V1/inputs.ts`;
      const { inputs } = (await import(file)) as { inputs: InputSpec<unknown> };
      const declared = manifest(task).inputs.map((i) => ({
        name: i.name,
        type: i.type,
        required: i.required,
        defaultValue: i.defaultValue,
        choices: i.options && Object.keys(i.options),
      }));
      const read = Object.entries(inputs.readers).map(([name, reader]) => ({
        name,
        type: manifestTypes[reader.kind],
        required: reader.required,
        defaultValue: reader.defaultValue,
        choices: reader.choices && [...reader.choices],
      }));
      assert.deepEqual(read, declared);
    });
  }

  const good = () => manifest('ImagePush') as Manifest & Record<string, unknown>;
  const bad: [what: string, change: (m: ReturnType<typeof good>) => void, message: RegExp][] = [
    ['an id that is no GUID', (m) => (m['id'] = 'x'), /: id: Invalid UUID/],
    ['a blank in the name', (m) => (m['name'] = 'Image Push'), /: name: Invalid format/],
    [
      'another name than its folder',
      (m) => (m['name'] = 'Push'),
      /name Push is not its folder ImagePush/,
    ],
    [
      'a handler that no agent has',
      (m) => (m['execution'] = { Node20: { target: 'index.js' } }),
      /execution/,
    ],
    ['no version', (m) => delete m['version'], /: version: /],
    ['a group that is not declared', (m) => (m['groups'] = []), /group \w+ is not declared/],
    [
      'an input of a type that does not exist',
      (m) => (m.inputs[0]!.type = 'text'),
      /inputs\.0\.type/,
    ],
    ['an input twice', (m) => m.inputs.push(m.inputs[0]!), /stands twice/],
  ];
  for (const [what, change, message] of bad) {
    it(`refuses ${what}`, () => {
      const changed = good();
      change(changed);
      assert.match(taskProblems('task.json', 'ImagePush', 1, changed).join('\n'), message);
    });
  }

  it('the generated pages are as the sources say', async () => {
    for (const [file, text] of Object.entries(await generatedPages())) {
      assert.equal(readFileSync(file, 'utf8'), text, `${file}: run npm run docs`);
    }
  });
});
