import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { METHODS } from '../../../sandbox/azure/bicep/rpc/methods.ts';
import { parametersFileText } from '../../../tasks/lib/bicep/parameters-file.ts';
import { predictResources } from '../../../tasks/lib/bicep/predict-resources.ts';
import type { Wanted } from '../../../tasks/lib/bicep/predict-resources.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { writeStandIn } from './stand-in.ts';
import type { Behaviour } from './stand-in.ts';

describe('bicep: predicting resources', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spk-predict-'));
    await writeFile(join(folder, 'main.bicep'), 'param hub object\nparam any object\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function predict(
    wanted: readonly Wanted[],
    behaviour: Behaviour = { echoesSnapshot: true },
    environment: Record<string, string> = {},
  ) {
    const standIn = await writeStandIn(behaviour);
    try {
      const texts = await predictResources(join(folder, 'main.bicep'), () => wanted, {
        path: standIn.path,
        version: undefined,
        toolsDirectory: undefined,
        tempDirectory: folder,
        environment: { PATH: process.env['PATH'] ?? '', ...environment },
        signal: AbortSignal.timeout(20_000),
        info: () => undefined,
      });
      return { texts, log: await readFile(standIn.log, 'utf8') };
    } finally {
      await rm(standIn.directory, { recursive: true, force: true });
    }
  }

  it('asks for each place, with the declared values only, and leaves no file behind', async () => {
    const values = { hub: { name: "it's" }, stamp: { name: 'weu' } };
    const places = [{ subscriptionId: 's', resourceGroup: 'one' }, { resourceGroup: 'two' }];
    const { texts } = await predict(places.map((place) => ({ place, values })));
    const asked = texts.map(
      (text) => (JSON.parse(text) as { asked: Record<string, string> }).asked,
    );
    assert.deepEqual(
      asked.map(({ place }) => place),
      places,
    );
    for (const { text, path } of asked) {
      assert.equal(text, "using '../main.bicep'\nparam hub = {\n'name': 'it\\'s'\n}\n");
      assert.match(path ?? '', /\.bicepparam$/);
    }
    assert.deepEqual(await readdir(folder), ['main.bicep']);
  });

  it('gives the CLI an allow-listed environment', async () => {
    const secret = { SYSTEM_ACCESSTOKEN: 'secret', ENDPOINT_AUTH_x: 'secret', HOME: folder };
    const { log } = await predict([{ place: {}, values: {} }], { echoesSnapshot: true }, secret);
    assert.doesNotMatch(log, /secret/);
    assert.match(log, /"HOME"/);
  });

  it('says what is needed of a CLI that has no snapshot', async () => {
    await assert.rejects(predict([{ place: {}, values: {} }], {}), (error) => {
      assert.ok(error instanceof SpokelineError);
      assert.equal(error.code, 'BICEP_FAILED');
      assert.match(error.hint ?? '', /snapshot of the Bicep CLI is needed, 0\.36\.1/);
      return true;
    });
    assert.deepEqual(await readdir(folder), ['main.bicep']);
  });

  it('writes any JSON value so that the compiler reads it back', async () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'binary-ascii' }),
        fc.constantFrom("it's", '${x}', '$', '\\', "'''", 'a\nb\tc\rd', '[x]', 'ü'),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z .'$]{1,6}$/), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const path = join(folder, 'value.bicepparam');
        await writeFile(join(folder, 'value.bicep'), 'param v object\n');
        await writeFile(
          path,
          parametersFileText({ template: 'value.bicep', values: { v: { value } } }),
        );
        const answer = METHODS.get('bicep/compileParams')?.({ path }) as { parameters: string };
        const { parameters } = JSON.parse(answer.parameters) as {
          parameters: { v: { value: unknown } };
        };
        assert.deepEqual(parameters.v.value, JSON.parse(JSON.stringify({ value })));
      }),
      { numRuns: 100 },
    );
  });
});
