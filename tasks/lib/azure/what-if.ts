import { readFault, validationFailure } from '../deploy/causes.ts';
import type { Content } from '../deploy/port.ts';
import { asObject } from '../deploy/template.ts';
import type { Predictor } from '../deploy/what-if/model.ts';
import { SpokelineError } from '../errors.ts';
import type { ArmClient } from './arm-client.ts';
import { sdkBody } from './deploy-target.ts';

const whatIfVersion = '2025-04-01';

/**
 * What-if over ARM's own answer. The SDK's models would spoil it: in arm-resources 6.1.0 a number of a
 * delta becomes `{}`, and a text an object of its letters.
 * https://github.com/Azure/bicep-deploy/issues/71
 */
export function createPredictor(arm: ArmClient, deploymentId: string, content: Content): Predictor {
  const { location, properties } = sdkBody(content);
  return {
    async predict(signal, timeoutMs) {
      const answer = await arm
        .post<unknown>(
          `${deploymentId}/whatIf`,
          whatIfVersion,
          {
            ...(location === undefined ? {} : { location }),
            properties: {
              ...properties,
              whatIfSettings: { resultFormat: 'FullResourcePayloads' },
            },
          },
          // It asks and changes nothing, so that it may be sent again.
          { signal, idempotent: true, timeoutMs, exact: true },
        )
        .catch((error: unknown) => {
          throw refused(error);
        });
      // One that fails is answered with 200: https://github.com/Azure/azure-powershell/issues/12313
      const fault = readFault(asObject(answer.body)['error']);
      if (fault !== undefined) throw validationFailure(fault);
      return answer.body;
    },
  };
}

/** An answer with a reason of Azure's is about the template, as that of a validation is. */
function refused(error: unknown): unknown {
  if (!(error instanceof SpokelineError) || error.code !== 'ARM_REQUEST' || error.transient) {
    return error;
  }
  if (error.details.length === 0) return error;
  return new SpokelineError(
    'TEMPLATE_INVALID',
    'Azure refused the deployment; nothing was deployed.',
    {
      details: error.details,
      ...(error.correlationId === undefined ? {} : { correlationId: error.correlationId }),
      cause: error,
    },
  );
}
