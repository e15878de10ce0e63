/** What the compiler must know about a function of the language itself. */
export interface BuiltIn {
  min: number;
  max: number;
  /** Its value is only known at run time: a variable that calls it is written out where it is used. */
  runtime?: true;
}

const MANY = 1000;

// name, least and most arguments
const SYS: readonly (readonly [string, number, number])[] = [
  ['any', 1, 1],
  ['array', 1, 1],
  ['base64', 1, 1],
  ['base64ToJson', 1, 1],
  ['base64ToString', 1, 1],
  ['bool', 1, 1],
  ['cidrHost', 2, 2],
  ['cidrSubnet', 3, 3],
  ['coalesce', 1, MANY],
  ['concat', 1, MANY],
  ['contains', 2, 2],
  ['dataUri', 1, 1],
  ['dataUriToString', 1, 1],
  ['dateTimeAdd', 2, 3],
  ['dateTimeFromEpoch', 1, 1],
  ['dateTimeToEpoch', 1, 1],
  ['distinct', 1, 1],
  ['empty', 1, 1],
  ['endsWith', 2, 2],
  ['externalInput', 1, 2],
  ['fail', 1, 1],
  ['filter', 2, 2],
  ['first', 1, 1],
  ['flatten', 1, 1],
  ['format', 1, MANY],
  ['groupBy', 2, 2],
  ['guid', 1, MANY],
  ['indexOf', 2, 2],
  ['int', 1, 1],
  ['intersection', 1, MANY],
  ['items', 1, 1],
  ['join', 2, 2],
  ['json', 1, 1],
  ['last', 1, 1],
  ['lastIndexOf', 2, 2],
  ['length', 1, 1],
  ['like', 2, 2],
  ['loadFileAsBase64', 1, 1],
  ['loadJsonContent', 1, 3],
  ['loadTextContent', 1, 2],
  ['loadYamlContent', 1, 3],
  ['loadDirectoryFileInfo', 1, 2],
  ['map', 2, 2],
  ['mapValues', 2, 2],
  ['max', 1, MANY],
  ['min', 1, MANY],
  ['nameof', 1, 1],
  ['newGuid', 0, 0],
  ['objectKeys', 1, 1],
  ['padLeft', 2, 3],
  ['parseCidr', 1, 1],
  ['parseUri', 1, 1],
  ['buildUri', 1, 1],
  ['range', 2, 2],
  ['readCliArg', 1, 1],
  ['readEnvVar', 1, 1],
  ['readEnvironmentVariable', 1, 2],
  ['reduce', 3, 3],
  ['replace', 3, 3],
  ['shallowMerge', 1, 1],
  ['skip', 2, 2],
  ['sort', 2, 2],
  ['split', 2, 2],
  ['startsWith', 2, 2],
  ['string', 1, 1],
  ['substring', 2, 3],
  ['take', 2, 2],
  ['toLower', 1, 1],
  ['toObject', 2, 3],
  ['toUpper', 1, 1],
  ['trim', 1, 1],
  ['tryGet', 2, MANY],
  ['union', 1, MANY],
  ['uniqueString', 1, MANY],
  ['uri', 2, 2],
  ['uriComponent', 1, 1],
  ['uriComponentToString', 1, 1],
  ['utcNow', 0, 1],
];

const AZ: readonly (readonly [string, number, number])[] = [
  ['deployer', 0, 0],
  ['deployment', 0, 0],
  ['environment', 0, 0],
  ['extensionResourceId', 3, MANY],
  ['getRoleAssignmentName', 1, 1],
  ['getSecret', 4, 5],
  ['managementGroup', 0, 1],
  ['managementGroupResourceId', 2, MANY],
  ['pickZones', 3, 5],
  ['providers', 1, 2],
  ['resourceGroup', 0, 2],
  ['resourceId', 2, MANY],
  ['roleDefinitions', 1, 1],
  ['subscription', 0, 1],
  ['subscriptionResourceId', 2, MANY],
  ['tenant', 0, 0],
  ['tenantResourceId', 2, MANY],
];

const RUNTIME: readonly (readonly [string, number, number])[] = [
  ['reference', 1, 3],
  ['toLogicalZone', 3, 3],
  ['toLogicalZones', 3, 3],
  ['toPhysicalZone', 3, 3],
  ['toPhysicalZones', 3, 3],
];

const TABLE = new Map<string, BuiltIn>([
  ...[...SYS, ...AZ].map(([name, min, max]): [string, BuiltIn] => [name, { min, max }]),
  ...RUNTIME.map(([name, min, max]): [string, BuiltIn] => [name, { min, max, runtime: true }]),
]);

/** The function of that name; every `list...` is one that the resource providers define. */
export function builtIn(name: string): BuiltIn | undefined {
  if (/^list[A-Z]?/.test(name)) return { min: 1, max: 3, runtime: true };
  return TABLE.get(name);
}

/** Functions that only stand in a parameters file. */
export const PARAMS_ONLY: ReadonlySet<string> = new Set([
  'externalInput',
  'getSecret',
  'readCliArg',
  'readEnvVar',
  'readEnvironmentVariable',
]);

/** Functions of the language that stand behind `@`. */
export const DECORATORS: ReadonlySet<string> = new Set([
  'allowed',
  'batchSize',
  'description',
  'discriminator',
  'export',
  'maxLength',
  'maxValue',
  'metadata',
  'minLength',
  'minValue',
  'onlyIfNotExists',
  'retryOn',
  'sealed',
  'secure',
]);

/** Decorators of experimental features, which change the template in ways that this compiler does not know. */
export const UNSUPPORTED_DECORATORS: ReadonlySet<string> = new Set([
  'nullIfNotFound',
  'userDefinedConstraint',
  'validate',
  'waitUntil',
]);

export const AMBIENT_TYPES: ReadonlySet<string> = new Set([
  'any',
  'array',
  'bool',
  'int',
  'object',
  'string',
]);
