import { TOO_DEEP } from '../syntax/cursor.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import { EmitError } from './arm.ts';

/**
 * Runs what may find that something cannot be expressed; that becomes a finding of the file, and the result is
 * undefined. Where an error has been reported already, nothing is added: it is a consequence.
 */
export function attempt<T>(model: Model, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof RangeError) {
      // The stack is exhausted: an expression of thousands of levels.
      report(model, { start: 0, end: 0 }, 'BCP000', TOO_DEEP);
      return undefined;
    }
    if (!(error instanceof EmitError)) throw error;
    const { at, code, message } = error;
    const known = model.diagnostics.some(
      (d) => d.level === 'Error' && d.start <= at.end && d.end >= at.start,
    );
    if (!known) report(model, at, code, message);
    return undefined;
  }
}
