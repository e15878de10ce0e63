import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Bicep } from 'bicep-node';
import { bundleBicep } from './bicep-bundle.ts';
import type { Bundle } from './bicep-bundle.ts';

const MODULE = "param name string\n@description('where it is')\noutput id string = name\n";
const MAIN = `metadata name = 'Main'
@description('which')
param which 'a' | 'b'
@export()
type area = { width: int }
param size area?
module m 'child.bicep' = {
  name: 'm'
  params: { name: '\${which}\${size.?width}' }
}
resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {
  name: m.name
}
resource share 'Microsoft.Storage/storageAccounts/fileServices@2023-01-01' = {
  parent: sa
  name: 'default'
  dependsOn: [m]
}
output id string = m.outputs.id
`;

describe('bicep: the stand-in CLI', () => {
  let bundle: Bundle;
  let folder: string;
  const file = (name: string): string => join(folder, name);

  before(async () => {
    bundle = await bundleBicep();
    folder = mkdtempSync(join(tmpdir(), 'src-'));
    writeFileSync(file('main.bicep'), MAIN);
    writeFileSync(file('child.bicep'), MODULE);
    writeFileSync(file('main.bicepparam'), "using 'main.bicep'\nparam which = 'a'\n");
    writeFileSync(file('bad.bicep'), 'output a string = b\noutput c string = d\n');
    writeFileSync(file('bicepconfig.json'), '{}');
  });

  after(() => {
    bundle?.remove();
    rmSync(folder, { recursive: true });
  });

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const child = spawn(bundle.path, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number>((resolve) =>
      child.on('close', (code) => resolve(code ?? -1)),
    );
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, out, err };
  }

  describe('on the command line', () => {
    it('tells a version that clients understand', async () => {
      const { code, out } = await run('--version');
      assert.match(out, /Bicep CLI version ([^ ]+) /);
      assert.equal(code, 0);
    });

    it('builds to standard output, to a file beside the source, and to a file of choice', async () => {
      const shown = await run('build', 'main.bicep', '--stdout');
      assert.deepEqual([shown.code, shown.err], [0, '']);
      const template = JSON.parse(shown.out) as Record<string, unknown>;
      assert.equal(template['languageVersion'], '2.0');
      assert.equal((await run('build', 'main.bicep')).code, 0);
      assert.equal(readFileSync(file('main.json'), 'utf8'), shown.out);
      rmSync(file('main.json'));
      assert.equal((await run('build', 'main.bicep', '--outfile', 'other.json')).code, 0);
      assert.equal(readFileSync(file('other.json'), 'utf8'), shown.out);
      assert.equal(existsSync(file('main.json')), false);
    });

    it('builds parameters', async () => {
      const { code, out } = await run('build-params', 'main.bicepparam', '--stdout');
      assert.equal(code, 0);
      const { parameters } = JSON.parse(out) as { parameters: unknown };
      assert.deepEqual(parameters, { which: { value: 'a' } });
    });

    it('writes findings to standard error, each with file, line and column, and no template', async () => {
      const { code, out, err } = await run('build', 'bad.bicep', '--stdout');
      const at = file('bad.bicep');
      assert.deepEqual(err.trim().split('\n'), [
        `${at}(1,19) : Error BCP057: The name "b" does not exist in the current context.`,
        `${at}(2,19) : Error BCP057: The name "d" does not exist in the current context.`,
      ]);
      assert.deepEqual([code, out], [1, '']);
    });

    const refused: [args: string[], message: RegExp][] = [
      [['build'], /^The input file path was not specified\n$/],
      [
        ['build', 'none.bicep'],
        /BCP091: An error occurred reading file\. Could not find file '.*none\.bicep'/,
      ],
      [['build', 'main.txt'], /^Invalid file path: main\.txt\n$/],
      [['build', 'main.bicep', '--what'], /^Unrecognized parameter "--what"\n$/],
      [['build', 'main.bicep', '--stdout', '--outfile', 'x'], /cannot both be used/],
      [['publish'], /^Usage:/],
      [['jsonrpc'], /^Usage:/],
    ];
    for (const [args, message] of refused) {
      it(`refuses ${args.join(' ')}`, async () => {
        const { code, err } = await run(...args);
        assert.match(err, message);
        assert.equal(code, 1);
      });
    }
  });

  describe('through bicep-node, over a named pipe', () => {
    let bicep: Bicep;

    before(async () => {
      bicep = await Bicep.initialize(bundle.path);
    });
    after(() => bicep.dispose());

    it('compiles, and compiles again what has changed', async () => {
      const path = file('changing.bicep');
      writeFileSync(path, 'output a int = 1\n');
      const first = await bicep.compile({ path });
      writeFileSync(path, 'output a int = 2\n');
      const second = await bicep.compile({ path });
      const values = [first, second].map(({ contents = '' }) => {
        const { outputs } = JSON.parse(contents) as { outputs: { a: { value: number } } };
        return outputs.a.value;
      });
      assert.deepEqual(values, [1, 2]);
    });

    it('gives diagnostics with zero-based ranges', async () => {
      const { success, diagnostics, contents } = await bicep.compile({ path: file('bad.bicep') });
      assert.equal(success, false);
      assert.equal(contents ?? null, null);
      assert.deepEqual(diagnostics[0]?.range, {
        start: { line: 0, char: 18 },
        end: { line: 0, char: 19 },
      });
      assert.equal(diagnostics[0]?.source, file('bad.bicep'));
    });

    it('compiles parameters with overrides', async () => {
      const path = file('main.bicepparam');
      const { success, parameters, template } = await bicep.compileParams({
        path,
        parameterOverrides: { size: { width: 3 } },
      });
      assert.equal(success, true);
      assert.deepEqual((JSON.parse(parameters ?? '') as { parameters: unknown }).parameters, {
        which: { value: 'a' },
        size: { value: { width: 3 } },
      });
      assert.ok((JSON.parse(template ?? '') as { resources: unknown }).resources);
      await assert.rejects(
        bicep.compileParams({ path: file('main.bicep'), parameterOverrides: {} }),
        /Expected a \.bicepparam file/,
      );
    });

    it('predicts what a deployment would make', async () => {
      const { snapshot } = await bicep.getSnapshot({
        path: file('main.bicepparam'),
        metadata: { subscriptionId: 's', resourceGroup: 'g', deploymentName: 'd' },
      });
      const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts';
      assert.deepEqual(JSON.parse(snapshot), {
        predictedResources: [
          {
            id: `${id}/m/fileServices/default`,
            type: 'Microsoft.Storage/storageAccounts/fileServices',
            name: 'm/default',
            apiVersion: '2023-01-01',
          },
        ],
        diagnostics: [],
        outputs: { id: 'a' },
      });
      const failed = bicep.getSnapshot({ path: file('main.bicep'), metadata: {} });
      await assert.rejects(failed, /Expected a \.bicepparam file/);
    });

    it('tells what a file declares', async () => {
      const { metadata, parameters, outputs, exports } = await bicep.getMetadata({
        path: file('main.bicep'),
      });
      assert.deepEqual(metadata, [{ name: 'name', value: 'Main' }]);
      assert.deepEqual(
        parameters.map(({ name, type, description }) => [name, type?.name, description]),
        [
          ['which', "'a' | 'b'", 'which'],
          ['size', 'area | null', undefined],
        ],
      );
      assert.deepEqual(parameters[0]?.range, {
        start: { line: 1, char: 0 },
        end: { line: 2, char: 21 },
      });
      assert.deepEqual(
        outputs.map(({ name, type }) => [name, type?.name]),
        [['id', 'string']],
      );
      assert.deepEqual(
        exports.map(({ name, kind }) => [name, kind]),
        [['area', 'TypeAlias']],
      );
    });

    it('lists the files that a file needs', async () => {
      const { filePaths } = await bicep.getFileReferences({ path: file('main.bicepparam') });
      const names = ['bicepconfig.json', 'child.bicep', 'main.bicep', 'main.bicepparam'];
      assert.deepEqual(filePaths, names.map(file));
    });

    it('draws the deployment graph', async () => {
      const { nodes, edges } = await bicep.getDeploymentGraph({ path: file('main.bicep') });
      assert.deepEqual(
        nodes.map(({ name, type, isExisting, relativePath }) => [
          name,
          type,
          isExisting,
          relativePath,
        ]),
        [
          ['m', '<module>', false, 'child.bicep'],
          ['sa', 'Microsoft.Storage/storageAccounts', true, undefined],
          ['share', 'Microsoft.Storage/storageAccounts/fileServices', false, undefined],
        ],
      );
      assert.deepEqual(edges, [
        { source: 'sa', target: 'm' },
        { source: 'share', target: 'm' },
        { source: 'share', target: 'sa' },
      ]);
    });

    it('rejects what is no file of the language', async () => {
      await assert.rejects(bicep.compile({ path: file('main.txt') }), /Invalid file path/);
      await assert.rejects(bicep.compile({ path: file('none.bicep') }), /Could not find file/);
    });
  });
});
