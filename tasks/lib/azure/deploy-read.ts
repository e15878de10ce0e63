import { readFault } from '../deploy/causes.ts';
import type { DeploymentState, Operation } from '../deploy/port.ts';
import { asObject, textOf } from '../net/json-value.ts';
import { SpokelineError } from '../errors.ts';

/** Reads a deployment as ARM shows it. Throws ARM_REQUEST for an answer that is none. */
export function readDeployment(body: unknown): DeploymentState {
  const resource = asObject(body);
  const properties = asObject(resource['properties']);
  const { id } = resource;
  const state = properties['provisioningState'];
  if (typeof id !== 'string' || typeof state !== 'string') {
    throw new SpokelineError('ARM_REQUEST', 'Azure answered with something that is no deployment.');
  }
  const correlationId = textOf(properties['correlationId']);
  const outputs: Record<string, { type: string; value?: unknown }> = {};
  for (const [name, given] of Object.entries(asObject(properties['outputs']))) {
    const output = asObject(given);
    outputs[name] = {
      type: textOf(output['type']) ?? '',
      ...('value' in output ? { value: output['value'] } : {}),
    };
  }
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(asObject(resource['tags']))) {
    if (typeof value === 'string') tags[name] = value;
  }
  return { id, state, correlationId, tags, outputs, fault: readFault(properties['error']) };
}

/** Reads one operation of a deployment. */
export function readOperation(value: unknown): Operation {
  const resource = asObject(value);
  const properties = asObject(resource['properties']);
  const target = asObject(properties['targetResource']);
  const status = properties['statusMessage'];
  const targetId = textOf(target['id']);
  return {
    id: textOf(resource['id']) ?? textOf(resource['operationId']) ?? '',
    kind: textOf(properties['provisioningOperation']) ?? '',
    state: textOf(properties['provisioningState']) ?? '',
    durationMs: millisecondsOf(textOf(properties['duration'])),
    target:
      targetId === undefined
        ? undefined
        : {
            id: targetId,
            type: textOf(target['resourceType']) ?? '',
            name: textOf(target['resourceName']) ?? '',
          },
    // Some providers answer with plain text, which is all there is to say then.
    fault:
      typeof status === 'string'
        ? {
            code: textOf(properties['statusCode']) ?? '',
            message: status,
            details: [],
            additional: [],
          }
        : readFault(status),
  };
}

/** Milliseconds of an ISO 8601 duration such as `PT1H2M3.4567S`. */
function millisecondsOf(duration: string | undefined): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration ?? '');
  if (match === null) return undefined;
  const [days, hours, minutes, secs] = match.slice(1).map((part) => Number(part ?? 0));
  const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (secs ?? 0);
  return Math.round(total * 1000);
}
