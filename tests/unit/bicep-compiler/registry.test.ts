import assert from 'node:assert/strict';
import { join } from 'node:path';
import { compile } from '../../../sandbox/azure/bicep/compile.ts';
import { load } from '../../../sandbox/azure/bicep/compile.ts';
import { registryModule } from '../../../sandbox/azure/bicep/model/registry.ts';
import { errors, withFiles } from './compile-text.ts';

const MODULE = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  languageVersion: '2.0',
  contentVersion: '1.0.0.0',
  definitions: { lock: { type: 'string', metadata: { '__bicep_export!': true } } },
  parameters: { name: { type: 'string' } },
  resources: {},
  outputs: { id: { type: 'string', value: "[parameters('name')]" } },
});

describe('bicep: modules of registries', () => {
  const where: [text: string, path: string | undefined, reference?: string][] = [
    [
      'br/public:avm/res/network/virtual-network:0.5.0',
      'mcr.microsoft.com/bicep$avm$res$network$virtual-network/0.5.0$',
      'br:mcr.microsoft.com/bicep/avm/res/network/virtual-network:0.5.0',
    ],
    ['br:localhost:5000/a/b:v1', 'localhost$5000/a$b/v1$', 'br:localhost:5000/a/b:v1'],
    ['br:example.azurecr.io/m:RC1', 'example.azurecr.io/m/RC1$3', 'br:example.azurecr.io/m:RC1'],
    ['br/own:x:1.0', 'example.azurecr.io/team$x/1.0$', 'br:example.azurecr.io/team/x:1.0'],
    ['br/unknown:x:1.0', undefined],
    ['br:noversion.azurecr.io/a', undefined],
  ];
  for (const [text, path, reference] of where) {
    it(`${text} is ${path ?? 'nowhere'}`, () => {
      const aliases = { own: { registry: 'example.azurecr.io', modulePath: 'team' } };
      assert.deepEqual(
        registryModule(text, aliases, 'C'),
        path === undefined ? undefined : { path: join('C', 'br', path, 'main.json'), reference },
      );
    });
  }

  const files = {
    'bicepconfig.json': JSON.stringify({
      cacheRootDirectory: 'CACHE',
      moduleAliases: { br: { own: { registry: 'example.azurecr.io', modulePath: 'team' } } },
    }),
    'cache/br/example.azurecr.io/team$net/1.0$/main.json': MODULE,
    'main.bicep': `import { lock } from 'br/own:net:1.0'
param kind lock
module net 'br/own:net:1.0' = { name: 'net', params: { name: kind } }
output id string = net.outputs.id
`,
    'missing.bicep': `module a 'br/own:net:2.0' = { name: 'a' }
module b 'ts/specs:x:1.0' = { name: 'b' }
`,
  };

  function within<T>(action: (folder: string) => T): T {
    return withFiles(files, (folder) =>
      withFiles({}, (home) => {
        const before = process.env['HOME'];
        process.env['HOME'] = home;
        try {
          return action(folder);
        } finally {
          process.env['HOME'] = before;
        }
      }),
    );
  }

  it('are read from where the real CLI keeps them, and never fetched', () => {
    within((folder) => {
      const settings = files['bicepconfig.json'].replace('CACHE', join(folder, 'cache'));
      withFiles({ 'bicepconfig.json': settings, 'main.bicep': files['main.bicep'] }, (own) => {
        const path = join(own, 'main.bicep');
        const result = compile(path);
        assert.deepEqual(errors(result), []);
        assert.deepEqual(result.template?.['definitions'], {
          lock: {
            type: 'string',
            metadata: {
              '__bicep_imported_from!': { sourceTemplate: 'br:example.azurecr.io/team/net:1.0' },
            },
          },
        });
        const { net } = result.template?.['resources'] as Record<
          string,
          { properties: { template: unknown } }
        >;
        assert.deepEqual(net?.properties.template, JSON.parse(MODULE));
        const cached = join(folder, 'cache/br/example.azurecr.io/team$net/1.0$/main.json');
        assert.ok(load(path, ['.bicep']).compilation.files.has(cached));
      });
    });
  });

  it('that are not there are errors that say what to do', () => {
    within((folder) => {
      const found = errors(compile(join(folder, 'missing.bicep')));
      assert.deepEqual(
        found.map(({ code, range }) => [code, range.start.line]),
        [
          ['BCP190', 0],
          ['BCP190', 1],
        ],
      );
      assert.match(
        found[0]?.message ?? '',
        /^The artifact with reference "br:example\.azurecr\.io\/team\/net:2\.0" has not been restored\. .*bicep restore/,
      );
    });
  });
});
