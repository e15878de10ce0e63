import assert from 'node:assert/strict';
import { WRONG_DECLARATIONS } from './cases/wrong-declarations.ts';
import { WRONG_DECORATORS } from './cases/wrong-decorators.ts';
import { WRONG_NAMES } from './cases/wrong-names.ts';
import { WRONG_PLACES } from './cases/wrong-places.ts';
import { WRONG_TEXTS } from './cases/wrong-texts.ts';
import { WRONG_SPACES } from './cases/wrong-spaces.ts';
import { WRONG_TYPES } from './cases/wrong-types.ts';
import { WRONG_VALUES } from './cases/wrong-values.ts';
import { compileText, errors, places } from './compile-text.ts';

const ALL = [
  ...WRONG_TEXTS,
  ...WRONG_DECLARATIONS,
  ...WRONG_VALUES,
  ...WRONG_DECORATORS,
  ...WRONG_NAMES,
  ...WRONG_SPACES,
  ...WRONG_TYPES,
  ...WRONG_PLACES,
];

describe('bicep: errors', () => {
  for (const { what, text, others, found } of ALL) {
    it(what, () => {
      const result = compileText(text, others);
      const seen = errors(result);
      const shown = places({ diagnostics: seen }).map((at, i) => [at, seen[i]?.message]);
      assert.deepEqual(shown, found);
      assert.equal(result.success, false);
      assert.equal(result.template, undefined);
    });
  }

  it('decorators behind sys. are taken as they are, as the real CLI takes them', () => {
    const text =
      "@sys.minValue(1)\n@sys.description('a')\n@sys.description('b')\nparam p object[]\noutput o array = p\n";
    const result = compileText(text);
    assert.deepEqual(errors(result), []);
    const { parameters } = result.template as { parameters: { p: { metadata: unknown } } };
    assert.deepEqual(parameters.p.metadata, { description: 'b' });
  });

  it('a missing module file and a missing loaded file name the path', () => {
    const text =
      "module m './none.bicep' = {\n  name: 'm'\n}\nvar t = loadTextContent('none.txt')\noutput o string = t\n";
    const result = compileText(text);
    assert.deepEqual(places(result), ['1:10 BCP091', '4:25 BCP091']);
    for (const { message } of result.diagnostics) {
      assert.match(
        message,
        /^An error occurred reading file\. Could not find file '.*none\.\w+'\.$/,
      );
    }
  });

  it('files that need each other are a cycle, not an endless compilation', () => {
    const text = "module m 'other.bicep' = {\n  name: 'm'\n}\n";
    const result = compileText(text, { 'other.bicep': text.replace('other', 'main') });
    assert.deepEqual(places(result), ['other.bicep 1:10 BCP095']);
  });
});

describe('bicep: warnings', () => {
  const text =
    "param a string\n@secure()\nparam b string = 'hunter2'\n@secure()\nparam c string = newGuid()\nvar d = 1\noutput o string = '${b}${c}'\n";

  it('unused names and secrets in the file', () => {
    const result = compileText(text);
    assert.deepEqual(places(result), [
      '1:7 no-unused-params',
      '3:18 secure-parameter-default',
      '6:5 no-unused-vars',
    ]);
    assert.ok(result.diagnostics.every((d) => d.level === 'Warning'));
    assert.equal(result.success, true);
  });

  it('a bicepconfig.json that is broken is an error, and its features count', () => {
    const compiled = (config: string) =>
      compileText('output o int = 1\n', { 'bicepconfig.json': config });
    for (const config of ['{ bad', '', '{ "a": 1, }', '[]']) {
      assert.deepEqual(places(compiled(config)), ['1:1 BCP271'], config);
    }
    const feature = (on: boolean) =>
      JSON.stringify({ experimentalFeaturesEnabled: { symbolicNameCodegen: on } });
    assert.equal(compiled(feature(true)).template?.['languageVersion'], '2.0');
    assert.equal(compiled(feature(false)).template?.['languageVersion'], undefined);
  });

  it('follow bicepconfig.json and the directives in the text', () => {
    const rules = { 'no-unused-params': { level: 'error' }, 'no-unused-vars': { level: 'off' } };
    const config = JSON.stringify({ analyzers: { core: { rules } } });
    const silenced = text.replace(
      'param b',
      '#disable-next-line secure-parameter-default\nparam b',
    );
    const result = compileText(silenced, { 'bicepconfig.json': `// settings\n${config}` });
    assert.deepEqual(places(result), ['1:7 no-unused-params']);
    assert.equal(result.diagnostics[0]?.level, 'Error');
    assert.equal(result.success, false);
  });
});
