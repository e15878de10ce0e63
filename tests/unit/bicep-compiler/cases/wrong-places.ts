import type { Wrong } from './wrong.ts';

export const WRONG_PLACES: readonly Wrong[] = [
  {
    what: 'names that hide functions',
    text: `var allowed = 1
@allowed(['a'])
param p string
var concat = 'x'
output a string = concat('a', concat)
param tenant string = tenant().tenantId
output b int = allowed
output c string = sys.concat(p, concat)
`,
    found: [
      ['2:2 BCP265', 'The name "allowed" is not a function. Did you mean "sys.allowed"?'],
      ['5:19 BCP265', 'The name "concat" is not a function. Did you mean "sys.concat"?'],
      ['6:23 BCP079', 'This expression is referencing its own declaration, which is not allowed.'],
    ],
  },
  {
    what: 'functions of other name spaces, and of templates',
    text: `output a string = az.toUpper('a')
output b string = sys.resourceGroup().id
output c string = coalesce('a', 'b')
output d int = add(1, 2)
output e array = createArray(1)
output f string = parameters('x')
`,
    found: [
      ['1:22 BCP107', 'The function "toUpper" does not exist in namespace "az".'],
      ['2:23 BCP107', 'The function "resourceGroup" does not exist in namespace "sys".'],
      ['3:19 BCP069', 'The function "coalesce" is not supported. Use the "??" operator instead.'],
      ['4:16 BCP069', 'The function "add" is not supported. Use the "+" operator instead.'],
      [
        '5:18 BCP101',
        'The "createArray" function is not supported. Construct an array literal using [].',
      ],
      [
        '6:19 BCP061',
        'The "parameters" function is not supported. Directly reference parameters by their symbolic names.',
      ],
    ],
  },
  {
    what: 'scopes that take names only',
    text: `targetScope = 'subscription'
output a string = resourceGroup().id
output b string = managementGroup().id
output c string = subscription().id
`,
    found: [
      ['2:32 BCP071', 'Expected 1 to 2 arguments, but got 0.'],
      ['3:34 BCP071', 'Expected 1 argument, but got 0.'],
    ],
  },
  {
    what: 'functions outside of defaults, and defaults that need more than parameters',
    text: `var v = 'x'
param a string = v
param b string = utcNow('d')
param c string = r.id
param d string = listKeys('x', '2020-01-01').a
resource r 'Microsoft.Network/virtualNetworks@2023-04-01' existing = {
  name: 'r'
}
output o string = utcNow()
output p array = [a, b, c, d]
`,
    found: [
      [
        '2:18 BCP072',
        'This symbol cannot be referenced here. Only other parameters can be referenced in parameter default values.',
      ],
      [
        '4:18 BCP072',
        'This symbol cannot be referenced here. Only other parameters can be referenced in parameter default values.',
      ],
      [
        '5:18 BCP066',
        'Function "listKeys" is not valid at this location. It can only be used in resource declarations.',
      ],
      [
        '9:19 BCP065',
        'Function "utcNow" is not valid at this location. It can only be used as a parameter default value.',
      ],
    ],
  },
  {
    what: 'loops in loops and inside of values',
    text: `var a = { x: [for i in range(0, 3): i] }
output b object = { x: [for i in range(0, 3): a] }
func f(list array) array => [for x in list: x]
var p = 'x'
resource v 'Microsoft.Network/virtualNetworks@2023-04-01' = {
  name: 'v'
  location: 'x'
  properties: {
    subnets: [for i in range(0, 2): { name: 's\${i}', properties: { y: [for j in [p]: j] } }]
    '\${resourceGroup().name}': [for i in range(0, 2): i]
  }
}
output o array = f([])
`,
    found: [
      [
        '1:15 BCP138',
        'For-expressions are not supported in this context. For-expressions may be used as values of resource, module, variable, and output declarations, or values of resource and module properties.',
      ],
      [
        '2:25 BCP138',
        'For-expressions are not supported in this context. For-expressions may be used as values of resource, module, variable, and output declarations, or values of resource and module properties.',
      ],
      [
        '3:30 BCP138',
        'For-expressions are not supported in this context. For-expressions may be used as values of resource, module, variable, and output declarations, or values of resource and module properties.',
      ],
      ['9:72 BCP142', 'Property value for-expressions cannot be nested.'],
      [
        '10:5 BCP143',
        'For-expressions cannot be used with properties whose names are also expressions.',
      ],
    ],
  },
  {
    what: 'exports that need a deployment',
    text: `param p string
resource r 'Microsoft.Network/virtualNetworks@2023-04-01' existing = {
  name: 'r'
}
var q = r.id
@export()
var a = p
@export()
var b = [q, { x: p }]
@export()
var c = { fine: 'x' }
`,
    found: [
      [
        '6:1 BCP372',
        'The "@export()" decorator may not be applied to variables that refer to parameters, modules, or resource, either directly or indirectly. The target of this decorator contains direct or transitive references to the following unexportable symbols: "p".',
      ],
      [
        '8:1 BCP372',
        'The "@export()" decorator may not be applied to variables that refer to parameters, modules, or resource, either directly or indirectly. The target of this decorator contains direct or transitive references to the following unexportable symbols: "p", "r".',
      ],
    ],
  },
  {
    what: 'collections',
    text: `resource a 'Microsoft.Network/virtualNetworks@2023-04-01' = [for i in range(0, 2): {
  name: 'a\${i}'
  location: 'x'
}]
resource s 'Microsoft.Network/virtualNetworks/subnets@2023-04-01' = {
  parent: a
  name: 's'
}
output o string = a.id
output p array = map(range(0, 2), i => a[i].id)
output q object = a[?0]
output r string = a['x'].id
`,
    found: [
      [
        '6:11 BCP036',
        'The property "parent" expected a value of type "Microsoft.Network/virtualNetworks" but the provided value is of type "Microsoft.Network/virtualNetworks@2023-04-01[]".',
      ],
      [
        '6:11 BCP144',
        'Directly referencing a resource or module collection is not currently supported here. Apply an array indexer to the expression.',
      ],
      [
        '9:21 BCP055',
        'Cannot access properties of type "Microsoft.Network/virtualNetworks@2023-04-01[]". An "object" type is required.',
      ],
      [
        '10:42 BCP247',
        'Using lambda variables inside resource or module array access is not currently supported. Found the following lambda variable(s) being accessed: "i".',
      ],
      [
        '11:21 BCP323',
        'The `[?]` (safe dereference) operator may not be used on resource or module collections.',
      ],
      [
        '12:21 BCP074',
        'Indexing over arrays requires an index of type "int" but the provided index was of type "\'x\'".',
      ],
    ],
  },
  {
    what: 'parents that are expressions',
    text: `resource a 'Microsoft.Network/virtualNetworks@2023-04-01' existing = {
  name: 'a'
}
resource b 'Microsoft.Network/virtualNetworks/subnets@2023-04-01' = {
  parent: (a)
  name: 'b'
}
resource c 'Microsoft.Network/virtualNetworks/subnets@2023-04-01' = {
  parent: true ? a : a
  name: 'c'
}
`,
    found: [
      [
        '5:11 BCP240',
        'The "parent" property only permits direct references to resources. Expressions are not supported.',
      ],
      [
        '9:11 BCP240',
        'The "parent" property only permits direct references to resources. Expressions are not supported.',
      ],
    ],
  },
  {
    what: 'values of the deployment where they must be known before',
    text: `resource a 'Microsoft.Network/virtualNetworks@2023-04-01' existing = {
  name: 'a'
}
resource b 'Microsoft.Network/virtualNetworks@2023-04-01' = {
  name: 'b'
  location: a.location
  tags: { x: a.properties.y }
  properties: { addressSpace: a.properties.addressSpace }
}
`,
    found: [
      [
        '6:13 BCP120',
        'This expression is being used in an assignment to the "location" property of the "Microsoft.Network/virtualNetworks" type, which requires a value that can be calculated at the start of the deployment. Properties of a which can be calculated at the start include "apiVersion", "id", "name", "type".',
      ],
      [
        '7:14 BCP120',
        'This expression is being used in an assignment to the "tags" property of the "Microsoft.Network/virtualNetworks" type, which requires a value that can be calculated at the start of the deployment. Properties of a which can be calculated at the start include "apiVersion", "id", "name", "type".',
      ],
    ],
  },
  {
    what: "types and values in each other's place, and no type",
    text: `param p string
type t = p
param q = 1
output o = p
type u = { a: string, a: int }
`,
    found: [
      ['2:10 BCP287', "'p' refers to a value but is being used as a type here."],
      [
        '3:9 BCP279',
        'Expected a type at this location. Please specify a valid type expression or one of the following types: "any", "array", "bool", "int", "object", "string".',
      ],
      [
        '4:10 BCP279',
        'Expected a type at this location. Please specify a valid type expression or one of the following types: "any", "array", "bool", "int", "object", "string".',
      ],
      [
        '5:23 BCP025',
        'The property "a" is declared multiple times in this object. Remove or rename the duplicate properties.',
      ],
    ],
  },
];
