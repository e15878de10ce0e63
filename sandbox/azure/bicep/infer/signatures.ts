import { ANY, ARRAY, BOOL, INT, NULL, OBJECT, STRING, arrayOf, unionOf } from './value-type.ts';
import type { ValueType } from './value-type.ts';

/** What a function takes and yields. */
export interface Signature {
  /** The last one stands for all that follow it, too. */
  parameters: readonly ValueType[];
  result: ValueType;
}

const TYPES: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['any', ANY],
  ['array', ARRAY],
  ['bool', BOOL],
  ['int', INT],
  ['lambda', { kind: 'lambda' }],
  ['null', NULL],
  ['object', OBJECT],
  ['string', STRING],
]);

function read(text: string): ValueType {
  const members = text.split('|').map((part) => part.trim());
  return unionOf(
    members.map((name) => {
      const item = /^(.*)\[\]$/.exec(name)?.[1];
      return item === undefined
        ? (TYPES.get(name) ?? ANY)
        : arrayOf(read(item.replaceAll('/', '|')));
    }),
  );
}

// Types as https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions describes them; in an array
// of several types these are separated by a slash. Functions that take anything and yield anything are left out.
const TEXTS: readonly (readonly [name: string, ...overloads: string[]])[] = [
  ['array', 'any -> array'],
  ['base64', 'string -> string'],
  ['base64ToJson', 'string -> any'],
  ['base64ToString', 'string -> string'],
  ['bool', 'int | string | bool -> bool'],
  ['cidrHost', 'string, int -> string'],
  ['cidrSubnet', 'string, int, int -> string'],
  ['contains', 'object, string -> bool', 'array, any -> bool', 'string, string -> bool'],
  ['dataUri', 'any -> string'],
  ['dataUriToString', 'string -> string'],
  ['dateTimeAdd', 'string, string, string -> string'],
  ['dateTimeFromEpoch', 'int -> string'],
  ['dateTimeToEpoch', 'string -> int'],
  ['empty', 'null | object | array | string -> bool'],
  ['endsWith', 'string, string -> bool'],
  ['filter', 'array, lambda -> array'],
  ['first', 'array -> any', 'string -> string'],
  ['flatten', 'array[] -> array'],
  ['format', 'string, any -> string'],
  ['groupBy', 'array, lambda, lambda -> object'],
  ['guid', 'string -> string'],
  ['indexOf', 'array, any -> int', 'string, string -> int'],
  ['int', 'int | string -> int'],
  ['intersection', 'object -> object', 'array -> array'],
  ['items', 'object -> array'],
  ['join', 'any[], string -> string'],
  ['json', 'string -> any'],
  ['last', 'array -> any', 'string -> string'],
  ['lastIndexOf', 'array, any -> int', 'string, string -> int'],
  ['length', 'string | object -> int', 'array -> int'],
  ['map', 'array, lambda -> array'],
  ['mapValues', 'object, lambda -> object'],
  ['max', 'int -> int', 'int[] -> int'],
  ['min', 'int -> int', 'int[] -> int'],
  ['newGuid', '-> string'],
  ['objectKeys', 'object -> string[]'],
  ['padLeft', 'int | string, int, string -> string'],
  ['parseUri', 'string -> any'],
  ['parseCidr', 'string -> any'],
  ['range', 'int, int -> int[]'],
  ['reduce', 'array, any, lambda -> any'],
  ['replace', 'string, string, string -> string'],
  ['resourceId', 'string, string -> string', 'string, string, string -> string'],
  ['shallowMerge', 'array -> object'],
  ['skip', 'array, int -> array', 'string, int -> string'],
  ['sort', 'array, lambda -> array'],
  ['split', 'string, any -> string[]'],
  ['startsWith', 'string, string -> bool'],
  ['string', 'any -> string'],
  ['subscriptionResourceId', 'string, string -> string', 'string, string, string -> string'],
  ['substring', 'string, int, int -> string'],
  ['take', 'array, int -> array', 'string, int -> string'],
  ['tenantResourceId', 'string, string -> string'],
  ['extensionResourceId', 'string, string, string -> string'],
  ['toLower', 'string -> string'],
  ['toObject', 'array, lambda, lambda -> object'],
  ['toUpper', 'string -> string'],
  ['trim', 'string -> string'],
  ['union', 'object -> object', 'array -> array'],
  ['uniqueString', 'string -> string'],
  ['uri', 'string, string -> string'],
  ['uriComponent', 'string -> string'],
  ['uriComponentToString', 'string -> string'],
  ['utcNow', 'string -> string'],
  ['loadFileAsBase64', 'string -> string'],
  ['loadTextContent', 'string, string -> string'],
  ['readEnvironmentVariable', 'string, string -> string'],
];

function signature(text: string): Signature {
  const [given = '', result = ''] = text.split('->');
  const parameters = given.trim() === '' ? [] : given.split(',').map(read);
  return { parameters, result: read(result) };
}

const TABLE: ReadonlyMap<string, readonly Signature[]> = new Map(
  TEXTS.map(([name, ...overloads]) => [name, overloads.map(signature)]),
);

/** The overloads of a function of the language; none if nothing is known of it. */
export const signaturesOf = (name: string): readonly Signature[] => TABLE.get(name) ?? [];

/** Functions whose lambdas must yield a certain type, by the position of the lambda. */
const LAMBDA_RESULTS: Readonly<Record<string, Readonly<Record<number, ValueType>>>> = {
  filter: { 1: BOOL },
  groupBy: { 1: STRING },
  sort: { 1: BOOL },
  toObject: { 1: STRING },
};

export const lambdaResult = (name: string, position: number): ValueType =>
  LAMBDA_RESULTS[name]?.[position] ?? ANY;

/** Least and most parameters of the lambdas of a function. */
export function lambdaParameters(name: string): readonly [number, number] {
  switch (name) {
    case 'reduce':
      return [2, 3];
    case 'sort':
      return [2, 2];
    case 'map':
    case 'filter':
      return [1, 2];
    default:
      return [1, 1];
  }
}

const strings = (...names: string[]): ReadonlyMap<string, ValueType> =>
  new Map(names.map((name) => [name, STRING]));

const known = (name: string, properties: ReadonlyMap<string, ValueType>): ValueType => ({
  kind: 'object',
  properties,
  rest: undefined,
  name,
  strict: true,
});

/** Other scopes than that of the file: there is nothing to read of them. */
export const OTHER_SCOPES: ReadonlyMap<string, ValueType> = new Map(
  ['managementGroup', 'resourceGroup', 'subscription'].map((name) => [
    name,
    known(name, new Map()),
  ]),
);

/** What functions without a choice yield: only these properties exist. */
export const KNOWN_OBJECTS: ReadonlyMap<string, ValueType> = new Map([
  [
    'managementGroup',
    known(
      'managementGroup',
      new Map<string, ValueType>([...strings('id', 'name', 'type'), ['properties', ANY]]),
    ),
  ],
  ['deployer', known('deployer', strings('objectId', 'tenantId', 'userPrincipalName'))],
  [
    'resourceGroup',
    known(
      'resourceGroup',
      new Map<string, ValueType>([
        ...strings('id', 'name', 'type', 'location', 'managedBy'),
        ['tags', OBJECT],
        ['properties', OBJECT],
      ]),
    ),
  ],
  [
    'subscription',
    known('subscription', strings('id', 'subscriptionId', 'tenantId', 'displayName')),
  ],
  ['tenant', known('tenant', strings('tenantId', 'country', 'countryCode', 'displayName'))],
  [
    'parseCidr',
    known(
      'parseCidr',
      new Map<string, ValueType>([
        ...strings('broadcast', 'firstUsable', 'lastUsable', 'netmask', 'network'),
        ['cidr', INT],
      ]),
    ),
  ],
  [
    'parseUri',
    known(
      'parseUri',
      new Map<string, ValueType>([...strings('scheme', 'host', 'path', 'query'), ['port', ANY]]),
    ),
  ],
]);
