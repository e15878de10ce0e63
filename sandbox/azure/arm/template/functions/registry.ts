import { arrays } from './arrays.ts';
import type { BuiltIn } from './built-in.ts';
import { cidr } from './cidr.ts';
import { dates } from './dates.ts';
import { encoding } from './encoding.ts';
import { hashes } from './hashes.ts';
import { lambdas } from './lambdas.ts';
import { logic } from './logic.ts';
import { numbers } from './numbers.ts';
import { objects } from './objects.ts';
import { resourceIds } from './resource-ids.ts';
import { listFunction, runtime } from './runtime.ts';
import { scope } from './scope.ts';
import { strings } from './strings.ts';
import { uris } from './uris.ts';
import { zones } from './zones.ts';

const ALL: readonly BuiltIn[] = [
  ...strings,
  ...encoding,
  ...uris,
  ...arrays,
  ...objects,
  ...numbers,
  ...logic,
  ...dates,
  ...hashes,
  ...cidr,
  ...lambdas,
  ...resourceIds,
  ...scope,
  ...runtime,
  ...zones,
];

const BY_NAME: ReadonlyMap<string, BuiltIn> = new Map(
  ALL.map((builtIn) => [builtIn.name.toLowerCase(), builtIn]),
);

/** The names of all functions, as they are spelled in the documentation. */
export function functionNames(): string[] {
  return ALL.map((builtIn) => builtIn.name);
}

/**
 * The built-in function of that name, in any case; list*() are as many as there are POST actions.
 */
export function findFunction(name: string): BuiltIn | undefined {
  const found = BY_NAME.get(name.toLowerCase());
  if (found !== undefined) return found;
  return isListFunction(name) ? listFunction(name) : undefined;
}

/** listKeys, listAccountSas, listOutputsWithSecureValues, ... */
export function isListFunction(name: string): boolean {
  return /^list[a-z]*$/i.test(name);
}

/** Functions whose value exists only at run time. */
export function isRunTimeFunction(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'reference' || lower === 'references' || isListFunction(name);
}
