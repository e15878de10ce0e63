import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import { expand } from './expand.ts';
import { predict } from './predict.ts';
import { readWhatIf } from './request.ts';
import { Session } from './session.ts';

/**
 * POST …/deployments/{name}/whatIf: 202 with `Location` and no `Azure-AsyncOperation`, then the prediction as
 * of the end of the operation. What validation refuses is refused at once, in the same words.
 * https://learn.microsoft.com/rest/api/resources/deployments/what-if
 * @throws ArmError InvalidTemplate, InvalidTemplateDeployment
 */
export function whatIf(call: Call, id: string, name: string): Reply {
  const { manager, correlationId } = call;
  const { request, format } = readWhatIf(call, id, name);
  manager.deployments.validate(request);
  const operation = manager.operations.start(id, () => {
    try {
      const session = new Session();
      const expansion = expand(manager, { ...request, started: manager.now() }, session);
      const changes = predict(manager, request, expansion, session, format);
      const { diagnostics } = expansion;
      operation.result = {
        status: 'Succeeded',
        properties: {
          correlationId,
          changes,
          ...(diagnostics.length === 0 ? {} : { diagnostics }),
        },
      };
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      // A what-if that fails answers 200: https://github.com/Azure/azure-powershell/issues/12313
      operation.result = { status: 'Failed', error: error.body };
    }
  });
  const subscription = request.scope.subscriptionId ?? '';
  const version = encodeURIComponent(call.apiVersion);
  return {
    status: 202,
    headers: {
      Location: `${call.base}/subscriptions/${subscription}/operationresults/${operation.id}?api-version=${version}`,
      'Retry-After': String(manager.retryAfter),
    },
  };
}
