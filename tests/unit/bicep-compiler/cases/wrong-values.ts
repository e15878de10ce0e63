import type { Wrong } from './wrong.ts';

export const WRONG_VALUES: readonly Wrong[] = [
  {
    what: 'operators and conditions',
    text: `param s string
output a bool = s && true
output b int = -s
output c int = 1 + s
output d int = s ? 1 : 2
output e bool = 1 < 'x'
output f bool = !1
`,
    found: [
      ['2:17 BCP045', 'Cannot apply operator "&&" to operands of type "string" and "true".'],
      ['3:16 BCP044', 'Cannot apply operator "-" to operand of type "string".'],
      ['4:16 BCP045', 'Cannot apply operator "+" to operands of type "1" and "string".'],
      ['5:16 BCP046', 'Expected a value of type "bool".'],
      ['6:17 BCP045', 'Cannot apply operator "<" to operands of type "1" and "\'x\'".'],
      ['7:17 BCP044', 'Cannot apply operator "!" to operand of type "1".'],
    ],
  },
  {
    what: 'parts of values that have none',
    text: `param s string
param list array
param pair [string, int]
output a string = s.x
output b string = s[0]
output c string = list.x
output d string = list['x']
output e string = pair[2]
output f string = { a: 1 }.b
output g string = resourceGroup().colour
output h string = resourceGroup('other').id
output i string = {}.x
output j object = { a: 1 }[0]
`,
    found: [
      ['4:21 BCP055', 'Cannot access properties of type "string". An "object" type is required.'],
      [
        '5:19 BCP076',
        'Cannot index over expression of type "string". Arrays or objects are required.',
      ],
      ['6:24 BCP055', 'Cannot access properties of type "array". An "object" type is required.'],
      [
        '7:24 BCP074',
        'Indexing over arrays requires an index of type "int" but the provided index was of type "\'x\'".',
      ],
      [
        '8:24 BCP311',
        'The provided index value of "2" is not valid for type "[string, int]". Indexes for this type must be between 0 and 1.',
      ],
      [
        '9:28 BCP053',
        'The type "object" does not contain property "b". Available properties include "a".',
      ],
      [
        '10:35 BCP053',
        'The type "resourceGroup" does not contain property "colour". Available properties include "id", "location", "managedBy", "name", "properties", "tags", "type".',
      ],
      ['11:42 BCP052', 'The type "resourceGroup" does not contain property "id".'],
      ['12:22 BCP052', 'The type "object" does not contain property "x".'],
      [
        '13:28 BCP075',
        'Indexing over objects requires an index of type "string" but the provided index was of type "0".',
      ],
    ],
  },
  {
    what: 'values of other types than those of outputs',
    text: `param n int
output a string = n
output b string[] = ['x', 1]
output c { x: string } = { x: 1 }
output d { x: string } = {}
output e 'a' | 'b' = 'c'
output f string = null
output g [string, int] = ['x']
output h int[] = [for x in ['a']: x]
output i object = [1]
output j bool = n == 1 ? 'x' : true
`,
    found: [
      ['2:19 BCP033', 'Expected a value of type "string" but the provided value is of type "int".'],
      [
        '3:27 BCP034',
        'The enclosing array expected an item of type "string", but the provided item was of type "1".',
      ],
      [
        '4:31 BCP036',
        'The property "x" expected a value of type "string" but the provided value is of type "1".',
      ],
      [
        '5:8 BCP035',
        'The specified "output" declaration is missing the following required properties: "x".',
      ],
      [
        '6:22 BCP033',
        "Expected a value of type \"'a' | 'b'\" but the provided value is of type \"'c'\".",
      ],
      [
        '7:19 BCP033',
        'Expected a value of type "string" but the provided value is of type "null".',
      ],
      [
        '8:26 BCP333',
        'The provided value (whose length will always be less than or equal to 1) is too short to assign to a target for which the minimum allowable length is 2.',
      ],
      ['9:35 BCP033', 'Expected a value of type "int" but the provided value is of type "\'a\'".'],
      [
        '10:19 BCP033',
        'Expected a value of type "object" but the provided value is of type "[1]".',
      ],
      [
        '11:17 BCP033',
        'Expected a value of type "bool" but the provided value is of type "\'x\'".',
      ],
    ],
  },
  {
    what: 'values of other types than those of parameters, and out of their range',
    text: `param a string = 1
param b object = []
@minLength(3)
param c string = 'ab'
@maxLength(1)
param d array = [1, 2]
@minValue(5)
param e int = 1
@maxValue(5)
param f int = 10
var g string = 2
output o array = [a, b, c, d, e, f, g]
`,
    found: [
      ['1:18 BCP033', 'Expected a value of type "string" but the provided value is of type "1".'],
      [
        '2:18 BCP033',
        'Expected a value of type "object" but the provided value is of type "<empty array>".',
      ],
      [
        '4:18 BCP333',
        'The provided value (whose length will always be less than or equal to 2) is too short to assign to a target for which the minimum allowable length is 3.',
      ],
      [
        '6:17 BCP332',
        'The provided value (whose length will always be greater than or equal to 2) is too long to assign to a target for which the maximum allowable length is 1.',
      ],
      [
        '8:15 BCP328',
        'The provided value (which will always be less than or equal to 1) is too small to assign to a target for which the minimum allowable value is 5.',
      ],
      [
        '10:15 BCP327',
        'The provided value (which will always be greater than or equal to 10) is too large to assign to a target for which the maximum allowable value is 5.',
      ],
      ['11:16 BCP033', 'Expected a value of type "string" but the provided value is of type "2".'],
    ],
  },
  {
    what: 'arguments of other types than those of functions',
    text: `func twice(x string) string => '\${x}\${x}'
output a string = toUpper(1)
output b int = length(1)
output c array = range('a', 1)
output d bool = contains(1, 2)
output e string = twice(1)
output f array = filter([1], x => 2)
output g array = map([1], (a, b, c) => a)
output h array = map(['a'], x => x.y)
output i object = toObject([1], x => x)
`,
    found: [
      ['2:27 BCP070', 'Argument of type "1" is not assignable to parameter of type "string".'],
      [
        '3:23 BCP048',
        'Cannot resolve function overload.\n  Overload 1 of 2 gave the following error:\n    Argument of type "1" is not assignable to parameter of type "object | string".\n  Overload 2 of 2 gave the following error:\n    Argument of type "1" is not assignable to parameter of type "array".',
      ],
      ['4:24 BCP070', 'Argument of type "\'a\'" is not assignable to parameter of type "int".'],
      [
        '5:26 BCP048',
        'Cannot resolve function overload.\n  Overload 1 of 3 gave the following error:\n    Argument of type "1" is not assignable to parameter of type "object".\n  Overload 2 of 3 gave the following error:\n    Argument of type "1" is not assignable to parameter of type "array".\n  Overload 3 of 3 gave the following error:\n    Argument of type "1" is not assignable to parameter of type "string".',
      ],
      ['6:25 BCP070', 'Argument of type "1" is not assignable to parameter of type "string".'],
      [
        '7:30 BCP070',
        'Argument of type "any => 2" is not assignable to parameter of type "any => bool".',
      ],
      [
        '8:27 BCP070',
        'Argument of type "any, any, any => 1" is not assignable to parameter of type "any => any".',
      ],
      [
        '9:29 BCP070',
        'Argument of type "any => error" is not assignable to parameter of type "any => any".',
      ],
      [
        '10:33 BCP070',
        'Argument of type "any => 1" is not assignable to parameter of type "any => string".',
      ],
    ],
  },
  {
    what: 'names of resources and modules that are no texts',
    text: `param n int
resource v 'Microsoft.Network/virtualNetworks@2023-04-01' = {
  name: n
  location: 'x'
}
module m 'm.bicep' = if (n) {
  name: ['m']
  params: { list: ['a', 1], shape: { y: 'q' } }
}
`,
    others: {
      'm.bicep':
        'param list string[]\nparam shape { x: string?, y: int }\noutput o array = [list, shape]\n',
    },
    found: [
      [
        '3:9 BCP036',
        'The property "name" expected a value of type "string" but the provided value is of type "int".',
      ],
      ['6:25 BCP046', 'Expected a value of type "bool".'],
      [
        '7:9 BCP036',
        'The property "name" expected a value of type "string" but the provided value is of type "[\'m\']".',
      ],
      [
        '8:25 BCP034',
        'The enclosing array expected an item of type "string", but the provided item was of type "1".',
      ],
      [
        '8:41 BCP036',
        'The property "y" expected a value of type "int" but the provided value is of type "\'q\'".',
      ],
    ],
  },
  {
    what: 'loops over what is no list',
    text: `output a array = [for i in 'abc': i]
output b array = [for i in {}: i]
var c = [for i in 1: i]
output d array = c
`,
    found: [
      [
        '1:28 BCP137',
        'Loop expected an expression of type "array" but the provided value is of type "\'abc\'".',
      ],
      [
        '2:28 BCP137',
        'Loop expected an expression of type "array" but the provided value is of type "object".',
      ],
      [
        '3:19 BCP137',
        'Loop expected an expression of type "array" but the provided value is of type "1".',
      ],
      ['4:18 BCP062', 'The referenced declaration with name "c" is not valid.'],
    ],
  },
  {
    what: 'what a function yields',
    text: `func f(a string) int => a
output a string = f('x')
var v = x => x
`,
    found: [
      ['1:25 BCP033', 'Expected a value of type "int" but the provided value is of type "string".'],
      ['2:19 BCP033', 'Expected a value of type "string" but the provided value is of type "int".'],
      ['3:9 BCP242', 'Lambda functions may only be specified directly as function arguments.'],
    ],
  },
];
