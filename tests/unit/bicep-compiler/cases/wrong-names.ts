import type { Wrong } from './wrong.ts';

/** Mistakes in the names of resources and modules, and in what they belong to. */
export const WRONG_NAMES: readonly Wrong[] = [
  {
    what: 'resources of one name, whatever their version',
    text: "resource a 'Microsoft.Foo/bars@2020-01-01' = { name: 'x' }\nresource a2 'Microsoft.Foo/bars@2021-01-01' = { name: 'x' }\nresource a3 'Microsoft.Foo/bars@2021-01-01' = { name: 'X' }\nresource a4 'microsoft.foo/BARS@2021-01-01' = { name: 'x' }\n",
    found: [
      [
        '1:54 BCP121',
        'Resources: "a", "a2", "a4" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '2:55 BCP121',
        'Resources: "a", "a2", "a4" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '4:55 BCP121',
        'Resources: "a", "a2", "a4" are defined with this same name in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'children of one name',
    text: "resource a 'Microsoft.Foo/bars@2020-01-01' = { name: 'x' }\nresource b 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x', parent: a }\nresource b2 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x', parent: a }\nresource c 'Microsoft.Foo/bars@2020-01-01' = { name: 'y' }\nresource b3 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x', parent: c }\nresource b4 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x/x' }\n",
    found: [
      [
        '2:58 BCP121',
        'Resources: "b", "b2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '3:59 BCP121',
        'Resources: "b", "b2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'a child that exists and one that is made',
    text: "resource a 'Microsoft.Foo/bars@2020-01-01' existing = { name: 'x' }\nresource b 'Microsoft.Foo/bars/baz@2020-01-01' existing = { name: 'x', parent: a }\nresource b2 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x', parent: a }\n",
    found: [
      [
        '2:67 BCP121',
        'Resources: "b", "b2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '3:59 BCP121',
        'Resources: "b", "b2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'extensions of one resource with one name',
    text: "resource a 'Microsoft.Foo/bars@2020-01-01' existing = { name: 'x' }\nresource b 'Microsoft.Foo/bars@2020-01-01' existing = { name: 'x', scope: a }\nresource b2 'Microsoft.Foo/bars@2020-01-01' = { name: 'x', scope: a }\n",
    found: [
      [
        '2:63 BCP121',
        'Resources: "b", "b2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '3:55 BCP121',
        'Resources: "b", "b2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'children of elements of a loop',
    text: "resource a 'Microsoft.Foo/bars@2020-01-01' = [for i in range(0, 2): { name: 'x${i}' }]\nresource b 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x', parent: a[0] }\nresource c 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x', parent: a[1] }\nresource d 'Microsoft.Foo/bars/baz@2020-01-01' = { name: 'x', parent: a[0] }\nresource e 'Microsoft.Foo/bars@2020-01-01' = { name: 'xq', scope: a[0] }\nresource f 'Microsoft.Foo/bars@2020-01-01' = { name: 'xq', scope: a[1] }\n",
    found: [
      [
        '2:58 BCP121',
        'Resources: "b", "d" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '4:58 BCP121',
        'Resources: "b", "d" are defined with this same name in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'modules of one name in one scope',
    text: "module a 'm.bicep' = { name: 'x', scope: resourceGroup('a', 'b') }\nmodule b 'm.bicep' = { name: 'x', scope: resourceGroup('a', 'b') }\nmodule c 'm.bicep' = { name: 'x', scope: resourceGroup('c', 'b') }\nmodule d 'n.bicep' = { name: 'x', scope: subscription() }\nmodule e 'n.bicep' = { name: 'x', scope: subscription() }\nmodule f 'n.bicep' = { name: 'x', scope: subscription('a') }\nmodule g 'n.bicep' = { name: 'x', scope: subscription('a') }\n",
    others: { 'm.bicep': '', 'n.bicep': "targetScope = 'subscription'\n" },
    found: [
      [
        '1:30 BCP122',
        'Modules: "a", "b" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '2:30 BCP122',
        'Modules: "a", "b" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '4:30 BCP122',
        'Modules: "d", "e" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '5:30 BCP122',
        'Modules: "d", "e" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '6:30 BCP122',
        'Modules: "f", "g" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '7:30 BCP122',
        'Modules: "f", "g" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'modules of one name in groups of the file',
    text: "targetScope = 'subscription'\nresource rg 'Microsoft.Resources/resourceGroups@2024-03-01' = { name: 'x', location: 'y' }\nresource rg2 'Microsoft.Resources/resourceGroups@2024-03-01' existing = { name: 'x' }\nmodule a 'm.bicep' = { name: 'x', scope: rg }\nmodule b 'm.bicep' = { name: 'x', scope: rg }\nmodule c 'm.bicep' = { name: 'x', scope: resourceGroup('x') }\nmodule d 'm.bicep' = { name: 'x', scope: rg2 }\n",
    others: { 'm.bicep': '' },
    found: [
      [
        '2:71 BCP121',
        'Resources: "rg", "rg2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '3:81 BCP121',
        'Resources: "rg", "rg2" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '4:30 BCP122',
        'Modules: "a", "b", "c", "d" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '5:30 BCP122',
        'Modules: "a", "b", "c", "d" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '6:30 BCP122',
        'Modules: "a", "b", "c", "d" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '7:30 BCP122',
        'Modules: "a", "b", "c", "d" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'modules of different files with one name',
    text: "module a 'm.bicep' = { name: 'x' }\nmodule b 'm.bicep' = { name: 'x' }\nmodule c 'm.bicep' = { name: 'x', scope: resourceGroup('z') }\nmodule d 'm.bicep' = { name: 'x', scope: resourceGroup('z') }\nmodule e 'm.bicep' = { name: 'x', scope: resourceGroup('y') }\nmodule f 'm2.bicep' = { name: 'x' }\n",
    others: { 'm.bicep': '', 'm2.bicep': 'output x int = 1\n' },
    found: [
      [
        '1:30 BCP122',
        'Modules: "a", "b", "f" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '2:30 BCP122',
        'Modules: "a", "b", "f" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '3:30 BCP122',
        'Modules: "c", "d" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '4:30 BCP122',
        'Modules: "c", "d" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
      [
        '6:31 BCP122',
        'Modules: "a", "b", "f" are defined with this same name and this same scope in a file. Rename them or split into different modules.',
      ],
    ],
  },
  {
    what: 'nested resources with one name or a qualified one',
    text: "resource a 'Microsoft.Foo/bars@2020-01-01' = {\n  name: 'x'\n  resource b 'baz' = { name: 'y' }\n  resource c 'baz' = { name: 'y' }\n  resource d 'qux' = { name: 'y/z' }\n}\n",
    found: [
      [
        '3:30 BCP121',
        'Resources: "b", "c" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '4:30 BCP121',
        'Resources: "b", "c" are defined with this same name in a file. Rename them or split into different modules.',
      ],
      [
        '5:30 BCP170',
        'Expected resource name to not contain any "/" characters. Child resources with a parent resource reference (via the parent property or via nesting) must not contain a fully-qualified name.',
      ],
    ],
  },
  {
    what: 'qualified names below a parent, and parents that are not the next above',
    text: "param n string\nresource a 'Microsoft.Foo/bars@2020-01-01' = { name: n }\nresource b 'Microsoft.Foo/bars/baz@2020-01-01' = { name: '${n}/x', parent: a }\nresource c 'Microsoft.Foo/bars/baz/qux@2020-01-01' = { name: 'x', parent: a }\nresource d 'Microsoft.Foo/bars/baz/qux@2020-01-01' = { name: 'x/y', parent: a }\nresource e 'Microsoft.Foo/bars/baz/qux@2020-01-01' = { name: 'x/y', parent: b }\n",
    found: [
      [
        '3:58 BCP170',
        'Expected resource name to not contain any "/" characters. Child resources with a parent resource reference (via the parent property or via nesting) must not contain a fully-qualified name.',
      ],
      [
        '4:75 BCP036',
        'The property "parent" expected a value of type "Microsoft.Foo/bars/baz" but the provided value is of type "Microsoft.Foo/bars@2020-01-01".',
      ],
      [
        '5:62 BCP170',
        'Expected resource name to not contain any "/" characters. Child resources with a parent resource reference (via the parent property or via nesting) must not contain a fully-qualified name.',
      ],
      [
        '5:77 BCP036',
        'The property "parent" expected a value of type "Microsoft.Foo/bars/baz" but the provided value is of type "Microsoft.Foo/bars@2020-01-01".',
      ],
      [
        '6:62 BCP170',
        'Expected resource name to not contain any "/" characters. Child resources with a parent resource reference (via the parent property or via nesting) must not contain a fully-qualified name.',
      ],
    ],
  },
  {
    what: 'a module for a management group from a resource group',
    text: "module b 'm.bicep' = { name: 'x', scope: managementGroup('x') }\n",
    others: { 'm.bicep': "targetScope = 'managementGroup'\n" },
    found: [
      [
        '1:42 BCP116',
        'Unsupported scope for module deployment in a "resourceGroup" target scope. Omit this property to inherit the current scope, or specify a valid scope. Permissible scopes include current resource group: resourceGroup(), named resource group in same subscription: resourceGroup(<name>), named resource group in a different subscription: resourceGroup(<subId>, <name>), current subscription: subscription(), named subscription: subscription(<subId>) or tenant: tenant().',
      ],
    ],
  },
  {
    what: 'properties of what exists already',
    text: "resource a 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {\n  name: 'abc'\n  location: 'x'\n  tags: {}\n  properties: {}\n  dependsOn: []\n  sku: { name: 'Standard_LRS' }\n  kind: 'StorageV2'\n  zones: []\n}\noutput o string = a.id\n",
    found: [
      ['3:3 BCP173', 'The property "location" cannot be used in an existing resource declaration.'],
      ['4:3 BCP173', 'The property "tags" cannot be used in an existing resource declaration.'],
      [
        '5:3 BCP173',
        'The property "properties" cannot be used in an existing resource declaration.',
      ],
      ['7:3 BCP173', 'The property "sku" cannot be used in an existing resource declaration.'],
      ['8:3 BCP173', 'The property "kind" cannot be used in an existing resource declaration.'],
      ['9:3 BCP173', 'The property "zones" cannot be used in an existing resource declaration.'],
    ],
  },
  {
    what: 'one symbol imported under several names',
    text: "import { a, a as b, c } from 'm.bicep'\nimport * as n from 'm.bicep'\nimport { c as d } from 'm.bicep'\nimport { e } from 'm2.bicep'\noutput o array = [a, b, c, d, n.a, e]\n",
    others: {
      'm.bicep': '@export()\nvar a = 1\n@export()\nvar c = 1\n',
      'm2.bicep': '@export()\nvar e = 1\n',
    },
    found: [
      ['1:10 BCP362', "This symbol is imported multiple times under the names 'a', 'b'."],
      ['1:13 BCP362', "This symbol is imported multiple times under the names 'a', 'b'."],
      ['1:21 BCP362', "This symbol is imported multiple times under the names 'c', 'd'."],
      ['3:10 BCP362', "This symbol is imported multiple times under the names 'c', 'd'."],
    ],
  },
];
