import type { Scope } from './symbols.ts';

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
  ['concat', 1, MANY],
  ['contains', 2, 2],
  ['dataUri', 1, 1],
  ['dataUriToString', 1, 1],
  ['dateTimeAdd', 2, 3],
  ['dateTimeFromEpoch', 0, 1],
  ['dateTimeToEpoch', 0, 1],
  ['distinct', 1, 1],
  ['empty', 1, 1],
  ['endsWith', 2, 2],
  ['externalInput', 1, 2],
  ['fail', 1, 1],
  ['filter', 2, 2],
  ['first', 1, 1],
  ['flatten', 1, 1],
  ['format', 1, MANY],
  ['groupBy', 2, 3],
  ['guid', 1, MANY],
  ['indexOf', 2, 2],
  ['int', 1, 1],
  ['intersection', 2, MANY],
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
  ['union', 2, MANY],
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
  if (/^list[A-Z]?/.test(name)) return { min: 2, max: 3, runtime: true };
  return TABLE.get(name);
}

const AZ_NAMES: ReadonlySet<string> = new Set([...AZ, ...RUNTIME].map(([name]) => name));

/** The name space of a function of the language. */
export function namespaceOf(name: string): 'az' | 'sys' | undefined {
  if (AZ_NAMES.has(name) || /^list[A-Z]?/.test(name)) return 'az';
  return TABLE.has(name) || DECORATORS.has(name) ? 'sys' : undefined;
}

/** How many arguments the functions of scopes take in a file that is deployed to a scope. */
const SCOPE_ARGUMENTS: Readonly<
  Record<string, Readonly<Record<Scope, readonly [number, number]>>>
> = {
  resourceGroup: {
    tenant: [2, 2],
    managementGroup: [2, 2],
    subscription: [1, 2],
    resourceGroup: [0, 2],
  },
  subscription: {
    tenant: [1, 1],
    managementGroup: [1, 1],
    subscription: [0, 1],
    resourceGroup: [0, 1],
  },
  managementGroup: {
    tenant: [1, 1],
    managementGroup: [0, 1],
    subscription: [1, 1],
    resourceGroup: [1, 1],
  },
};

/** Least and most arguments of a function in a file of that scope. */
export function argumentRange(
  name: string,
  found: BuiltIn,
  scope: Scope,
): readonly [number, number] {
  return SCOPE_ARGUMENTS[name]?.[scope] ?? [found.min, found.max];
}

// Functions of templates that the language has operators and literals for.
const OPERATORS: Readonly<Record<string, string>> = {
  add: '+',
  and: '&&',
  coalesce: '??',
  div: '/',
  equals: '==',
  greater: '>',
  greaterOrEquals: '>=',
  less: '<',
  lessOrEquals: '<=',
  mod: '%',
  mul: '*',
  not: '!',
  or: '||',
  sub: '-',
};

const OTHERS: Readonly<Record<string, readonly [code: string, advice: string]>> = {
  createArray: ['BCP101', 'Construct an array literal using [].'],
  createObject: ['BCP102', 'Construct an object literal using {}.'],
  parameters: ['BCP061', 'Directly reference parameters by their symbolic names.'],
  variables: ['BCP060', 'Directly reference variables by their symbolic names.'],
};

/** What to write for a function of templates that the language does not have; undefined for other names. */
export function replacedFunction(name: string): { code: string; message: string } | undefined {
  const operator = OPERATORS[name];
  if (operator !== undefined) {
    return {
      code: 'BCP069',
      message: `The function "${name}" is not supported. Use the "${operator}" operator instead.`,
    };
  }
  if (name === 'if') {
    const message =
      'The function "if" is not supported. Use the "?:" (ternary conditional) operator instead, e.g. condition ? ValueIfTrue : ValueIfFalse';
    return { code: 'BCP100', message };
  }
  const other = OTHERS[name];
  return (
    other && { code: other[0], message: `The "${name}" function is not supported. ${other[1]}` }
  );
}

/** Functions that only stand in a parameters file. */
export const PARAMS_ONLY: ReadonlySet<string> = new Set([
  'externalInput',
  'getSecret',
  'readEnvironmentVariable',
]);

/** Functions of the language that stand behind `@`, with the least and most arguments. */
export const DECORATORS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['allowed', [1, 1]],
  ['batchSize', [1, 1]],
  ['description', [1, 1]],
  ['discriminator', [1, 1]],
  ['export', [0, 0]],
  ['maxLength', [1, 1]],
  ['maxValue', [1, 1]],
  ['metadata', [1, 1]],
  ['minLength', [1, 1]],
  ['minValue', [1, 1]],
  ['onlyIfNotExists', [0, 0]],
  ['retryOn', [1, 2]],
  ['sealed', [0, 0]],
  ['secure', [0, 0]],
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
