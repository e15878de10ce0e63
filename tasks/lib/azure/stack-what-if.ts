import { randomUUID } from 'node:crypto';
import { validationFailure } from '../deploy/causes.ts';
import type { Content } from '../deploy/port.ts';
import { stackBody, type StackSettings } from '../deploy/stack/model.ts';
import { asPrediction } from '../deploy/stack/prediction.ts';
import type { Predictor } from '../deploy/what-if/model.ts';
import { SpokelineError } from '../errors.ts';
import type { ArmClient } from './arm-client.ts';

const whatIfVersion = '2025-07-01';
/** Azure forgets the result by itself if it cannot be deleted. */
const kept = 'PT2H';

/**
 * What-if of a stack: a result is made as a resource of its own, asked for in full, and deleted.
 * https://learn.microsoft.com/rest/api/resources/deployment-stacks-what-if-results-at-resource-group
 */
export function createStackPredictor(
  arm: ArmClient,
  stackId: string,
  content: Content,
  settings: StackSettings,
): Predictor {
  const at = stackId.replace(/\/deploymentStacks\/[^/]+$/, '/deploymentStacksWhatIfResults');
  return {
    async predict(signal, timeoutMs) {
      const id = `${at}/spokeline-${randomUUID()}`;
      const options = { signal, idempotent: true, timeoutMs, exact: true };
      const body = stackBody(content, settings, {
        deploymentStackResourceId: stackId,
        retentionInterval: kept,
      });
      try {
        await arm.put(id, whatIfVersion, body, options);
        const answer = await arm.post<unknown>(`${id}/whatIf`, whatIfVersion, undefined, options);
        return asPrediction(answer.body, stackId);
      } catch (error) {
        throw refused(error);
      } finally {
        await arm
          .delete(id, whatIfVersion, { signal: AbortSignal.timeout(5_000), timeoutMs: 5_000 })
          .catch(() => undefined);
      }
    },
  };
}

/** A result that failed says why the template cannot be deployed. */
function refused(error: unknown): unknown {
  if (!(error instanceof SpokelineError) || error.code !== 'ARM_REQUEST' || error.transient) {
    return error;
  }
  if (error.details.length === 0) return error;
  return validationFailure({
    code: 'DeploymentStackValidationFailed',
    message: error.message,
    details: error.details.map(({ code = 'Unknown', message, target }) => ({
      code,
      message,
      ...(target === undefined ? {} : { target }),
      details: [],
      additional: [],
    })),
    additional: [],
  });
}
