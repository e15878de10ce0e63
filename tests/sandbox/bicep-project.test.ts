import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Bicep } from 'bicep-node';
import { bundleBicep } from './bicep-bundle.ts';
import type { Bundle } from './bicep-bundle.ts';

/** Everything of the project that is written in Bicep. */
const files = ['templates', 'tests/fixtures'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.bicep(param)?$/.test(name))
    .map((name) => join(folder, name)),
);

/** A template with what may differ between compilers made equal: who made it, the case of types, the order of dependsOn. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '_generator')
      .map(([key, item]) => {
        if (key === 'type' && typeof item === 'string') return [key, item.toLowerCase()];
        const plain = comparable(item);
        return [key, key === 'dependsOn' && Array.isArray(plain) ? plain.sort() : plain];
      }),
  );
}

async function compiled(bicep: Bicep, file: string): Promise<unknown> {
  const path = resolve(file);
  const { success, diagnostics, contents } = await bicep.compile({ path });
  const errors = diagnostics.filter(({ level }) => level === 'Error');
  assert.deepEqual(
    errors.map(
      ({ code, message, range }) => `${file}(${range.start.line + 1}) ${code}: ${message}`,
    ),
    [],
  );
  assert.equal(success, true);
  return JSON.parse(contents ?? '');
}

describe('bicep: the files of the project', () => {
  const real = process.env['BICEP_PATH'];
  let bundle: Bundle;
  let own: Bicep;
  let other: Bicep | undefined;

  before(async () => {
    bundle = await bundleBicep();
    own = await Bicep.initialize(bundle.path);
    if (real === undefined || real === '') {
      console.log('      no real Bicep CLI in BICEP_PATH: results are not compared with its own');
    } else {
      other = await Bicep.initialize(resolve(real));
    }
  });
  after(() => {
    own?.dispose();
    other?.dispose();
    bundle?.remove();
  });

  it('there are some', () => {
    assert.ok(files.length >= 5, files.join(', '));
  });

  for (const file of files) {
    it(`${file} compiles${real ? ', as with the real CLI' : ''}`, async () => {
      const template = await compiled(own, file);
      if (other) assert.deepEqual(comparable(template), comparable(await compiled(other, file)));
    });
  }
});
