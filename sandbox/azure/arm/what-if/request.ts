import type { Call } from '../call.ts';
import type { DeploymentRequest } from '../deployments/deployments.ts';
import { readRequest } from '../deployments/request.ts';
import { invalidContent } from '../errors.ts';
import { isObject, type Json } from '../json.ts';

/** `ResourceIdOnly` says which resources change, the other one also how. */
export type ResultFormat = 'ResourceIdOnly' | 'FullResourcePayloads';

const formats: readonly ResultFormat[] = ['ResourceIdOnly', 'FullResourcePayloads'];

/**
 * The body of a what-if: that of a deployment, and `properties.whatIfSettings.resultFormat`.
 * @throws ArmError for what is unknown, missing, or not supported here, by name
 */
export function readWhatIf(
  call: Call,
  id: string,
  name: string,
): { request: DeploymentRequest; format: ResultFormat } {
  if (!isObject(call.body)) return { request: readRequest(call, id, name), format: formatOf({}) };
  const key = keyOf(call.body, 'properties');
  const properties = key === undefined ? undefined : call.body[key];
  if (key === undefined || !isObject(properties)) {
    return { request: readRequest(call, id, name), format: formatOf({}) };
  }
  const own = keyOf(properties, 'whatIfSettings');
  const { [own ?? '']: settings, ...rest } = properties;
  const body: Json = { ...call.body, [key]: rest };
  return { request: readRequest({ ...call, body }, id, name), format: formatOf(settings ?? {}) };
}

function keyOf(object: Json, name: string): string | undefined {
  return Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());
}

function formatOf(settings: unknown): ResultFormat {
  const path = 'properties.whatIfSettings';
  if (!isObject(settings)) {
    throw invalidContent(`Error converting value to an object. Path '${path}'`);
  }
  let format: ResultFormat = 'FullResourcePayloads';
  for (const [key, value] of Object.entries(settings)) {
    if (key.toLowerCase() !== 'resultformat') {
      throw invalidContent(
        `Could not find member '${key}' on object of type 'DeploymentWhatIfSettings'. Path '${path}.${key}'`,
      );
    }
    if (value === null || value === undefined) continue;
    const known = formats.find((word) => word.toLowerCase() === String(value).toLowerCase());
    if (known === undefined) {
      throw invalidContent(
        `Error converting value ${JSON.stringify(value)} to type 'WhatIfResultFormat'. Path '${path}.${key}'`,
      );
    }
    format = known;
  }
  return format;
}
