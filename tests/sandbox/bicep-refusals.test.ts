import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Bicep } from 'bicep-node';
import { WRONG_DECORATORS } from '../unit/bicep-compiler/cases/wrong-decorators.ts';
import { WRONG_NAMES } from '../unit/bicep-compiler/cases/wrong-names.ts';
import { WRONG_PLACES } from '../unit/bicep-compiler/cases/wrong-places.ts';
import { WRONG_SPACES } from '../unit/bicep-compiler/cases/wrong-spaces.ts';
import { WRONG_TYPES } from '../unit/bicep-compiler/cases/wrong-types.ts';
import { WRONG_VALUES } from '../unit/bicep-compiler/cases/wrong-values.ts';

/** What the stand-in refuses by its own unit tests, the real CLI refuses at the same places with the same codes. */
describe('bicep: refusals', function () {
  this.timeout(180_000);
  const real = process.env['BICEP_PATH'] ?? '';
  let bicep: Bicep;
  let folder: string;

  before(async function () {
    if (real === '') {
      console.log('      no real Bicep CLI in BICEP_PATH: refusals are not compared with its own');
      this.skip();
    }
    bicep = await Bicep.initialize(resolve(real));
    folder = mkdtempSync(join(tmpdir(), 'bicep-'));
  });
  after(() => {
    bicep?.dispose();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const { what, text, others, found } of [
    ...WRONG_VALUES,
    ...WRONG_DECORATORS,
    ...WRONG_PLACES,
    ...WRONG_NAMES,
    ...WRONG_SPACES,
    ...WRONG_TYPES,
  ]) {
    it(what, async () => {
      const path = join(folder, 'main.bicep');
      for (const [name, other] of Object.entries(others ?? {})) {
        writeFileSync(join(folder, name), other);
      }
      writeFileSync(path, text);
      const { diagnostics } = await bicep.compile({ path });
      const errors = diagnostics.filter(({ level }) => level === 'Error');
      const places = errors.map(
        ({ range: { start }, code }) => `${start.line + 1}:${start.char + 1} ${code}`,
      );
      assert.deepEqual(places.sort(), found.map(([at]) => at).sort());
    });
  }
});
