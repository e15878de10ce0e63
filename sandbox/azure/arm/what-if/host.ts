import { templateHost } from '../deployments/host.ts';
import { templateError, type Draft } from '../deployments/preflight.ts';
import type { Manager } from '../manager.ts';
import { EngineError, planDeployment } from '../template/plan.ts';
import type { DeploymentPlan, TemplateHost } from '../template/types.ts';
import type { Session } from './session.ts';

/**
 * Plans a template whose reference() and list*() have no answers: what-if evaluates neither, not even for
 * resources that exist (https://github.com/Azure/arm-template-whatif/issues/83). Only the outputs of the
 * deployment's own nested deployments are known, as far as they do not ask for more
 * (https://github.com/Azure/arm-template-whatif/issues/321).
 * @throws ArmError InvalidTemplate
 */
export function planAhead(manager: Manager, draft: Draft, session: Session): DeploymentPlan {
  const { location, ...rest } = draft;
  const host = templateHost(manager, { ...rest, ...(location === undefined ? {} : { location }) });
  const ahead: TemplateHost = {
    ...host,
    resourceGroup: (subscriptionId, name) =>
      host.resourceGroup(subscriptionId, name) ??
      session.groups.get(`/subscriptions/${subscriptionId}/resourceGroups/${name}`.toLowerCase()),
    reference(id) {
      const outputs = session.outputs.get(id.toLowerCase())?.();
      if (outputs === undefined) throw session.unknown();
      return { id, properties: { outputs, provisioningState: 'Succeeded' } };
    },
    listAction() {
      throw session.unknown();
    },
  };
  try {
    return planDeployment(draft.template, draft.parameters, ahead);
  } catch (error) {
    if (error instanceof EngineError) throw templateError(error);
    throw error;
  }
}
