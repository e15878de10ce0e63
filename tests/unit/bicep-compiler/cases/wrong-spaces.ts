import type { Wrong } from './wrong.ts';

/** Mistakes of place: what stands in strings, what is deployed elsewhere, what may be null. */
export const WRONG_SPACES: readonly Wrong[] = [
  {
    what: 'arrays and objects inside of strings',
    text: "param x object\nvar b = '${string([1])}'\nvar c = '${string(map([1], y => [y]))}'\noutput o array = [x]\n",
    found: [
      ['2:19 BCP087', 'Array and object literals are not allowed here.'],
      ['3:23 BCP087', 'Array and object literals are not allowed here.'],
    ],
  },
  {
    what: 'extensions and children of what is deployed elsewhere',
    text: "resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {\n  name: 'abc'\n  scope: resourceGroup('other')\n}\nresource here 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {\n  name: 'abd'\n  scope: resourceGroup()\n}\nresource l 'Microsoft.Authorization/locks@2020-05-01' = {\n  name: 'l'\n  scope: sa\n  properties: { level: 'ReadOnly' }\n}\nresource b 'Microsoft.Storage/storageAccounts/localUsers@2023-01-01' = {\n  name: 'user'\n  parent: sa\n}\nresource c 'Microsoft.Storage/storageAccounts/localUsers@2023-01-01' = {\n  name: 'user'\n  parent: here\n}\n",
    found: [
      [
        '11:10 BCP139',
        "A resource's scope must match the scope of the Bicep file for it to be deployable. You must use modules to deploy resources to a different scope.",
      ],
      [
        '14:72 BCP165',
        'A resource\'s computed scope must match that of the Bicep file for it to be deployable. This resource\'s scope is computed from the "scope" property value assigned to ancestor resource "sa". You must use modules to deploy resources to a different scope.',
      ],
    ],
  },
  {
    what: 'defaults of what may be null, which modules need not be given',
    text: "type t = string?\nimport { u } from 'm.bicep'\nimport * as y from 'm.bicep'\nparam a string? = 'x'\nparam b t = 'x'\nparam c u = { a: 'x' }\nparam d y.u = { a: 'x' }\nmodule m 'm.bicep' = {\n  params: {}\n}\noutput o array = [a, b, c, d]\n",
    others: {
      'm.bicep':
        '@export()\ntype u = { a: string }?\nparam p u\nparam q u?\noutput o array = [p, q]\n',
    },
    found: [
      [
        '4:17 BCP326',
        "Nullable-typed parameters may not be assigned default values. They have an implicit default of 'null' that cannot be overridden.",
      ],
      [
        '5:11 BCP326',
        "Nullable-typed parameters may not be assigned default values. They have an implicit default of 'null' that cannot be overridden.",
      ],
      [
        '6:11 BCP326',
        "Nullable-typed parameters may not be assigned default values. They have an implicit default of 'null' that cannot be overridden.",
      ],
      [
        '7:13 BCP326',
        "Nullable-typed parameters may not be assigned default values. They have an implicit default of 'null' that cannot be overridden.",
      ],
    ],
  },
];
