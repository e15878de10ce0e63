/** Types that the cases below refer to. */
export const DEFINITIONS = {
  region: { type: 'string', allowedValues: ['westeurope', 'northeurope'] },
  subnet: {
    type: 'object',
    properties: { name: { type: 'string', minLength: 2 }, size: { type: 'int', nullable: true } },
    additionalProperties: false,
  },
  alias: { $ref: '#/definitions/region' },
  tree: {
    type: 'object',
    properties: { left: { $ref: '#/definitions/tree', nullable: true } },
  },
  loop: { $ref: '#/definitions/loop' },
  shape: {
    type: 'object',
    discriminator: {
      propertyName: 'kind',
      mapping: {
        circle: {
          type: 'object',
          properties: { kind: { type: 'string' }, radius: { type: 'int' } },
        },
        square: {
          type: 'object',
          properties: { kind: { type: 'string' }, side: { type: 'int' } },
          additionalProperties: false,
        },
      },
    },
  },
};

const ref = (name: string): Record<string, unknown> => ({ $ref: `#/definitions/${name}` });
const NOT_VALID = "for the template parameter 'p' is not valid";

/** A type, a value that it does not take, and the message. */
export const REFUSED: readonly (readonly [
  type: Record<string, unknown>,
  value: unknown,
  message: string,
])[] = [
  [
    { type: 'string' },
    5,
    "Template parameter JToken type is not valid. Expected 'String, Uri'. Actual 'Integer'. The parameter is 'p'.",
  ],
  [
    { type: 'int' },
    '5',
    "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'String'. The parameter is 'p'.",
  ],
  [
    { type: 'int' },
    5.5,
    "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'Float'. The parameter is 'p'.",
  ],
  [
    { type: 'bool' },
    'true',
    "Template parameter JToken type is not valid. Expected 'Boolean'. Actual 'String'. The parameter is 'p'.",
  ],
  [
    { type: 'array' },
    {},
    "Template parameter JToken type is not valid. Expected 'Array'. Actual 'Object'. The parameter is 'p'.",
  ],
  [
    { type: 'secureObject' },
    [],
    "Template parameter JToken type is not valid. Expected 'Object'. Actual 'Array'. The parameter is 'p'.",
  ],
  [
    { type: 'string' },
    null,
    "Template parameter JToken type is not valid. Expected 'String, Uri'. Actual 'Null'. The parameter is 'p'.",
  ],
  [
    { type: 'string', allowedValues: ['a', 'b'] },
    'c',
    `The provided value 'c' ${NOT_VALID}. The parameter value is not part of the allowed value(s): 'a,b'.`,
  ],
  [
    { type: 'array', allowedValues: ['a', 'b'] },
    ['a', 'c'],
    `The provided value ${NOT_VALID}. The parameter value is not part of the allowed value(s): 'a,b'.`,
  ],
  [
    { type: 'int', allowedValues: [1, 2] },
    3,
    `The provided value '3' ${NOT_VALID}. The parameter value is not part of the allowed value(s): '1,2'.`,
  ],
  [
    { type: 'string', minLength: 3 },
    'ab',
    `The provided value 'ab' ${NOT_VALID}. Length of the value should be greater than or equal to '3'.`,
  ],
  [
    { type: 'securestring', minLength: 3 },
    'ab',
    `The provided value ${NOT_VALID}. Length of the value should be greater than or equal to '3'.`,
  ],
  [
    { type: 'array', maxLength: 1 },
    [1, 2],
    `The provided value ${NOT_VALID}. Length of the value should be less than or equal to '1'.`,
  ],
  [
    { type: 'int', minValue: 1 },
    0,
    `The provided value '0' ${NOT_VALID}. The value must be greater than or equal to '1'.`,
  ],
  [
    { type: 'int', maxValue: 1 },
    2,
    `The provided value '2' ${NOT_VALID}. The value must be less than or equal to '1'.`,
  ],
  [
    { type: 'array', items: { type: 'int' } },
    [1, 'x'],
    "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'String'. The parameter is 'p' at '[1]'.",
  ],
  [
    { type: 'array', prefixItems: [{ type: 'int' }], items: { type: 'string' } },
    [1, 2],
    "Template parameter JToken type is not valid. Expected 'String, Uri'. Actual 'Integer'. The parameter is 'p' at '[1]'.",
  ],
  [
    { type: 'array', prefixItems: [{ type: 'int' }, { type: 'int' }] },
    [1],
    `The provided value ${NOT_VALID}. The array must have at least '2' items.`,
  ],
  [ref('subnet'), {}, `The provided value ${NOT_VALID}. The required property 'name' is missing.`],
  [
    ref('subnet'),
    { name: 'x' },
    `The provided value ${NOT_VALID} (at 'name'). Length of the value should be greater than or equal to '2'.`,
  ],
  [
    ref('subnet'),
    { name: 'xy', sise: 1 },
    `The provided value ${NOT_VALID}. The property 'sise' is not permitted. The permitted properties are: 'name, size'.`,
  ],
  [
    { type: 'object', additionalProperties: { type: 'int' } },
    { a: 1, b: 'x' },
    "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'String'. The parameter is 'p' at 'b'.",
  ],
  [
    ref('alias'),
    'eastus',
    `The provided value 'eastus' ${NOT_VALID}. The parameter value is not part of the allowed value(s): 'westeurope,northeurope'.`,
  ],
  [
    ref('tree'),
    { left: { left: 5 } },
    "Template parameter JToken type is not valid. Expected 'Object'. Actual 'Integer'. The parameter is 'p' at 'left.left'.",
  ],
  [
    ref('shape'),
    { radius: 1 },
    `The provided value ${NOT_VALID}. The discriminator 'kind' is missing. The permitted values are: 'circle,square'.`,
  ],
  [
    ref('shape'),
    { kind: 'oval' },
    `The provided value ${NOT_VALID}. The discriminator 'kind' has the value 'oval'. The permitted values are: 'circle,square'.`,
  ],
  [
    ref('shape'),
    { kind: 'circle', radius: 'big' },
    "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'String'. The parameter is 'p' at 'radius'.",
  ],
  [
    ref('shape'),
    { kind: 'square', side: 1, radius: 2 },
    `The provided value ${NOT_VALID}. The property 'radius' is not permitted. The permitted properties are: 'kind, side'.`,
  ],
];

/** Types that are wrong themselves. */
export const BAD_TYPES: readonly (readonly [type: unknown, message: string])[] = [
  [
    { type: 'text' },
    "The type 'text' is not valid. The types are: 'string, int, bool, object, array, secureString, secureObject'.",
  ],
  [{}, "The required property 'type' is missing."],
  ['string', 'A type definition must be an object.'],
  [{ type: 'string', pattern: '^a' }, "Unknown property 'pattern' of a type definition."],
  [
    { type: 'array', items: { type: 'string', maximum: 3 } },
    "Unknown property 'maximum' of a type definition.",
  ],
  [
    { type: 'object', discriminator: { propertyName: 'kind' } },
    "A 'discriminator' must have 'propertyName' and 'mapping'.",
  ],
  [
    ref('missing'),
    "The type reference '#/definitions/missing' names no definition of the template.",
  ],
  [{ $ref: 'https://elsewhere/type' }, "The type reference 'https://elsewhere/type' is not valid."],
  [ref('loop'), "The type reference '#/definitions/loop' refers to itself."],
];

/** A type and a value that it takes. */
export const ACCEPTED: readonly (readonly [type: Record<string, unknown>, value: unknown])[] = [
  [{ type: 'String' }, ''],
  [{ type: 'string', nullable: true }, null],
  [{ type: 'string', allowedValues: ['WestEurope'] }, 'westeurope'],
  [{ type: 'array', allowedValues: ['a', 'b'] }, ['b', 'a', 'b']],
  [{ type: 'array', allowedValues: [['a', 'b']] }, ['a', 'b']],
  [{ type: 'object' }, { anything: [null] }],
  [ref('subnet'), { NAME: 'xy' }],
  [ref('subnet'), { name: 'xy', size: null }],
  [{ ...ref('subnet'), nullable: true }, null],
  [ref('shape'), { kind: 'circle', radius: 1, extra: true }],
  [{ type: 'array', prefixItems: [{ type: 'int' }] }, [1, 'free']],
];
