import type { Wrong } from './wrong.ts';

/** Mistakes in types and in values of declared types. */
export const WRONG_TYPES: readonly Wrong[] = [
  {
    what: 'parts that a type does not have',
    text: "type foo = { bar: string, list: string[], pair: [string], text: string }\ntype a = foo.nope\ntype b = foo.text.length\ntype c = foo.text[*]\ntype d = foo.*\ntype e = foo.pair[1]\ntype f = foo.list[0]\ntype g = foo['nope']\n",
    found: [
      [
        '2:14 BCP053',
        'The type "{ bar: string, list: string[], pair: [string], text: string }" does not contain property "nope". Available properties include "bar", "list", "pair", "text".',
      ],
      ['3:19 BCP055', 'Cannot access properties of type "string". An "object" type is required.'],
      [
        '4:18 BCP390',
        "The array item type access operator ('[*]') can only be used with typed arrays.",
      ],
      [
        '5:14 BCP389',
        'The type "{ bar: string, list: string[], pair: [string], text: string }" does not declare an additional properties type.',
      ],
      [
        '6:19 BCP311',
        'The provided index value of "1" is not valid for type "[string]". Indexes for this type must be between 0 and 0.',
      ],
      [
        '7:19 BCP388',
        'Cannot access elements of type "string[]" by index. An tuple type is required.',
      ],
      [
        '8:14 BCP053',
        'The type "{ bar: string, list: string[], pair: [string], text: string }" does not contain property "nope". Available properties include "bar", "list", "pair", "text".',
      ],
    ],
  },
  {
    what: 'types that hold themselves',
    text: 'type a = { b: a? }\ntype b = { c: b[] }\ntype c = { *: c }\ntype d = { d: d }\ntype e = [e]\ntype f = [f?]\ntype g = { a: { b: g } }\ntype j = k[]\ntype k = { j: j }\ntype l = l?\ntype q = q.x\ntype r = s\ntype s = r\n',
    found: [
      [
        '2:6 BCP298',
        'This type definition includes itself as required component, which creates a constraint that cannot be fulfilled.',
      ],
      [
        '4:6 BCP298',
        'This type definition includes itself as required component, which creates a constraint that cannot be fulfilled.',
      ],
      [
        '5:6 BCP298',
        'This type definition includes itself as required component, which creates a constraint that cannot be fulfilled.',
      ],
      [
        '7:6 BCP298',
        'This type definition includes itself as required component, which creates a constraint that cannot be fulfilled.',
      ],
      [
        '8:6 BCP299',
        'This type definition includes itself as a required component via a cycle ("j" -> "k").',
      ],
      [
        '9:6 BCP299',
        'This type definition includes itself as a required component via a cycle ("k" -> "j").',
      ],
      [
        '10:6 BCP298',
        'This type definition includes itself as required component, which creates a constraint that cannot be fulfilled.',
      ],
      [
        '11:6 BCP298',
        'This type definition includes itself as required component, which creates a constraint that cannot be fulfilled.',
      ],
      [
        '12:6 BCP299',
        'This type definition includes itself as a required component via a cycle ("r" -> "s").',
      ],
      [
        '13:6 BCP299',
        'This type definition includes itself as a required component via a cycle ("s" -> "r").',
      ],
    ],
  },
  {
    what: 'unions of different kinds',
    text: "type a = 'x' | 1\ntype d = true | 'x' | null\ntype e = { a: 'x' | 1 }\ntype g = object | null\ntype h = ('a' | [1])[]\ntype i = null\ntype j = { a: null }\ntype k = (null)[]\n",
    found: [
      [
        '1:10 BCP294',
        "Type unions must be reducible to a single ARM type (such as 'string', 'int', or 'bool').",
      ],
      [
        '2:10 BCP294',
        "Type unions must be reducible to a single ARM type (such as 'string', 'int', or 'bool').",
      ],
      [
        '3:15 BCP294',
        "Type unions must be reducible to a single ARM type (such as 'string', 'int', or 'bool').",
      ],
      ['4:10 BCP293', 'All members of a union type declaration must be literal values.'],
      [
        '5:11 BCP294',
        "Type unions must be reducible to a single ARM type (such as 'string', 'int', or 'bool').",
      ],
      ['6:10 BCP289', 'The type definition is not valid.'],
      ['7:15 BCP289', 'The type definition is not valid.'],
      ['8:11 BCP289', 'The type definition is not valid.'],
    ],
  },
  {
    what: 'unions told apart by a property',
    text: "@discriminator('kind')\ntype a = { kind: 'a' } | { kind: 'a', b: int }\n@discriminator('kind')\ntype b = { kind: 'b' } | { kind: 'c'? }\n@discriminator('k')\ntype c = { k: 'x', v: int } | { k: 'y', w: string }\nparam s string\nparam d c = { v: 1 }\nparam e c = { k: 'x', v: 'y' }\nparam f c = { k: 'x', w: 'y' }\noutput o c = { k: s, w: 'y' }\noutput o2 c = s == 'x' ? { k: 'x', v: 1 } : { k: 'z', w: 'u' }\noutput o3 c = { k: 'x', ...{ v: 1 } }\noutput o4 c[] = [{ k: 'x' }, { k: 'y', w: 1 }]\noutput o6 c = { k: 1 }\noutput o7 c? = { k: 'x' }\n",
    found: [
      [
        '2:26 BCP365',
        'The value "\'a\'" for discriminator property "kind" is duplicated across multiple union member types. The value must be unique across all union member types.',
      ],
      [
        '4:26 BCP364',
        'The property "kind" must be a required string literal on all union member types.',
      ],
      [
        '8:13 BCP078',
        'The property "k" requires a value of type "\'x\' | \'y\'", but none was supplied.',
      ],
      [
        '9:26 BCP036',
        'The property "v" expected a value of type "int" but the provided value is of type "\'y\'".',
      ],
      [
        '10:13 BCP035',
        'The specified "object" declaration is missing the following required properties: "v".',
      ],
      [
        '14:18 BCP035',
        'The specified "object" declaration is missing the following required properties: "v".',
      ],
      [
        '14:43 BCP036',
        'The property "w" expected a value of type "string" but the provided value is of type "1".',
      ],
      [
        '15:20 BCP036',
        'The property "k" expected a value of type "\'x\' | \'y\'" but the provided value is of type "1".',
      ],
      [
        '16:8 BCP035',
        'The specified "output" declaration is missing the following required properties: "v".',
      ],
    ],
  },
  {
    what: 'properties that a sealed object does not have',
    text: "@sealed()\ntype a = { k: 'x', v: int }\nparam q a = { k: 'x', v: 1, w: 'y' }\nparam r { a: string } = { a: 'x', b: 1 }\n@sealed()\nparam s { a: string, c: int } = { a: 'x', b: 1 }\noutput o a = { k: 'x', v: 1, q: 1 }\n",
    found: [
      [
        '3:29 BCP037',
        'The property "w" is not allowed on objects of type "{ k: \'x\', v: int }". No other properties are allowed.',
      ],
      [
        '6:33 BCP035',
        'The specified "object" declaration is missing the following required properties: "c".',
      ],
      [
        '6:43 BCP037',
        'The property "b" is not allowed on objects of type "{ a: string, c: int }". Permissible properties include "c".',
      ],
      [
        '7:30 BCP037',
        'The property "q" is not allowed on objects of type "{ k: \'x\', v: int }". No other properties are allowed.',
      ],
    ],
  },
  {
    what: 'types of whole resources',
    text: "type c = resourceInput<'Microsoft.Storage/storageAccounts@2023-01-01'>\nparam r resource 'Microsoft.Storage/storageAccounts@2023-01-01'\n",
    found: [
      [
        '1:10 BCP394',
        'Resource-derived type expressions must dereference a property within the resource body. Using the entire resource body type is not permitted.',
      ],
      [
        '2:9 BCP231',
        'Using resource-typed parameters and outputs requires enabling EXPERIMENTAL feature "ResourceTypedParamsAndOutputs".',
      ],
    ],
  },
  {
    what: 'decorators of imported types',
    text: "import { x } from 'mod.bicep'\n@minLength(5)\nparam q x\n@secure()\nparam r x\n",
    others: { 'mod.bicep': '@export()\n@minLength(2)\ntype x = string\n' },
    found: [
      [
        '2:1 BCP308',
        'The decorator "minLength" may not be used on statements whose declared type is a reference to a user-defined type.',
      ],
      [
        '4:1 BCP308',
        'The decorator "secure" may not be used on statements whose declared type is a reference to a user-defined type.',
      ],
    ],
  },
  {
    what: 'what a function does not see',
    text: "param p string\nmodule m 'm.bicep' = {}\noutput q string = 'x'\nfunc g() object => m\nfunc h() string => q\nfunc i() string => p\nfunc j(a string, a int) string => 'x'\noutput q string = 'y'\n",
    others: { 'm.bicep': '' },
    found: [
      ['3:8 BCP145', 'Output "q" is declared multiple times. Remove or rename the duplicates.'],
      ['4:20 BCP057', 'The name "m" does not exist in the current context.'],
      ['5:20 BCP057', 'The name "q" does not exist in the current context.'],
      ['6:20 BCP057', 'The name "p" does not exist in the current context.'],
      ['7:8 BCP028', 'Identifier "a" is declared multiple times. Remove or rename the duplicates.'],
      [
        '7:18 BCP028',
        'Identifier "a" is declared multiple times. Remove or rename the duplicates.',
      ],
      ['8:8 BCP145', 'Output "q" is declared multiple times. Remove or rename the duplicates.'],
    ],
  },
  {
    what: 'declarations of experimental features',
    text: "assert a = true\ntest t 'm.bicep' = {\n  params: {}\n}\nresource a1 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: 'abc'\n  asserts: { a: true }\n}\noutput o string = a1.id\n",
    others: { 'm.bicep': '' },
    found: [
      [
        '1:1 BCP349',
        'Using an assert declaration requires enabling EXPERIMENTAL feature "Assertions".',
      ],
      [
        '2:1 BCP348',
        'Using a test declaration statement requires enabling EXPERIMENTAL feature "TestFramework".',
      ],
      [
        '7:12 BCP349',
        'Using an assert declaration requires enabling EXPERIMENTAL feature "Assertions".',
      ],
    ],
  },
  {
    what: 'line ends behind commas',
    text: "var a = {\n  b: 1,\n  c: 2\n}\nvar d = [\n  1,\n  2\n]\ntype e = {\n  f: string,\n  g: int\n}\nimport {\n  x,\n  y\n} from 'm.bicep'\noutput o array = [a, d, x, y]\n",
    others: { 'm.bicep': '@export()\nvar x = 1\n@export()\nvar y = 1\n' },
    found: [
      ['2:8 BCP238', 'Unexpected new line character after a comma.'],
      ['6:5 BCP238', 'Unexpected new line character after a comma.'],
      ['10:13 BCP238', 'Unexpected new line character after a comma.'],
      ['14:5 BCP238', 'Unexpected new line character after a comma.'],
    ],
  },
  {
    what: 'literals as names, and operators in a row',
    text: "var a = { true: 1 }\nvar b = { null: 1 }\nvar d = { 'true': 1 }\nvar e = - -1\nvar f = !!true\noutput o array = [d]\n",
    found: [
      ['1:11 BCP022', 'Expected a property name at this location.'],
      ['2:11 BCP022', 'Expected a property name at this location.'],
      [
        '4:11 BCP009',
        'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
      ],
      [
        '5:10 BCP009',
        'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
      ],
    ],
  },
];
