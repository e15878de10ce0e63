import { randomUUID } from 'node:crypto';
import type { Content, DeploymentPort } from '../deploy/port.ts';
import { stackBody, type StackSettings } from '../deploy/stack/model.ts';
import { asPrediction } from '../deploy/stack/prediction.ts';
import type { Predictor } from '../deploy/what-if/model.ts';
import type { ArmClient } from './arm-client.ts';
import { refused } from './what-if.ts';

const whatIfVersion = '2025-07-01';
/** Azure forgets the result by itself if it cannot be deleted. */
const kept = 'PT2H';

/**
 * What-if of a stack: a result is made as a resource of its own, asked for in full, and deleted.
 * https://learn.microsoft.com/rest/api/resources/deployment-stacks-what-if-results-at-resource-group
 */
export function createStackPredictor(
  arm: ArmClient,
  stack: Pick<DeploymentPort, 'id' | 'linkTo'>,
  content: Content,
  settings: StackSettings,
): Predictor {
  const at = stack.id.replace(/\/deploymentStacks\/[^/]+$/, '/deploymentStacksWhatIfResults');
  return {
    async predict(signal, timeoutMs) {
      const id = `${at}/spokeline-${randomUUID()}`;
      const options = { signal, idempotent: true, timeoutMs, exact: true };
      const body = stackBody(content, settings, {
        deploymentStackResourceId: stack.id,
        retentionInterval: kept,
      });
      try {
        await arm.put(id, whatIfVersion, body, options);
        const answer = await arm.post<unknown>(`${id}/whatIf`, whatIfVersion, undefined, options);
        return asPrediction(answer.body, stack.id);
      } catch (error) {
        throw refused(error, stack);
      } finally {
        await arm
          .delete(id, whatIfVersion, { signal: AbortSignal.timeout(5_000), timeoutMs: 5_000 })
          .catch(() => undefined);
      }
    },
  };
}
