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
