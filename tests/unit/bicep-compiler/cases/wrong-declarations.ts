import type { Wrong } from './wrong.ts';

const child = 'param name string\nparam size int = 1\nparam list array\noutput id string = name\n';

/** Mistakes in what is declared: modules, scopes, types, order in time. */
export const WRONG_DECLARATIONS: readonly Wrong[] = [
  {
    what: 'missing and unknown module parameters, properties and outputs',
    text: "module m './child.bicep' = {\n  name: 'm'\n  parms: {}\n  params: {\n    name: 1\n    siez: 2\n  }\n}\nmodule n './child.bicep' = {\n  name: 'n'\n}\noutput o string = m.outputs.nothing\noutput p string = n.output\n",
    others: { 'child.bicep': child },
    found: [
      [
        '3:3 BCP037',
        'The property "parms" is not allowed on objects of type "module". Permissible properties include "scope", "dependsOn", "identity", "extensionConfigs".',
      ],
      [
        '4:3 BCP035',
        'The specified "object" declaration is missing the following required properties: "list".',
      ],
      [
        '5:11 BCP036',
        'The property "name" expected a value of type "string" but the provided value is of type "1".',
      ],
      [
        '6:5 BCP037',
        'The property "siez" is not allowed on objects of type "params". Permissible properties include "size", "list".',
      ],
      [
        '9:8 BCP035',
        'The specified "module" declaration is missing the following required properties: "params".',
      ],
      [
        '12:29 BCP053',
        'The type "outputs" does not contain property "nothing". Available properties include "id".',
      ],
      [
        '13:21 BCP053',
        'The type "module" does not contain property "output". Available properties include "name", "outputs".',
      ],
    ],
  },
  {
    what: 'errors of a module, in its own file',
    text: "module m 'child.bicep' = {\n  name: 'm'\n}\n",
    others: { 'child.bicep': 'output a string = b\n' },
    found: [['child.bicep 1:19 BCP057', 'The name "b" does not exist in the current context.']],
  },
  {
    what: 'wrong scopes of modules and resources',
    text: "module m 'sub.bicep' = {\n  name: 'm'\n}\nresource g 'Microsoft.Resources/resourceGroups@2024-01-01' = {\n  name: 'g'\n  location: 'x'\n}\nresource l 'Microsoft.Authorization/locks@2020-05-01' = {\n  name: 'l'\n  scope: subscription()\n  properties: {}\n}\nmodule n 'sub.bicep' = {\n  name: 'n'\n  scope: 'here'\n}\n",
    others: { 'sub.bicep': "targetScope = 'subscription'\n" },
    found: [
      [
        '1:8 BCP035',
        'The specified "module" declaration is missing the following required properties: "scope".',
      ],
      [
        '1:24 BCP134',
        'Scope "resourceGroup" is not valid for this module. Permitted scopes: "subscription".',
      ],
      [
        '4:62 BCP135',
        'Scope "resourceGroup" is not valid for this resource type. Permitted scopes: "subscription".',
      ],
      [
        '10:10 BCP139',
        "A resource's scope must match the scope of the Bicep file for it to be deployable. You must use modules to deploy resources to a different scope.",
      ],
      [
        '15:10 BCP036',
        'The property "scope" expected a value that is a scope known at compile time: tenant(), managementGroup(), subscription(), resourceGroup() or a resource.',
      ],
    ],
  },
  {
    what: 'an unknown targetScope, given twice',
    text: "targetScope = 'planet'\ntargetScope = 'tenant'\n",
    found: [
      [
        '1:15 BCP033',
        "Expected a value of type \"'tenant' | 'managementGroup' | 'subscription' | 'resourceGroup'\" but the provided value is of type \"'planet'\".",
      ],
      ['2:1 BCP112', 'The "targetScope" cannot be declared multiple times in one file.'],
    ],
  },
  {
    what: 'values of the wrong kind',
    text: "param a int = 'x'\n@allowed(['b', 'c'])\nparam b string = 'd'\noutput c array = { a: a, b: b }\n",
    found: [
      ['1:15 BCP033', 'Expected a value of type "int" but the provided value is of type "\'x\'".'],
      [
        '3:18 BCP033',
        "Expected a value of type \"'b' | 'c'\" but the provided value is of type \"'d'\".",
      ],
      [
        '4:18 BCP033',
        'Expected a value of type "array" but the provided value is of type "object".',
      ],
    ],
  },
  {
    what: 'resource types, parents and nested resources that are wrong',
    text: "resource a 'Microsoft.Network/virtualNetworks' = {\n  name: 'a'\n}\nresource b 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: 'b'\n}\nresource c 'Microsoft.Network/virtualNetworks/subnets@2023-09-01' = {\n  parent: b\n  name: 'c'\n}\noutput o string = b::none.id\n",
    found: [
      [
        '1:12 BCP029',
        'The resource type is not valid. Specify a valid resource type of format "<type-name>@<apiVersion>".',
      ],
      [
        '8:11 BCP036',
        'The property "parent" expected a value of type "Microsoft.Network/virtualNetworks" but the provided value is of type "Microsoft.Storage/storageAccounts@2023-01-01".',
      ],
      ['11:22 BCP159', 'The resource "b" does not contain a nested resource named "none".'],
    ],
  },
  {
    what: 'what must be known before the deployment, but is not',
    text: "resource a 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: 'a'\n}\nresource b 'Microsoft.Storage/storageAccounts@2023-01-01' = [for x in a.properties.list: {\n  name: a.properties.other\n}]\nresource c 'Microsoft.Storage/storageAccounts@2023-01-01' = if (a.properties.on) {\n  name: 'c${b[0].id}'\n}\nvar d = [for x in [1]: a.properties.x]\noutput o array = concat(d, [for x in [1]: x])\n",
    found: [
      [
        '4:71 BCP178',
        'This expression is being used in the for-expression, which requires a value that can be calculated at the start of the deployment. Properties of a which can be calculated at the start include "apiVersion", "id", "name", "type".',
      ],
      [
        '5:9 BCP120',
        'This expression is being used in an assignment to the "name" property of the "Microsoft.Storage/storageAccounts" type, which requires a value that can be calculated at the start of the deployment. Properties of a which can be calculated at the start include "apiVersion", "id", "name", "type".',
      ],
      [
        '7:65 BCP177',
        'This expression is being used in the if-condition expression, which requires a value that can be calculated at the start of the deployment. Properties of a which can be calculated at the start include "apiVersion", "id", "name", "type".',
      ],
      [
        '10:24 BCP182',
        'This expression is being used in the for-body of the variable "d", which requires values that can be calculated at the start of the deployment. The property "properties" of a cannot be calculated at the start. Properties of a which can be calculated at the start include "apiVersion", "id", "name", "type".',
      ],
      [
        '11:29 BCP138',
        'For-expressions are not supported in this context. For-expressions may be used as values of resource, module, variable, and output declarations, or values of resource and module properties.',
      ],
    ],
  },
  {
    what: 'numbers of arguments',
    text: "output a array = range(1)\noutput b string = concat()\noutput c string = utcNow('a', 'b')\nfunc f(x int) int => x\noutput d int = f()\n",
    found: [
      ['1:23 BCP071', 'Expected 2 arguments, but got 1.'],
      ['2:25 BCP071', 'Expected at least 1 argument, but got 0.'],
      [
        '3:19 BCP065',
        'Function "utcNow" is not valid at this location. It can only be used as a parameter default value.',
      ],
      ['3:25 BCP071', 'Expected 0 to 1 arguments, but got 2.'],
      ['5:17 BCP071', 'Expected 1 argument, but got 0.'],
    ],
  },
  {
    what: 'imports of what is not exported, and of nothing',
    text: "import { hidden, seen } from 'types.bicep'\nimport { x } from 'types.bicep\noutput o seen = 'a'\n",
    others: { 'types.bicep': "type hidden = string\n@export()\ntype seen = 'a' | 'b'\n" },
    found: [
      [
        '1:10 BCP360',
        "The 'hidden' symbol was not found in (or was not exported by) the imported template.",
      ],
      [
        '2:10 BCP360',
        "The 'x' symbol was not found in (or was not exported by) the imported template.",
      ],
      [
        '2:19 BCP004',
        'The string at this location is not terminated due to an unexpected new line character.',
      ],
    ],
  },
  {
    what: 'what this compiler does not support, by name',
    text: "extension kubernetes\nmodule m 'br/public:avm/res/x:1.0' = {\n  name: 'm'\n}\nparam p resourceInput<'A.B/c@2020-01-01'>.properties.x\noutput o object = p\n@validate(x => true)\nparam q string\noutput r string = q\n",
    found: [
      ['1:1 BCP000', 'This compiler does not support extension.'],
      [
        '2:10 BCP190',
        'The artifact with reference "br:mcr.microsoft.com/bicep/avm/res/x:1.0" has not been restored. This compiler fetches nothing: run "bicep restore" of the real CLI; what it has cached is read.',
      ],
      [
        '5:9 BCP000',
        'The type of a property of "A.B/c@2020-01-01" is not known: this compiler has no library of resource types.',
      ],
      ['7:1 BCP000', 'This compiler does not support @validate().'],
    ],
  },
];
