import assert from 'node:assert/strict';
import { SpokelineError } from '../../tasks/lib/errors.ts';

/** The error of ours with which something ends; the test fails for any other, and for none. */
export async function failure(promise: Promise<unknown>): Promise<SpokelineError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}

/** The same of what is not asynchronous. */
export function thrown(run: () => unknown): SpokelineError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}
