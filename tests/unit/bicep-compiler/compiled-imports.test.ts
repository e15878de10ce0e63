import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../../sandbox/azure/bicep/compile.ts';
import { compileText, errors, places, withFiles } from './compile-text.ts';
import type { Files } from './compile-text.ts';

const LIBRARY = `@export()
type sku = 'a' | 'b'
type hidden = { q: sku, r: hidden? }
@export()
@description('a conf')
type conf = {
  @description('x')
  @minLength(2)
  name: string
  inner: hidden
  list: sku[]
  tup: [int, string?]
  *: int
}
@export()
@discriminator('kind')
type shape = { kind: 'circle', r: int } | { kind: 'sq', s: int } | named
type named = { kind: 'named', n: string }
var base = 5
@export()
var exported = { a: base + 1, b: [-1, null, true, '[x]'], c: '\${base}!' }
func priv(x int) int => x + base2(1)
func base2(x int) int => x
@export()
@description('f')
func pub(x int, y conf) string => '\${priv(x)}-\${y.name}-\${map(range(1, 1), z => z)}'
`;

const MAIN = `import { sku, conf as c2, pub, exported } from 'lib.bicep'
import * as lib from 'lib.bicep'
param s sku
param c c2
param shapes lib.shape[]?
param both sku | 'c'
@discriminator('kind')
param more lib.shape | { kind: 'other' }
param inner lib.conf.inner
param item lib.conf.list[*]
param second lib.conf.tup[1]
param rest lib.conf.*
param deep lib.conf.inner.q
output text string = '\${pub(1, c)}\${lib.pub(2, c)}'
output all object = exported
output one int = lib.exported.a
`;

describe('bicep: imports from compiled templates', () => {
  it('mean what imports from their sources mean', () => {
    withFiles({ 'main.bicep': MAIN, 'lib.bicep': LIBRARY }, (folder) => {
      const path = (name: string): string => join(folder, name);
      const library = compile(path('lib.bicep'));
      assert.deepEqual(errors(library), []);
      writeFileSync(path('lib.json'), JSON.stringify(library.template));
      writeFileSync(path('other.bicep'), MAIN.replaceAll('lib.bicep', 'lib.json'));
      const fromSource = compile(path('main.bicep'));
      const fromTemplate = compile(path('other.bicep'));
      assert.deepEqual(errors(fromSource), []);
      assert.deepEqual(errors(fromTemplate), []);
      const renamed = JSON.stringify(fromTemplate.template).replaceAll('lib.json', 'lib.bicep');
      assert.deepEqual(JSON.parse(renamed), JSON.parse(JSON.stringify(fromSource.template)));
    });
  });

  const template = (more: object): string =>
    JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      resources: [],
      ...more,
    });

  it('names that are no identifiers get one; what is not exported is not found', () => {
    const files: Files = {
      'lib.json': template({
        metadata: { '__bicep_exported_variables!': [{ name: 'out' }, { name: 'a-b' }] },
        variables: { out: "[variables('in-ner')]", 'in-ner': 1, 'a-b': 2 },
      }),
    };
    const { template: made } = compileText(
      "import { out, 'a-b' as ab } from 'lib.json'\noutput o int = out + ab\n",
      files,
    );
    assert.deepEqual(made?.['variables'], { '_1._2': 1, ab: 2, out: "[variables('_1._2')]" });
    assert.deepEqual(
      places(compileText("import { 'in-ner' as x } from 'lib.json'\nvar y = x\n", files)).slice(
        0,
        1,
      ),
      ['1:10 BCP360'],
    );
  });

  it('a template with a broken expression is an error at the import', () => {
    const files = { 'lib.json': template({ variables: { a: '[concat(]' } }) };
    const result = compileText("import * as lib from 'lib.json'\n", files);
    assert.deepEqual(places(result), ['1:22 BCP188']);
  });
});
