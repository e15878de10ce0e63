import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import { typeOfId } from '../ids.ts';
import { groupType } from '../subscriptions.ts';
import { deploymentOf } from './deployment.ts';
import type { Place } from './place.ts';
import { showDeny, showReference, stackType, type StackSettings } from './record.ts';

/** Checks a stack as a PUT would, without deploying: 200 with what would be managed, or 400. */
export function validateStack(call: Call, place: Place, settings: StackSettings): Reply {
  const { id, name } = place;
  const about = { id, name, type: stackType };
  try {
    const { plan, resources } = call.manager.deployments.validate(
      deploymentOf(call, id, name, settings),
    );
    const versions = new Map(plan.resources.map((r) => [r.id.toLowerCase(), r.apiVersion]));
    const { description } = settings;
    return {
      status: 200,
      body: {
        ...about,
        properties: {
          actionOnUnmanage: settings.actionOnUnmanage,
          correlationId: call.correlationId,
          denySettings: showDeny(settings.deny),
          deploymentScope: settings.deploymentScope.id,
          ...(description === undefined ? {} : { description }),
          parameters: plan.parameters,
          validatedResources: resources.map((resource) =>
            showReference(
              {
                id: resource,
                type: typeOfId(resource) ?? groupType,
                apiVersion: versions.get(resource.toLowerCase()) ?? '',
              },
              call.apiVersion,
            ),
          ),
        },
      },
    };
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    return { status: 400, body: { ...about, error: error.body } };
  }
}
