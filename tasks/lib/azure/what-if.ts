import { readFault, refusal, validationFailure } from '../deploy/causes.ts';
import type { Content, DeploymentPort } from '../deploy/port.ts';
import { asObject } from '../net/json-value.ts';
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
export function createPredictor(
  arm: ArmClient,
  deployment: Pick<DeploymentPort, 'id' | 'linkTo'>,
  content: Content,
): Predictor {
  const { location, properties } = sdkBody(content);
  return {
    async predict(signal, timeoutMs) {
      const answer = await arm
        .post<unknown>(
          `${deployment.id}/whatIf`,
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
          throw refused(error, deployment);
        });
      // One that fails is answered with 200: https://github.com/Azure/azure-powershell/issues/12313
      const fault = readFault(asObject(answer.body)['error']);
      if (fault !== undefined) throw validationFailure(fault, deployment);
      return answer.body;
    },
  };
}

/** An answer with a reason of Azure's is about the template, as that of a validation is. */
export function refused(error: unknown, port: Pick<DeploymentPort, 'linkTo'>): unknown {
  const reasons = error instanceof SpokelineError && error.code === 'ARM_REQUEST';
  if (!reasons || error.transient || error.details.length === 0) return error;
  return refusal(error.details, port, error);
}
