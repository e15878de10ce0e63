export const VNET = 'Microsoft.Network/virtualNetworks';
const base = { type: VNET, apiVersion: '2024-05-01', location: 'westeurope' };
/** A network with further members. */
export const vnet = (
  name: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  ...base,
  name,
  ...more,
});

const NOT_VALID = "The template resource 'a' is not valid: ";

/** Resources of a template, and the message of the refusal. */
export const REFUSED: readonly (readonly [what: string, resources: unknown, message: string])[] = [
  [
    'a member that is not known',
    [vnet('a', { dependson2: [] })],
    "Could not find member 'dependson2' on object of type 'TemplateResource'.",
  ],
  [
    'a resource without a type',
    [{ name: 'a', apiVersion: '1' }],
    "The required property 'type' of a resource is missing.",
  ],
  [
    'a resource without an API version',
    [{ name: 'a', type: VNET }],
    "The required property 'apiVersion' of a resource is missing.",
  ],
  ['a resource that is no object', ['a'], 'A resource must be an object.'],
  [
    'an empty name',
    [vnet('')],
    "The template resource '' is not valid: The property 'name' must not be empty.",
  ],
  [
    'a name with too few segments',
    [vnet('a', { type: `${VNET}/subnets` })],
    `${NOT_VALID}The name 'a' for type '${VNET}/subnets' has incorrect segment lengths: a resource type must have as many segments after its namespace as the resource has names.`,
  ],
  [
    'a type without a namespace',
    [vnet('a', { type: 'virtualNetworks' })],
    `${NOT_VALID}The resource type 'virtualNetworks' is not valid.`,
  ],
  [
    'a dependency that is not there',
    [vnet('a', { dependsOn: ["[resourceId('Microsoft.Web/sites', 'x')]"] })],
    `${NOT_VALID}The resource 'Microsoft.Web/sites/x' is not defined in the template.`,
  ],
  [
    'a reference to a symbol that is not there',
    { a: vnet('a', { properties: { x: "[reference('b')]" } }) },
    `${NOT_VALID}The resource 'b' is not defined in the template.`,
  ],
  [
    'a dependency that is no string',
    [vnet('a', { dependsOn: [5] })],
    `${NOT_VALID}An entry of 'dependsOn' must be a string.`,
  ],
  [
    'a condition that is no boolean',
    [vnet('a', { condition: 1 })],
    `${NOT_VALID}The condition must be a boolean; it is of type 'Integer'.`,
  ],
  [
    'a condition with reference()',
    [vnet('a', { condition: "[reference('b').c]" })],
    `${NOT_VALID}The template function 'REFERENCE' is not expected at this location.`,
  ],
  [
    'utcNow() in a resource',
    [vnet('a', { tags: { t: '[utcNow()]' } })],
    `${NOT_VALID}The template function 'UTCNOW' is not expected at this location.`,
  ],
  [
    'an unknown function, before anything is evaluated',
    [vnet('a', { condition: false, tags: { t: '[newFeature(1)]' } })],
    `${NOT_VALID}The template function 'newFeature' is not valid: no such function is known.`,
  ],
  [
    'a parameter that is not there',
    [vnet('a', { tags: { t: "[parameters('x')]" } })],
    `${NOT_VALID}The template parameter 'x' is not found.`,
  ],
  [
    'a variable that is not there',
    [vnet('a', { tags: { t: "[variables('x')]" } })],
    `${NOT_VALID}The template variable 'x' is not found.`,
  ],
  [
    'copies that are too many',
    [vnet('a', { copy: { name: 'l', count: 801 } })],
    `${NOT_VALID}The count of a copy loop must not exceed '800'; it is '801'.`,
  ],
  [
    'a negative count',
    [vnet('a', { copy: { name: 'l', count: -1 } })],
    `${NOT_VALID}The count of a copy loop must not be negative; it is '-1'.`,
  ],
  [
    'a count that is text',
    [vnet('a', { copy: { name: 'l', count: 'two' } })],
    `${NOT_VALID}The count of a copy loop must be an integer; it is of type 'String'.`,
  ],
  [
    'a copy mode that is not known',
    [vnet('a', { copy: { name: 'l', count: 1, mode: 'random' } })],
    `${NOT_VALID}The copy mode 'random' is not 'serial' or 'parallel'.`,
  ],
  [
    'a batch size of nothing',
    [vnet('a', { copy: { name: 'l', count: 1, mode: 'serial', batchSize: 0 } })],
    `${NOT_VALID}The copy's 'batchSize' must be an integer of at least 1.`,
  ],
  [
    'a copy member that is not known',
    [vnet('a', { copy: { name: 'l', counts: 1 } })],
    `${NOT_VALID}Unknown property 'counts' of a copy loop.`,
  ],
  [
    'copies with one name',
    [vnet('a', { copy: { name: 'l', count: 2 } })],
    `The resource '${VNET}/a' is defined multiple times in a template.`,
  ],
  [
    'a child with a copy',
    [
      vnet('a', {
        resources: [{ type: 'subnets', name: 's', apiVersion: '1', copy: { name: 'l', count: 1 } }],
      }),
    ],
    "A child resource inside its parent can't have a copy.",
  ],
  [
    'existing without symbolic names',
    [vnet('a', { existing: true })],
    "'existing' resources need languageVersion '2.0'.",
  ],
  [
    'a symbolic name that is used twice',
    { a: vnet('a'), A: vnet('b') },
    "The symbolic name 'A' is used twice.",
  ],
  [
    'resources of an extension',
    { a: { import: 'kubernetes', type: 'core/Pod', name: 'a', apiVersion: '1' } },
    "Resources of an extension ('import') are not supported.",
  ],
  [
    'an option that is not known',
    { a: vnet('a', { '@options': { retry: 1 } }) },
    "Unknown property 'retry' of '@options'.",
  ],
  [
    'a resource group in a resource group',
    [{ type: 'Microsoft.Resources/resourceGroups', apiVersion: '2025-04-01', name: 'a' }],
    `${NOT_VALID}The resource type 'Microsoft.Resources/resourceGroups' can only be deployed at subscription scope, not at resourceGroup scope.`,
  ],
  [
    'a scope that is no id',
    [vnet('a', { scope: 'somewhere' })],
    `${NOT_VALID}The scope 'somewhere' is not a resource id.`,
  ],
  [
    'a resource in another resource group',
    [vnet('a', { resourceGroup: 'other' })],
    `${NOT_VALID}'subscriptionId' and 'resourceGroup' are for deployments and existing resources only.`,
  ],
  [
    'two scopes',
    { a: vnet('a', { existing: true, scope: '/', resourceGroup: 'x' }) },
    `${NOT_VALID}A resource can't have 'scope' and 'subscriptionId' or 'resourceGroup' at once.`,
  ],
];
