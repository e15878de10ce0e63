import { BASELINE, BICEP_DOCS, DOCS, RECORDED } from './case-group.ts';
import type { CaseGroup } from './case-group.ts';

const ABC = `json('{"one":"a","two":"b","three":"c"}')`;
const DEEP = `json('{"property":{"one":"a","two":"b","three":"c1"},"nestedArray":[1,2]}')`;
const DEEPER = `json('{"property":{"three":"c2","four":"d","five":"e"},"nestedArray":[3,4]}')`;
const ENTITIES = `json('{"item002":{"enabled":false,"number":200},"item001":{"enabled":true,"number":300}}')`;
const NULLS = `json('{"null1":null,"null2":null,"string":"default","int":1,"object":{"first":"default"},"array":[1]}')`;

export const collections: readonly CaseGroup[] = [
  {
    source: `${DOCS}array`,
    cases: [
      ['array(1)', [1]],
      ["array('efgh')", ['efgh']],
      [`array(json('{"a":"b","c":"d"}'))`, [{ a: 'b', c: 'd' }]],
      [
        "concat(createArray('1-1', '1-2', '1-3'), createArray('2-1', '2-2', '2-3'))",
        ['1-1', '1-2', '1-3', '2-1', '2-2', '2-3'],
      ],
      ["contains('OneTwoThree', 'e')", true],
      ["contains('OneTwoThree', 'z')", false],
      [`contains(${ABC}, 'one')`, true],
      [`contains(${ABC}, 'a')`, false],
      ["contains(createArray('one', 'two', 'three'), 'three')", true],
      ["contains(createArray('one', 'two', 'three'), 'four')", false],
      ["createArray('a', 'b', 'c')", ['a', 'b', 'c']],
      ['createArray(1, 2, 3)', [1, 2, 3]],
      [`createArray(${ABC})`, [{ one: 'a', two: 'b', three: 'c' }]],
      ["createArray(createArray('one', 'two', 'three'))", [['one', 'two', 'three']]],
      ['createArray()', []],
      ['empty(createArray())', true],
      ['empty(createObject())', true],
      ["empty('')", true],
      ["first(createArray('one', 'two', 'three'))", 'one'],
      ["first('One Two Three')", 'O'],
      [`intersection(${ABC}, json('{"one":"a","two":"z","three":"c"}'))`, { one: 'a', three: 'c' }],
      [
        "intersection(createArray('one', 'two', 'three'), createArray('two', 'three'))",
        ['two', 'three'],
      ],
      ["last(createArray('one', 'two', 'three'))", 'three'],
      ["last('One Two Three')", 'e'],
      ["length(createArray('one', 'two', 'three'))", 3],
      ["length('One Two Three')", 13],
      [
        `length(json('{"propA":"one","propB":"two","propC":"three","propD":{"a":"sub","b":"sub"}}'))`,
        4,
      ],
      ['max(createArray(0, 3, 2, 5, 4))', 5],
      ['max(0, 3, 2, 5, 4)', 5],
      ['min(createArray(0, 3, 2, 5, 4))', 0],
      ['min(0, 3, 2, 5, 4)', 0],
      ['range(5, 3)', [5, 6, 7]],
      ["skip(createArray('one', 'two', 'three'), 2)", ['three']],
      ["skip('one two three', 4)", 'two three'],
      ["skip(createArray('one', 'two'), 0)", ['one', 'two']],
      ["skip(createArray('one', 'two'), 5)", []],
      ["take(createArray('one', 'two', 'three'), 2)", ['one', 'two']],
      ["take('one two three', 2)", 'on'],
      ["take(createArray('one', 'two'), 0)", []],
      ["take(createArray('one', 'two'), 5)", ['one', 'two']],
      [
        `union(json('{"one":"a","two":"b","three":"c1"}'), json('{"three":"c2","four":"d","five":"e"}'))`,
        { one: 'a', two: 'b', three: 'c2', four: 'd', five: 'e' },
      ],
      [
        "union(createArray('one', 'two', 'three'), createArray('three', 'four'))",
        ['one', 'two', 'three', 'four'],
      ],
    ],
  },
  {
    source: `${DOCS}object`,
    cases: [
      [
        "createObject('intProp', 1, 'stringProp', 'abc', 'boolProp', true(), 'arrayProp', createArray('a', 'b', 'c'), 'objectProp', createObject('key1', 'value1'))",
        {
          intProp: 1,
          stringProp: 'abc',
          boolProp: true,
          arrayProp: ['a', 'b', 'c'],
          objectProp: { key1: 'value1' },
        },
      ],
      [
        `items(${ENTITIES})`,
        [
          { key: 'item001', value: { enabled: true, number: 300 } },
          { key: 'item002', value: { enabled: false, number: 200 } },
        ],
      ],
      ["empty(json('null'))", true],
      [`json('{"a": "b"}')`, { a: 'b' }],
      [`json('"test"')`, 'test'],
      ["json('true')", true],
      ["json('3')", 3],
      ["json('[ 1, 2, 3 ]')", [1, 2, 3]],
      [`json(concat('{"a": "', 'demo value', '"}'))`, { a: 'demo value' }],
      ['empty(null())', true],
      [
        `union(${DEEP}, ${DEEPER})`,
        {
          property: { one: 'a', two: 'b', three: 'c2', four: 'd', five: 'e' },
          nestedArray: [3, 4],
        },
      ],
      [
        "union(createArray(createArray('one', 'two'), createArray('three')), createArray(createArray('three'), createArray('four', 'two')))",
        [['one', 'two'], ['three'], ['four', 'two']],
      ],
    ],
  },
  {
    source: `${DOCS}comparison#coalesce`,
    cases: [
      [`coalesce(${NULLS}.null1, ${NULLS}.null2, ${NULLS}.string)`, 'default'],
      [`coalesce(${NULLS}.null1, ${NULLS}.null2, ${NULLS}.int)`, 1],
      [`coalesce(${NULLS}.null1, ${NULLS}.null2, ${NULLS}.object)`, { first: 'default' }],
      [`coalesce(${NULLS}.null1, ${NULLS}.null2, ${NULLS}.array)`, [1]],
      [`empty(coalesce(${NULLS}.null1, ${NULLS}.null2))`, true],
      ["coalesce('', 'later')", ''],
    ],
  },
  {
    source: BASELINE,
    cases: [
      ['array(createArray())', []],
      ["concat(createArray('abc'), createArray('def'))", ['abc', 'def']],
      ["contains('foo/bar', '/')", true],
      ['first(createArray(124, 25))', 124],
      ["flatten(createArray(createArray('abc'), createArray('def')))", ['abc', 'def']],
      ['intersection(createArray(1, 2, 3), createArray(2, 3, 4))', [2, 3]],
      [
        "items(createObject('foo', 'abc', 'bar', 123))",
        [
          { key: 'bar', value: 123 },
          { key: 'foo', value: 'abc' },
        ],
      ],
      ['last(createArray(1, 2))', 2],
      ['length(createArray(0, 1, 2))', 3],
      ['max(1, 2, 3)', 3],
      ['min(1, 2, 3)', 1],
      ['range(0, 3)', [0, 1, 2]],
      ['skip(createArray(1, 2, 3), 1)', [2, 3]],
      ['take(createArray(1, 2, 3), 2)', [1, 2]],
      ["union(createObject('abc', 'def'), createObject('def', 'ghi'))", { abc: 'def', def: 'ghi' }],
    ],
  },
  {
    source: RECORDED,
    cases: [
      ["concat('')", ''],
      ["concat('hello', '', 'brave', '', 'new', '', 'world')", 'hellobravenewworld'],
      ["concat(toLower('ONE'), '-', toUpper('two'), '-', base64('three'))", 'one-TWO-dGhyZWU='],
      ['concat(100)', '100'],
      ['concat(100, 200)', '100200'],
      ["concat(100, 'aaa', 200)", '100aaa200'],
      ["concat(createArray('hello', 100), createArray('new', 200))", ['hello', 100, 'new', 200]],
      ["concat(intersection(createArray('aaa'), createArray('bbb')))", []],
      ["first(intersection(createArray('aaa'), createArray('bbb')))", null],
      ["first(createArray('aaa', 100))", 'aaa'],
      ["first('')", ''],
      ["empty(createArray('one'))", false],
    ],
  },
  {
    source: 'https://github.com/Azure/bicep/pull/13658',
    cases: [
      ["objectKeys(createObject('a', 1, 'b', 2))", ['a', 'b']],
      [
        "shallowMerge(createArray(createObject('foo', 'foo'), createObject('bar', 'bar')))",
        { foo: 'foo', bar: 'bar' },
      ],
      [
        `shallowMerge(createArray(${DEEP}, ${DEEPER}))`,
        { property: { three: 'c2', four: 'd', five: 'e' }, nestedArray: [3, 4] },
      ],
    ],
  },
  {
    source:
      'https://github.com/Azure/bicep/blob/main/src/Bicep.Core.IntegrationTests/SafeDereferenceTests.cs',
    cases: [
      [`tryGet(${DEEP}, 'property', 'one')`, 'a'],
      [`tryGet(${DEEP}, 'missing', 'one')`, null],
      [`tryGet(${DEEP}, 'missing')`, null],
      [`tryGet(${DEEP}, 'nestedArray', 1)`, 2],
      ['tryGet(createArray(1, 2), 2)', null],
      ["tryGet(null(), 'x')", null],
    ],
  },
  {
    source: `${BICEP_DOCS.replace('bicep-functions-', 'operators-access')}#reverse-array-access`,
    cases: [
      ['indexFromEnd(createArray(1, 2, 3), 1)', 3],
      ['indexFromEnd(createArray(1, 2, 3), 2)', 2],
      ['tryIndexFromEnd(createArray(1, 2, 3), 4)', null],
    ],
  },
];
