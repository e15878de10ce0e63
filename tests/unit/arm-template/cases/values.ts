import { BASELINE, DOCS, DOTNET } from './case-group.ts';
import type { CaseGroup } from './case-group.ts';

const DOGS = `json('[{"name":"Evie","age":5},{"name":"Casper","age":3},{"name":"Indy","age":2},{"name":"Kira","age":8}]')`;
const AT = '2020-04-07T14:53:14.1230000Z';

export const values: readonly CaseGroup[] = [
  {
    source: `${DOCS}numeric`,
    cases: [
      ['add(5, 3)', 8],
      ['div(8, 3)', 2],
      ["float('3.0')", 3],
      ['float(3)', 3],
      ["int('4')", 4],
      ['mod(7, 3)', 1],
      ['mul(5, 3)', 15],
      ['sub(7, 3)', 4],
    ],
  },
  {
    source: `${DOCS}logical`,
    cases: [
      ["and(bool('true'), bool('false'))", false],
      ["or(bool('true'), bool('false'))", true],
      ["not(bool('true'))", false],
      ["bool('true')", true],
      ["bool('false')", false],
      ['bool(1)', true],
      ['bool(0)', false],
      ["if(equals('a', 'a'), 'yes', 'no')", 'yes'],
      ["if(equals('a', 'b'), 'yes', 'no')", 'no'],
      [`if(equals('a', 'a'), json('{"test": "value1"}'), json('null'))`, { test: 'value1' }],
      ['not(equals(1, 2))', true],
      ["if(true(), 'kept', fail('not evaluated'))", 'kept'],
    ],
  },
  {
    source: `${DOCS}comparison`,
    cases: [
      ['equals(1, 1)', true],
      ["equals('a', 'a')", true],
      ["equals(createArray('a', 'b'), createArray('a', 'b'))", true],
      ["equals(createObject('a', 'b'), createObject('a', 'b'))", true],
      ['greater(1, 2)', false],
      ["greater('A', 'a')", true],
      ['greaterOrEquals(1, 2)', false],
      ["greaterOrEquals('A', 'a')", true],
      ['less(1, 2)', true],
      ["less('A', 'a')", false],
      ['lessOrEquals(1, 2)', true],
      ["lessOrEquals('A', 'a')", false],
    ],
  },
  {
    source: BASELINE,
    cases: [
      ['bool(true())', true],
      ['int(123)', 123],
      ['add(123, 456)', 579],
      ['sub(456, 123)', 333],
      ['mul(2, 3)', 6],
      ['div(10, 2)', 5],
      ['greaterOrEquals(1, 2)', false],
      ['lessOrEquals(1, 2)', true],
      ["dateTimeAdd(dateTimeFromEpoch(1680224438), 'P1D')", '2023-04-01T01:00:38Z'],
      ['dateTimeToEpoch(dateTimeFromEpoch(1680224438))', 1680224438],
      ["filter(createArray(1, 2), lambda('i', less(lambdaVariables('i'), 2)))", [1]],
      [
        "map(range(0, 3), lambda('i', format('Hi {0}!', lambdaVariables('i'))))",
        ['Hi 0!', 'Hi 1!', 'Hi 2!'],
      ],
      [
        "reduce(createArray('a', 'b', 'c'), '', lambda('a', 'b', format('{0}-{1}', lambdaVariables('a'), lambdaVariables('b'))))",
        '-a-b-c',
      ],
      [
        "sort(createArray('c', 'd', 'a'), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))",
        ['a', 'c', 'd'],
      ],
      [
        "toObject(createArray('a', 'b', 'c'), lambda('x', lambdaVariables('x')), lambda('x', format('Hi {0}!', lambdaVariables('x'))))",
        { a: 'Hi a!', b: 'Hi b!', c: 'Hi c!' },
      ],
    ],
  },
  {
    source: `${DOCS}date#datetimeadd`,
    cases: [
      ["dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')", '4/7/2023 2:53:14 PM'],
      ["dateTimeAdd('2020-04-07 14:53:14Z', '-P9D')", '3/29/2020 2:53:14 PM'],
      ["dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H')", '4/7/2020 3:53:14 PM'],
    ],
  },
  {
    source: `${DOTNET}standard-date-and-time-format-strings`,
    cases: [
      [`dateTimeAdd('${AT}', 'PT0S', 'd')`, '04/07/2020'],
      [`dateTimeAdd('${AT}', 'PT0S', 'D')`, 'Tuesday, 07 April 2020'],
      [`dateTimeAdd('${AT}', 'PT0S', 'f')`, 'Tuesday, 07 April 2020 14:53'],
      [`dateTimeAdd('${AT}', 'PT0S', 'g')`, '04/07/2020 14:53'],
      [`dateTimeAdd('${AT}', 'PT0S', 'G')`, '04/07/2020 14:53:14'],
      [`dateTimeAdd('${AT}', 'PT0S', 'm')`, 'April 07'],
      [`dateTimeAdd('${AT}', 'PT0S', 'o')`, '2020-04-07T14:53:14.1230000+00:00'],
      [`dateTimeAdd('${AT}', 'PT0S', 'r')`, 'Tue, 07 Apr 2020 14:53:14 GMT'],
      [`dateTimeAdd('${AT}', 'PT0S', 's')`, '2020-04-07T14:53:14'],
      [`dateTimeAdd('${AT}', 'PT0S', 't')`, '14:53'],
      [`dateTimeAdd('${AT}', 'PT0S', 'u')`, '2020-04-07 14:53:14Z'],
      [`dateTimeAdd('${AT}', 'PT0S', 'y')`, '2020 April'],
    ],
  },
  {
    source: `${DOTNET}custom-date-and-time-format-strings`,
    cases: [
      [`dateTimeAdd('${AT}', 'PT0S', 'M d')`, '4 7'],
      [`dateTimeAdd('${AT}', 'PT0S', 'yy-MM-dd')`, '20-04-07'],
      [`dateTimeAdd('${AT}', 'PT0S', 'ddd MMM yyyy')`, 'Tue Apr 2020'],
      [`dateTimeAdd('${AT}', 'PT0S', 'h:mm tt')`, '2:53 PM'],
      [`dateTimeAdd('${AT}', 'PT0S', 'HH:mm:ss.fff')`, '14:53:14.123'],
      [`dateTimeAdd('${AT}', 'PT0S', '%d')`, '7'],
    ],
  },
  {
    source: 'ISO 8601 durations: https://www.w3.org/TR/xmlschema11-2/#duration',
    cases: [
      ["dateTimeAdd('2020-01-01T00:00:00Z', 'P1DT2H3M4S')", '2020-01-02T02:03:04Z'],
    ],
  },
  {
    source: `${DOCS}cidr`,
    cases: [
      [
        "parseCidr('10.144.0.0/20')",
        {
          network: '10.144.0.0',
          netmask: '255.255.240.0',
          broadcast: '10.144.15.255',
          firstUsable: '10.144.0.1',
          lastUsable: '10.144.15.254',
          cidr: 20,
        },
      ],
      [
        "parseCidr('fdad:3236:5555::/48')",
        {
          network: 'fdad:3236:5555::',
          netmask: 'ffff:ffff:ffff::',
          firstUsable: 'fdad:3236:5555::',
          lastUsable: 'fdad:3236:5555:ffff:ffff:ffff:ffff:ffff',
          cidr: 48,
        },
      ],
      ["cidrSubnet('10.144.0.0/20', 24, 0)", '10.144.0.0/24'],
      ["cidrSubnet('10.144.0.0/20', 24, 1)", '10.144.1.0/24'],
      ["cidrSubnet('10.144.0.0/20', 24, 4)", '10.144.4.0/24'],
      ["cidrSubnet('fdad:3236:5555::/48', 52, 0)", 'fdad:3236:5555::/52'],
      ["cidrSubnet('fdad:3236:5555::/48', 52, 4)", 'fdad:3236:5555:4000::/52'],
      ["cidrHost('10.144.3.0/24', 0)", '10.144.3.1'],
      ["cidrHost('10.144.3.0/24', 4)", '10.144.3.5'],
      ["cidrHost('192.168.1.0/24', 0)", '192.168.1.1'],
      ["cidrHost('fdad:3236:5555:3000::/52', 0)", 'fdad:3236:5555:3000::1'],
      ["cidrHost('fdad:3236:5555:3000::/52', 4)", 'fdad:3236:5555:3000::5'],
    ],
  },
  {
    source: `${DOCS}lambda`,
    cases: [
      [
        `filter(${DOGS}, lambda('dog', greaterOrEquals(lambdaVariables('dog').age, 5)))`,
        [
          { name: 'Evie', age: 5 },
          { name: 'Kira', age: 8 },
        ],
      ],
      ["filter(range(0, 10), lambda('i', greater(lambdaVariables('i'), 5)))", [6, 7, 8, 9]],
      [
        "filter(range(0, 10), lambda('i', equals(0, mod(lambdaVariables('i'), 2))))",
        [0, 2, 4, 6, 8],
      ],
      [
        `map(${DOGS}, lambda('dog', lambdaVariables('dog').name))`,
        ['Evie', 'Casper', 'Indy', 'Kira'],
      ],
      [
        `map(${DOGS}, lambda('dog', format('Hello {0}!', lambdaVariables('dog').name)))`,
        ['Hello Evie!', 'Hello Casper!', 'Hello Indy!', 'Hello Kira!'],
      ],
      [
        "reduce(createArray(5, 3, 2, 8), 0, lambda('cur', 'next', add(lambdaVariables('cur'), lambdaVariables('next'))))",
        18,
      ],
      [
        "reduce(createArray(5, 3, 2, 8), 1, lambda('cur', 'next', add(lambdaVariables('cur'), lambdaVariables('next'))))",
        19,
      ],
      [
        "reduce(createArray(createObject('foo', 123), createObject('bar', 456), createObject('baz', 789)), createObject(), lambda('cur', 'next', union(lambdaVariables('cur'), lambdaVariables('next'))))",
        { foo: 123, bar: 456, baz: 789 },
      ],
      [
        `map(sort(${DOGS}, lambda('a', 'b', less(lambdaVariables('a').age, lambdaVariables('b').age))), lambda('d', lambdaVariables('d').name))`,
        ['Indy', 'Casper', 'Evie', 'Kira'],
      ],
      [
        `toObject(${DOGS}, lambda('entry', lambdaVariables('entry').name), lambda('entry', lambdaVariables('entry').age))`,
        { Evie: 5, Casper: 3, Indy: 2, Kira: 8 },
      ],
      [
        `toObject(take(${DOGS}, 1), lambda('entry', lambdaVariables('entry').name))`,
        { Evie: { name: 'Evie', age: 5 } },
      ],
    ],
  },
  {
    source: 'https://github.com/Azure/bicep/pull/13658',
    cases: [
      [
        "mapValues(createObject('foo', 'foo'), lambda('val', toUpper(lambdaVariables('val'))))",
        { foo: 'FOO' },
      ],
      [
        "groupBy(createArray('foo', 'bar', 'baz'), lambda('x', substring(lambdaVariables('x'), 0, 1)))",
        { f: ['foo'], b: ['bar', 'baz'] },
      ],
      [
        "map(createArray('a', 'b'), lambda('item', 'i', format('{0}{1}', lambdaVariables('item'), lambdaVariables('i'))))",
        ['a0', 'b1'],
      ],
    ],
  },
];
