import { isObject } from '../../arm/template/json.ts';
import type { JsonValue } from '../../arm/template/json.ts';
import type { TypeAccessNode, TypeJsonNode } from '../syntax/type-nodes.ts';

function stepsTo(wanted: TypeAccessNode['step']): string[] {
  if (wanted === 'items') return ['items'];
  if (wanted === 'additional') return ['additionalProperties'];
  return 'index' in wanted
    ? ['prefixItems', String(wanted.index)]
    : ['properties', wanted.property];
}

/** A part of a type of a compiled template, and how it is pointed at from there. */
export function jsonPart(
  type: TypeJsonNode,
  wanted: TypeAccessNode['step'],
): { type: TypeJsonNode; steps: string[] } | undefined {
  const steps = stepsTo(wanted);
  let json: JsonValue | undefined = type.json;
  for (const step of steps) {
    if (Array.isArray(json)) json = json[Number(step)];
    else json = isObject(json) ? json[step] : undefined;
  }
  return isObject(json) ? { type: { ...type, json }, steps } : undefined;
}
