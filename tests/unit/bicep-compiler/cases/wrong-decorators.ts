import type { Wrong } from './wrong.ts';

export const WRONG_DECORATORS: readonly Wrong[] = [
  {
    what: 'before what they are not for',
    text: `@batchSize(1)
param a string
@secure()
var b = 'x'
@export()
resource c 'Microsoft.Network/virtualNetworks@2023-04-01' existing = {
  name: 'c'
}
@metadata({ a: 1 })
module m 'm.bicep' = {
  name: 'm'
}
@allowed(['a'])
output e string = b
@allowed(['a'])
type f = string
@description('x')
targetScope = 'resourceGroup'
type g = {
  @export()
  h: string
}
`,
    others: { 'm.bicep': '' },
    found: [
      ['1:2 BCP125', 'Function "batchSize" cannot be used as a parameter decorator.'],
      ['3:2 BCP126', 'Function "secure" cannot be used as a variable decorator.'],
      ['5:2 BCP127', 'Function "export" cannot be used as a resource decorator.'],
      ['9:2 BCP128', 'Function "metadata" cannot be used as a module decorator.'],
      ['13:2 BCP129', 'Function "allowed" cannot be used as an output decorator.'],
      ['15:2 BCP297', 'Function "allowed" cannot be used as a type decorator.'],
      ['17:1 BCP130', 'Decorators are not allowed here.'],
      ['20:3 BCP361', 'The "@export()" decorator must target a top-level statement.'],
    ],
  },
  {
    what: 'before what has another type',
    text: `type ref = string
@secure()
param a int
@minLength(1)
param b bool
@minValue(1)
param c string
@sealed()
param d array
@minLength(1)
param e ref
@discriminator('k')
param f object
@minLength(1)
param g 'a' | 'b'
`,
    found: [
      [
        '2:1 BCP124',
        'The decorator "secure" can only be attached to targets of type "object | string", but the target has type "int".',
      ],
      [
        '4:1 BCP124',
        'The decorator "minLength" can only be attached to targets of type "array | string", but the target has type "bool".',
      ],
      [
        '6:1 BCP124',
        'The decorator "minValue" can only be attached to targets of type "int", but the target has type "string".',
      ],
      [
        '8:1 BCP124',
        'The decorator "sealed" can only be attached to targets of type "object", but the target has type "array".',
      ],
      [
        '10:1 BCP308',
        'The decorator "minLength" may not be used on statements whose declared type is a reference to a user-defined type.',
      ],
      [
        '12:1 BCP363',
        'The "discriminator" decorator can only be applied to object-only union types with unique member types.',
      ],
      [
        '14:1 BCP295',
        "The 'minLength' decorator may not be used on targets of a union or literal type. The allowed values for this parameter or type definition will be derived from the union or literal type automatically.",
      ],
    ],
  },
  {
    what: 'with wrong arguments',
    text: `param p string
@description(1)
param a string
@description()
param b string
@allowed([])
param c string
@minLength(-1)
param d string
@metadata('a')
param e string
@secure(1)
param f string
@allowed([p])
param g string
@description('\${p}')
param h string
@minLength(5)
@maxLength(2)
param i string
@allowed(['a', 1])
param j string
@batchSize(0)
resource k 'Microsoft.Network/virtualNetworks@2023-04-01' = [for i in range(0, 2): {
  name: 'k\${i}'
  location: 'x'
}]
@batchSize(2)
resource l 'Microsoft.Network/virtualNetworks@2023-04-01' = {
  name: 'l'
  location: 'x'
}
`,
    found: [
      ['2:14 BCP070', 'Argument of type "1" is not assignable to parameter of type "string".'],
      ['4:13 BCP071', 'Expected 1 argument, but got 0.'],
      ['6:10 BCP099', 'The "allowed" array must contain one or more items.'],
      ['8:12 BCP168', 'Length must not be a negative value.'],
      ['10:11 BCP070', 'Argument of type "\'a\'" is not assignable to parameter of type "object".'],
      ['12:8 BCP071', 'Expected 0 arguments, but got 1.'],
      ['14:11 BCP032', 'The value must be a compile-time constant.'],
      ['16:14 BCP032', 'The value must be a compile-time constant.'],
      [
        '18:1 BCP331',
        'A type\'s "minLength" must be less than or equal to its "maxLength", but a minimum of 5 and a maximum of 2 were specified.',
      ],
      [
        '21:16 BCP034',
        'The enclosing array expected an item of type "string", but the provided item was of type "1".',
      ],
      ['23:12 BCP154', 'Expected a batch size of at least 1 but the specified value was "0".'],
      [
        '28:1 BCP155',
        'The decorator "batchSize" can only be attached to resource or module collections.',
      ],
    ],
  },
  {
    what: 'twice, unknown, and functions',
    text: `@description('a')
@description('b')
param a string
@nothing()
param b string
@concat('a')
param c string
`,
    found: [
      ['1:1 BCP166', 'Duplicate "description" decorator.'],
      ['2:1 BCP166', 'Duplicate "description" decorator.'],
      ['4:2 BCP057', 'The name "nothing" does not exist in the current context.'],
      ['6:2 BCP152', 'Function "concat" cannot be used as a decorator.'],
    ],
  },
];
