import assert from 'node:assert/strict';
import path from 'node:path';
import { Repository } from './repository.ts';

describe('expanding a pipeline', () => {
  let repository: Repository;

  beforeEach(async () => {
    repository = await Repository.create();
  });

  afterEach(async () => {
    await repository.remove();
  });

  it('wraps bare steps and names what has no name', async () => {
    assert.deepEqual(await repository.expand('steps:\n- script: a\n- bash: b\n  name: n\n'), {
      stages: [
        {
          stage: '__default',
          jobs: [
            {
              job: 'Job',
              steps: [
                { task: 'CmdLine@2', inputs: { script: 'a' } },
                { task: 'Bash@3', name: 'n', inputs: { targetType: 'inline', script: 'b' } },
              ],
            },
          ],
        },
      ],
    });
  });

  it('keeps the spelling of numbers that no expression touches', async () => {
    const source =
      'parameters:\n- name: v\n  default: 1.10\nsteps:\n- script: ${{ parameters.v }} 010\n';
    assert.deepEqual(await repository.scripts(source), ['1.10 010']);
  });

  it('follows a chain to its first branch that holds', async () => {
    const source = `
parameters:
- name: tier
  default: b
steps:
- \${{ if eq(parameters.tier, 'a') }}:
  - script: a
- \${{ elseif eq(parameters.tier, 'b') }}:
  - script: b
- \${{ elseif true }}:
  - script: never
- \${{ else }}:
  - script: c
`;
    assert.deepEqual(await repository.scripts(source), ['b']);
    assert.deepEqual(await repository.scripts(source, { parameters: { tier: 'a' } }), ['a']);
    assert.deepEqual(await repository.scripts(source, { parameters: { tier: 'x' } }), ['never']);
  });

  it('loops over mappings and builds one item from the rounds of an inner loop', async () => {
    const files = {
      'pipeline.yml': `
steps:
- template: t.yml
  parameters:
    steps:
    - bash: one
      env: { A: 1 }
`,
      't.yml': `
parameters:
- name: steps
  type: stepList
steps:
- \${{ each step in parameters.steps }}:
  - \${{ each pair in step }}:
      \${{ if ne(pair.key, 'env') }}:
        \${{ pair.key }}: \${{ pair.value }}
`,
    };
    const document = JSON.stringify(await repository.expand(files));
    assert.ok(
      document.includes('{"task":"Bash@3","inputs":{"targetType":"inline","script":"one"}}'),
    );
  });

  it('resolves templates from the including file, the root and other repositories', async () => {
    const hub = path.join(repository.root, 'hub');
    const step = (text: string): string => `steps:\n- script: ${text}\n`;
    const files = {
      'pipeline.yml': `
resources:
  repositories:
  - { repository: hub, type: git, name: Contoso/Hub, ref: main }
steps:
- template: a/one.yml
- template: x.yml@hub
`,
      'a/one.yml': 'steps:\n- template: two.yml\n- template: /root.yml\n- template: ../root.yml\n',
      'a/two.yml': step('two'),
      'root.yml': step('root'),
      'hub/x.yml': 'steps:\n- template: sub\\y.yml\n- template: root.yml@self\n',
      'hub/sub/y.yml': step('hub'),
    };
    const repositories = { 'contoso/hub@refs/heads/main': hub };
    assert.deepEqual(await repository.scripts(files, { repositories }), [
      'two',
      'root',
      'root',
      'hub',
      'root',
    ]);
  });

  it('resolves a template named inside of data from the file that names it', async () => {
    const files = {
      'pipeline.yml': `
steps:
- template: a/t.yml
  parameters:
    extra:
    - template: here.yml
`,
      'here.yml': 'steps:\n- script: here\n',
      'a/here.yml': 'steps:\n- script: wrong\n',
      'a/t.yml': 'parameters:\n  extra: []\nsteps:\n- ${{ parameters.extra }}\n',
    };
    assert.deepEqual(await repository.scripts(files), ['here']);
  });

  it('knows variables as soon as they are written, wherever the file has them', async () => {
    const source = `
variables:
  base: v1
stages:
- stage: s
  jobs:
  - job: j
    steps:
    - script: \${{ variables.full }} \${{ variables.early }}\${{ variables['Build.Reason'] }}
    variables:
    - name: early
      value: \${{ variables.late }}
    - name: late
      value: x
  variables:
    full: \${{ variables.base }}-\${{ variables.outside }}
`;
    const variables = { outside: 'o', 'Build.Reason': 'Manual' };
    assert.deepEqual(await repository.scripts(source, { variables }), ['v1-o Manual']);
  });

  it('lays the extended template over the root and merges the resources', async () => {
    const files = {
      'pipeline.yml': `
variables: { a: 1 }
resources:
  containers:
  - { container: one, image: x }
extends:
  template: t.yml
  parameters: { n: 2 }
`,
      't.yml': `
parameters:
- name: n
  type: number
resources:
  containers:
  - { container: two, image: y }
jobs:
- job: j
  steps:
  - script: \${{ variables.a }} \${{ parameters.n }}
`,
    };
    const document = JSON.stringify(await repository.expand(files));
    assert.match(document, /"container":"one".*"container":"two"/);
    assert.match(document, /"script":"1 2"/);
  });

  it('takes objects as JSON text or as objects', async () => {
    const source = `
parameters:
- name: stamps
  type: object
- name: count
  type: number
- name: dry
  type: boolean
steps:
- \${{ each s in parameters.stamps }}:
  - script: \${{ s.name }} \${{ parameters.count }} \${{ parameters.dry }}
`;
    const rest = { count: '3', dry: 'true' };
    const text = { stamps: '[{"name":"a"},{"name":"b"}]', ...rest };
    assert.deepEqual(await repository.scripts(source, { parameters: text }), [
      'a 3 True',
      'b 3 True',
    ]);
    const object = { stamps: [{ name: 'a' }], count: 3, dry: false };
    assert.deepEqual(await repository.scripts(source, { parameters: object }), ['a 3 False']);
  });

  it('shows the resources to expressions', async () => {
    const source = `
resources:
  repositories:
  - { repository: hub, type: git, name: contoso/hub, ref: refs/tags/v2 }
steps:
- script: \${{ resources.repositories.hub.ref }}
`;
    assert.deepEqual(await repository.scripts(source), ['refs/tags/v2']);
  });
});
