import assert from 'node:assert/strict';
import { selectPath } from '../../../sandbox/azure/bicep/model/json-path.ts';
import { compileText, errors, places } from './compile-text.ts';

const FILES = {
  'dir/one.json': '{"name":"one","list":[{"k":"a","v":1},{"k":"b","v":{"deep":2}}]}',
  'dir/two.txt': 'two',
  'dir/three.json': '{}',
  'dir/sub/four.json': '{}',
};

describe('bicep: files read at compile time', () => {
  it('folders, in the order of their names', () => {
    const result = compileText(
      "var files = loadDirectoryFileInfo('./dir', '*.json')\noutput f array = files\n",
      FILES,
    );
    assert.deepEqual(errors(result), []);
    assert.deepEqual((result.template?.['variables'] as Record<string, unknown>)['$fxv#0'], [
      { relativePath: 'dir/one.json', baseName: 'one.json', extension: '.json' },
      { relativePath: 'dir/three.json', baseName: 'three.json', extension: '.json' },
    ]);
  });

  it('paths may be built from what is known when compiling', () => {
    const result = compileText(
      `var folder = 'dir'
var first = loadDirectoryFileInfo('\${folder}/', 'one*')[0]
output a object = loadJsonContent(first.relativePath)
output b string = loadTextContent('\${folder}/two.txt')
output c string = loadTextContent({ a: ['\${folder}/two.txt'] }.a[^1])
`,
      FILES,
    );
    assert.deepEqual(errors(result), []);
    const variables = result.template?.['variables'] as Record<string, unknown>;
    const loaded = ['$fxv#1', '$fxv#2', '$fxv#3'].map((name) => variables[name]);
    assert.deepEqual(loaded, [JSON.parse(FILES['dir/one.json']), 'two', 'two']);
  });

  it('what is not known then, or not there, is an error at the place', () => {
    const result = compileText(
      `param p string
output a string = loadTextContent(p)
output b string = loadTextContent('none.txt')
output c array = loadDirectoryFileInfo('none')
output d object = loadJsonContent('dir/two.txt')
output e object = loadJsonContent('dir/one.json', 'nothing')
output f object = loadJsonContent('dir/one.json', 'list[*]')
output g string = loadTextContent('dir/two.txt', 'utf-9')
`,
      FILES,
    );
    assert.deepEqual(places(result), [
      '2:35 BCP032',
      '3:35 BCP091',
      '4:40 BCP091',
      '5:35 BCP186',
      '6:35 BCP235',
      '7:35 BCP235',
      '8:35 BCP070',
    ]);
  });

  it('numbers keep the kind that they are written with', () => {
    const files = {
      'n.json':
        '{ "a": [1.0, -1.50, 1e3, 1E-7, 123456789012345.5, 1e17, -0, -0.0, 1e400, 12345678901234567890] }',
      'n.yml': 'a: [1.0, 1_000, +5, .5, 0x1F, 12345678901234567890, 1e3, "1.0", 1:30]\n---\nb: 2\n',
    };
    const result = compileText(
      "output a object = loadJsonContent('n.json')\noutput b object = loadYamlContent('n.yml')\n",
      files,
    );
    assert.deepEqual(errors(result), []);
    const variables = result.template?.['variables'] as Record<string, { a: unknown[] }>;
    const real = (text: string): string => `[json('${text}')]`;
    assert.deepEqual(variables['$fxv#0']?.a, [
      ...[real('1'), real('-1.5'), real('1000'), real('1E-07'), real('123456789012345.5')],
      ...[real('1E+17'), 0, real('-0'), real('Infinity'), real('1.2345678901234567E+19')],
    ]);
    assert.deepEqual(variables['$fxv#1']?.a, [
      ...[real('1'), 1000, 5, real('0.5'), 31, real('1.2345678901234567E+19'), real('1000')],
      ...['1.0', '1:30'],
    ]);
  });

  it('keys of YAML are merged; what is no YAML, or nothing, has a code of its own', () => {
    const read = (text: string) =>
      compileText("output a object = loadYamlContent('a.yml')\n", { 'a.yml': text });
    const { template } = read('x: &x\n  one: 1\ny:\n  <<: *x\n  two: 2\n');
    const variables = template?.['variables'] as Record<string, { y: unknown }>;
    assert.deepEqual(variables['$fxv#0']?.y, { one: 1, two: 2 });
    for (const text of ['a: [1\n', '# nothing\n', 'a: 1\na: 2\n']) {
      assert.deepEqual(places(read(text)), ['1:35 BCP340'], text);
    }
  });

  const value = {
    store: {
      books: [
        { title: 'a', price: 3, tags: ['x'] },
        { title: 'b', price: 8 },
        { title: 'c', price: 8, isbn: '1' },
      ],
      'odd name': { in: 1 },
    },
  };
  const paths: [path: string, found: unknown][] = [
    ['$', value],
    ['store.books[1].title', 'b'],
    ["$['store']['odd name'].in", 1],
    ['$.store["odd name"]', { in: 1 }],
    ['$.store.books[0:1]', value.store.books[0]],
    ['$.store.books[-1:]', value.store.books[2]],
    ["$.store.books[?(@.title == 'b')].price", 8],
    ['$.store.books[?(@.price < 5)].title', 'a'],
    ['$.store.books[?(@.price >= 8 && @.isbn)].title', 'c'],
    ["$.store.books[?(@.title == 'z' || @.isbn == '1')].title", 'c'],
    ['$.store.books[?(@.price != 8)].title', 'a'],
    ['$..tags[0]', 'x'],
    ['$..isbn', '1'],
    ['$.store.books[*].tags', ['x']],
    ['$.store.books[*].title', undefined],
    ['$.store.*.in', 1],
    ['$.nothing', undefined],
    ['store.books[7]', undefined],
  ];
  for (const [path, found] of paths) {
    it(`${path} finds ${found === undefined ? 'nothing, or too much' : 'one value'}`, () => {
      assert.deepEqual(selectPath(value, path), found);
    });
  }

  for (const path of ['a b', '$.x[?(title)]', '..[', 'a.', '[?(@.a ~ 1)]']) {
    it(`${path} is no path`, () => {
      assert.throws(() => selectPath(value, path), SyntaxError);
    });
  }
});
