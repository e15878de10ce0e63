import { attempt } from '../emit/attempt.ts';
import type { Model } from '../model/model.ts';
import { checkBodies } from './bodies.ts';
import { checkCycles } from './cycles.ts';
import { checkDecorators } from './decorators.ts';
import { checkExports } from './exports.ts';
import { checkModuleAccess } from './module-access.ts';
import { checkNames } from './names.ts';
import { checkParametersFile } from './parameters-file.ts';
import { checkPlaces } from './places.ts';
import { checkRunTime } from './run-time.ts';
import { checkScopes } from './scopes.ts';
import { checkTypes } from './types.ts';
import { checkTypeCycles } from './type-cycles.ts';

const CHECKS = [
  checkCycles,
  checkTypeCycles,
  checkBodies,
  checkTypes,
  checkDecorators,
  checkPlaces,
  checkExports,
  checkScopes,
  checkNames,
  checkModuleAccess,
  checkRunTime,
];

/**
 * Looks for what is wrong in a file whose names are resolved: all of it, not the first only. `overridden` are
 * the parameters that the caller of the compiler assigns in a parameters file.
 */
export function checkModel(model: Model, overridden: readonly string[] = []): void {
  attempt(model, () => checkParametersFile(model, overridden));
  for (const check of CHECKS) attempt(model, () => check(model));
}
